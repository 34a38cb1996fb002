//! The program: arguments and log, then the window or a headless command.

use std::process::ExitCode;

use clap::Parser as _;
use kobako::cli::{self, Arguments};
use kobako::memory::{self, Component};
use tracing_subscriber::EnvFilter;

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
    memory::adopt_thread(Component::Window);
    match cli::open_window(&arguments) {
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
