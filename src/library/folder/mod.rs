//! The table `folder`: each folder's path once, as bytes.

use rusqlite::{Connection, OptionalExtension};

/// A rowid of `folder`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FolderId(pub i64);

pub(super) fn by_path(conn: &Connection, path: &[u8]) -> rusqlite::Result<Option<FolderId>> {
    conn.prepare_cached(include_str!("by_path.sql"))?
        .query_row([path], |row| row.get(0).map(FolderId))
        .optional()
}

pub(super) fn by_path_or_insert(conn: &Connection, path: &[u8]) -> rusqlite::Result<FolderId> {
    if let Some(id) = by_path(conn, path)? {
        return Ok(id);
    }
    conn.prepare_cached(include_str!("insert.sql"))?
        .execute([path])?;
    Ok(FolderId(conn.last_insert_rowid()))
}
