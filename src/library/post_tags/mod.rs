//! The table `post_tag`.

use rusqlite::{Connection, Statement};

use super::tag;
use crate::model::{Category, PostId, TagId, TagOrigin};

/// Who gave a post a tag, or took it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Origin {
    /// A source or a sidecar; the next import of the same file may take it away.
    Source = 0,
    /// The user: no import takes it away.
    User = 1,
    /// The user took it away: no import brings it back.
    RemovedByUser = 2,
    /// A program guessed it.
    Inferred = 3,
    /// Another tag implies it.
    Implied = 4,
}

impl Origin {
    /// A number that is none of these is the user's: what an import must leave alone.
    pub fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Source,
            2 => Self::RemovedByUser,
            3 => Self::Inferred,
            4 => Self::Implied,
            _ => Self::User,
        }
    }

    /// Where two say that a post has a tag, the one that counts.
    pub fn stronger(self, other: Self) -> Self {
        let weight = |it: Self| match it {
            Self::User => 4,
            Self::Source => 3,
            Self::Inferred => 2,
            Self::Implied => 1,
            Self::RemovedByUser => 0,
        };
        if weight(other) > weight(self) {
            other
        } else {
            self
        }
    }
}

impl From<TagOrigin> for Origin {
    fn from(origin: TagOrigin) -> Self {
        match origin {
            TagOrigin::Source => Self::Source,
            TagOrigin::User => Self::User,
            TagOrigin::Inferred => Self::Inferred,
            TagOrigin::Implied => Self::Implied,
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

/// Whether a post besides this one has the tag, or had it taken away by the user;
/// reads all of `post_tag` where none has.
pub(super) fn is_on_another(conn: &Connection, tag: TagId, post: PostId) -> rusqlite::Result<bool> {
    conn.prepare_cached(include_str!("is_on_another.sql"))?
        .exists((tag.0, post.0))
}

pub(super) fn insert(
    conn: &Connection,
    post: PostId,
    tags: impl IntoIterator<Item = (TagId, Origin)>,
) -> rusqlite::Result<()> {
    let mut insert: rusqlite::CachedStatement<'_> =
        conn.prepare_cached(include_str!("insert.sql"))?;
    let insert: &mut Statement<'_> = &mut insert;
    for (tag, origin) in tags {
        insert.execute((post.0, tag.0, origin as u8))?;
    }
    Ok(())
}

/// `false` where the post has it, or had it taken away.
pub(super) fn insert_new(
    conn: &Connection,
    post: PostId,
    tag: TagId,
    origin: Origin,
) -> rusqlite::Result<bool> {
    let num = conn
        .prepare_cached(include_str!("insert_new.sql"))?
        .execute((post.0, tag.0, origin as u8))?;
    Ok(num > 0)
}

pub(super) fn set_origin(
    conn: &Connection,
    post: PostId,
    tag: TagId,
    origin: Origin,
) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("set_origin.sql"))?
        .execute((post.0, tag.0, origin as u8))?;
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
