//! The table `tag_implication`: a post that gets the one tag gets the other too.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::tag_alias;

/// All that `names` imply, directly or not, without `names` themselves. Names
/// and answers are names of tags, not aliases.
pub(super) fn closure(
    conn: &Connection,
    names: &BTreeSet<String>,
) -> rusqlite::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<String> = names.iter().cloned().collect();
    while let Some(name) = waiting.pop() {
        for implied in implied(conn, &name)? {
            let implied = tag_alias::canonical(conn, &implied)?;
            if !names.contains(&implied) && found.insert(implied.clone()) {
                waiting.push(implied);
            }
        }
    }
    Ok(found)
}

fn implied(conn: &Connection, name: &str) -> rusqlite::Result<Vec<String>> {
    conn.prepare_cached(include_str!("implied.sql"))?
        .query_map([name], |row| row.get(0))?
        .collect()
}

pub(super) fn insert(conn: &Connection, name: &str, implied: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("insert.sql"))?
        .execute((name, implied))?;
    Ok(())
}

pub(super) fn delete(conn: &Connection, name: &str, implied: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete.sql"))?
        .execute((name, implied))?;
    Ok(())
}

/// What `from` implied or was implied by counts for `to` now.
pub(super) fn rename(conn: &Connection, from: &str, to: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("rename.sql"))?
        .execute((from, to))?;
    conn.prepare_cached(include_str!("rename_implied.sql"))?
        .execute((from, to))?;
    conn.prepare_cached(include_str!("delete_loops.sql"))?
        .execute([to])?;
    Ok(())
}
