//! The tables `tag`, `tag_spelling` and `extended_category`.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension};

use super::{TagChange, TagRow};
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

/// What is known of a tag when it is looked up by name.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownTag {
    pub id: TagId,
    pub category: Category,
    pub has_extended_category: bool,
}

pub(super) fn by_name(conn: &Connection, name: &str) -> rusqlite::Result<Option<KnownTag>> {
    conn.prepare_cached(include_str!("by_name.sql"))?
        .query_row([name], |row| {
            Ok(KnownTag {
                id: TagId(row.get(0)?),
                category: category(row.get(1)?),
                has_extended_category: row.get(2)?,
            })
        })
        .optional()
}

/// As it is now; `None` where it is gone.
pub(super) fn by_id(conn: &Connection, id: TagId) -> rusqlite::Result<Option<TagChange>> {
    conn.prepare_cached(include_str!("by_id.sql"))?
        .query_row([id.0], |row| {
            Ok(TagChange {
                id: TagId(row.get(0)?),
                name: row.get(1)?,
                category: category(row.get(2)?),
                extended_category: row.get(3)?,
            })
        })
        .optional()
}

/// No other tag may have the name.
pub(super) fn rename(conn: &Connection, id: TagId, name: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("rename.sql"))?
        .execute((id.0, name))?;
    Ok(())
}

/// With its spellings; its posts are for [`super::retag`].
pub(super) fn delete(conn: &Connection, id: TagId) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete.sql"))?
        .execute([id.0])?;
    Ok(())
}

pub(super) fn move_spellings(conn: &Connection, from: TagId, into: TagId) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("move_spellings.sql"))?
        .execute((from.0, into.0))?;
    Ok(())
}

pub(super) fn set_extended_category(
    conn: &Connection,
    id: TagId,
    name: &str,
) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("insert_extended_category.sql"))?
        .execute([name])?;
    conn.prepare_cached(include_str!("set_extended_category.sql"))?
        .execute((id.0, name))?;
    Ok(())
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
