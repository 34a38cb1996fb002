//! ChibiBooru's `booru.db`, table by table, as it stands there.
//!
//! What its columns mean, as its own code uses them: `filepath` is relative to
//! its folder of pictures; `post_id` and `parent_id` are ids on the site that
//! `active_source` names; `phash` and `colorhash` are the hexadecimal texts of
//! the Python package ImageHash; times are UTC.

use std::ops::ControlFlow;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::database::{integer, text};
use super::{Database, ForeignError};

/// More of one image are not read.
const MAX_TAGS: i64 = 10_000;
const MAX_DELTAS: i64 = 10_000;

/// Longer metadata of one image is not read, bytes.
const MAX_METADATA_BYTES: i64 = 4 << 20;

/// An open library of ChibiBooru's.
#[derive(Debug)]
pub struct ChibiBooru {
    database: Database,
}

/// A row of `tags`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChibiTag {
    pub id: i64,
    pub name: String,
    pub category: Option<String>,
    pub extended_category: Option<String>,
}

/// A row of `images`, with what other tables say of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChibiImage {
    pub id: i64,
    pub filepath: Option<String>,
    pub md5: Option<String>,
    pub post_id: Option<i64>,
    pub parent_id: Option<i64>,
    pub active_source: Option<String>,
    pub score: Option<i64>,
    pub fav_count: Option<i64>,
    pub phash: Option<String>,
    pub colorhash: Option<String>,
    /// Pixels.
    pub width: Option<i64>,
    pub height: Option<i64>,
    pub ingested_at: Option<String>,
    /// Tag ids, with the `source` of `image_tags`.
    pub tags: Vec<(i64, String)>,
    /// JSON; empty where it is too long.
    pub metadata: Option<String>,
    /// In the order in which the user made them.
    pub deltas: Vec<ChibiDelta>,
}

/// A row of `tag_deltas`: what the user did by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChibiDelta {
    pub tag: String,
    pub category: Option<String>,
    pub is_added: bool,
}

/// A row of `pools`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChibiPool {
    pub id: i64,
    pub name: String,
    pub description: Option<String>,
}

/// A row of `tag_implications`, by names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChibiImplication {
    pub name: String,
    pub implied: String,
    /// Pending and rejected ones are not.
    pub is_active: bool,
}

impl ChibiBooru {
    /// Opens a `booru.db`; an error where it is none.
    pub fn open(path: &Path) -> Result<Self, ForeignError> {
        let database = Database::open(path)?;
        database.require_tables(&[
            "images",
            "tags",
            "image_tags",
            "raw_metadata",
            "pools",
            "pool_images",
            "favourites",
            "tag_implications",
            "tag_deltas",
            "local_tagger_predictions",
        ])?;
        Ok(Self { database })
    }

    pub fn path(&self) -> &Path {
        self.database.path()
    }

    pub fn num_images(&self) -> Result<u64, ForeignError> {
        self.count(include_str!("chibibooru/count_images.sql"))
    }

    pub fn num_predictions(&self) -> Result<u64, ForeignError> {
        self.count(include_str!("chibibooru/count_predictions.sql"))
    }

    /// Tags that no image has.
    pub fn num_unused_tags(&self) -> Result<u64, ForeignError> {
        self.count(include_str!("chibibooru/count_unused_tags.sql"))
    }

    fn count(&self, sql: &str) -> Result<u64, ForeignError> {
        let number: i64 = self
            .database
            .read(|conn| conn.query_row(sql, [], |row| row.get(0)))?;
        Ok(number.unsigned_abs())
    }

    /// The md5 of an image, as it is written there.
    pub fn md5_of(&self, image: i64) -> Result<Option<String>, ForeignError> {
        let found = self.database.read(|conn| {
            conn.prepare_cached(include_str!("chibibooru/md5.sql"))?
                .query_row([image], |row| text(row, 0))
                .optional()
        })?;
        Ok(found.flatten())
    }

    pub fn for_each_tag(&self, f: &mut dyn FnMut(ChibiTag)) -> Result<(), ForeignError> {
        self.database.read(|conn| {
            let mut tags = conn.prepare(include_str!("chibibooru/tags.sql"))?;
            let mut rows = tags.query([])?;
            while let Some(row) = rows.next()? {
                if let (Some(id), Some(name)) = (integer(row, 0)?, text(row, 1)?) {
                    f(ChibiTag {
                        id,
                        name,
                        category: text(row, 2)?,
                        extended_category: text(row, 3)?,
                    });
                }
            }
            Ok(())
        })
    }

    pub fn pools(&self) -> Result<Vec<ChibiPool>, ForeignError> {
        self.database.read(|conn| {
            let mut pools = Vec::new();
            let mut all = conn.prepare(include_str!("chibibooru/pools.sql"))?;
            let mut rows = all.query([])?;
            while let Some(row) = rows.next()? {
                if let (Some(id), Some(name)) = (integer(row, 0)?, text(row, 1)?) {
                    pools.push(ChibiPool {
                        id,
                        name,
                        description: text(row, 2)?,
                    });
                }
            }
            Ok(pools)
        })
    }

    /// Image, pool, and the image's place in it; in order of image.
    pub fn for_each_pool_image(
        &self,
        f: &mut dyn FnMut(i64, i64, i64),
    ) -> Result<(), ForeignError> {
        self.database.read(|conn| {
            let mut all = conn.prepare(include_str!("chibibooru/pool_images.sql"))?;
            let mut rows = all.query([])?;
            while let Some(row) = rows.next()? {
                if let (Some(image), Some(pool)) = (integer(row, 0)?, integer(row, 1)?) {
                    f(image, pool, integer(row, 2)?.unwrap_or_default());
                }
            }
            Ok(())
        })
    }

    /// Ids of images.
    pub fn favourites(&self) -> Result<Vec<i64>, ForeignError> {
        self.database.read(|conn| {
            conn.prepare(include_str!("chibibooru/favourites.sql"))?
                .query_map([], |row| integer(row, 0))?
                .filter_map(Result::transpose)
                .collect()
        })
    }

    /// The images that others name as their parent, by their `post_id`; the
    /// first comes first where several have the same.
    pub fn for_each_parent(&self, f: &mut dyn FnMut(i64, String)) -> Result<(), ForeignError> {
        self.database.read(|conn| {
            let mut all = conn.prepare(include_str!("chibibooru/parents.sql"))?;
            let mut rows = all.query([])?;
            while let Some(row) = rows.next()? {
                if let (Some(post), Some(md5)) = (integer(row, 0)?, text(row, 1)?) {
                    f(post, md5);
                }
            }
            Ok(())
        })
    }

    pub fn implications(&self) -> Result<Vec<ChibiImplication>, ForeignError> {
        self.database.read(|conn| {
            let mut implications = Vec::new();
            let mut all = conn.prepare(include_str!("chibibooru/implications.sql"))?;
            let mut rows = all.query([])?;
            while let Some(row) = rows.next()? {
                if let (Some(name), Some(implied)) = (text(row, 0)?, text(row, 1)?) {
                    implications.push(ChibiImplication {
                        name,
                        implied,
                        is_active: text(row, 2)?.is_none_or(|it| it == "active"),
                    });
                }
            }
            Ok(implications)
        })
    }

    /// All images in order of id, until `f` breaks off.
    pub fn for_each_image(
        &self,
        f: &mut dyn FnMut(ChibiImage) -> ControlFlow<()>,
    ) -> Result<(), ForeignError> {
        self.database.read(|conn| {
            let mut images = conn.prepare(include_str!("chibibooru/images.sql"))?;
            let mut rows = images.query([])?;
            while let Some(row) = rows.next()? {
                let Some(id) = integer(row, 0)? else {
                    continue;
                };
                let md5 = text(row, 2)?;
                let image = ChibiImage {
                    id,
                    filepath: text(row, 1)?,
                    post_id: integer(row, 3)?,
                    parent_id: integer(row, 4)?,
                    active_source: text(row, 5)?,
                    score: integer(row, 6)?,
                    fav_count: integer(row, 7)?,
                    phash: text(row, 8)?,
                    colorhash: text(row, 9)?,
                    width: integer(row, 10)?,
                    height: integer(row, 11)?,
                    ingested_at: text(row, 12)?,
                    tags: tags(conn, id)?,
                    metadata: metadata(conn, id)?,
                    deltas: match &md5 {
                        Some(md5) => deltas(conn, md5)?,
                        None => Vec::new(),
                    },
                    md5,
                };
                if f(image).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }
}

fn tags(conn: &Connection, image: i64) -> rusqlite::Result<Vec<(i64, String)>> {
    let mut tags = Vec::new();
    let mut all = conn.prepare_cached(include_str!("chibibooru/image_tags.sql"))?;
    let mut rows = all.query((image, MAX_TAGS))?;
    while let Some(row) = rows.next()? {
        if let Some(tag) = integer(row, 0)? {
            tags.push((tag, text(row, 1)?.unwrap_or_default()));
        }
    }
    Ok(tags)
}

fn metadata(conn: &Connection, image: i64) -> rusqlite::Result<Option<String>> {
    let found = conn
        .prepare_cached(include_str!("chibibooru/metadata.sql"))?
        .query_row((image, MAX_METADATA_BYTES), |row| text(row, 0))
        .optional()?;
    Ok(found.flatten())
}

fn deltas(conn: &Connection, md5: &str) -> rusqlite::Result<Vec<ChibiDelta>> {
    let mut deltas = Vec::new();
    let mut all = conn.prepare_cached(include_str!("chibibooru/deltas.sql"))?;
    let mut rows = all.query((md5, MAX_DELTAS))?;
    while let Some(row) = rows.next()? {
        if let Some(tag) = text(row, 0)? {
            deltas.push(ChibiDelta {
                tag,
                category: text(row, 1)?,
                is_added: text(row, 2)?.is_some_and(|it| it == "add"),
            });
        }
    }
    Ok(deltas)
}
