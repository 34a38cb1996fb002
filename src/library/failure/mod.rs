//! The table `failure`: files that could not be imported.

use rusqlite::{Connection, OptionalExtension};

use super::path_bytes;
use super::post::signed;
use crate::message::FailedFile;
use crate::model::FileStamp;

pub(super) fn is_any(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached(include_str!("is_any.sql"))?
        .query_row([], |row| row.get(0))
}

/// In order of path.
pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<FailedFile>> {
    conn.prepare_cached(include_str!("all.sql"))?
        .query_map([], |row| {
            Ok(FailedFile {
                path: path_bytes::from_bytes(row.get_ref(0)?.as_blob()?),
                reason: row.get(1)?,
            })
        })?
        .collect()
}

/// Why this very version of the file could not be imported.
pub(super) fn reason(
    conn: &Connection,
    path: &[u8],
    stamp: FileStamp,
) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached(include_str!("of_version.sql"))?
        .query_row((path, signed(stamp.size), stamp.modified_ns), |row| {
            row.get(0)
        })
        .optional()
}

pub(super) fn put(
    conn: &Connection,
    path: &[u8],
    stamp: FileStamp,
    reason: &str,
    failed_at: i64,
) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("put.sql"))?.execute((
        path,
        signed(stamp.size),
        stamp.modified_ns,
        reason,
        failed_at,
    ))?;
    Ok(())
}

pub(super) fn delete_below(conn: &Connection, folder: &[u8]) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete_below.sql"))?
        .execute(path_bytes::below(folder))?;
    Ok(())
}

pub(super) fn delete(conn: &Connection, path: &[u8]) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete.sql"))?
        .execute([path])?;
    Ok(())
}
