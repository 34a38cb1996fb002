//! What is searched by text, gathered from the tables that hold it.

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::{Connection, Row, Rows};

use super::{PostTexts, file, path_bytes, post, source};
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

/// In order of post; those without any are left out. Each table is read once,
/// in that order.
pub(super) fn for_each(
    conn: &Connection,
    f: &mut dyn FnMut(PostId, &PostTexts),
) -> rusqlite::Result<()> {
    let mut paths = conn.prepare_cached(include_str!("paths.sql"))?;
    let mut paths = Cursor::start(paths.query([])?)?;
    let mut texts = conn.prepare_cached(include_str!("texts.sql"))?;
    let mut texts = Cursor::start(texts.query([])?)?;
    let mut sources = conn.prepare_cached(include_str!("sources.sql"))?;
    let mut sources = Cursor::start(sources.query([])?)?;
    let mut of_post = PostTexts::default();
    loop {
        let next = [paths.at, texts.at, sources.at].into_iter().flatten().min();
        let Some(id) = next else {
            return Ok(());
        };
        paths.take(id, |row| {
            of_post.paths.push(path(row)?);
            Ok(())
        })?;
        texts.take(id, |row| {
            of_post.text = Some(row.get(1)?);
            Ok(())
        })?;
        sources.take(id, |row| {
            of_post.sources.push(row.get(1)?);
            Ok(())
        })?;
        of_post.paths.sort_unstable();
        f(PostId(id), &of_post);
        of_post.paths.clear();
        of_post.text = None;
        of_post.sources.clear();
    }
}

fn path(row: &Row<'_>) -> rusqlite::Result<Vec<u8>> {
    let (folder, name) = (row.get_ref(1)?.as_blob()?, row.get_ref(2)?.as_blob()?);
    let path = path_bytes::join(folder, name);
    Ok(path.into_os_string().into_encoded_bytes())
}

/// Rows in order of post, of which the next is looked at before it is taken.
struct Cursor<'s> {
    rows: Rows<'s>,
    /// Post of the next row.
    at: Option<u32>,
}

impl<'s> Cursor<'s> {
    fn start(mut rows: Rows<'s>) -> rusqlite::Result<Self> {
        let at = post_of(rows.next()?)?;
        Ok(Self { rows, at })
    }

    /// Calls `f` with the rows of `post`, which are the next, or there are none.
    fn take(
        &mut self,
        post: u32,
        mut f: impl FnMut(&Row<'s>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        while self.at == Some(post) {
            if let Some(row) = self.rows.get() {
                f(row)?;
            }
            self.at = post_of(self.rows.next()?)?;
        }
        Ok(())
    }
}

fn post_of(row: Option<&Row<'_>>) -> rusqlite::Result<Option<u32>> {
    row.map(|it| it.get(0)).transpose()
}
