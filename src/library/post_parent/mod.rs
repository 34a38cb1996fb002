//! The table `post_parent`: which post another belongs under.
//!
//! The reference is kept as the source gave it, and resolved once a post is
//! there that it names.

use rusqlite::{Connection, OptionalExtension};

use super::source::SiteId;
use crate::model::{Md5, PostId};

/// What a source calls the parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    Md5(Md5),
    Source(SiteId, u64),
}

/// A row of `post_parent`; no parent as long as none is known that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ParentRow {
    pub parent: Option<PostId>,
    pub reference: Reference,
}

pub(super) fn get(conn: &Connection, post: PostId) -> rusqlite::Result<Option<ParentRow>> {
    let row = conn
        .prepare_cached(include_str!("get.sql"))?
        .query_row([post.0], |row| {
            let md5 = row.get::<_, Option<[u8; 16]>>(1)?.map(Md5);
            let site = row.get::<_, Option<i64>>(2)?.map(SiteId);
            let source: Option<i64> = row.get(3)?;
            let reference = match (md5, site, source) {
                (Some(md5), _, _) => Some(Reference::Md5(md5)),
                (None, Some(site), Some(id)) => Some(Reference::Source(site, id.cast_unsigned())),
                _ => None,
            };
            let parent = row.get::<_, Option<u32>>(0)?.map(PostId);
            Ok(reference.map(|reference| ParentRow { parent, reference }))
        })
        .optional()?;
    Ok(row.flatten())
}

/// Adds or replaces.
pub(super) fn put(conn: &Connection, post: PostId, row: ParentRow) -> rusqlite::Result<()> {
    let ParentRow { parent, reference } = row;
    let (md5, site, source) = match reference {
        Reference::Md5(md5) => (Some(md5.0), None, None),
        Reference::Source(site, id) => (None, Some(site.0), Some(id.cast_signed())),
    };
    conn.prepare_cached(include_str!("put.sql"))?.execute((
        post.0,
        parent.map(|it| it.0),
        md5,
        site,
        source,
    ))?;
    Ok(())
}

/// Gives `parent` to the posts that were waiting for one of this name; returns them.
pub(super) fn resolve(
    conn: &Connection,
    reference: Reference,
    parent: PostId,
) -> rusqlite::Result<Vec<PostId>> {
    let read = |row: &rusqlite::Row<'_>| row.get(0).map(PostId);
    match reference {
        Reference::Md5(md5) => conn
            .prepare_cached(include_str!("resolve_md5.sql"))?
            .query_map((parent.0, md5.0), read)?
            .collect(),
        Reference::Source(site, id) => conn
            .prepare_cached(include_str!("resolve_source.sql"))?
            .query_map((parent.0, site.0, id.cast_signed()), read)?
            .collect(),
    }
}

/// Whether any post waits for its parent.
pub(super) fn is_any_waiting(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached(include_str!("is_any_waiting.sql"))?
        .exists([])
}

pub(super) fn children(conn: &Connection, parent: PostId) -> rusqlite::Result<Vec<PostId>> {
    conn.prepare_cached(include_str!("children.sql"))?
        .query_map([parent.0], |row| row.get(0).map(PostId))?
        .collect()
}
