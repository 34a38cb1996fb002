//! The table `post_tag`.

use rusqlite::{Connection, Statement};

use super::tag;
use crate::model::{Category, PostId, TagId};

/// Who gave a post a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Origin {
    /// An import; the next import of the same file may take it away.
    Imported = 0,
    /// The user: no import takes it away.
    User = 1,
    /// The user took it away: no import brings it back.
    RemovedByUser = 2,
}

impl Origin {
    /// A number that is none of these is the user's: what an import must leave alone.
    fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Imported,
            2 => Self::RemovedByUser,
            _ => Self::User,
        }
    }
}

pub(super) fn for_each(
    conn: &Connection,
    f: &mut dyn FnMut(PostId, TagId),
) -> rusqlite::Result<()> {
    let mut all = conn.prepare_cached(include_str!("all.sql"))?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        f(PostId(row.get(0)?), TagId(row.get(1)?));
    }
    Ok(())
}

/// In order of tag.
pub(super) fn of_post(conn: &Connection, post: PostId) -> rusqlite::Result<Vec<(TagId, Origin)>> {
    conn.prepare_cached(include_str!("of_post.sql"))?
        .query_map([post.0], |row| {
            Ok((TagId(row.get(0)?), Origin::from_number(row.get(1)?)))
        })?
        .collect()
}

/// In order of name.
pub(super) fn named(
    conn: &Connection,
    post: PostId,
) -> rusqlite::Result<Vec<(TagId, String, Category)>> {
    conn.prepare_cached(include_str!("named.sql"))?
        .query_map([post.0], |row| {
            Ok((TagId(row.get(0)?), row.get(1)?, tag::category(row.get(2)?)))
        })?
        .collect()
}

pub(super) fn insert(
    conn: &Connection,
    post: PostId,
    tags: impl IntoIterator<Item = TagId>,
    origin: Origin,
) -> rusqlite::Result<()> {
    let mut insert: rusqlite::CachedStatement<'_> =
        conn.prepare_cached(include_str!("insert.sql"))?;
    let insert: &mut Statement<'_> = &mut insert;
    for tag in tags {
        insert.execute((post.0, tag.0, origin as u8))?;
    }
    Ok(())
}

pub(super) fn delete(
    conn: &Connection,
    post: PostId,
    tags: impl IntoIterator<Item = TagId>,
) -> rusqlite::Result<()> {
    let mut delete = conn.prepare_cached(include_str!("delete.sql"))?;
    for tag in tags {
        delete.execute((post.0, tag.0))?;
    }
    Ok(())
}
