//! The table `former_post`: posts that were taken out of the library, and can come back.

use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, ToSql};
use serde::{Deserialize, Serialize};

use super::{SCHEMA_VERSION, TrashFile};
use crate::model::PostId;

/// How a record is written: the rows in it are those of a schema.
const VERSION: u8 = SCHEMA_VERSION as u8;

/// All that is known of a post that is not in the library any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormerPost {
    pub(super) id: PostId,
    /// Of each table that has rows of posts, the post itself first.
    pub(super) rows: Vec<Vec<Vec<Cell>>>,
    /// Posts whose parent it was.
    pub(super) children: Vec<PostId>,
}

impl FormerPost {
    pub fn id(&self) -> PostId {
        self.id
    }
}

/// A value of a row, as it can be written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl From<Value> for Cell {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Integer(number) => Self::Integer(number),
            Value::Real(number) => Self::Real(number),
            Value::Text(text) => Self::Text(text),
            Value::Blob(bytes) => Self::Blob(bytes),
        }
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Null => rusqlite::types::Null.to_sql(),
            Self::Integer(number) => number.to_sql(),
            Self::Real(number) => number.to_sql(),
            Self::Text(text) => text.to_sql(),
            Self::Blob(bytes) => bytes.to_sql(),
        }
    }
}

/// A former post, and what else it takes to bring it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptPost {
    pub post: FormerPost,
    /// That went to the trash with it.
    pub files: Vec<TrashFile>,
}

pub(super) fn insert(
    conn: &Connection,
    post: &FormerPost,
    files: &[TrashFile],
) -> rusqlite::Result<()> {
    // As `KeptPost` reads it.
    let record = postcard::to_extend(&(post, files), vec![VERSION])
        .map_err(|err| rusqlite::Error::ToSqlConversionFailure(Box::new(err)))?;
    conn.prepare_cached(include_str!("insert.sql"))?
        .execute((post.id.0, record))?;
    Ok(())
}

/// In the order in which they went. Those of another schema can't come back, and are
/// left out.
pub(super) fn all(conn: &Connection) -> rusqlite::Result<Vec<KeptPost>> {
    let mut select = conn.prepare_cached(include_str!("all.sql"))?;
    let records = select.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    let mut kept = Vec::new();
    for record in records {
        kept.extend(decode(&record?));
    }
    Ok(kept)
}

pub(super) fn is_any(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached(include_str!("is_any.sql"))?.exists([])
}

pub(super) fn delete(conn: &Connection, post: PostId) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("delete.sql"))?
        .execute([post.0])?;
    Ok(())
}

pub(super) fn clear(conn: &Connection) -> rusqlite::Result<()> {
    conn.prepare_cached(include_str!("clear.sql"))?
        .execute([])?;
    Ok(())
}

fn decode(record: &[u8]) -> Option<KeptPost> {
    let (&VERSION, record) = record.split_first()? else {
        return None;
    };
    let (kept, rest) = postcard::take_from_bytes(record).ok()?;
    rest.is_empty().then_some(kept)
}
