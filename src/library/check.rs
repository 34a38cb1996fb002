//! What lies at the path of a database, found out without changing it.
//!
//! Cheap enough for every start: the first page's header, the file's length
//! against it, the schema, and the two ends of each table. That every page is
//! whole is for [`super::Library::quick_check`] to say.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{LibraryError, SCHEMA_VERSION, pragmas};

const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What lies there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    /// A file of no bytes: what making a file leaves when nothing was written yet.
    Empty,
    /// SQLite's header, with the application id we expect.
    Ours,
}

/// Looks at the first 100 bytes of `path`.
pub(super) fn look(path: &Path, application_id: u32) -> Result<Found, LibraryError> {
    let fail = |err| LibraryError::io(path, "looking at it", err);
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        // A link to a disk that is not mounted: the library is elsewhere.
        Err(err) if err.kind() == ErrorKind::NotFound && path.is_symlink() => {
            return Err(fail(err));
        }
        Err(err) if err.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(err) => return Err(fail(err)),
    };
    if !metadata.is_file() {
        return Err(LibraryError::NotAFile {
            path: path.to_owned(),
        });
    }
    if metadata.len() == 0 {
        return Ok(Found::Empty);
    }
    let mut header = Vec::with_capacity(100);
    File::open(path)
        .and_then(|file| file.take(100).read_to_end(&mut header))
        .map_err(fail)?;
    let refused = |detail: String| LibraryError::NotADatabase {
        path: path.to_owned(),
        detail,
    };
    if !header.starts_with(MAGIC) {
        return Err(refused("it does not start like one".to_owned()));
    }
    let Some(found) = header.get(68..72) else {
        return Err(refused(format!("only {} bytes are left", header.len())));
    };
    let found = found.iter().fold(0, |id, &byte| id << 8 | u32::from(byte));
    if found != application_id {
        return Err(LibraryError::ForeignDatabase {
            path: path.to_owned(),
            application_id: found,
        });
    }
    Ok(Found::Ours)
}

/// Bytes of a page, as the header of the database at `path` says; `None` where
/// it can't be read, or says what no database does.
pub(super) fn page_bytes(path: &Path) -> Option<usize> {
    let mut header = [0; 18];
    File::open(path).ok()?.read_exact(&mut header).ok()?;
    match usize::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => Some(65536),
        bytes if bytes >= 512 && bytes.is_power_of_two() => Some(bytes),
        _ => None,
    }
}

/// Non-empty files that SQLite keeps beside a database; with the database gone
/// they may hold its last changes.
pub(super) fn leftover(path: &Path) -> Option<PathBuf> {
    ["-wal", "-journal"]
        .iter()
        .map(|suffix| beside(path, suffix))
        .find(|it| fs::metadata(it).is_ok_and(|it| it.len() > 0))
}

/// `path` with `suffix` at its end.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Checks that `conn` is a library that can be read; returns its schema version.
pub(super) fn library(conn: &Connection, path: &Path) -> Result<u32, LibraryError> {
    let fail = |err| LibraryError::sqlite(path, "checking it", err);
    let found = pragmas::get(conn, "user_version").map_err(fail)?;
    let damaged = |detail: String| LibraryError::Damaged {
        path: path.to_owned(),
        detail,
    };
    let found = u32::try_from(found).map_err(|_| damaged(format!("its schema is {found}")))?;
    if found > SCHEMA_VERSION {
        return Err(LibraryError::NewerSchema {
            path: path.to_owned(),
            found,
            supported: SCHEMA_VERSION,
        });
    }
    length(conn, path)?;
    Ok(found)
}

/// A file that was cut off is shorter than its header says. With changes in
/// the write-ahead log that may be so for a moment: then SQLite knows better.
pub(super) fn length(conn: &Connection, path: &Path) -> Result<(), LibraryError> {
    let fail = |err| LibraryError::sqlite(path, "checking it", err);
    if leftover(path).is_some() {
        return Ok(());
    }
    let num_pages = pragmas::get(conn, "page_count").map_err(fail)?;
    let page_bytes = pragmas::get(conn, "page_size").map_err(fail)?;
    let wanted = u64::try_from(num_pages.saturating_mul(page_bytes)).unwrap_or(0);
    let len = fs::metadata(path)
        .map_err(|err| LibraryError::io(path, "checking it", err))?
        .len();
    if len < wanted {
        return Err(LibraryError::Damaged {
            path: path.to_owned(),
            detail: format!("{len} of its {wanted} bytes are left"),
        });
    }
    Ok(())
}

/// Reads both ends of every table, which fails where the schema or those pages
/// are not as they should be.
pub(super) fn tables(conn: &Connection, path: &Path) -> Result<(), LibraryError> {
    conn.execute_batch(include_str!("check_tables.sql"))
        .map_err(
            |err| match LibraryError::sqlite(path, "checking its tables", err) {
                // A table or a column is not there.
                LibraryError::Sqlite { path, source, .. } => LibraryError::Damaged {
                    path,
                    detail: source.to_string(),
                },
                other => other,
            },
        )
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_disk_that_is_not_there_is_no_empty_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("library.db");
        assert_eq!(look(&path, 1).unwrap(), Found::Nothing);
        std::os::unix::fs::symlink("/nonexistent/disk/library.db", &path).unwrap();
        let err = look(&path, 1).unwrap_err().to_string();
        assert!(err.contains("library.db"), "{err}");
        assert!(path.is_symlink());
    }
}
