//! Databases beside `library.db` that can be made again: how one is made ready
//! before the first connection to it.
//!
//! A file that is damaged or of another version makes room for an empty one;
//! a file that is someone else's is never deleted, only moved aside. One that can't
//! be looked at just now (permissions, a disk that is not there) may be a good one:
//! where making it again is much work, it stays, and is told.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::check::{self, Found};
use super::connection::Access;
use super::{LibraryError, open, pragmas};

/// Put beside a database when damage shows while it is open; the next opening
/// of the library replaces it then.
const REBUILD_MARK: &str = ".rebuild";

/// One such database.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rebuildable {
    pub file: &'static str,
    /// What is in it, for the log.
    pub content: &'static str,
    /// What `PRAGMA application_id` is.
    pub application_id: u32,
    /// A file of another version is replaced: nothing in it needs an upgrade.
    pub schema_version: i64,
    /// Bytes of a page of a new file.
    pub page_bytes: usize,
    pub schema: &'static str,
    /// Reads both ends of its tables.
    pub probe: &'static str,
    /// Making its content again is so much work that a file which can't be used
    /// is kept, under another name.
    pub is_kept_aside: bool,
}

impl Rebuildable {
    /// Whether a library that can't be written has it.
    pub fn is_readable(&self, path: &Path) -> bool {
        matches!(check::look(path, self.application_id), Ok(Found::Ours))
    }

    /// Why what is there can't be looked at, where that is so.
    pub fn problem(&self, path: &Path) -> Option<String> {
        let err = check::look(path, self.application_id).err()?;
        is_of_the_moment(&err).then(|| err.to_string())
    }

    /// Sees to it that `dir` has one that can be used. Called by the holder of
    /// the lock, before any connection to it is made.
    pub fn make_ready(&self, dir: &Path) -> Result<(), LibraryError> {
        let path = dir.join(self.file);
        let mark = check::beside(&path, REBUILD_MARK);
        let is_marked = mark.exists();
        match check::look(&path, self.application_id) {
            Ok(Found::Ours) if is_marked => self.replace(&path)?,
            Ok(Found::Ours) => match self.check_open(&path) {
                Ok(()) => return Ok(()),
                Err(err) if err.is_damage() => {
                    self.replace(&path)?;
                    tracing::warn!(
                        "{} are made anew; of {}: {}",
                        self.content,
                        path.display(),
                        reason(&err)
                    );
                }
                Err(err) => return Err(err),
            },
            Ok(Found::Nothing | Found::Empty) => discard(&path)?,
            Err(err) if self.is_kept_aside && is_of_the_moment(&err) => return Err(err),
            // Whatever it is, it may be someone's: it is moved aside, not deleted.
            Err(err) => {
                let aside = set_aside(&path)?;
                tracing::warn!(
                    "{} is {} now, since {}; {} are made anew",
                    path.display(),
                    aside.display(),
                    reason(&err),
                    self.content
                );
                discard(&path)?;
            }
        }
        open::create_by_rename(&path, |conn| {
            conn.execute_batch(&format!(
                "PRAGMA page_size = {};
                 PRAGMA auto_vacuum = INCREMENTAL;
                 PRAGMA application_id = {};
                 BEGIN;",
                self.page_bytes, self.application_id
            ))?;
            conn.execute_batch(self.schema)?;
            conn.execute_batch(&format!(
                "PRAGMA user_version = {}; COMMIT;",
                self.schema_version
            ))
        })?;
        self.check_open(&path)?;
        remove(&mark)
    }

    /// Has the next opening of the library make it anew.
    pub fn mark_damaged(&self, path: &Path, err: &LibraryError) {
        tracing::warn!(
            "{} will be made anew at the next start; of {}: {}",
            self.content,
            path.display(),
            reason(err)
        );
        // Made, and never written through a link.
        match fs::File::create_new(check::beside(path, REBUILD_MARK)) {
            Err(err) if err.kind() != ErrorKind::AlreadyExists => {
                tracing::warn!(%err, "could not mark {} as damaged", path.display());
            }
            _ => {}
        }
    }

    fn replace(&self, path: &Path) -> Result<(), LibraryError> {
        if self.is_kept_aside {
            let aside = set_aside(path)?;
            tracing::warn!("{} is {} now", path.display(), aside.display());
        }
        discard(path)
    }

    fn check_open(&self, path: &Path) -> Result<(), LibraryError> {
        let fail = |err| LibraryError::sqlite(path, "opening it", err);
        let conn = pragmas::open_raw(path, Access::ReadWrite).map_err(fail)?;
        pragmas::set_up(&conn, Access::ReadWrite, 0).map_err(fail)?;
        let damaged = |detail: String| LibraryError::Damaged {
            path: path.to_owned(),
            detail,
        };
        let version = pragmas::get(&conn, "user_version").map_err(fail)?;
        if version != self.schema_version {
            return Err(damaged(format!(
                "its schema is {version}, not {}",
                self.schema_version
            )));
        }
        check::length(&conn, path)?;
        conn.execute_batch(self.probe)
            .map_err(|err| match fail(err) {
                LibraryError::Sqlite { source, .. } => damaged(source.to_string()),
                other => other,
            })?;
        pragmas::use_wal(&conn).map_err(fail)
    }
}

/// Nothing is said of what is in the file.
fn is_of_the_moment(err: &LibraryError) -> bool {
    matches!(
        err,
        LibraryError::Io { .. } | LibraryError::PermissionDenied { .. }
    )
}

/// What is wrong with the file. Other than in the error itself, nothing of it being
/// left where it is.
fn reason(err: &LibraryError) -> String {
    match err {
        LibraryError::NotAFile { .. } => "it is not a file".to_owned(),
        LibraryError::NotADatabase { detail, .. } => {
            format!("it is not an SQLite database ({detail})")
        }
        LibraryError::ForeignDatabase { application_id, .. } => {
            format!("it is a database of another program (application id {application_id:#x})")
        }
        LibraryError::Damaged { detail, .. } => format!("it is damaged: {detail}"),
        other => other.to_string(),
    }
}

/// Renames `path`, and what SQLite may keep beside it, to the first name that is free.
fn set_aside(path: &Path) -> Result<PathBuf, LibraryError> {
    let fail = |err| LibraryError::io(path, "setting it aside", err);
    for number in 1..1000 {
        let suffix = format!(".set-aside-{number}");
        let aside = check::beside(path, &suffix);
        if fs::symlink_metadata(&aside).is_ok() {
            continue;
        }
        fs::rename(path, &aside).map_err(fail)?;
        for companion in ["-wal", "-journal"] {
            let from = check::beside(path, companion);
            if fs::symlink_metadata(&from).is_ok() {
                fs::rename(&from, check::beside(&aside, companion)).map_err(fail)?;
            }
        }
        return Ok(aside);
    }
    Err(LibraryError::NotAFile {
        path: path.to_owned(),
    })
}

/// Removes the database and what SQLite keeps beside it.
fn discard(path: &Path) -> Result<(), LibraryError> {
    remove(path)?;
    for suffix in ["-wal", "-shm", "-journal"] {
        remove(&check::beside(path, suffix))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), LibraryError> {
    match fs::remove_file(path) {
        Err(err) if err.kind() != ErrorKind::NotFound => {
            Err(LibraryError::io(path, "removing it", err))
        }
        _ => Ok(()),
    }
}
