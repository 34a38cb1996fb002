//! `kobako embed`: embeds all pictures that have no embedding yet.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use anyhow::bail;
use clap::Args;
use serde::Serialize;

use crate::engine::EngineConfig;
use crate::engine::similarity::index;
use crate::inspect;
use crate::library::{Library, OpenOptions};
use crate::message::{EmbedCommand, EmbedProgress, EmbedReport, Event, Request};

use super::interrupt;
use super::job_report::{self, FailedJson, Heard, print_failed, rest_of_progress};
use super::session::Session;

const EXAMPLES: &str = "\
Examples:
  kobako embed
  kobako embed --retry --json
  kobako embed --forget ChibiBooru

Pictures are embedded by the model of the settings (settings.toml: model), in a
process of its own. Ctrl-C stops; what was embedded until then stays.

With --json: {\"embedded\",\"num_failed\",\"failed\":[{\"path\",\"reason\"}],\"seconds\",\"cancelled\"}.";

/// Prepare pictures for finding what is alike
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct EmbedArgs {
    /// Try those again that could not be embedded
    #[arg(long)]
    pub retry: bool,

    /// Forget all embeddings of a model that is not used any more, by its title or key
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["retry", "json"])]
    pub forget: Option<String>,

    /// Write the report as JSON
    #[arg(long)]
    pub json: bool,
}

pub(super) fn run(library: PathBuf, args: &EmbedArgs) -> anyhow::Result<()> {
    if let Some(model) = &args.forget {
        return forget(&library, model);
    }
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

/// Forgets the embeddings of a model, and the index of them.
fn forget(library: &Path, wanted: &str) -> anyhow::Result<()> {
    let options = OpenOptions {
        create: false,
        ..OpenOptions::default()
    };
    let library = Library::open(library, &options)?;
    if !library.has_similarity() {
        bail!("nothing is embedded, so there is nothing to forget");
    }
    let mut store = library.similarity("embed")?;
    let models = store.models()?;
    let by_key = models.iter().find(|it| it.key == wanted);
    let mut by_title = models.iter().filter(|it| it.title == wanted);
    let ((Some(model), ..) | (None, Some(model), None)) =
        (by_key, by_title.next(), by_title.next())
    else {
        let known = models.iter().map(|it| format!("{} ({})", it.title, it.key));
        bail!(
            "no single model is called {wanted}; there are: {}",
            known.collect::<Vec<_>>().join(", ")
        );
    };
    store.remove_model(model.id)?;
    index::remove(library.dir(), model.id);
    eprintln!(
        "{} embeddings by {} are forgotten",
        model.num_embeddings,
        super::printable(&model.title)
    );
    Ok(())
}

/// Waits for the report, showing progress where somebody looks.
pub(super) fn follow(
    session: &mut Session,
    is_interrupted: &AtomicBool,
) -> anyhow::Result<EmbedReport> {
    let cancel = || Some(Request::Embed(EmbedCommand::Cancel));
    job_report::follow(session, is_interrupted, &cancel, &mut |event| match event {
        Event::Similarity(state) => match &state.embedding {
            Some(progress) => Heard::Progress(progress_line(progress)),
            None => Heard::Nothing,
        },
        Event::EmbedFinished(report) => Heard::Ended(*report),
        _ => Heard::Nothing,
    })
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
    num_failed: u64,
    failed: Vec<FailedJson<'a>>,
    seconds: f64,
    cancelled: bool,
}

impl<'a> ReportJson<'a> {
    fn of(report: &'a EmbedReport) -> Self {
        Self {
            embedded: report.embedded,
            num_failed: report.num_failed,
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
        report.embedded, report.num_failed, report.seconds
    )?;
    print_failed(out, &report.failed)
}
