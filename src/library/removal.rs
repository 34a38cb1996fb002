//! Taking a post out of the library, whatever the reason.

use rusqlite::Connection;

use super::change_log::ChangeLog;
use super::post::PostRow;
use super::post_tags::{self, Origin};
use super::{file, hand_marks, post, post_parent};
use crate::model::{PostId, TagId};

/// Deletes a post with all that is known of it; what the user set by hand is kept for
/// when its picture is imported again. Returns the posts whose parent it was.
pub(super) fn remove_post(
    conn: &Connection,
    log: &mut ChangeLog,
    id: PostId,
    row: &PostRow,
) -> rusqlite::Result<Vec<PostId>> {
    hand_marks::keep(conn, id, row)?;
    let mut tags: Vec<TagId> = post_tags::of_post(conn, id)?
        .into_iter()
        .filter(|it| it.1 != Origin::RemovedByUser)
        .map(|it| it.0)
        .collect();
    tags.sort_unstable();
    let children = post_parent::children(conn, id)?;
    for &child in &children {
        log.post(child);
    }
    file::delete_of_post(conn, id)?;
    post::delete(conn, id)?;
    log.remove_post(id, tags);
    Ok(children)
}
