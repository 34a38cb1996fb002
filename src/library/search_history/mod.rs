//! The table `search_history`: the queries that were asked last, each once.

use rusqlite::Connection;

use super::RecentSearch;
use super::post::{signed, unsigned};

/// So many are kept.
const MAX_SEARCHES: u32 = 1000;

/// The latest first.
pub(super) fn latest(conn: &Connection, limit: usize) -> rusqlite::Result<Vec<RecentSearch>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    conn.prepare_cached(include_str!("latest.sql"))?
        .query_map([limit], |row| {
            Ok(RecentSearch {
                query: row.get(0)?,
                last_used_at: row.get(1)?,
                num_uses: unsigned(row.get(2)?),
            })
        })?
        .collect()
}

pub(super) fn put(conn: &Connection, query: &str, now: i64) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("put.sql"))?
        .execute((query, now))?;
    conn.prepare_cached(include_str!("trim.sql"))?
        .execute([signed(MAX_SEARCHES.into())])?;
    Ok(())
}

pub(super) fn delete_all(conn: &Connection) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete_all.sql"))?
        .execute([])?;
    Ok(())
}
