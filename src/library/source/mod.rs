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

/// Whether it was not known yet.
pub(super) fn insert_post(
    conn: &Connection,
    post: PostId,
    source: &SourcePost,
) -> rusqlite::Result<bool> {
    let site: Option<i64> = conn
        .prepare_cached(include_str!("site_by_name.sql"))?
        .query_row([&source.site], |row| row.get(0))
        .optional()?;
    let site = match site {
        Some(site) => site,
        None => {
            conn.prepare_cached(include_str!("insert_site.sql"))?
                .execute([&source.site])?;
            conn.last_insert_rowid()
        }
    };
    let num_inserted = conn
        .prepare_cached(include_str!("insert_post.sql"))?
        .execute((site, source.id.cast_signed(), post.0))?;
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
