//! What follows the walk: files that the library knows and the walk did not
//! come by are marked missing.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::ImportNews;
use super::job::Job;
use super::store::{Known, Store};
use super::walker::{self, WalkedRoot};
use crate::library::LibraryError;

/// Files marked missing in one transaction.
const MISSING_BATCH: usize = 1_024;

/// Missing files that are listed before they are marked: at about a hundred
/// bytes each, a few MB.
const MISSING_LISTED: usize = 32 * MISSING_BATCH;

impl<S: Store> Job<'_, S> {
    /// Marks files that are known below a walked folder and are gone. That a file
    /// can't be looked at (its folder is locked, say) does not make it gone.
    pub(super) fn mark_missing_below<K: Known>(
        &mut self,
        root: &WalkedRoot,
        known: &K,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<(), LibraryError> {
        loop {
            let Missing {
                paths,
                num_known,
                is_all,
            } = missing_below(root, known, is_cancelled)?;
            if root.num_files == 0 && num_known > 0 {
                self.report
                    .failed
                    .push(walker::emptied(&root.path, num_known));
            }
            for paths in paths.chunks(MISSING_BATCH) {
                self.mark_missing(paths)?;
            }
            self.report.cancelled |= is_cancelled();
            if is_all || self.report.cancelled {
                return Ok(());
            }
        }
    }

    fn mark_missing(&mut self, paths: &[PathBuf]) -> Result<(), LibraryError> {
        self.report.missing += paths.len() as u64;
        let changes = self.store.mark_missing(paths, true)?;
        (self.tell)(ImportNews::Committed(changes));
        Ok(())
    }

    /// A file that failed and was deleted since is no failure any more.
    pub(super) fn forget_gone_failures<K: Known>(
        &mut self,
        walked: &[WalkedRoot],
        known: &K,
    ) -> Result<(), LibraryError> {
        let listed: HashSet<&Path> = self.report.failed.iter().map(|it| &*it.path).collect();
        let gone: Vec<PathBuf> = known
            .failures()?
            .into_iter()
            .map(|it| it.path)
            .filter(|path| walked.iter().any(|root| path.starts_with(&root.path)))
            .filter(|path| !listed.contains(path.as_path()) && is_gone(path))
            .collect();
        if gone.is_empty() {
            return Ok(());
        }
        self.store.forget_failures(&gone)
    }
}

/// Files that are known, not marked, and gone.
struct Missing {
    paths: Vec<PathBuf>,
    /// Files that are known and were not marked before.
    num_known: u64,
    /// Whether these are all, and not only as many as are listed at once.
    is_all: bool,
}

/// Lists them and writes nothing: a write while the library is being read would
/// wait for the read to end, which is this very one.
fn missing_below<K: Known>(
    root: &WalkedRoot,
    known: &K,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Missing, LibraryError> {
    let mut missing = Missing {
        paths: Vec::new(),
        num_known: 0,
        is_all: true,
    };
    known.for_each_known_file(&root.path, &mut |file| {
        if file.is_missing {
            return;
        }
        missing.num_known += 1;
        if root.num_files == 0 || is_cancelled() {
            return;
        }
        if missing.paths.len() >= MISSING_LISTED {
            missing.is_all = false;
        } else if is_gone(&file.path) {
            missing.paths.push(file.path);
        }
    })?;
    Ok(missing)
}

/// Only what is surely not there.
fn is_gone(path: &Path) -> bool {
    std::fs::metadata(path).is_err_and(|err| {
        matches!(
            err.kind(),
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
        )
    })
}
