//! Gives all posts of some tags others instead, or none.
//!
//! There is no index by tag, so this reads all of `post_tag`, once, however
//! many tags are concerned: about a second for ten million rows.

use rusqlite::Connection;

use crate::model::TagId;

/// Posts of each first tag get the second instead, which must not be a first
/// one itself; or only lose it. Posts count their tags anew.
pub(super) fn run(
    conn: &Connection,
    tags: impl IntoIterator<Item = (TagId, Option<TagId>)>,
) -> rusqlite::Result<()> {
    conn.execute_batch(include_str!("make.sql"))?;
    let mut num_tags = 0_usize;
    for (tag, into) in tags {
        num_tags += 1;
        conn.prepare_cached(include_str!("insert_tag.sql"))?
            .execute((tag.0, into.map(|it| it.0)))?;
    }
    if num_tags == 0 {
        return Ok(());
    }
    conn.execute(include_str!("collect.sql"), [])?;
    conn.execute_batch(include_str!("apply.sql"))
}
