//! The tables `duplicate_pair` and `duplicate_decision`: what the user decided
//! about pictures that are alike.

use rusqlite::Connection;

use crate::model::PostId;

/// All pairs that are decided, the smaller id first.
pub(super) fn pairs(conn: &Connection) -> rusqlite::Result<Vec<(PostId, PostId)>> {
    conn.prepare_cached(include_str!("pairs.sql"))?
        .query_map([], |row| Ok((PostId(row.get(0)?), PostId(row.get(1)?))))?
        .collect()
}
