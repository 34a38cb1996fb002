use std::ops::ControlFlow;
use std::path::PathBuf;

use roaring::RoaringBitmap;
use rusqlite::{Connection as Sqlite, OptionalExtension, Row, Transaction, TransactionBehavior};

use super::{EmbeddingModel, SIMILARITY, vectors};
use crate::library::connection::Connection;
use crate::library::{Library, LibraryError};
use crate::model::{ModelId, PostId};

/// Rows read in one transaction: a long one would let the log grow while
/// embeddings are being made.
const ROWS_A_READ: u32 = 2000;

/// Answers that are remembered; the least recently found go.
const MAX_REMEMBERED: u32 = 2000;

/// Pages in the log before they are written into the database: 4 MB.
const LOG_PAGES: u32 = 256;

/// Takes a row: its number, its post, and its vector as it is stored
/// ([`decode`](super::decode) reads it).
pub type RowVisitor<'f> = dyn FnMut(u32, PostId, &[u8]) -> ControlFlow<()> + 'f;

/// Embeddings; one for each thread that needs them.
///
/// Each method that writes is one transaction. Where there is no file and none
/// can be made, or its rows may be of other pictures, there is nothing to read.
#[derive(Debug)]
pub struct SimilarityStore {
    /// `None` where there is no file and none can be made.
    conn: Option<Connection>,
    path: PathBuf,
    /// Says which pictures posts have; and who writes here holds its lock.
    pub(super) library: Library,
}

impl SimilarityStore {
    pub(in crate::library) fn new(
        conn: Connection,
        library: Library,
    ) -> Result<Self, LibraryError> {
        if library.read_only().is_none() {
            conn.run("opening it", |conn| {
                conn.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)
            })?;
        }
        Ok(Self {
            path: conn.path().to_owned(),
            conn: Some(conn),
            library,
        })
    }

    pub(in crate::library) fn without_file(path: PathBuf, library: Library) -> Self {
        Self {
            conn: None,
            path,
            library,
        }
    }

    /// Random; another one where the file was made anew.
    pub fn identity(&self) -> Result<[u8; 16], LibraryError> {
        self.read("reading the embeddings' identity", [0; 16], |conn| {
            conn.query_row(include_str!("identity.sql"), [], |row| row.get(0))
        })
    }

    /// Finds or adds a model; an error where it is known with another number of values.
    pub fn model(
        &mut self,
        key: &str,
        title: &str,
        dimensions: u32,
    ) -> Result<ModelId, LibraryError> {
        let known = self.model_by_key(key)?;
        let id = match known {
            Some((id, known)) if known == dimensions => {
                if self.library.read_only().is_none() {
                    self.write("naming a model", |conn| {
                        conn.prepare_cached(include_str!("set_title.sql"))?
                            .execute((id.0, title))
                    })?;
                }
                return Ok(id);
            }
            Some((_, known)) => {
                return Err(LibraryError::OtherDimensions {
                    key: key.to_owned(),
                    known,
                    given: dimensions,
                });
            }
            None => self.write("adding a model", |conn| {
                conn.prepare_cached(include_str!("insert_model.sql"))?
                    .insert((key, title, dimensions))
            })?,
        };
        Ok(ModelId(u32::try_from(id).unwrap_or(u32::MAX)))
    }

    /// The model of this key and how many values its embeddings have.
    pub fn model_by_key(&self, key: &str) -> Result<Option<(ModelId, u32)>, LibraryError> {
        self.read("looking up a model", None, |conn| {
            conn.prepare_cached(include_str!("model_by_key.sql"))?
                .query_row([key], |row| Ok((ModelId(row.get(0)?), row.get(1)?)))
                .optional()
        })
    }

    /// In the order in which they were added.
    pub fn models(&self) -> Result<Vec<EmbeddingModel>, LibraryError> {
        self.read("reading the models", Vec::new(), |conn| {
            conn.prepare_cached(include_str!("models.sql"))?
                .query_map([], |row| {
                    Ok(EmbeddingModel {
                        id: ModelId(row.get(0)?),
                        key: row.get(1)?,
                        title: row.get(2)?,
                        dimensions: row.get(3)?,
                        num_embeddings: row.get::<_, i64>(4)?.unsigned_abs(),
                    })
                })?
                .collect()
        })
    }

    /// Key and number of values.
    pub fn model_facts(&self, model: ModelId) -> Result<(String, u32), LibraryError> {
        let found = self.read("looking up a model", None, |conn| {
            conn.prepare_cached(include_str!("model_by_id.sql"))?
                .query_row([model.0], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })?;
        found.ok_or(LibraryError::NoSuchModel { id: model })
    }

    /// Forgets a model with all of its embeddings.
    pub fn remove_model(&mut self, model: ModelId) -> Result<(), LibraryError> {
        self.write("removing a model", |conn| {
            for sql in [
                include_str!("delete_of_model.sql"),
                include_str!("delete_failures_of_model.sql"),
                include_str!("delete_model.sql"),
            ] {
                conn.execute(sql, [model.0])?;
            }
            Ok(())
        })?;
        self.vacuum()
    }

    /// Adds or replaces embeddings, of any length other than 0: they are stored
    /// with length 1. An error means that nothing was written.
    pub fn put(&mut self, model: ModelId, rows: &[(PostId, &[f32])]) -> Result<(), LibraryError> {
        let (key, dimensions) = self.model_facts(model)?;
        let mut encoded = Vec::with_capacity(rows.len());
        for &(post, values) in rows {
            let given = u32::try_from(values.len()).unwrap_or(u32::MAX);
            if given != dimensions {
                return Err(LibraryError::OtherDimensions {
                    key,
                    known: dimensions,
                    given,
                });
            }
            let mut bytes = Vec::new();
            vectors::encode(values, &mut bytes)
                .map_err(|reason| LibraryError::NotAnEmbedding { post, reason })?;
            encoded.push((post, bytes));
        }
        let known = self.ask_library(rows.iter().map(|it| it.0))?;
        self.write("writing embeddings", |conn| {
            known.note(conn)?;
            let mut put = conn.prepare_cached(include_str!("put.sql"))?;
            let mut delete_failure = conn.prepare_cached(include_str!("delete_failure.sql"))?;
            for (post, bytes) in &encoded {
                put.execute((model.0, post.0, bytes))?;
                delete_failure.execute((model.0, post.0))?;
            }
            Ok(())
        })
    }

    /// Remembers pictures that can't be embedded, with the reasons.
    pub fn put_failures(
        &mut self,
        model: ModelId,
        failures: &[(PostId, String)],
    ) -> Result<(), LibraryError> {
        let known = self.ask_library(failures.iter().map(|it| it.0))?;
        self.write("recording failures", |conn| {
            known.note(conn)?;
            let mut put = conn.prepare_cached(include_str!("put_failure.sql"))?;
            for (post, reason) in failures {
                put.execute((model.0, post.0, reason))?;
            }
            Ok(())
        })
    }

    /// As [`Self::put_failures`], of one.
    pub fn put_failure(
        &mut self,
        model: ModelId,
        post: PostId,
        reason: &str,
    ) -> Result<(), LibraryError> {
        self.put_failures(model, &[(post, reason.to_owned())])
    }

    /// In order of post.
    pub fn failures(&self, model: ModelId) -> Result<Vec<(PostId, String)>, LibraryError> {
        self.read("reading failures", Vec::new(), |conn| {
            conn.prepare_cached(include_str!("failures.sql"))?
                .query_map([model.0], |row| Ok((PostId(row.get(0)?), row.get(1)?)))?
                .collect()
        })
    }

    /// Why the picture of a post can't be embedded, where it can't.
    pub fn failure(&self, model: ModelId, post: PostId) -> Result<Option<String>, LibraryError> {
        self.read("reading failures", None, |conn| {
            conn.prepare_cached(include_str!("failure.sql"))?
                .query_row((model.0, post.0), |row| row.get(0))
                .optional()
        })
    }

    /// Pictures that can't be embedded.
    pub fn num_failures(&self, model: ModelId) -> Result<u64, LibraryError> {
        self.read("counting failures", 0, |conn| {
            conn.prepare_cached(include_str!("count_failures.sql"))?
                .query_row([model.0], |row| row.get::<_, i64>(0))
                .map(i64::unsigned_abs)
        })
    }

    /// Lets all that failed be tried again.
    pub fn forget_failures(&mut self, model: ModelId) -> Result<(), LibraryError> {
        self.write("forgetting failures", |conn| {
            conn.execute(include_str!("delete_failures_of_model.sql"), [model.0])?;
            Ok(())
        })
    }

    /// Posts that have an embedding.
    pub fn posts(&self, model: ModelId) -> Result<RoaringBitmap, LibraryError> {
        self.post_ids(model, include_str!("posts.sql"))
    }

    /// Posts whose pictures can't be embedded.
    pub fn failed_posts(&self, model: ModelId) -> Result<RoaringBitmap, LibraryError> {
        self.post_ids(model, include_str!("failed_posts.sql"))
    }

    fn post_ids(&self, model: ModelId, sql: &str) -> Result<RoaringBitmap, LibraryError> {
        self.read(
            "reading which posts have embeddings",
            RoaringBitmap::new(),
            |conn| {
                let mut posts = RoaringBitmap::new();
                let mut statement = conn.prepare_cached(sql)?;
                let mut rows = statement.query([model.0])?;
                while let Some(row) = rows.next()? {
                    posts.insert(row.get(0)?);
                }
                Ok(posts)
            },
        )
    }

    /// The embedding of a post, of length 1.
    pub fn vector_of(
        &self,
        model: ModelId,
        post: PostId,
    ) -> Result<Option<Vec<f32>>, LibraryError> {
        self.read("reading an embedding", None, |conn| {
            conn.prepare_cached(include_str!("of_post.sql"))?
                .query_row((model.0, post.0), |row| {
                    let mut vector = Vec::new();
                    vectors::decode(blob(row, 0)?, &mut vector);
                    Ok(vector)
                })
                .optional()
        })
    }

    /// The embeddings of those of `posts` that have one, with their stored bytes,
    /// in the order of `posts`; all of one moment.
    pub fn for_each_vector_of(
        &self,
        model: ModelId,
        posts: &[PostId],
        f: &mut dyn FnMut(PostId, &[u8]),
    ) -> Result<(), LibraryError> {
        self.read("reading embeddings", (), |conn| {
            let _moment = Moment::begin(conn)?;
            let mut statement = conn.prepare_cached(include_str!("of_post.sql"))?;
            for &post in posts {
                let mut rows = statement.query((model.0, post.0))?;
                if let Some(row) = rows.next()? {
                    f(post, blob(row, 0)?);
                }
            }
            Ok(())
        })
    }

    /// The embedding of one number, replacing what is in `into`; `None` where
    /// it was replaced or removed.
    pub fn row(&self, number: u32, into: &mut Vec<f32>) -> Result<Option<PostId>, LibraryError> {
        let mut found = None;
        self.for_each_of(&[number], &mut |_, post, bytes| {
            vectors::decode(bytes, into);
            found = Some(post);
        })?;
        Ok(found)
    }

    /// Those of `numbers` that are still there, with their stored bytes, in the
    /// order of `numbers`; all of one moment.
    pub fn for_each_of(
        &self,
        numbers: &[u32],
        f: &mut dyn FnMut(u32, PostId, &[u8]),
    ) -> Result<(), LibraryError> {
        self.read("reading embeddings", (), |conn| {
            // A transaction of its own for each would lock the log each time.
            let _moment = Moment::begin(conn)?;
            let mut statement = conn.prepare_cached(include_str!("row.sql"))?;
            for &number in numbers {
                let mut rows = statement.query([number])?;
                if let Some(row) = rows.next()? {
                    f(number, PostId(row.get(0)?), blob(row, 1)?);
                }
            }
            Ok(())
        })
    }

    /// Rows of a model with a number above `after`, in order of number, until
    /// `f` breaks off. What is written meanwhile is seen or not.
    pub fn for_each_row(
        &self,
        model: ModelId,
        after: u32,
        f: &mut RowVisitor<'_>,
    ) -> Result<(), LibraryError> {
        let mut after = after;
        loop {
            let mut num_read = 0;
            let flow = self.read("reading embeddings", ControlFlow::Break(()), |conn| {
                let mut statement = conn.prepare_cached(include_str!("rows_after.sql"))?;
                let mut rows = statement.query((model.0, after, ROWS_A_READ))?;
                while let Some(row) = rows.next()? {
                    num_read += 1;
                    after = row.get(0)?;
                    let flow = f(after, PostId(row.get(1)?), blob(row, 2)?);
                    if flow.is_break() {
                        return Ok(flow);
                    }
                }
                Ok(ControlFlow::Continue(()))
            })?;
            if flow.is_break() || num_read < ROWS_A_READ {
                return Ok(());
            }
        }
    }

    /// The highest number of a model's embeddings; 0 where there are none.
    pub fn last_number(&self, model: ModelId) -> Result<u32, LibraryError> {
        let last = self.read("reading embeddings", None, |conn| {
            conn.prepare_cached(include_str!("last_number.sql"))?
                .query_row([model.0], |row| row.get(0))
        })?;
        Ok(last.unwrap_or(0))
    }

    /// How many of a model's embeddings have a number above `after`.
    pub fn num_after(&self, model: ModelId, after: u32) -> Result<u64, LibraryError> {
        self.read("counting embeddings", 0, |conn| {
            conn.prepare_cached(include_str!("count_after.sql"))?
                .query_row((model.0, after), |row| row.get::<_, i64>(0))
                .map(i64::unsigned_abs)
        })
    }

    /// The highest number that any embedding ever had.
    pub fn highest_number(&self) -> Result<u32, LibraryError> {
        let highest = self.read("reading embeddings", None, |conn| {
            conn.prepare_cached(include_str!("highest_number.sql"))?
                .query_row([], |row| row.get(0))
                .optional()
        })?;
        Ok(highest.unwrap_or(0))
    }

    /// Forgets all about posts that are gone.
    pub fn remove_posts(&mut self, posts: &[PostId]) -> Result<(), LibraryError> {
        self.write("removing embeddings", |conn| {
            for sql in [
                include_str!("delete_post.sql"),
                include_str!("delete_post_failures.sql"),
                include_str!("delete_post_remembered.sql"),
                include_str!("delete_post_picture.sql"),
            ] {
                let mut delete = conn.prepare_cached(sql)?;
                for post in posts {
                    delete.execute([post.0])?;
                }
            }
            Ok(())
        })
    }

    /// Keeps an answer: `question` tells it from other questions about the
    /// post, `state` is whatever tells later whether it still holds.
    pub fn remember(
        &mut self,
        post: PostId,
        question: &str,
        state: &str,
        results: &[u8],
    ) -> Result<(), LibraryError> {
        let known = self.ask_library(std::iter::once(post))?;
        self.write("remembering what was found", |conn| {
            known.note(conn)?;
            conn.prepare_cached(include_str!("remember.sql"))?
                .execute((post.0, question, state, results))?;
            conn.prepare_cached(include_str!("trim_remembered.sql"))?
                .execute([MAX_REMEMBERED])?;
            Ok(())
        })
    }

    /// `state` and `results`, as they were given to [`Self::remember`].
    pub fn remembered(
        &self,
        post: PostId,
        question: &str,
    ) -> Result<Option<(String, Vec<u8>)>, LibraryError> {
        self.read("reading what was found", None, |conn| {
            conn.prepare_cached(include_str!("remembered.sql"))?
                .query_row((post.0, question), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })
    }

    /// Bytes of the file on disk.
    pub fn file_bytes(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |it| it.len())
    }

    /// Gives its page cache back; returns bytes.
    pub fn shrink(&self) -> u64 {
        self.conn.as_ref().map_or(0, Connection::shrink)
    }

    pub(super) fn read<T>(
        &self,
        doing: &'static str,
        without_file: T,
        read: impl FnOnce(&Sqlite) -> rusqlite::Result<T>,
    ) -> Result<T, LibraryError> {
        match &self.conn {
            Some(conn) => self.noticing_damage(conn.run(doing, read)),
            None => Ok(without_file),
        }
    }

    pub(super) fn write<T>(
        &self,
        doing: &'static str,
        write: impl FnOnce(&Sqlite) -> rusqlite::Result<T>,
    ) -> Result<T, LibraryError> {
        let (Some(conn), None) = (&self.conn, self.library.read_only()) else {
            let reason = match self.library.read_only() {
                Some(reason) => reason.to_owned(),
                None => format!("{} is not there", self.path.display()),
            };
            return Err(LibraryError::ReadOnly { reason });
        };
        self.noticing_damage(conn.run(doing, |conn| {
            let transaction = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
            let written = write(&transaction)?;
            transaction.commit()?;
            Ok(written)
        }))
    }

    /// Gives the pages of what was removed back to the disk.
    fn vacuum(&self) -> Result<(), LibraryError> {
        self.read("making the file smaller", (), |conn| {
            // Frees a page a step.
            let mut vacuum = conn.prepare_cached("PRAGMA incremental_vacuum")?;
            let mut steps = vacuum.query([])?;
            while steps.next()?.is_some() {}
            Ok(())
        })
    }

    fn noticing_damage<T>(&self, result: Result<T, LibraryError>) -> Result<T, LibraryError> {
        if let Err(err) = &result
            && err.is_damage()
            && self.library.read_only().is_none()
        {
            SIMILARITY.mark_damaged(&self.path, err);
        }
        result
    }
}

fn blob<'r>(row: &'r Row<'_>, index: usize) -> rusqlite::Result<&'r [u8]> {
    let value = row.get_ref(index)?;
    value.as_blob().map_err(|_| {
        rusqlite::Error::InvalidColumnType(index, "vector".to_owned(), value.data_type())
    })
}

/// What is read while it lives is of one moment.
struct Moment<'c> {
    /// `None` inside another.
    conn: Option<&'c Sqlite>,
}

impl<'c> Moment<'c> {
    fn begin(conn: &'c Sqlite) -> rusqlite::Result<Self> {
        if !conn.is_autocommit() {
            return Ok(Self { conn: None });
        }
        conn.execute_batch("BEGIN")?;
        Ok(Self { conn: Some(conn) })
    }
}

impl Drop for Moment<'_> {
    fn drop(&mut self) {
        if let Some(conn) = self.conn
            && let Err(err) = conn.execute_batch("COMMIT")
        {
            tracing::warn!(%err, "a read did not end as it should");
        }
    }
}
