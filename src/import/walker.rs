//! The walk thread: finds files, asks the library which of them it knows, and
//! passes on those that are new or have changed. Holds no list of files.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_channel::Sender;

use super::ImportError;
use super::files::{Work, failed};
use super::folder::{self, Entry, PassedOver};
use super::sidecar;
use super::store::Known;
use crate::library::LibraryError;
use crate::message::FailedFile;
use crate::model::FileStamp;
use crate::picture::file_stamp;

/// Counters that all threads of an import share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub is_stopped: AtomicBool,
    /// Files that the counting walk has found.
    pub num_found: AtomicU64,
    pub is_counted: AtomicBool,
    /// Files that the walk itself has settled: known and unchanged.
    pub num_unchanged: AtomicU64,
}

impl Shared {
    pub(super) fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    fn flow(&self) -> ControlFlow<()> {
        if self.is_stopped() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// What the walk settles without a decoder, beside counting.
#[derive(Debug)]
pub(super) enum Seen {
    /// Marked missing, and here again unchanged.
    FoundAgain(PathBuf),
    /// Failed before and has not changed, or is unreadable as a folder entry.
    Failed(FailedFile),
    /// One of the paths given; it is gone.
    Gone(PathBuf),
    /// A sidecar of an unchanged picture that failed before.
    FailedSidecar(FailedFile),
}

/// One of the paths given, after its walk.
#[derive(Debug)]
pub(super) struct WalkedRoot {
    pub path: PathBuf,
    pub num_files: u64,
}

/// A path to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Root {
    Folder(PathBuf),
    /// Imported whether or not it failed before.
    File(PathBuf),
    /// A file that the library knew and that is gone.
    Gone(PathBuf),
}

/// The paths to import, sorted by what they are.
#[derive(Debug, Default)]
pub(super) struct Roots {
    pub roots: Vec<Root>,
    /// Those that can't be read.
    pub failed: Vec<FailedFile>,
}

/// Sorts paths by what they are; an error only where none of them can be read.
///
/// A folder becomes its canonical path, so that one folder has one name however
/// it was given, and one inside another is left to that. A file keeps the path
/// that the library knows it by, or else has its folder made canonical.
pub(super) fn roots(
    paths: &[PathBuf],
    known: &dyn Known,
    failed_paths: &FailedPaths,
) -> Result<Roots, ImportError> {
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut roots = Vec::with_capacity(paths.len());
    let mut failed_roots = Vec::new();
    let mut first_error = None;
    for given in paths {
        let path = std::path::absolute(given).unwrap_or_else(|_| given.clone());
        let is_known = is_known(&path, known, failed_paths)?;
        match look_at(&path) {
            Ok(Some(folder)) => folders.push(folder),
            Ok(None) => {
                let path = if is_known {
                    path
                } else {
                    with_canonical_folder(path)
                };
                if !sidecar::is_sidecar_name(&path) {
                    roots.push(Root::File(path));
                    continue;
                }
                // Its picture is imported, with all sidecars that it has.
                let pictures = sidecar::pictures_of(&path);
                if pictures.is_empty() {
                    roots.push(Root::Gone(path));
                }
                roots.extend(pictures.into_iter().map(Root::File));
            }
            // A failure can be retried though its file is gone by now.
            Err(_) if is_known => roots.push(Root::Gone(path)),
            Err(source) => {
                failed_roots.push(failed(path, unreadable(&source)));
                first_error.get_or_insert(ImportError::Root {
                    path: given.display().to_string(),
                    source,
                });
            }
        }
    }
    folders.sort();
    folders.dedup_by(|inner, outer| inner.starts_with(outer));
    roots.extend(folders.into_iter().map(Root::Folder));
    match first_error {
        Some(err) if roots.is_empty() => Err(err),
        _ => Ok(Roots {
            roots,
            failed: failed_roots,
        }),
    }
}

/// The canonical path of a folder that can be listed; `None` for what is none.
fn look_at(path: &Path) -> io::Result<Option<PathBuf>> {
    if !std::fs::metadata(path)?.is_dir() {
        return Ok(None);
    }
    std::fs::read_dir(path)?;
    path.canonicalize().map(Some)
}

fn is_known(
    path: &Path,
    known: &dyn Known,
    failed_paths: &FailedPaths,
) -> Result<bool, LibraryError> {
    if failed_paths.may_contain(path) {
        return Ok(true);
    }
    match known.known_file(path) {
        Ok(file) => Ok(file.is_some()),
        // `/` or `a/..`: no file can be meant.
        Err(LibraryError::NotAFilePath { .. }) => Ok(false),
        Err(err) => Err(err),
    }
}

fn unreadable(err: &io::Error) -> String {
    format!("can't be read: {err}; check the path and its permissions")
}

fn with_canonical_folder(path: PathBuf) -> PathBuf {
    let folder = path.parent().and_then(|it| it.canonicalize().ok());
    match (folder, path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path,
    }
}

/// Counts the files that the walk will come by.
pub(super) fn count(roots: &[Root], passed_over: &PassedOver, shared: &Shared) {
    for root in roots {
        match root {
            Root::Folder(path) => {
                // What can't be read is told by the walk.
                let _ = folder::walk(path, passed_over, &mut |entry| {
                    if matches!(entry, Entry::File(_)) {
                        shared.num_found.fetch_add(1, Ordering::Relaxed);
                    }
                    shared.flow()
                });
            }
            Root::File(_) | Root::Gone(_) => {
                shared.num_found.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
    shared
        .is_counted
        .store(!shared.is_stopped(), Ordering::Relaxed);
}

/// Remembers which paths failed before, in eight bytes each: the library is
/// asked only about those.
#[derive(Debug)]
pub(super) struct FailedPaths {
    hasher: RandomState,
    hashes: HashSet<u64>,
}

impl FailedPaths {
    pub(super) fn load(known: &dyn Known) -> Result<Self, LibraryError> {
        let hasher = RandomState::new();
        let hashes = known
            .failures()?
            .iter()
            .map(|it| hasher.hash_one(&it.path))
            .collect();
        Ok(Self { hasher, hashes })
    }

    /// May say yes of a path that did not; never no of one that did.
    pub(super) fn may_contain(&self, path: &Path) -> bool {
        self.hashes.contains(&self.hasher.hash_one(path))
    }
}

pub(super) struct Walker<K> {
    pub known: K,
    pub passed_over: PassedOver,
    pub failed_paths: Arc<FailedPaths>,
    pub shared: Arc<Shared>,
    pub work: Sender<Work>,
    pub seen: Sender<Seen>,
}

impl<K: Known> Walker<K> {
    /// Walks all roots. Gives back what it asked the library through, and the
    /// folders that were walked to their end.
    pub(super) fn run(self, roots: Vec<Root>) -> Result<(K, Vec<WalkedRoot>), ImportError> {
        let mut walked = Vec::new();
        for root in roots {
            if self.shared.is_stopped() {
                break;
            }
            match root {
                Root::Folder(path) => {
                    if let Some(num_files) = self.folder(&path)? {
                        walked.push(WalkedRoot { path, num_files });
                    }
                }
                Root::File(path) => {
                    if let Ok(metadata) = std::fs::metadata(&path) {
                        // Stopped, if it breaks; the loop sees that.
                        let _ = self.file(path, file_stamp(&metadata), true)?;
                    }
                }
                Root::Gone(path) => {
                    let _ = self.seen.send(Seen::Gone(path));
                }
            }
        }
        Ok((self.known, walked))
    }

    /// How many files lie below it; `None` where it can't be walked any more.
    fn folder(&self, root: &Path) -> Result<Option<u64>, LibraryError> {
        let mut num_files = 0;
        let mut outcome = Ok(());
        let walk = folder::walk(root, &self.passed_over, &mut |entry| {
            let result = match entry {
                Entry::File(entry) => {
                    num_files += 1;
                    match entry.metadata() {
                        Ok(metadata) => self.file(entry.into_path(), file_stamp(&metadata), false),
                        // Gone since it was listed.
                        Err(err) if is_not_found(&err) => Ok(ControlFlow::Continue(())),
                        // A folder that may be listed but not entered.
                        Err(err) => Ok(self.tell(Seen::Failed(FailedFile {
                            path: entry.path().to_path_buf(),
                            reason: format!("can't be read: {err}; check its folder's permissions"),
                        }))),
                    }
                }
                Entry::Failed { path, reason } => {
                    Ok(self.tell(Seen::Failed(FailedFile { path, reason })))
                }
            };
            match result {
                Ok(flow) => {
                    if self.shared.is_stopped() {
                        ControlFlow::Break(())
                    } else {
                        flow
                    }
                }
                Err(err) => {
                    outcome = Err(err);
                    ControlFlow::Break(())
                }
            }
        });
        outcome?;
        if let Err(err) = walk {
            // Whether somebody still listens, the caller sees.
            let _ = self.tell(Seen::Failed(failed(root.to_owned(), unreadable(&err))));
            return Ok(None);
        }
        Ok(Some(num_files))
    }

    fn tell(&self, seen: Seen) -> ControlFlow<()> {
        match self.seen.send(seen) {
            Ok(()) => ControlFlow::Continue(()),
            // The other side has stopped.
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// Settles a file, or passes it on. One that the user named is read in any case.
    fn file(
        &self,
        path: PathBuf,
        stamp: FileStamp,
        is_named: bool,
    ) -> Result<ControlFlow<()>, LibraryError> {
        let known = self.known.known_file(&path)?;
        // Nothing is known beside what can't be a picture; a sidecar beside it
        // says nothing.
        let sidecars = sidecar::find(&path);
        let sidecar_stamp = sidecar::stamp_of(&sidecars);
        let mut known_md5 = None;
        let is_changed = (known.as_ref()).is_some_and(|it| it.stamp != stamp && !it.is_missing);
        match &known {
            Some(known) if known.stamp == stamp => {
                // While it was missing, the sidecars of a copy may have replaced
                // what its own say: they are read again.
                let is_heard = sidecars.is_empty() || !known.is_missing;
                if known.sidecar_stamp == sidecar_stamp && !is_named && is_heard {
                    for it in &sidecars {
                        if let Some(failed) = self.failure_of(&it.path, it.stamp)?
                            && self.tell(Seen::FailedSidecar(failed)).is_break()
                        {
                            return Ok(ControlFlow::Break(()));
                        }
                    }
                    return Ok(if known.is_missing {
                        self.tell(Seen::FoundAgain(path))
                    } else {
                        self.shared.num_unchanged.fetch_add(1, Ordering::Relaxed);
                        ControlFlow::Continue(())
                    });
                }
                known_md5 = self.known.post_md5(known.post)?;
            }
            _ if !is_named => {
                if let Some(failed) = self.failure_of(&path, stamp)? {
                    return Ok(self.tell(Seen::Failed(failed)));
                }
            }
            _ => {}
        }
        let work = Work {
            path,
            stamp,
            sidecars,
            sidecar_stamp,
            known_md5,
            is_changed,
            is_named,
        };
        Ok(match self.work.send(work) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        })
    }

    fn failure_of(
        &self,
        path: &Path,
        stamp: FileStamp,
    ) -> Result<Option<FailedFile>, LibraryError> {
        if self.failed_paths.may_contain(path) {
            self.known.failure_of(path, stamp)
        } else {
            Ok(None)
        }
    }
}

/// Says why nothing was marked missing below a folder that is suddenly empty.
pub(super) fn emptied(root: &Path, num_known: u64) -> FailedFile {
    failed(
        root.to_path_buf(),
        format!(
            "is empty, though {num_known} files are known below it; \
             if its drive is not mounted, mount it and import again"
        ),
    )
}

fn is_not_found(err: &walkdir::Error) -> bool {
    err.io_error()
        .is_some_and(|err| err.kind() == io::ErrorKind::NotFound)
}
