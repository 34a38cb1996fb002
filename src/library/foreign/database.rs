//! One foreign database: opened without changing it, its errors told in words
//! that fit a file which is not ours.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{DropBehavior, Row, Transaction};

use super::ForeignError;
use crate::library::check::{self, Found};
use crate::library::connection::{Access, CachePool, Connection, ConnectionOptions, Role};
use crate::library::{LibraryError, upgrades};

/// Page cache of one, bytes.
const CACHE_BYTES: u64 = 4 << 20;

/// How long to wait for a program that is writing.
const PATIENCE: Duration = Duration::from_secs(2);

/// An open one; closed when dropped.
#[derive(Debug)]
pub(in crate::library) struct Database {
    conn: Connection,
    path: PathBuf,
}

impl Database {
    /// Opens the file at `path`.
    ///
    /// A database that uses a write-ahead log and has none beside it is open
    /// nowhere, and is read as it lies there: else SQLite would make files
    /// beside it. With a log, it is read with that, by its locks.
    pub fn open(path: &Path) -> Result<Self, ForeignError> {
        let told = |err| told(path, err);
        match check::look(path, 0) {
            Ok(Found::Ours) => {}
            Ok(Found::Nothing) => return Err(unreadable(path, "no such file")),
            Ok(Found::Empty) => {
                return Err(ForeignError::NotADatabase {
                    path: path.to_owned(),
                    detail: "it is empty".to_owned(),
                });
            }
            Err(LibraryError::ForeignDatabase { application_id, .. })
                if application_id == upgrades::APPLICATION_ID =>
            {
                return Err(ForeignError::Kobako {
                    path: path.to_owned(),
                });
            }
            Err(LibraryError::ForeignDatabase { .. }) => {}
            Err(err) => return Err(told(err)),
        }
        let log = check::beside(path, "-wal");
        let access = if uses_log(path) && !log.exists() {
            Access::Immutable
        } else {
            Access::ReadOnly
        };
        let opened = Self::open_as(path, access);
        // An empty log holds nothing; only making what belongs to it failed.
        let is_empty_log = std::fs::metadata(&log).is_ok_and(|it| it.len() == 0);
        match opened {
            Err(ForeignError::Unreadable { .. }) if is_empty_log => {
                Self::open_as(path, Access::Immutable)
            }
            Err(ForeignError::Unreadable { path, detail }) if log.exists() => {
                Err(ForeignError::UnwrittenLog { path, log, detail })
            }
            other => other,
        }
    }

    fn open_as(path: &Path, access: Access) -> Result<Self, ForeignError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let options = ConnectionOptions {
            pool: &CachePool::new(CACHE_BYTES),
            role: Role::Reader,
            access,
            mmap_bytes: 0,
            name: format!("{name} · import"),
        };
        let told = |err| told(path, err);
        let conn = Connection::open(path, options).map_err(told)?;
        conn.run("opening it", |conn| {
            conn.busy_timeout(PATIENCE)?;
            // Closing it must not write the log into it.
            conn.set_db_config(
                rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
                true,
            )?;
            conn.execute_batch("PRAGMA query_only = ON;")?;
            // The first that really reads the file.
            conn.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))
        })
        .map_err(told)?;
        conn.run("checking it", |conn| Ok(check::length(conn, path)))
            .map_err(told)?
            .map_err(told)?;
        Ok(Self {
            conn,
            path: path.to_owned(),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads in one transaction: of one moment, whoever writes meanwhile.
    pub fn read<T>(
        &self,
        read: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>,
    ) -> Result<T, ForeignError> {
        self.conn
            .run("reading it", |conn| {
                let mut transaction: Transaction<'_> = conn.unchecked_transaction()?;
                transaction.set_drop_behavior(DropBehavior::Commit);
                let found = read(conn)?;
                transaction.finish()?;
                Ok(found)
            })
            .map_err(|err| told(&self.path, err))
    }

    /// An error where one of `tables` is not there, or is no table.
    pub fn require_tables(&self, tables: &[&'static str]) -> Result<(), ForeignError> {
        let known: Vec<String> = self.read(|conn| {
            conn.prepare(include_str!("tables.sql"))?
                .query_map([], |row| row.get(0))?
                .collect()
        })?;
        match tables
            .iter()
            .find(|it| !known.iter().any(|known| known == *it))
        {
            Some(table) => Err(ForeignError::MissingTable {
                path: self.path.clone(),
                table,
            }),
            None => Ok(()),
        }
    }
}

/// By the versions in its header: 2 is a write-ahead log.
fn uses_log(path: &Path) -> bool {
    let mut header = [0; 20];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut header))
        .is_ok()
        && header[18..] == [2, 2]
}

fn unreadable(path: &Path, detail: impl ToString) -> ForeignError {
    ForeignError::Unreadable {
        path: path.to_owned(),
        detail: detail.to_string(),
    }
}

/// What an error of a library means for a file that is none.
fn told(path: &Path, err: LibraryError) -> ForeignError {
    let path = path.to_owned();
    match err {
        LibraryError::NotADatabase { detail, .. } => ForeignError::NotADatabase { path, detail },
        LibraryError::Damaged { detail, .. } => ForeignError::Damaged { path, detail },
        LibraryError::Busy { .. } => ForeignError::Busy { path },
        LibraryError::Io { source, .. } => unreadable(&path, source),
        LibraryError::PermissionDenied { .. } => unreadable(&path, "permission denied"),
        LibraryError::ReadOnly { reason } => unreadable(&path, reason),
        LibraryError::NotAFile { .. } => unreadable(&path, "it is not a file"),
        // A table or column is not as expected.
        LibraryError::Sqlite { source, .. } => ForeignError::OtherSchema {
            path,
            detail: source.to_string(),
        },
        other => unreadable(&path, other),
    }
}

/// A cell as text, whatever its type: in SQLite a column may hold any.
pub(super) fn text(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(index)? {
        ValueRef::Null | ValueRef::Blob(_) => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    })
}

/// A cell as a whole number, where it is one.
pub(super) fn integer(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<i64>> {
    Ok(match row.get_ref(index)? {
        ValueRef::Integer(number) => Some(number),
        ValueRef::Real(number) => Some(number as i64),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes)
            .ok()
            .and_then(|it| it.trim().parse().ok()),
        ValueRef::Null | ValueRef::Blob(_) => None,
    })
}
