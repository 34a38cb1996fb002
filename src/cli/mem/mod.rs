//! `kobako mem`: where the memory of an engine with this library goes, of a
//! Kobako that is running, or of one that does what a scenario says.

mod explain;
mod live;
mod table;

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;

use crate::engine::EngineConfig;
use crate::message::{Event, Request};

use self::table::View;
use super::report_view::ReportView;

use super::session::Session;
use super::{interrupt, scenario, search};

const EXAMPLES: &str = "\
Examples:
  kobako mem
  kobako mem --query 1girl --query '*_hair order:size' --by kind
  kobako mem --explain 'tag cache/names'
  kobako mem --list
  kobako mem --pid 1234 --watch
  kobako mem --scenario scenarios/demo.scenario

The rows and what is unexplained add up to the memory that the kernel counts for
the process (RSS). Each row says how it was measured: kernel (resident pages),
exact (counted by its owner), or estimate (with what it may be off by). MB are
1,048,576 bytes. \"private anonymous\" is what only the process can give back.

--pid asks the window, or `kobako import`, over a local socket that only the same
user can reach. --watch goes on until Ctrl-C.

With --json, one report a line:
  {\"rss_bytes\",\"status_rss_bytes\",\"peak_rss_bytes\",
   \"components\":[{\"name\",\"bytes\",\"method\",\"num_items\",
     \"kinds\":{\"private_dirty\",\"private_clean\",\"shared\"},\"bound_bytes\",
     \"what\",\"formula\",\"without\",\"is_driver\",\"is_reclaimable\",
     \"offers\":[{\"action\",\"frees_bytes\",\"costs\"}],\"cache\",\"ranges\",\"children\":[…]}],
   \"unexplained_bytes\",\"kinds\",\"anonymous_bytes\",\"gpu_texture_bytes\",
   \"elapsed_us\",\"alarms\":[…],\"findings\":[{\"row\",\"text\",\"is_alarm\"}],
   \"budget\":{\"limit_bytes\",\"used_bytes\",\"permits_used_bytes\",
     \"permits_limit_bytes\",\"textures_limit_bytes\",\"order\",\"pinned\",
     \"caps\":[{\"cache\",\"bytes\",\"is_live\"}],\"degraded\":[…],\"shortfall_bytes\"}}
Names stay; more may be added. \"ranges\" are addresses of the row's own memory. --list gives [{\"pid\",\"version\",\"library\",\"rss_bytes\"}].";

/// Say where the memory goes
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help())]
pub struct MemArgs {
    /// Search this first; may be given several times
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    query: Vec<String>,

    /// Of a Kobako that is running, by its process id
    #[arg(long, value_name = "PID", conflicts_with = "query")]
    pid: Option<u32>,

    /// List the running Kobakos that can be asked
    #[arg(long, conflicts_with_all = ["query", "pid", "watch", "explain", "by"])]
    list: bool,

    /// Report again about once a second, until Ctrl-C
    #[arg(long)]
    watch: bool,

    /// What the columns tell
    #[arg(long, value_name = "VIEW", value_enum, default_value_t)]
    by: View,

    /// Print everything that this row says of itself: a name, or a path like "tag cache/names"
    #[arg(long, value_name = "ROW", conflicts_with = "by")]
    explain: Option<String>,

    /// Do what FILE says, step by step, and report after each
    #[arg(long, value_name = "FILE", conflicts_with_all = ["query", "pid", "list", "watch", "explain", "by"])]
    scenario: Option<PathBuf>,

    /// Write the report as JSON
    #[arg(long)]
    json: bool,

    /// Make a library with the demo's pictures in this folder
    #[arg(long, value_name = "LIB", hide = true)]
    make_demo: Option<PathBuf>,
}

/// The examples, then the language of scenarios in full.
fn long_help() -> String {
    format!("{EXAMPLES}\n\n{}", scenario::LANGUAGE)
}

pub(super) fn run(library: PathBuf, args: &MemArgs) -> anyhow::Result<()> {
    if let Some(library) = &args.make_demo {
        return scenario::make_demo(library);
    }
    if let Some(file) = &args.scenario {
        return scenario::run(file, args.json);
    }
    if args.list {
        return live::list(args.json);
    }
    if let Some(pid) = args.pid {
        return live::run(pid, args);
    }
    let is_interrupted = interrupt::watch()?;
    let (mut session, _) = Session::open(EngineConfig::load(library))?;
    for query in &args.query {
        search::find(&mut session, query, 0)?;
    }
    session.ask(Request::WatchMemory { watch: true });
    let mut output = Output::new(args);
    while !is_interrupted.load(Ordering::Relaxed) {
        // Short, so that Ctrl-C is seen soon.
        let Some(event) = session.next_within(Duration::from_millis(100))? else {
            continue;
        };
        if let Event::Memory(news) = event {
            session.check()?;
            output.write(serde_json::to_value(&news.report)?)?;
            if !args.watch {
                break;
            }
        }
    }
    Ok(())
}

/// Writes reports as the arguments ask for.
struct Output<'a> {
    args: &'a MemArgs,
    /// Of the terminal, columns and lines; none where output goes elsewhere.
    width: Option<usize>,
    height: Option<usize>,
    num_written: u64,
}

impl<'a> Output<'a> {
    fn new(args: &'a MemArgs) -> Self {
        let size = std::io::stdout()
            .is_terminal()
            .then(terminal_size::terminal_size)
            .flatten();
        Self {
            args,
            width: size.map(|(width, _)| usize::from(width.0)),
            height: size.map(|(_, height)| usize::from(height.0)),
            num_written: 0,
        }
    }

    fn write(&mut self, report: Value) -> anyhow::Result<()> {
        let mut stdout = std::io::stdout().lock();
        if self.args.json {
            serde_json::to_writer(&mut stdout, &report)?;
            writeln!(stdout)?;
        } else {
            let report = ReportView::read(report).context("the report can't be read")?;
            let text = match &self.args.explain {
                Some(name) => explain::explain(&report, name, self.width)?,
                None => table::table(&report, self.args.by, self.width),
            };
            if self.num_written > 0 && self.width.is_none() {
                writeln!(stdout)?;
            }
            if self.args.watch && self.width.is_some() {
                // To the top left; each line ends by clearing its rest, so that
                // nothing flickers, and the screen's rest is cleared at the end.
                let text = table::fitted(&text, self.height).replace('\n', "\x1b[K\n");
                let start = if self.num_written == 0 { "\x1b[2J" } else { "" };
                write!(stdout, "{start}\x1b[H{text}\x1b[J")?;
            } else {
                write!(stdout, "{text}")?;
            }
        }
        stdout.flush()?;
        self.num_written += 1;
        Ok(())
    }
}
