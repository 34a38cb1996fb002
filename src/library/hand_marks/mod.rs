//! The table `hand_marks`: what the user set by hand of pictures that are not in the
//! library any more, for when they are imported again.
//!
//! Tags are kept by name, since a tag may be renamed or merged meanwhile; one that is
//! gone by then stays so. Of very many pictures, only the last that went are known.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::change_log::ChangeLog;
use super::post::PostRow;
use super::post_tags::{self, Origin};
use super::{tag, tag_alias};
use crate::model::{Md5, PostId, Rating};

/// Pictures that are remembered; at about a hundred bytes each, 5 MB.
const NUM_KEPT: i64 = 50_000;

/// How marks are written; what is written otherwise is as good as not there.
const VERSION: u8 = 1;

/// What the user set by hand of one post.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HandMarks {
    is_favorite: bool,
    /// The number of the rating, where the user chose it; 0 is none.
    rating: Option<u8>,
    added_tags: Vec<String>,
    removed_tags: Vec<String>,
}

impl HandMarks {
    pub fn of(conn: &Connection, id: PostId, row: &PostRow) -> rusqlite::Result<Self> {
        let mut marks = Self {
            is_favorite: row.is_favorite,
            rating: row
                .has_user_rating
                .then(|| row.rating.map_or(0, Rating::number)),
            ..Self::default()
        };
        for (tag, origin) in post_tags::of_post(conn, id)? {
            let names = match origin {
                Origin::User => &mut marks.added_tags,
                Origin::RemovedByUser => &mut marks.removed_tags,
                Origin::Source | Origin::Inferred | Origin::Implied => continue,
            };
            names.extend(tag::by_id(conn, tag)?.map(|it| it.name));
        }
        Ok(marks)
    }

    /// Gives them to a post, whose row is written by who calls. What the user said of
    /// that post itself counts for more.
    pub fn put_on(
        &self,
        conn: &Connection,
        log: &mut ChangeLog,
        id: PostId,
        row: &mut PostRow,
    ) -> rusqlite::Result<()> {
        let Self {
            is_favorite,
            rating,
            added_tags,
            removed_tags,
        } = self;
        row.is_favorite |= is_favorite;
        if let Some(rating) = rating
            && !row.has_user_rating
        {
            row.rating = Rating::from_number(*rating);
            row.has_user_rating = true;
        }
        let known = post_tags::of_post(conn, id)?;
        let said = (added_tags.iter().map(|it| (it, Origin::User)))
            .chain(removed_tags.iter().map(|it| (it, Origin::RemovedByUser)));
        for (name, origin) in said {
            let Some(tag) = tag_alias::find(conn, name)? else {
                continue;
            };
            let is_added = origin == Origin::User;
            match known.iter().find(|it| it.0 == tag).map(|it| it.1) {
                Some(Origin::User | Origin::RemovedByUser) => {}
                Some(_) => {
                    post_tags::set_origin(conn, id, tag, origin)?;
                    if !is_added {
                        log.post(id).remove_tag(tag);
                        row.num_tags = row.num_tags.saturating_sub(1);
                    }
                }
                None => {
                    // Two names may have become one tag.
                    if post_tags::insert_new(conn, id, tag, origin)? && is_added {
                        log.post(id).add_tag(tag);
                        row.num_tags += 1;
                    }
                }
            }
        }
        Ok(())
    }
}

pub(super) fn is_any(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached(include_str!("is_any.sql"))?.exists([])
}

/// Remembers what the user set by hand of a post, if that is anything.
pub(super) fn keep(conn: &Connection, id: PostId, row: &PostRow) -> rusqlite::Result<()> {
    let Some(md5) = row.md5 else {
        return Ok(());
    };
    let marks = HandMarks::of(conn, id, row)?;
    if marks == HandMarks::default() {
        return Ok(());
    }
    let record = postcard::to_extend(&marks, vec![VERSION])
        .map_err(|err| rusqlite::Error::ToSqlConversionFailure(Box::new(err)))?;
    conn.prepare_cached(include_str!("put.sql"))?
        .execute((md5.0, record))?;
    conn.prepare_cached(include_str!("trim.sql"))?
        .execute([NUM_KEPT])?;
    Ok(())
}

/// What is remembered of a picture.
pub(super) fn get(conn: &Connection, md5: Md5) -> rusqlite::Result<Option<HandMarks>> {
    let record: Option<Vec<u8>> = conn
        .prepare_cached(include_str!("get.sql"))?
        .query_row([md5.0], |row| row.get(0))
        .optional()?;
    Ok(record.and_then(|it| decode(&it)))
}

/// The picture is in the library again.
pub(super) fn forget(conn: &Connection, md5: Md5) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete.sql"))?
        .execute([md5.0])?;
    Ok(())
}

fn decode(record: &[u8]) -> Option<HandMarks> {
    let (&VERSION, record) = record.split_first()? else {
        return None;
    };
    let (marks, rest) = postcard::take_from_bytes(record).ok()?;
    rest.is_empty().then_some(marks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::pragmas;

    /// The table as `upgrades/006.sql` makes it.
    fn empty() -> (tempfile::TempDir, Connection) {
        let dir = tempfile::tempdir().unwrap();
        let conn = pragmas::create_raw(&dir.path().join("test.db")).unwrap();
        conn.execute_batch(include_str!("../upgrades/006.sql"))
            .unwrap();
        (dir, conn)
    }

    #[test]
    fn the_oldest_go_where_there_are_too_many() {
        let (_dir, conn) = empty();
        let md5 = |number: i64| {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&number.to_be_bytes());
            Md5(bytes)
        };
        let record = postcard::to_extend(&HandMarks::default(), vec![VERSION]).unwrap();
        let mut put = conn.prepare(include_str!("put.sql")).unwrap();
        conn.execute_batch("BEGIN").unwrap();
        for number in 0..NUM_KEPT + 10 {
            put.execute((md5(number).0, &record)).unwrap();
        }
        let num_gone = conn.execute(include_str!("trim.sql"), [NUM_KEPT]).unwrap();
        assert_eq!(num_gone, 10);
        assert_eq!(get(&conn, md5(9)).unwrap(), None);
        assert!(get(&conn, md5(10)).unwrap().is_some());
        forget(&conn, md5(10)).unwrap();
        assert_eq!(get(&conn, md5(10)).unwrap(), None);
    }

    #[test]
    fn what_is_written_otherwise_is_as_good_as_not_there() {
        let marks = HandMarks {
            rating: Some(2),
            added_tags: vec!["猫".to_owned()],
            ..HandMarks::default()
        };
        let mut record = postcard::to_extend(&marks, vec![VERSION]).unwrap();
        assert_eq!(decode(&record), Some(marks));
        assert_eq!(decode(&[]), None);
        assert_eq!(decode(&record[..record.len() - 1]), None);
        record[0] = VERSION + 1;
        assert_eq!(decode(&record), None);
    }
}
