//! The tables `tag` and `tag_spelling`.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension};

use super::TagRow;
use crate::model::{Category, TagId};

/// A number that no category has is read as general: a newer Kobako may know more.
pub(super) fn category(number: u8) -> Category {
    Category::from_number(number).unwrap_or_default()
}

pub(super) fn for_each(conn: &Connection, f: &mut dyn FnMut(TagRow<'_>)) -> rusqlite::Result<()> {
    let mut all = conn.prepare_cached(include_str!("all.sql"))?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        f(TagRow {
            id: TagId(row.get(0)?),
            name: row.get_ref(1)?.as_str()?,
            category: category(row.get(2)?),
            extended_category: row.get_ref(3)?.as_str_or_null()?,
        });
    }
    Ok(())
}

pub(super) fn by_name(
    conn: &Connection,
    name: &str,
) -> rusqlite::Result<Option<(TagId, Category)>> {
    conn.prepare_cached(include_str!("by_name.sql"))?
        .query_row([name], |row| {
            Ok((TagId(row.get(0)?), category(row.get(1)?)))
        })
        .optional()
}

pub(super) fn insert(conn: &Connection, name: &str, category: Category) -> rusqlite::Result<TagId> {
    conn.prepare_cached(include_str!("insert.sql"))?
        .execute((name, category.number()))?;
    u32::try_from(conn.last_insert_rowid())
        .map(TagId)
        .map_err(|err| rusqlite::Error::FromSqlConversionFailure(0, Type::Integer, Box::new(err)))
}

pub(super) fn set_category(
    conn: &Connection,
    id: TagId,
    category: Category,
) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("set_category.sql"))?
        .execute((id.0, category.number()))?;
    Ok(())
}

pub(super) fn add_spelling(conn: &Connection, id: TagId, spelling: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("add_spelling.sql"))?
        .execute((id.0, spelling))?;
    Ok(())
}

pub(super) fn spellings(conn: &Connection, id: TagId) -> rusqlite::Result<Vec<String>> {
    conn.prepare_cached(include_str!("spellings.sql"))?
        .query_map([id.0], |row| row.get(0))?
        .collect()
}

/// In order of alias; those of tags that are not there are left out.
pub(super) fn for_each_alias(
    conn: &Connection,
    f: &mut dyn FnMut(&str, TagId),
) -> rusqlite::Result<()> {
    let mut all = conn.prepare_cached(include_str!("aliases.sql"))?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        f(row.get_ref(0)?.as_str()?, TagId(row.get(1)?));
    }
    Ok(())
}
