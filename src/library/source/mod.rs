//! The tables `post_source`, `site` and `source_post`, and the view `source_md5`.

use rusqlite::{Connection, OptionalExtension};

use crate::model::{Md5, PostId, SourcePost};

pub(super) fn of_post(conn: &Connection, post: PostId) -> rusqlite::Result<Vec<String>> {
    conn.prepare_cached(include_str!("of_post.sql"))?
        .query_map([post.0], |row| row.get(0))?
        .collect()
}

pub(super) fn insert(
    conn: &Connection,
    post: PostId,
    position: usize,
    source: &str,
) -> rusqlite::Result<()> {
    let position = i64::try_from(position).unwrap_or(i64::MAX);
    conn.prepare_cached(include_str!("insert.sql"))?
        .execute((post.0, position, source))?;
    Ok(())
}

/// Takes all sources of a post away; its posts on sites stay.
pub(super) fn delete_of_post(conn: &Connection, post: PostId) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete_of_post.sql"))?
        .execute([post.0])?;
    Ok(())
}

pub(super) fn delete_post(
    conn: &Connection,
    post: PostId,
    source: &SourcePost,
) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete_post.sql"))?
        .execute((&source.site, source.id.cast_signed(), post.0))?;
    Ok(())
}

/// A rowid of `site`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SiteId(pub i64);

pub(super) fn site_or_insert(conn: &Connection, name: &str) -> rusqlite::Result<SiteId> {
    let known: Option<i64> = conn
        .prepare_cached(include_str!("site_by_name.sql"))?
        .query_row([name], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(SiteId(id));
    }
    conn.prepare_cached(include_str!("insert_site.sql"))?
        .execute([name])?;
    Ok(SiteId(conn.last_insert_rowid()))
}

/// Whether it was not known yet.
pub(super) fn insert_post(
    conn: &Connection,
    post: PostId,
    site: SiteId,
    source_id: u64,
) -> rusqlite::Result<bool> {
    let num_inserted = conn
        .prepare_cached(include_str!("insert_post.sql"))?
        .execute((site.0, source_id.cast_signed(), post.0))?;
    Ok(num_inserted > 0)
}

/// In order of id.
pub(super) fn posts_by_source(
    conn: &Connection,
    source: &SourcePost,
) -> rusqlite::Result<Vec<PostId>> {
    conn.prepare_cached(include_str!("posts_by_source.sql"))?
        .query_map((&source.site, source.id.cast_signed()), |row| {
            row.get(0).map(PostId)
        })?
        .collect()
}

pub(super) fn source_posts_of_post(
    conn: &Connection,
    post: PostId,
) -> rusqlite::Result<Vec<SourcePost>> {
    conn.prepare_cached(include_str!("source_posts_of_post.sql"))?
        .query_map([post.0], |row| {
            Ok(SourcePost {
                site: row.get(0)?,
                id: row.get::<_, i64>(1)?.cast_unsigned(),
            })
        })?
        .collect()
}

pub(super) fn md5_by_source(conn: &Connection, source: &SourcePost) -> rusqlite::Result<Vec<Md5>> {
    conn.prepare_cached(include_str!("md5_by_source.sql"))?
        .query_map((&source.site, source.id.cast_signed()), |row| {
            row.get(0).map(Md5)
        })?
        .collect()
}
