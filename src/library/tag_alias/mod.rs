//! The table `tag_alias`: other names of tags.
//!
//! A name is never both a tag's and an alias, and an alias never stands for
//! another alias; `edits/aliases.rs` keeps it so.

use rusqlite::{Connection, OptionalExtension};

use super::tag;
use crate::model::TagId;

/// The name that `alias` stands for.
pub(super) fn target(conn: &Connection, alias: &str) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached(include_str!("target.sql"))?
        .query_row([alias], |row| row.get(0))
        .optional()
}

/// The aliases of a name, whether a tag has it or not.
pub(super) fn of_name(conn: &Connection, name: &str) -> rusqlite::Result<Vec<String>> {
    conn.prepare_cached(include_str!("of_name.sql"))?
        .query_map([name], |row| row.get(0))?
        .collect()
}

pub(super) fn is_any(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached(include_str!("is_any.sql"))?.exists([])
}

/// Adds or replaces.
pub(super) fn put(conn: &Connection, alias: &str, name: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("put.sql"))?
        .execute((alias, name))?;
    Ok(())
}

/// What stood for `from` stands for `to` now.
pub(super) fn redirect(conn: &Connection, from: &str, to: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("redirect.sql"))?
        .execute((from, to))?;
    Ok(())
}

pub(super) fn delete(conn: &Connection, alias: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete.sql"))?
        .execute([alias])?;
    Ok(())
}

/// `name`, or what it is an alias of.
pub(super) fn canonical(conn: &Connection, name: &str) -> rusqlite::Result<String> {
    Ok(target(conn, name)?.unwrap_or_else(|| name.to_owned()))
}

/// The tag of this name, or that it is an alias of.
pub(super) fn find(conn: &Connection, name: &str) -> rusqlite::Result<Option<TagId>> {
    if let Some(known) = tag::by_name(conn, name)? {
        return Ok(Some(known.id));
    }
    let known = match target(conn, name)? {
        Some(target) => tag::by_name(conn, &target)?,
        None => None,
    };
    Ok(known.map(|it| it.id))
}
