//! Brings collections in: one file per format, the same
//! [`PostDraft`](crate::model::PostDraft) from all.
//!
//! ```text
//! walk thread ──▶ decoder threads ──▶ the calling thread
//!  folder.rs       picture::read       batches ──▶ Writer
//!  known? changed?  sidecar/            progress, Committed
//! ```
//!
//! Collections of other kinds (JSON records, libraries of other programs, lists
//! of tags) are read by `collection/`, one after the other, each on a thread of
//! its own.
//!
//! All arrows are bounded, so a slow disk or a slow library holds the others
//! back instead of filling memory. What an import has done is told by the stamps
//! in the library alone: one that was killed is completed by the next.

mod collection;
mod files;
mod folder;
mod gone;
mod job;
#[cfg(test)]
mod job_tests;
mod normalise;
mod progress;
mod sidecar;
mod store;
mod walker;

pub mod synth;

use std::path::PathBuf;
use std::time::Instant;

pub use normalise::{MAX_TAG_CHARS, TagProblem, tag_name};

use crate::library::{Changes, Library, LibraryError, Writer};
use crate::memory::Permits;
use crate::message::{FailedFile, ImportProgress, ImportReport};
use collection::Collection;

/// Why an import could not go on at all; a bad file is never a reason.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Library(#[from] LibraryError),
    #[error(
        "{path} can't be read: {}; check the path and its permissions",
        reason(source)
    )]
    Root {
        path: String,
        source: std::io::Error,
    },
    #[error("{path}: {reason}")]
    Collection { path: String, reason: String },
    #[error("no thread could be started for the import: {0}; close other programs")]
    Thread(#[source] std::io::Error),
}

/// In words of people where the system's own end in a number.
fn reason(err: &std::io::Error) -> String {
    match err.kind() {
        std::io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => "not permitted".to_owned(),
        _ => err.to_string(),
    }
}

/// What an import tells while it runs.
#[derive(Debug)]
pub enum ImportNews {
    Progress(ImportProgress),
    /// A batch is on disk; the caches follow.
    Committed(Changes),
}

/// Imports files and folders into `writer`'s library.
///
/// Runs on the thread that calls it, with `num_threads` decoder threads of its
/// own; `tell` is called on the calling thread.
///
/// Only what changed is read: a file by its size and time, its tags by those of
/// its sidecars. A file that failed before is listed again but not tried again,
/// unless it has changed or is itself one of `paths`; so the way to retry is to
/// import the failed paths. In `missing` are files that this import found to be
/// gone from below the folders among `paths`. Of the `paths`, those that can't
/// be read are listed as failed; it is an error where that is all of them.
///
/// A path may also be a collection of another kind, told by its name, or for a
/// folder by the `booru.db` in it; pictures are imported before these.
pub fn run(
    paths: &[PathBuf],
    library: &Library,
    writer: &mut Writer,
    permits: &Permits,
    num_threads: usize,
    is_cancelled: &(dyn Fn() -> bool + Sync),
    tell: &mut dyn FnMut(ImportNews),
) -> Result<ImportReport, ImportError> {
    library.refuse_damage()?;
    let (mut collections, mut pictures) = (Vec::new(), Vec::new());
    for path in paths {
        match Collection::of(path) {
            Some(collection) => collections.push(collection),
            None => pictures.push(path.clone()),
        }
    }
    collections.sort_by_key(Collection::is_last);
    let mut report = ImportReport::default();
    if collections.is_empty() || !pictures.is_empty() {
        let input = job::Input {
            paths: &pictures,
            library_dir: library.dir(),
            permits,
            num_threads,
            is_cancelled,
        };
        report = match job::run(&input, library.reader("import")?, writer, tell) {
            Err(ImportError::Root { path, source }) if !collections.is_empty() => {
                let err = ImportError::Root {
                    path: path.clone(),
                    source,
                };
                report.failed.push(FailedFile {
                    path: path.into(),
                    reason: err.to_string(),
                });
                report
            }
            other => other?,
        };
    }
    if collections.is_empty() || report.cancelled {
        return Ok(report);
    }
    let start = Instant::now();
    let input = collection::Input {
        library,
        permits,
        is_cancelled,
        report,
    };
    let mut report = collection::run(&collections, input, writer, tell)?;
    report.seconds += start.elapsed().as_secs_f64();
    Ok(report)
}
