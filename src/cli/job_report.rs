//! What the commands that run a job over many files say alike.

use std::borrow::Cow;

use serde::Serialize;

use crate::message::FailedFile;

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
