//! The tables `post` and `post_text`.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{PictureThere, PostColumns};
use crate::model::{FileFormat, Md5, PictureFacts, PostId, Rating};

/// A row of `post`, as it is stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct PostRow {
    pub md5: Option<Md5>,
    pub format: Option<FileFormat>,
    pub width: u32,
    pub height: u32,
    pub file_size: u64,
    pub is_animated: bool,
    pub is_missing: bool,
    pub rating: Option<Rating>,
    pub score: Option<i32>,
    pub fav_count: Option<u32>,
    pub created_at: Option<i64>,
    pub imported_at: i64,
    pub phash: Option<u64>,
    pub num_tags: u32,
    pub has_alpha: bool,
    pub color_hash: Option<u64>,
    pub is_favorite: bool,
    /// The user chose the rating.
    pub has_user_rating: bool,
    /// Only read; not compared with what a draft says, nor written.
    pub elsewhere: Elsewhere,
}

/// What other tables say of a post.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Elsewhere {
    pub has_source: bool,
    pub has_text: bool,
    pub num_files: u32,
    pub parent: Option<PostId>,
}

impl PostRow {
    pub fn set_picture(&mut self, facts: &PictureFacts) {
        let PictureFacts {
            format,
            width,
            height,
            is_animated,
            has_alpha,
            phash,
            color_hash,
            thumbnail: _,
        } = facts;
        self.format = Some(*format);
        self.width = *width;
        self.height = *height;
        self.is_animated = *is_animated;
        self.has_alpha = *has_alpha;
        self.phash = Some(*phash);
        self.color_hash = Some(*color_hash);
    }

    pub fn into_columns(self, id: PostId) -> PostColumns {
        PostColumns {
            id,
            md5: self.md5,
            format: self.format,
            width: self.width,
            height: self.height,
            file_size: self.file_size,
            is_animated: self.is_animated,
            has_alpha: self.has_alpha,
            is_missing: self.is_missing,
            is_favorite: self.is_favorite,
            has_source: self.elsewhere.has_source,
            has_text: self.elsewhere.has_text,
            num_files: self.elsewhere.num_files,
            parent: self.elsewhere.parent,
            rating: self.rating,
            score: self.score,
            fav_count: self.fav_count,
            created_at: self.created_at,
            imported_at: self.imported_at,
            phash: self.phash,
            num_tags: self.num_tags,
        }
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<(PostId, PostRow)> {
    let post = PostRow {
        md5: row.get::<_, Option<[u8; 16]>>(1)?.map(Md5),
        format: FileFormat::from_number(row.get(2)?),
        width: row.get(3)?,
        height: row.get(4)?,
        file_size: unsigned(row.get(5)?),
        is_animated: row.get(6)?,
        is_missing: row.get(7)?,
        rating: Rating::from_number(row.get(8)?),
        score: row.get(9)?,
        fav_count: row.get(10)?,
        created_at: row.get(11)?,
        imported_at: row.get(12)?,
        phash: row.get::<_, Option<i64>>(13)?.map(i64::cast_unsigned),
        num_tags: row.get(14)?,
        has_alpha: row.get(15)?,
        color_hash: row.get::<_, Option<i64>>(16)?.map(i64::cast_unsigned),
        is_favorite: row.get(17)?,
        elsewhere: Elsewhere {
            has_source: row.get(18)?,
            has_text: row.get(19)?,
            num_files: row.get(20)?,
            parent: row.get::<_, Option<u32>>(21)?.map(PostId),
        },
        has_user_rating: row.get(22)?,
    };
    Ok((PostId(row.get(0)?), post))
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

pub(super) fn count(conn: &Connection) -> rusqlite::Result<u64> {
    conn.prepare_cached(include_str!("count.sql"))?
        .query_row([], |row| row.get(0))
        .map(unsigned)
}

pub(super) fn for_each(conn: &Connection, f: &mut dyn FnMut(&PostColumns)) -> rusqlite::Result<()> {
    let mut all = conn.prepare_cached(include_str!("all.sql"))?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let (id, post) = read(row)?;
        f(&post.into_columns(id));
    }
    Ok(())
}

pub(super) fn for_each_hash(
    conn: &Connection,
    f: &mut dyn FnMut(PostId, u64, u64),
) -> rusqlite::Result<()> {
    read_hashes(conn, include_str!("hashes.sql"), f)
}

/// Only of posts that have a file that is there.
pub(super) fn for_each_hash_there(
    conn: &Connection,
    f: &mut dyn FnMut(PostId, u64, u64),
) -> rusqlite::Result<()> {
    read_hashes(conn, include_str!("hashes_there.sql"), f)
}

fn read_hashes(
    conn: &Connection,
    sql: &str,
    f: &mut dyn FnMut(PostId, u64, u64),
) -> rusqlite::Result<()> {
    let mut all = conn.prepare_cached(sql)?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        let (id, phash, color_hash): (u32, i64, Option<i64>) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let color_hash = color_hash.unwrap_or_default();
        f(
            PostId(id),
            phash.cast_unsigned(),
            color_hash.cast_unsigned(),
        );
    }
    Ok(())
}

pub(super) fn by_id(conn: &Connection, id: PostId) -> rusqlite::Result<Option<PostRow>> {
    conn.prepare_cached(include_str!("by_id.sql"))?
        .query_row([id.0], |row| Ok(read(row)?.1))
        .optional()
}

/// `None` where no file of the post is there.
pub(super) fn picture_there(
    conn: &Connection,
    id: PostId,
) -> rusqlite::Result<Option<PictureThere>> {
    conn.prepare_cached(include_str!("picture_there.sql"))?
        .query_row([id.0], |row| {
            Ok(PictureThere {
                width: row.get(0)?,
                height: row.get(1)?,
                format: FileFormat::from_number(row.get(2)?),
                file_size: unsigned(row.get(3)?),
                num_tags: row.get(4)?,
            })
        })
        .optional()
}

pub(super) fn id_by_md5(conn: &Connection, md5: Md5) -> rusqlite::Result<Option<PostId>> {
    conn.prepare_cached(include_str!("id_by_md5.sql"))?
        .query_row([md5.0], |row| row.get(0).map(PostId))
        .optional()
}

pub(super) fn md5_by_id(conn: &Connection, id: PostId) -> rusqlite::Result<Option<Md5>> {
    let md5 = conn
        .prepare_cached(include_str!("md5_by_id.sql"))?
        .query_row([id.0], |row| row.get::<_, Option<[u8; 16]>>(0))
        .optional()?;
    Ok(md5.flatten().map(Md5))
}

pub(super) fn insert(conn: &Connection, post: &PostRow) -> rusqlite::Result<PostId> {
    write(conn, include_str!("insert.sql"), post, None)?;
    // Ids are dense from 1; four thousand million of them are past any library.
    u32::try_from(conn.last_insert_rowid())
        .map(PostId)
        .map_err(|err| rusqlite::Error::FromSqlConversionFailure(0, Type::Integer, Box::new(err)))
}

pub(super) fn update(conn: &Connection, id: PostId, post: &PostRow) -> rusqlite::Result<()> {
    write(conn, include_str!("update.sql"), post, Some(id))
}

fn write(conn: &Connection, sql: &str, post: &PostRow, id: Option<PostId>) -> rusqlite::Result<()> {
    let PostRow {
        md5,
        format,
        width,
        height,
        file_size,
        is_animated,
        is_missing,
        rating,
        score,
        fav_count,
        created_at,
        imported_at,
        phash,
        num_tags,
        has_alpha,
        color_hash,
        is_favorite,
        has_user_rating,
        elsewhere: _,
    } = post;
    let values = params![
        md5.map(|it| it.0),
        format.map_or(0, FileFormat::number),
        width,
        height,
        signed(*file_size),
        is_animated,
        is_missing,
        rating.map_or(0, Rating::number),
        score,
        fav_count,
        created_at,
        imported_at,
        phash.map(u64::cast_signed),
        num_tags,
        has_alpha,
        color_hash.map(u64::cast_signed),
        is_favorite,
        has_user_rating,
    ];
    let mut statement = conn.prepare_cached(sql)?;
    match id {
        None => statement.execute(values)?,
        Some(id) => {
            let mut values = values.to_vec();
            values.push(&id.0);
            statement.execute(values.as_slice())?
        }
    };
    Ok(())
}

pub(super) fn text(conn: &Connection, id: PostId) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached(include_str!("text.sql"))?
        .query_row([id.0], |row| row.get(0))
        .optional()
}

pub(super) fn set_text(conn: &Connection, id: PostId, text: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("set_text.sql"))?
        .execute((id.0, text))?;
    Ok(())
}

pub(super) fn delete_text(conn: &Connection, id: PostId) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete_text.sql"))?
        .execute([id.0])?;
    Ok(())
}

/// Counts the tags of a post anew.
pub(super) fn recount_tags(conn: &Connection, id: PostId) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("recount_tags.sql"))?
        .execute([id.0])?;
    Ok(())
}

/// The files of the post must be gone.
pub(super) fn delete(conn: &Connection, id: PostId) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete.sql"))?
        .execute([id.0])?;
    Ok(())
}
