//! The table `file`: where a post's picture lies, and what it looked like then.

use rusqlite::{Connection, OptionalExtension, Row};

use super::KnownFile;
use super::folder::{self, FolderId};
use super::path_bytes::{self, SplitPath};
use super::post::{signed, unsigned};
use crate::model::{FileStamp, PostId};

/// A row of `file`.
#[derive(Clone, Debug)]
pub(super) struct FileRow {
    pub id: i64,
    pub known: KnownFile,
}

/// What is stored of a file besides its id.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewFile<'a> {
    pub path: &'a SplitPath,
    pub post: PostId,
    pub stamp: FileStamp,
    pub sidecar_stamp: i64,
}

fn read(row: &Row<'_>) -> rusqlite::Result<FileRow> {
    let folder = row.get_ref(1)?.as_blob()?;
    let name = row.get_ref(2)?.as_blob()?;
    Ok(FileRow {
        id: row.get(0)?,
        known: KnownFile {
            path: path_bytes::join(folder, name),
            post: PostId(row.get(3)?),
            stamp: FileStamp {
                size: unsigned(row.get(4)?),
                modified_ns: row.get(5)?,
            },
            sidecar_stamp: row.get(6)?,
            is_missing: row.get(7)?,
        },
    })
}

pub(super) fn by_path(conn: &Connection, path: &SplitPath) -> rusqlite::Result<Option<FileRow>> {
    conn.prepare_cached(include_str!("by_path.sql"))?
        .query_row((&path.folder, &path.name), read)
        .optional()
}

/// Those that are not missing come first, then in the order they were found.
pub(super) fn of_post(conn: &Connection, post: PostId) -> rusqlite::Result<Vec<FileRow>> {
    conn.prepare_cached(include_str!("of_post.sql"))?
        .query_map([post.0], read)?
        .collect()
}

/// Posts above `after` that have a file which is not missing, in order.
pub(super) fn posts_after(
    conn: &Connection,
    after: PostId,
    limit: u32,
) -> rusqlite::Result<Vec<PostId>> {
    conn.prepare_cached(include_str!("posts_after.sql"))?
        .query_map((after.0, limit), |row| Ok(PostId(row.get(0)?)))?
        .collect()
}

/// Ids between two looks at whether it is still wanted.
const POSTS_BETWEEN_LOOKS: usize = 4_096;

/// Posts of all files in `folder` or below it; `None` where `is_cancelled` said so.
pub(super) fn posts_below(
    conn: &Connection,
    folder: &[u8],
    is_cancelled: &dyn Fn() -> bool,
) -> rusqlite::Result<Option<Vec<PostId>>> {
    let (lower, upper) = path_bytes::below(folder);
    let mut below = conn.prepare_cached(include_str!("posts_below.sql"))?;
    let mut rows = below.query((folder, lower, upper))?;
    let mut posts = Vec::new();
    while let Some(row) = rows.next()? {
        posts.push(PostId(row.get(0)?));
        if posts.len().is_multiple_of(POSTS_BETWEEN_LOOKS) && is_cancelled() {
            return Ok(None);
        }
    }
    Ok(Some(posts))
}

/// All below the folder `root`, or `root` itself, in order of path.
pub(super) fn for_each_below(
    conn: &Connection,
    root: &[u8],
    itself: Option<&SplitPath>,
    f: &mut dyn FnMut(KnownFile),
) -> rusqlite::Result<()> {
    let (lower, upper) = path_bytes::below(root);
    let mut below = conn.prepare_cached(include_str!("below.sql"))?;
    let mut rows = below.query((
        root,
        lower,
        upper,
        itself.map(|it| &it.folder),
        itself.map(|it| &it.name),
        std::path::MAIN_SEPARATOR_STR,
    ))?;
    while let Some(row) = rows.next()? {
        f(read(row)?.known);
    }
    Ok(())
}

pub(super) fn insert(conn: &Connection, file: NewFile<'_>) -> rusqlite::Result<()> {
    let folder = folder::by_path_or_insert(conn, &file.path.folder)?;
    conn.prepare_cached(include_str!("insert.sql"))?.execute((
        folder.0,
        &file.path.name,
        file.post.0,
        signed(file.stamp.size),
        file.stamp.modified_ns,
        file.sidecar_stamp,
    ))?;
    Ok(())
}

/// Replaces all of row `id`; it is not missing then.
pub(super) fn update(conn: &Connection, id: i64, file: NewFile<'_>) -> rusqlite::Result<()> {
    let folder = folder::by_path_or_insert(conn, &file.path.folder)?;
    conn.prepare_cached(include_str!("update.sql"))?.execute((
        id,
        folder.0,
        &file.path.name,
        file.post.0,
        signed(file.stamp.size),
        file.stamp.modified_ns,
        file.sidecar_stamp,
    ))?;
    Ok(())
}

pub(super) fn set_missing(conn: &Connection, id: i64, is_missing: bool) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("set_missing.sql"))?
        .execute((id, is_missing))?;
    Ok(())
}

/// The next import reads it, whatever it finds there.
pub(super) fn distrust(conn: &Connection, id: i64) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("distrust.sql"))?
        .execute([id])?;
    Ok(())
}

pub(super) fn delete(conn: &Connection, id: i64) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete.sql"))?
        .execute([id])?;
    Ok(())
}

pub(super) fn delete_of_post(conn: &Connection, post: PostId) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete_of_post.sql"))?
        .execute([post.0])?;
    Ok(())
}

/// Of the files directly in a folder, those with a name after `after`, in order.
pub(super) fn in_folder(
    conn: &Connection,
    folder: &[u8],
    after: &[u8],
    limit: u32,
) -> rusqlite::Result<Vec<FileRow>> {
    conn.prepare_cached(include_str!("in_folder.sql"))?
        .query_map((folder, after, limit), read)?
        .collect()
}

/// No file of that folder may have its name.
pub(super) fn set_folder(conn: &Connection, id: i64, folder: FolderId) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("set_folder.sql"))?
        .execute((id, folder.0))?;
    Ok(())
}
