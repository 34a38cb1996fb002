//! The program: arguments and log, then the window or a headless command.

use std::cell::RefCell;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser as _;
use kobako::app::{self, ViewerOptions, WindowOptions};
use kobako::cli::{self, Arguments};
use kobako::engine::{self, EngineConfig};
use kobako::memory::{self, Component};
use kobako::trace::Trace;
use tracing_subscriber::EnvFilter;

/// How long the library may take to close after the window has.
const CLOSE_LIMIT: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    kobako::startup::keep();
    memory::uptime_ms();
    memory::adopt_thread(Component::General);
    memory::start_background_purge();
    let arguments = Arguments::parse();
    start_log();
    if let Some(command) = &arguments.command {
        return cli::run(&arguments, command);
    }
    match run_window(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => cli::report(&err),
    }
}

/// The log goes to stderr: warnings, or what `KOBAKO_LOG` asks for.
fn start_log() {
    let filter = EnvFilter::try_from_env("KOBAKO_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

fn run_window(arguments: &Arguments) -> anyhow::Result<()> {
    memory::adopt_thread(Component::Window);
    let trace = match &arguments.trace {
        Some(path) => Trace::start(path)
            .with_context(|| format!("the trace can't be written to {}", path.display()))?,
        None => Trace::default(),
    };
    let config = EngineConfig {
        create: true,
        demo: arguments.demo,
        ..EngineConfig::load(arguments.library_dir()?).with_worker()
    };
    let _inspect = kobako::inspect::serve(&config.library);
    let options = WindowOptions {
        title: "Kobako".to_owned(),
        demo: arguments.demo,
        texture_limit_bytes: config.budget.textures_limit(),
        viewer: ViewerOptions::from_settings(&config.settings),
        trace,
        ..WindowOptions::default()
    };
    let started = Rc::new(RefCell::new(None));
    let slot = started.clone();
    let outcome = app::run(options, move |wake| {
        let (side, handle) = engine::spawn(config, wake)?;
        slot.replace(Some(handle));
        Ok(side)
    });
    if let Some(handle) = started.take()
        && !handle.wait(CLOSE_LIMIT)
    {
        tracing::warn!("the library could not be closed in time; nothing saved is lost");
    }
    Ok(outcome?)
}
