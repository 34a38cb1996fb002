//! The tables `pool` and `pool_post`.

use rusqlite::Connection;

use super::PoolQuery;
use crate::model::PostId;

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
