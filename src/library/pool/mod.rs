//! The tables `pool` and `pool_post`.

use rusqlite::{Connection, OptionalExtension};

use super::PoolQuery;
use crate::model::{PoolDraft, PostId};

/// In order of the pools' names, then of the pool; a post of two comes twice.
pub(super) fn posts(conn: &Connection, query: &PoolQuery) -> rusqlite::Result<Vec<PostId>> {
    let mut found = Vec::new();
    for (id, name) in all(conn)? {
        if query.matches(id, &name) {
            let mut posts = conn.prepare_cached(include_str!("posts.sql"))?;
            let rows = posts.query_map([id], |row| row.get(0).map(PostId))?;
            for post in rows {
                found.push(post?);
            }
        }
    }
    Ok(found)
}

fn all(conn: &Connection) -> rusqlite::Result<Vec<(u32, String)>> {
    conn.prepare_cached(include_str!("all.sql"))?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Puts a post into a pool, which is made where there is none of that name;
/// whether that is news.
pub(super) fn put_post(
    conn: &Connection,
    post: PostId,
    draft: &PoolDraft,
) -> rusqlite::Result<bool> {
    let PoolDraft {
        name,
        title,
        description,
        position,
    } = draft;
    let known: Option<i64> = conn
        .prepare_cached(include_str!("by_name.sql"))?
        .query_row([name], |row| row.get(0))
        .optional()?;
    let mut num_changed = 0;
    let pool = match known {
        Some(pool) => {
            if let Some(description) = description {
                num_changed += conn
                    .prepare_cached(include_str!("describe.sql"))?
                    .execute((pool, description))?;
            }
            pool
        }
        None => {
            conn.prepare_cached(include_str!("insert.sql"))?
                .execute((name, title, description))?;
            conn.last_insert_rowid()
        }
    };
    num_changed += conn
        .prepare_cached(include_str!("put_post.sql"))?
        .execute((pool, post.0, position))?;
    Ok(num_changed > 0)
}

/// Puts `to` into all pools that `from` is in, at the same places; not where it is in
/// one already.
pub(super) fn copy_post(conn: &Connection, from: PostId, to: PostId) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("copy_post.sql"))?
        .execute((from.0, to.0))?;
    Ok(())
}
