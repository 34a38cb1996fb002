//! Brings collections in: one file per format, the same [`PostDraft`] from all.

pub mod synth;

use std::path::PathBuf;

use crate::library::{Changes, Library, LibraryError, Writer};
use crate::memory::Permits;
use crate::message::{ImportProgress, ImportReport};

/// Why an import could not go on at all; a bad file is never a reason.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Library(#[from] LibraryError),
    #[error("{path} can't be read: {source}; check the path and its permissions")]
    Root {
        path: String,
        source: std::io::Error,
    },
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
/// own; `tell` is called on the calling thread. Returns the writer in any case.
pub fn run(
    _paths: &[PathBuf],
    _library: &Library,
    _writer: &mut Writer,
    _permits: &Permits,
    _num_threads: usize,
    _is_cancelled: &(dyn Fn() -> bool + Sync),
    _tell: &mut dyn FnMut(ImportNews),
) -> Result<ImportReport, ImportError> {
    todo!()
}
