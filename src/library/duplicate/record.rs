//! What a decision about duplicates changed, as the log holds it.

use std::path::PathBuf;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::library::path_bytes;
use crate::model::{FileStamp, PostId, TagId};

/// How a [`DuplicateRecord`] is written. Grows with every change of what it holds.
const VERSION: u8 = 1;

/// A decision, with all that is needed to take it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DuplicateRecord {
    /// The posts of the pairs are pictures of their own. Where only one is named, it
    /// was singled out of a group.
    NotDuplicates {
        posts: Vec<PostId>,
    },
    Merged(MergeRecord),
}

/// What merging changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeRecord {
    pub keep: PostId,
    pub others: Vec<PostId>,
    /// Tags that became the user's word for the kept post, with the number of the
    /// origin that they had there before.
    pub tags: Vec<(TagId, Option<u8>)>,
    /// Tags that were made for it.
    pub new_tags: Vec<TagId>,
    pub sources: Vec<String>,
    /// Site and number there.
    pub source_posts: Vec<(String, u64)>,
    /// It became a favourite.
    pub is_favorite: bool,
    /// The number of the rating that it got, and whether a user had chosen it.
    pub rating: Option<(u8, bool)>,
    /// The text that it got.
    pub text: Option<String>,
    /// Files of the others that were to go to the trash.
    pub files: Vec<TrashFile>,
}

/// A file that goes to the trash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrashFile {
    #[serde(with = "as_bytes")]
    pub path: PathBuf,
    #[serde(with = "as_numbers")]
    pub stamp: FileStamp,
    pub state: TrashState,
}

/// How far it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrashState {
    /// Where the program ended meanwhile, it may be there or not.
    Planned,
    /// `item` is the name under which the trash has it, where that is known.
    InTrash { item: Option<Vec<u8>> },
    /// It stayed where it is, for this reason.
    Refused(String),
}

/// The last decision that was not taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastDecision {
    pub number: i64,
    pub record: DuplicateRecord,
}

mod as_bytes {
    use std::path::{Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

    use super::path_bytes;

    pub fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        path_bytes::to_bytes(path)
            .map_err(ser::Error::custom)?
            .serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
        Vec::<u8>::deserialize(deserializer).map(|it| path_bytes::from_bytes(&it))
    }
}

mod as_numbers {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::model::FileStamp;

    pub fn serialize<S: Serializer>(stamp: &FileStamp, serializer: S) -> Result<S::Ok, S::Error> {
        (stamp.size, stamp.modified_ns).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FileStamp, D::Error> {
        let (size, modified_ns) = Deserialize::deserialize(deserializer)?;
        Ok(FileStamp { size, modified_ns })
    }
}

fn encode(record: &DuplicateRecord) -> rusqlite::Result<Vec<u8>> {
    postcard::to_extend(record, vec![VERSION])
        .map_err(|err| rusqlite::Error::ToSqlConversionFailure(Box::new(err)))
}

/// `None` where it is of another version, or damaged.
fn decode(bytes: &[u8]) -> Option<DuplicateRecord> {
    let (&VERSION, bytes) = bytes.split_first()? else {
        return None;
    };
    let (record, rest) = postcard::take_from_bytes(bytes).ok()?;
    rest.is_empty().then_some(record)
}

/// Returns the number of the decision.
pub(in crate::library) fn insert(
    conn: &Connection,
    record: &DuplicateRecord,
    now: i64,
) -> rusqlite::Result<i64> {
    conn.prepare_cached(include_str!("insert_decision.sql"))?
        .execute((now, encode(record)?))?;
    Ok(conn.last_insert_rowid())
}

pub(in crate::library) fn update(
    conn: &Connection,
    number: i64,
    record: &DuplicateRecord,
) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("update_decision.sql"))?
        .execute((number, encode(record)?))?;
    Ok(())
}

/// `Some(Err)` with its number where it can't be understood.
pub(in crate::library) fn last(
    conn: &Connection,
) -> rusqlite::Result<Option<Result<LastDecision, i64>>> {
    let mut last = conn.prepare_cached(include_str!("last_decision.sql"))?;
    let mut rows = last.query([])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let number = row.get(0)?;
    let record = decode(row.get_ref(1)?.as_blob()?);
    Ok(Some(
        record
            .map(|record| LastDecision { number, record })
            .ok_or(number),
    ))
}

pub(in crate::library) fn delete(conn: &Connection, number: i64) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete_decision.sql"))?
        .execute([number])?;
    Ok(())
}

/// Forgets all but the latest `num`.
pub(in crate::library) fn trim(conn: &Connection, num: u32) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("trim_decisions.sql"))?
        .execute([num])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_as_it_was() {
        let file = |path: &str, state| TrashFile {
            path: PathBuf::from(path),
            stamp: FileStamp {
                size: 7,
                modified_ns: -3,
            },
            state,
        };
        let record = DuplicateRecord::Merged(MergeRecord {
            keep: PostId(3),
            others: vec![PostId(1)],
            tags: vec![(TagId(5), Some(4)), (TagId(6), None)],
            new_tags: vec![TagId(6)],
            sources: vec!["x".to_owned()],
            source_posts: vec![("danbooru".to_owned(), u64::MAX)],
            is_favorite: true,
            rating: Some((2, true)),
            text: Some(String::new()),
            files: vec![
                file("/a/b", TrashState::Planned),
                file("/c", TrashState::InTrash { item: None }),
                file("/d", TrashState::Refused("busy".to_owned())),
            ],
        });
        let bytes = encode(&record).unwrap();
        assert_eq!(decode(&bytes), Some(record));
        for len in 0..bytes.len() {
            assert_eq!(decode(&bytes[..len]), None, "{len}");
        }
    }
}
