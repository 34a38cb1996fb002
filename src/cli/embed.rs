//! `kobako embed`: embeds all pictures that have no embedding yet.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use serde::Serialize;

use crate::engine::EngineConfig;
use crate::inspect;
use crate::message::{EmbedCommand, EmbedProgress, EmbedReport, Event, Request};

use super::interrupt;
use super::job_report::{FailedJson, print_failed, rest_of_progress};
use super::session::Session;

const EXAMPLES: &str = "\
Examples:
  kobako embed
  kobako embed --retry --json

Pictures are embedded by the model of the settings (settings.toml: model), in a
process of its own. Ctrl-C stops; what was embedded until then stays.

With --json: {\"embedded\",\"failed\":[{\"path\",\"reason\"}],\"seconds\",\"cancelled\"}.";

/// Prepare pictures for finding what is alike
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct EmbedArgs {
    /// Try those again that could not be embedded
    #[arg(long)]
    pub retry: bool,

    /// Write the report as JSON
    #[arg(long)]
    pub json: bool,
}

pub(super) fn run(library: PathBuf, args: &EmbedArgs) -> anyhow::Result<()> {
    let is_interrupted = interrupt::watch()?;
    let config = EngineConfig::load(library).with_worker();
    let _inspect = inspect::serve(&config.library);
    let (mut session, summary) = Session::open(config)?;
    if let Some(reason) = summary.read_only {
        bail!("nothing can be embedded: {reason}");
    }
    session.ask(Request::WatchSimilarity { watch: true });
    session.ask(Request::Embed(if args.retry {
        EmbedCommand::RetryFailed
    } else {
        EmbedCommand::Start
    }));
    let report = follow(&mut session, &is_interrupted)?;
    session.check()?;
    let mut stdout = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut stdout, &ReportJson::of(&report))?;
        writeln!(stdout)?;
    } else {
        print_report(&mut stdout, &report)?;
    }
    if let Some(reason) = report.stopped {
        bail!("{reason}; what was embedded until then stays");
    }
    if report.cancelled {
        bail!("cancelled; what was embedded until then stays");
    }
    Ok(())
}

/// Waits for the report, showing progress where somebody looks.
pub(super) fn follow(
    session: &mut Session,
    is_interrupted: &AtomicBool,
) -> anyhow::Result<EmbedReport> {
    let shows_progress = std::io::stderr().is_terminal();
    let mut is_cancel_sent = false;
    loop {
        if !is_cancel_sent && is_interrupted.load(Ordering::Relaxed) {
            session.ask(Request::Embed(EmbedCommand::Cancel));
            is_cancel_sent = true;
        }
        // Short, so that Ctrl-C is seen soon.
        match session.next_within(Duration::from_millis(100))? {
            Some(Event::Similarity(state)) if shows_progress => {
                if let Some(progress) = &state.embedding {
                    eprint!("\r\x1b[K{}", progress_line(progress));
                }
            }
            Some(Event::EmbedFinished(report)) => {
                if shows_progress {
                    eprint!("\r\x1b[K");
                }
                return Ok(*report);
            }
            Some(_) | None => {}
        }
    }
}

/// `1234 of 5678 pictures · 27 a second · 2:44 left · 3 failed`
fn progress_line(progress: &EmbedProgress) -> String {
    let EmbedProgress {
        num_done,
        num_total,
        num_failed,
        pictures_per_sec,
        secs_left,
        is_paused: _,
        current: _,
    } = progress;
    let mut line = format!("{num_done} of {num_total} pictures · {pictures_per_sec:.0} a second");
    line.push_str(&rest_of_progress(*secs_left, *num_failed));
    line
}

/// Paths that are not Unicode are written with replacement characters.
#[derive(Serialize)]
struct ReportJson<'a> {
    embedded: u64,
    failed: Vec<FailedJson<'a>>,
    seconds: f64,
    cancelled: bool,
}

impl<'a> ReportJson<'a> {
    fn of(report: &'a EmbedReport) -> Self {
        Self {
            embedded: report.embedded,
            failed: FailedJson::all(&report.failed),
            seconds: report.seconds,
            cancelled: report.cancelled,
        }
    }
}

fn print_report(out: &mut impl std::io::Write, report: &EmbedReport) -> std::io::Result<()> {
    writeln!(
        out,
        "{} embedded, {} failed in {:.1} s",
        report.embedded,
        report.failed.len(),
        report.seconds
    )?;
    print_failed(out, &report.failed)
}
