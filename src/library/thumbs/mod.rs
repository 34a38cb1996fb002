//! `thumbs.db`: encoded thumbnails by post. All of it can be made again from
//! the pictures, so a damaged file is replaced by an empty one, and a limit
//! keeps it from filling the disk.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection as Sqlite, OptionalExtension, Transaction, TransactionBehavior};

use super::check::{self, Found};
use super::connection::{Access, Connection};
use super::{LibraryError, open, pragmas};
use crate::model::PostId;

pub(super) const THUMBS_FILE: &str = "thumbs.db";

/// "Kobt": what `PRAGMA application_id` of `thumbs.db` is.
const APPLICATION_ID: u32 = 0x4b6f_6274;

/// A file of another version is replaced: nothing in it needs an upgrade.
const SCHEMA_VERSION: i64 = 1;

/// Put beside `thumbs.db` when damage shows while it is open; the next opening
/// of the library replaces it then.
const REBUILD_MARK: &str = ".rebuild";

/// Thumbnails by post; one for each thread that needs it.
#[derive(Debug)]
pub struct ThumbStore {
    /// `None` where there is no file and none can be made.
    conn: Option<Connection>,
    path: PathBuf,
    limit_bytes: u64,
    read_only: Option<String>,
}

impl ThumbStore {
    pub(super) fn new(conn: Connection, limit_bytes: u64, read_only: Option<&str>) -> Self {
        Self {
            path: conn.path().to_owned(),
            conn: Some(conn),
            limit_bytes,
            read_only: read_only.map(str::to_owned),
        }
    }

    pub(super) fn without_file(path: PathBuf, read_only: Option<&str>) -> Self {
        Self {
            conn: None,
            path,
            limit_bytes: 0,
            read_only: read_only.map(str::to_owned),
        }
    }

    /// The encoded thumbnail, if there is one.
    pub fn get(&self, post: PostId) -> Result<Option<Vec<u8>>, LibraryError> {
        let Some(conn) = &self.conn else {
            return Ok(None);
        };
        self.noticing_damage(conn.run("reading a thumbnail", |conn| {
            conn.prepare_cached(include_str!("get.sql"))?
                .query_row([post.0], |row| row.get(0))
                .optional()
        }))
    }

    /// Adds or replaces, in one transaction; the least recently added go where
    /// the size limit is reached.
    pub fn put(&mut self, thumbnails: &[(PostId, &[u8])]) -> Result<(), LibraryError> {
        let (Some(conn), None) = (&self.conn, &self.read_only) else {
            let reason = match &self.read_only {
                Some(reason) => reason.clone(),
                None => format!("{} is not there", self.path.display()),
            };
            return Err(LibraryError::ReadOnly { reason });
        };
        if thumbnails.is_empty() {
            return Ok(());
        }
        let limit = self.limit_bytes;
        self.noticing_damage(conn.run("writing thumbnails", |conn| {
            let transaction = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
            {
                let mut put = transaction.prepare_cached(include_str!("put.sql"))?;
                for (post, bytes) in thumbnails {
                    put.execute((post.0, bytes))?;
                }
            }
            keep_below(&transaction, limit)?;
            transaction.commit()
        }))
    }

    /// Forgets the thumbnails of posts that are gone.
    pub fn remove(&mut self, posts: &[PostId]) -> Result<(), LibraryError> {
        let (Some(conn), None) = (&self.conn, &self.read_only) else {
            return Ok(());
        };
        self.noticing_damage(conn.run("removing thumbnails", |conn| {
            let transaction = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
            {
                let mut delete = transaction.prepare_cached(include_str!("delete.sql"))?;
                for post in posts {
                    delete.execute([post.0])?;
                }
            }
            transaction.commit()
        }))
    }

    /// Gives its page cache back; returns bytes.
    pub fn shrink(&self) -> u64 {
        self.conn.as_ref().map_or(0, Connection::shrink)
    }

    fn noticing_damage<T>(&self, result: Result<T, LibraryError>) -> Result<T, LibraryError> {
        if let Err(err) = &result
            && err.is_damage()
            && self.read_only.is_none()
        {
            tracing::warn!(%err, "thumbnails will be made anew at the next start");
            if let Err(err) = fs::write(check::beside(&self.path, REBUILD_MARK), b"") {
                tracing::warn!(%err, "could not mark the thumbnails as damaged");
            }
        }
        result
    }
}

/// Deletes the least recently added until the file is within `limit`, and
/// gives the freed pages back to the disk.
fn keep_below(conn: &Sqlite, limit: u64) -> rusqlite::Result<()> {
    let page_bytes = pragmas::PAGE_BYTES as u64;
    loop {
        let num_pages = pragmas::get(conn, "page_count")?;
        let num_free = pragmas::get(conn, "freelist_count")?;
        let used = u64::try_from(num_pages - num_free).unwrap_or(0) * page_bytes;
        if used <= limit {
            break;
        }
        // A little more than needed, so that not every batch has to.
        let excess = used - limit + limit / 32;
        if evict(conn, excess)? == 0 {
            break;
        }
    }
    // Frees a page a step.
    let mut vacuum = conn.prepare_cached("PRAGMA incremental_vacuum")?;
    let mut steps = vacuum.query([])?;
    while steps.next()?.is_some() {}
    Ok(())
}

/// Deletes about `bytes`, oldest first; returns how many thumbnails went.
fn evict(conn: &Sqlite, bytes: u64) -> rusqlite::Result<usize> {
    let mut freed = 0;
    let mut last = None;
    {
        let mut oldest = conn.prepare_cached(include_str!("oldest.sql"))?;
        let mut rows = oldest.query([])?;
        while freed < bytes
            && let Some(row) = rows.next()?
        {
            last = Some(row.get::<_, i64>(0)?);
            freed += u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
        }
    }
    match last {
        None => Ok(0),
        Some(last) => conn
            .prepare_cached(include_str!("evict.sql"))?
            .execute([last]),
    }
}

/// Whether a library that can't be written has thumbnails to show.
pub(super) fn is_readable(path: &Path) -> bool {
    matches!(check::look(path, APPLICATION_ID), Ok(Found::Ours))
}

/// Sees to it that `dir` has a `thumbs.db` that can be used. Called by the
/// holder of the lock, before any connection to it is made.
pub(super) fn make_ready(dir: &Path) -> Result<(), LibraryError> {
    let path = dir.join(THUMBS_FILE);
    let mark = check::beside(&path, REBUILD_MARK);
    let is_marked = mark.exists();
    match check::look(&path, APPLICATION_ID) {
        Ok(Found::Ours) if is_marked => discard(&path)?,
        Ok(Found::Ours) => match check_open(&path) {
            Ok(()) => return Ok(()),
            Err(err) if err.is_damage() => {
                tracing::warn!(%err, "thumbnails are made anew");
                discard(&path)?;
            }
            Err(err) => return Err(err),
        },
        Ok(Found::Nothing | Found::Empty) => discard(&path)?,
        // Whatever it is, it may be someone's: it is moved aside, not deleted.
        Err(err) => {
            tracing::warn!(%err, "set aside; thumbnails are made anew");
            set_aside(&path)?;
            discard(&path)?;
        }
    }
    open::create_by_rename(&path, |conn| {
        conn.execute_batch(&format!(
            "PRAGMA page_size = {};
             PRAGMA auto_vacuum = INCREMENTAL;
             PRAGMA application_id = {APPLICATION_ID};
             BEGIN;",
            pragmas::PAGE_BYTES
        ))?;
        conn.execute_batch(include_str!("001.sql"))?;
        conn.execute_batch(&format!("PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"))
    })?;
    check_open(&path)?;
    remove(&mark)
}

fn check_open(path: &Path) -> Result<(), LibraryError> {
    let fail = |err| LibraryError::sqlite(path, "opening it", err);
    let conn = pragmas::open_raw(path, Access::ReadWrite).map_err(fail)?;
    pragmas::set_up(&conn, Access::ReadWrite, 0).map_err(fail)?;
    let damaged = |detail: String| LibraryError::Damaged {
        path: path.to_owned(),
        detail,
    };
    let version = pragmas::get(&conn, "user_version").map_err(fail)?;
    if version != SCHEMA_VERSION {
        return Err(damaged(format!(
            "its schema is {version}, not {SCHEMA_VERSION}"
        )));
    }
    check::length(&conn, path)?;
    conn.execute_batch("SELECT max(seq) FROM thumb; SELECT max(post_id) FROM thumb;")
        .map_err(|err| match fail(err) {
            LibraryError::Sqlite { source, .. } => damaged(source.to_string()),
            other => other,
        })?;
    pragmas::use_wal(&conn).map_err(fail)
}

/// Renames `path`, and what SQLite may keep beside it, to the first name that is free.
fn set_aside(path: &Path) -> Result<(), LibraryError> {
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
        return Ok(());
    }
    Err(LibraryError::NotAFile {
        path: path.to_owned(),
    })
}

/// Removes our own thumbnails and what SQLite keeps beside them.
fn discard(path: &Path) -> Result<(), LibraryError> {
    remove(path)?;
    for suffix in ["-wal", "-shm", "-journal"] {
        remove(&check::beside(path, suffix))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), LibraryError> {
    match fs::remove_file(path) {
        Err(err) if err.kind() != std::io::ErrorKind::NotFound => {
            Err(LibraryError::io(path, "removing it", err))
        }
        _ => Ok(()),
    }
}
