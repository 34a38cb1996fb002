//! The table `saved_search`: queries with names, in the user's order.

use rusqlite::Connection;

use super::LibraryError;
use super::error::EditError;
use crate::model::SavedSearch;

pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<SavedSearch>> {
    conn.prepare_cached(include_str!("all.sql"))?
        .query_map([], |row| {
            Ok(SavedSearch {
                name: row.get(0)?,
                query: row.get(1)?,
            })
        })?
        .collect()
}

/// Adds one at the end; a known name gets the query.
pub(super) fn put(conn: &Connection, name: &str, query: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("put.sql"))?
        .execute((name, query))?;
    Ok(())
}

pub(super) fn delete(conn: &Connection, name: &str) -> Result<(), EditError> {
    let num_deleted = conn
        .prepare_cached(include_str!("delete.sql"))?
        .execute([name])?;
    if num_deleted == 0 {
        return Err(no_such(name));
    }
    Ok(())
}

/// The new name must be free.
pub(super) fn rename(conn: &Connection, from: &str, to: &str) -> Result<(), EditError> {
    if from != to && exists(conn, to)? {
        return Err(EditError::Refused(LibraryError::SearchExists {
            name: to.to_owned(),
        }));
    }
    let num_renamed = conn
        .prepare_cached(include_str!("rename.sql"))?
        .execute((from, to))?;
    if num_renamed == 0 {
        return Err(no_such(from));
    }
    Ok(())
}

/// Puts one at place `index` among all, from 0.
pub(super) fn set_place(conn: &Connection, name: &str, index: usize) -> Result<(), EditError> {
    let mut names: Vec<String> = all(conn)?.into_iter().map(|it| it.name).collect();
    let Some(at) = names.iter().position(|it| it == name) else {
        return Err(no_such(name));
    };
    let moved = names.remove(at);
    names.insert(index.min(names.len()), moved);
    let mut set_position = conn.prepare_cached(include_str!("set_position.sql"))?;
    for (position, name) in (1_i64..).zip(&names) {
        set_position.execute((name, position))?;
    }
    Ok(())
}

fn exists(conn: &Connection, name: &str) -> rusqlite::Result<bool> {
    conn.prepare_cached(include_str!("exists.sql"))?
        .exists([name])
}

fn no_such(name: &str) -> EditError {
    EditError::Refused(LibraryError::NoSuchSearch {
        name: name.to_owned(),
    })
}
