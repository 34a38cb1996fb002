//! The table `deleted_post`: pictures that the user took out of the library.

use rusqlite::Connection;

use crate::model::Md5;

pub(super) fn contains(conn: &Connection, md5: Md5) -> rusqlite::Result<bool> {
    conn.prepare_cached(include_str!("contains.sql"))?
        .exists([md5.0])
}

pub(super) fn is_any(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached(include_str!("is_any.sql"))?.exists([])
}

pub(super) fn insert(conn: &Connection, md5: Md5) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("insert.sql"))?
        .execute([md5.0])?;
    Ok(())
}

pub(super) fn delete(conn: &Connection, md5: Md5) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete.sql"))?
        .execute([md5.0])?;
    Ok(())
}

/// In order.
pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<Md5>> {
    conn.prepare_cached(include_str!("all.sql"))?
        .query_map([], |row| row.get(0).map(Md5))?
        .collect()
}
