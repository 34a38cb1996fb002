//! What is searched by text, gathered from the tables that hold it.

use rusqlite::Connection;

use super::{PostTexts, file, post, source};
use crate::model::PostId;

pub(super) fn of_post(conn: &Connection, id: PostId) -> rusqlite::Result<PostTexts> {
    let files = file::of_post(conn, id)?.into_iter();
    let mut paths: Vec<Vec<u8>> = files
        .map(|it| it.known.path.into_os_string().into_encoded_bytes())
        .collect();
    paths.sort_unstable();
    Ok(PostTexts {
        paths,
        text: post::text(conn, id)?,
        sources: source::of_post(conn, id)?,
    })
}

/// In order of post; those without any are left out.
pub(super) fn for_each(
    conn: &Connection,
    f: &mut dyn FnMut(PostId, &PostTexts),
) -> rusqlite::Result<()> {
    let mut ids = conn.prepare_cached(include_str!("post/ids.sql"))?;
    let mut rows = ids.query([])?;
    while let Some(row) = rows.next()? {
        let id = PostId(row.get(0)?);
        let texts = of_post(conn, id)?;
        if texts != PostTexts::default() {
            f(id, &texts);
        }
    }
    Ok(())
}
