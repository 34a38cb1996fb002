//! `thumbs.db`: encoded thumbnails by post. All of it can be made again from
//! the pictures, so a damaged file is replaced by an empty one, and a limit
//! keeps it from filling the disk.

use std::path::PathBuf;

use rusqlite::{Connection as Sqlite, OptionalExtension, Transaction, TransactionBehavior};

use super::connection::Connection;
use super::rebuildable::Rebuildable;
use super::{LibraryError, pragmas};
use crate::model::PostId;

pub(super) const THUMBS: Rebuildable = Rebuildable {
    file: "thumbs.db",
    content: "thumbnails",
    // "Kobt".
    application_id: 0x4b6f_6274,
    schema_version: 1,
    page_bytes: pragmas::PAGE_BYTES,
    schema: include_str!("001.sql"),
    probe: "SELECT max(seq) FROM thumb; SELECT max(post_id) FROM thumb;",
    is_kept_aside: false,
};

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
            THUMBS.mark_damaged(&self.path, err);
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
