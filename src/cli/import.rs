//! `kobako import`: brings folders and files into the library.

use std::cell::Cell;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use anyhow::{Context as _, bail};
use clap::Args;
use serde::Serialize;

use crate::engine::EngineConfig;
use crate::inspect;
use crate::message::{Event, ImportProgress, ImportReport, Request};

use super::interrupt;
use super::job_report::{self, FailedJson, Heard, print_failed, rest_of_progress};
use super::session::Session;

const EXAMPLES: &str = "\
Examples:
  kobako import ~/Pictures ~/Downloads
  kobako import --library /data/booru --json /data/pictures
  kobako import posts.jsonl danbooru.jsonl.xz reply.json
  kobako import ~/ChibiBooru
  kobako import danbooru_aliases.csv danbooru_implications.csv danbooru_tags.csv
  kobako import --retry
  kobako import --bring-back ~/Pictures/Cats

Besides folders and pictures:
  *.jsonl, *.ndjson  a record a line (Danbooru's dump, Tate, e621, Gelbooru, or any
                     object with an id or md5, and tags), also packed with xz
  *.json             a list of such records, or the reply of a booru's API
  a folder           with ChibiBooru's booru.db in it or in its data folder
  *.csv              tag aliases, tag implications, categories of tags
Run it again after pictures were added, changed, moved or deleted: only what
changed is read. Ctrl-C stops it; what was imported until then stays. Files that
can't be imported are listed and don't stop it, nor make it fail. Pictures that
were taken out of the library stay out, unless --bring-back says otherwise.

With --json: {\"added\",\"updated\",\"unchanged\",\"missing\",
  \"failed\":[{\"path\",\"reason\"}],\"skipped\",\"taken_out\",\"notes\":[{\"path\",\"text\"}],
  \"seconds\",\"cancelled\"}";

/// Bring pictures and other collections into the library; all stay where they are
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ImportArgs {
    /// Folders (with all below them) and files
    #[arg(required_unless_present = "retry", value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Try the files again that failed before
    #[arg(long, conflicts_with = "paths")]
    retry: bool,

    /// Also bring back what was taken out of the library
    #[arg(long, conflicts_with = "retry")]
    bring_back: bool,

    /// Write the report as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(library: PathBuf, args: &ImportArgs) -> anyhow::Result<()> {
    let paths: Vec<_> = args
        .paths
        .iter()
        .map(|it| std::path::absolute(it).with_context(|| it.display().to_string()))
        .collect::<anyhow::Result<_>>()?;
    let is_interrupted = interrupt::watch()?;
    let config = EngineConfig {
        create: true,
        ..EngineConfig::load(library)
    };
    let _inspect = inspect::serve(&config.library);
    let (mut session, summary) = Session::open(config)?;
    if let Some(reason) = summary.read_only {
        bail!("nothing can be imported: {reason}");
    }
    session.ask(if args.retry {
        Request::RetryFailures
    } else if args.bring_back {
        Request::BringBack { paths }
    } else {
        Request::Import { paths }
    });
    let report = follow(&mut session, &is_interrupted)?;
    session.check()?;
    let mut stdout = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut stdout, &ReportJson::of(&report))?;
        writeln!(stdout)?;
    } else {
        print_report(&mut stdout, &report)?;
    }
    if report.cancelled {
        bail!("cancelled; what was imported until then stays");
    }
    Ok(())
}

/// Waits for the report, showing progress where somebody looks.
fn follow(session: &mut Session, is_interrupted: &AtomicBool) -> anyhow::Result<ImportReport> {
    let running = Cell::new(None);
    let cancel = || running.get().map(|job| Request::Cancel { job });
    job_report::follow(session, is_interrupted, &cancel, &mut |event| match event {
        Event::ImportStarted { job } => {
            running.set(Some(job));
            Heard::Nothing
        }
        Event::ImportProgress { progress, .. } => Heard::Progress(progress_line(&progress)),
        Event::ImportFinished { job, report } if running.get() == Some(job) => Heard::Ended(report),
        _ => Heard::Nothing,
    })
}

/// `1234 of 5678 files · 210 files/s · 0:21 left · 3 failed`
fn progress_line(progress: &ImportProgress) -> String {
    let ImportProgress {
        num_done,
        num_found,
        is_counted,
        num_failed,
        files_per_sec,
        secs_left,
        current: _,
    } = progress;
    let so_far = if *is_counted { "" } else { " so far" };
    let mut line = format!("{num_done} of {num_found} files{so_far} · {files_per_sec:.0} files/s");
    line.push_str(&rest_of_progress(*secs_left, *num_failed));
    line
}

/// Paths that are not Unicode are written with replacement characters, since
/// JSON has no other way.
#[derive(Serialize)]
struct ReportJson<'a> {
    added: u64,
    updated: u64,
    unchanged: u64,
    missing: u64,
    failed: Vec<FailedJson<'a>>,
    skipped: u64,
    taken_out: u64,
    notes: Vec<NoteJson<'a>>,
    seconds: f64,
    cancelled: bool,
}

#[derive(Serialize)]
struct NoteJson<'a> {
    path: std::borrow::Cow<'a, str>,
    text: &'a str,
}

impl<'a> ReportJson<'a> {
    fn of(report: &'a ImportReport) -> Self {
        let ImportReport {
            added,
            updated,
            unchanged,
            missing,
            failed,
            skipped,
            num_taken_out,
            taken_out: _,
            notes,
            seconds,
            cancelled,
            // Is what the command fails with.
            stopped: _,
        } = report;
        Self {
            added: *added,
            updated: *updated,
            unchanged: *unchanged,
            missing: *missing,
            failed: FailedJson::all(failed),
            skipped: *skipped,
            taken_out: *num_taken_out,
            notes: notes
                .iter()
                .map(|it| NoteJson {
                    path: it.path.to_string_lossy(),
                    text: &it.text,
                })
                .collect(),
            seconds: *seconds,
            cancelled: *cancelled,
        }
    }
}

fn print_report(out: &mut impl std::io::Write, report: &ImportReport) -> std::io::Result<()> {
    let ImportReport {
        added,
        updated,
        unchanged,
        missing,
        failed,
        skipped,
        num_taken_out,
        taken_out: _,
        notes,
        seconds,
        cancelled: _,
        stopped: _,
    } = report;
    writeln!(
        out,
        "{added} added, {updated} updated, {unchanged} unchanged, {missing} {} missing, \
         {} failed in {seconds:.1} s",
        if *missing == 1 { "file" } else { "files" },
        failed.len()
    )?;
    if *num_taken_out > 0 {
        writeln!(
            out,
            "{num_taken_out} taken out of the library earlier {}",
            if *num_taken_out == 1 {
                "stays out; --bring-back imports it"
            } else {
                "stay out; --bring-back imports them"
            }
        )?;
    }
    if *skipped > 0 {
        writeln!(
            out,
            "{skipped} pictures or videos skipped: not JPEG, PNG, WebP, GIF, BMP or TIFF"
        )?;
    }
    for note in notes {
        let line = format!("{}: {}", note.path.display(), note.text);
        writeln!(out, "{}", super::printable(&line))?;
    }
    print_failed(out, failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::FailedFile;

    #[test]
    fn progress_says_only_what_is_known() {
        let mut progress = ImportProgress {
            num_done: 12,
            num_found: 40,
            files_per_sec: 6.4,
            ..ImportProgress::default()
        };
        assert_eq!(
            progress_line(&progress),
            "12 of 40 files so far · 6 files/s"
        );
        progress.is_counted = true;
        progress.secs_left = Some(64.2);
        progress.num_failed = 2;
        assert_eq!(
            progress_line(&progress),
            "12 of 40 files · 6 files/s · 1:05 left · 2 failed"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_unicode_still_makes_json() {
        use std::os::unix::ffi::OsStringExt as _;
        let name = std::ffi::OsString::from_vec(b"/a/\xff.png".to_vec());
        let report = ImportReport {
            failed: vec![FailedFile {
                path: name.into(),
                reason: "empty".to_owned(),
            }],
            ..ImportReport::default()
        };
        let json = serde_json::to_value(ReportJson::of(&report)).unwrap();
        assert_eq!(json["failed"][0]["path"], "/a/\u{fffd}.png");
    }
}
