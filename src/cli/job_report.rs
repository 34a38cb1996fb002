//! What the commands that run a job over many files say alike.

use std::borrow::Cow;
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;

use super::session::Session;
use crate::message::{Event, FailedFile, Request};

/// What an event means for who waits for the end of a job.
pub(super) enum Heard<T> {
    /// How far it is, in one line.
    Progress(String),
    Ended(T),
    Nothing,
}

/// Waits for the end of a job, and shows how far it is where somebody looks. After
/// Ctrl-C, `cancel` is asked for once, as soon as it can be.
pub(super) fn follow<T>(
    session: &mut Session,
    is_interrupted: &AtomicBool,
    cancel: &dyn Fn() -> Option<Request>,
    hear: &mut dyn FnMut(Event) -> Heard<T>,
) -> anyhow::Result<T> {
    let shows_progress = std::io::stderr().is_terminal();
    let mut is_cancel_sent = false;
    loop {
        if !is_cancel_sent
            && is_interrupted.load(Ordering::Relaxed)
            && let Some(cancel) = cancel()
        {
            session.ask(cancel);
            is_cancel_sent = true;
        }
        // Short, so that Ctrl-C is seen soon.
        let Some(event) = session.next_within(Duration::from_millis(100))? else {
            continue;
        };
        match hear(event) {
            Heard::Progress(line) if shows_progress => eprint!("\r\x1b[K{line}"),
            Heard::Ended(report) => {
                if shows_progress {
                    eprint!("\r\x1b[K");
                }
                return Ok(report);
            }
            Heard::Progress(_) | Heard::Nothing => {}
        }
    }
}

/// A path that is not Unicode is written with replacement characters, since JSON
/// has no other way.
#[derive(Serialize)]
pub(super) struct FailedJson<'a> {
    path: Cow<'a, str>,
    reason: &'a str,
}

impl<'a> FailedJson<'a> {
    pub fn all(failed: &'a [FailedFile]) -> Vec<Self> {
        let each = failed.iter().map(|it| Self {
            path: it.path.to_string_lossy(),
            reason: &it.reason,
        });
        each.collect()
    }
}

/// A line for each file that failed.
pub(super) fn print_failed(
    out: &mut impl std::io::Write,
    failed: &[FailedFile],
) -> std::io::Result<()> {
    for file in failed {
        let line = format!("  {}: {}", file.path.display(), file.reason);
        writeln!(out, "{}", super::printable(&line))?;
    }
    Ok(())
}

/// ` · 1:05 left · 2 failed`, as far as it is known and so.
pub(super) fn rest_of_progress(secs_left: Option<f64>, num_failed: u64) -> String {
    let mut rest = String::new();
    if let Some(secs) = secs_left {
        let secs = secs.max(0.0).ceil() as u64;
        rest.push_str(&format!(" · {}:{:02} left", secs / 60, secs % 60));
    }
    if num_failed > 0 {
        rest.push_str(&format!(" · {num_failed} failed"));
    }
    rest
}
