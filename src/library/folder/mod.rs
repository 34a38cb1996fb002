//! The table `folder`: each folder's path once, as bytes.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension};

use super::path_bytes;
use super::post::unsigned;

/// A rowid of `folder`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FolderId(pub i64);

/// Those that have files, with how many.
pub(super) fn for_each(conn: &Connection, f: &mut dyn FnMut(&Path, u64)) -> rusqlite::Result<()> {
    let mut counts = conn.prepare_cached(include_str!("counts.sql"))?;
    let mut rows = counts.query([])?;
    while let Some(row) = rows.next()? {
        let path = path_bytes::from_bytes(row.get_ref(0)?.as_blob()?);
        f(&path, unsigned(row.get(1)?));
    }
    Ok(())
}

/// Of each post with more than one file, the folders of its files: one for each file.
pub(super) fn for_each_shared(
    conn: &Connection,
    f: &mut dyn FnMut(&[PathBuf]),
) -> rusqlite::Result<()> {
    let mut shared = conn.prepare_cached(include_str!("shared.sql"))?;
    let mut rows = shared.query([])?;
    let mut current: Option<i64> = None;
    let mut folders: Vec<PathBuf> = Vec::new();
    while let Some(row) = rows.next()? {
        let post = row.get(0)?;
        if current != Some(post) && !folders.is_empty() {
            f(&folders);
            folders.clear();
        }
        current = Some(post);
        folders.push(path_bytes::from_bytes(row.get_ref(1)?.as_blob()?));
    }
    if !folders.is_empty() {
        f(&folders);
    }
    Ok(())
}

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

/// Folder `path` and those below it, in order of path, with how many files lie directly
/// in each.
pub(super) fn below(conn: &Connection, path: &[u8]) -> rusqlite::Result<Vec<(PathBuf, u64)>> {
    let (lower, upper) = path_bytes::below(path);
    conn.prepare_cached(include_str!("below_counts.sql"))?
        .query_map((path, lower, upper), |row| {
            let path = path_bytes::from_bytes(row.get_ref(0)?.as_blob()?);
            Ok((path, unsigned(row.get(1)?)))
        })?
        .collect()
}

/// Those of `path` and below it that have no files.
pub(super) fn delete_empty(conn: &Connection, path: &[u8]) -> rusqlite::Result<()> {
    let (lower, upper) = path_bytes::below(path);
    conn.prepare_cached(include_str!("delete_empty.sql"))?
        .execute((path, lower, upper))?;
    Ok(())
}
