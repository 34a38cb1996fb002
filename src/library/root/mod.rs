//! The table `root`: folders that were imported, as bytes.

use rusqlite::Connection;

pub(super) fn insert(conn: &Connection, path: &[u8]) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("insert.sql"))?
        .execute([path])?;
    Ok(())
}

pub(super) fn delete(conn: &Connection, path: &[u8]) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete.sql"))?
        .execute([path])?;
    Ok(())
}

pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<Vec<u8>>> {
    conn.prepare_cached(include_str!("all.sql"))?
        .query_map([], |row| row.get(0))?
        .collect()
}
