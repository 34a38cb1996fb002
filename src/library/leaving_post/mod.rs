//! The table `leaving_post`: posts whose files are on their way to the trash.

use rusqlite::Connection;

use crate::model::PostId;

/// In order.
pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<PostId>> {
    conn.prepare_cached(include_str!("all.sql"))?
        .query_map([], |row| row.get(0).map(PostId))?
        .collect()
}

pub(super) fn insert(conn: &Connection, post: PostId) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("insert.sql"))?
        .execute([post.0])?;
    Ok(())
}

/// It is known of all of them what became of their files.
pub(super) fn clear(conn: &Connection) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("clear.sql"))?
        .execute([])?;
    Ok(())
}
