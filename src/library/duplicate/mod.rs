//! The tables `duplicate_pair` and `duplicate_decision`: what the user decided
//! about pictures that are alike, and what that changed.

pub(super) mod record;

use rusqlite::Connection;

use crate::model::PostId;

/// All pairs that are decided, the smaller id first.
pub(super) fn pairs(conn: &Connection) -> rusqlite::Result<Vec<(PostId, PostId)>> {
    conn.prepare_cached(include_str!("pairs.sql"))?
        .query_map([], |row| Ok((PostId(row.get(0)?), PostId(row.get(1)?))))?
        .collect()
}

/// All pairs of `posts`, by a decision; those that are decided stay with theirs.
pub(super) fn insert_pairs(
    conn: &Connection,
    posts: &[PostId],
    decision: i64,
) -> rusqlite::Result<()> {
    let mut insert = conn.prepare_cached(include_str!("insert_pair.sql"))?;
    for (at, a) in posts.iter().enumerate() {
        for b in posts.iter().skip(at + 1) {
            insert.execute((a.min(b).0, a.max(b).0, decision))?;
        }
    }
    Ok(())
}

/// The pairs of `post` with each of `others`, by a decision.
pub(super) fn insert_pairs_with(
    conn: &Connection,
    post: PostId,
    others: &[PostId],
    decision: i64,
) -> rusqlite::Result<()> {
    for other in others.iter().filter(|it| **it != post) {
        insert_pairs(conn, &[post, *other], decision)?;
    }
    Ok(())
}

/// Those of a decision.
pub(super) fn delete_pairs(conn: &Connection, decision: i64) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete_pairs.sql"))?
        .execute([decision])?;
    Ok(())
}
