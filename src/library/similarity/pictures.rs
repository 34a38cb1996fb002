//! Of which pictures the rows are.
//!
//! A post's number says something in one history of `library.db` alone: where a
//! backup of it was put back, where it was made anew, or where this file is another
//! library's, the same number may be of another picture. So the picture of each post
//! is kept beside its rows, and the last commit of `library.db` up to which all rows
//! are known to be right. Where the journal has that commit, `library.db` is what
//! became of it, and nothing is looked at: no other post ever gets the number of one, and
//! of a post that gets another picture (a file that was edited) the rows go before that is
//! committed. Else every row is, once, and those of other pictures go.
//!
//! The commit is put forward with each row, since the row's post may be younger than
//! it, and before the journal forgets commits.

use roaring::RoaringBitmap;
use rusqlite::{Connection as Sqlite, OptionalExtension};

use super::{SIMILARITY, SimilarityStore};
use crate::library::{JournalState, LibraryError, Reader, pragmas};
use crate::model::{Md5, PostId};

/// Rows read or removed in one transaction.
const PAGE: usize = 1000;

/// What `library.db` says of some posts, of one moment.
pub(super) struct Known {
    state: JournalState,
    /// By post, where the md5 is known.
    pictures: Vec<(PostId, i64)>,
}

impl Known {
    /// Notes it beside rows of these posts, in the transaction that writes them.
    pub fn note(&self, conn: &Sqlite) -> rusqlite::Result<()> {
        let Self { state, pictures } = self;
        let mut put = conn.prepare_cached(include_str!("put_picture.sql"))?;
        for (post, picture) in pictures {
            put.execute((post.0, picture))?;
        }
        conn.prepare_cached(include_str!("advance_library.sql"))?
            .execute((state.number.cast_signed(), state.token.cast_signed()))?;
        Ok(())
    }
}

impl SimilarityStore {
    /// Asks `library.db` about posts of which rows are about to be written.
    pub(super) fn ask_library(
        &self,
        posts: impl Iterator<Item = PostId>,
    ) -> Result<Known, LibraryError> {
        self.library_reader()?.consistently(|reader| {
            let mut pictures = Vec::new();
            for post in posts {
                pictures.extend(picture_of(reader, post)?.map(|it| (post, it)));
            }
            Ok(Known {
                state: reader.journal_state()?,
                pictures,
            })
        })
    }

    /// Whether all rows are known to be of the pictures that posts have now.
    pub(in crate::library) fn is_right(&self) -> Result<bool, LibraryError> {
        let version = self.read("reading its version", SIMILARITY.schema_version, |conn| {
            pragmas::get(conn, "user_version")
        })?;
        if version != SIMILARITY.schema_version {
            return Ok(false);
        }
        let Some(known) = self.known_state()? else {
            return Ok(false);
        };
        let reader = self.library_reader()?;
        // Before the first commit there is no token, nor any post but in a library that
        // was made before there was a journal.
        if known.number == 0 {
            return Ok(reader.journal_state()? == known && reader.num_posts()? == 0);
        }
        Ok(reader.journal_token(known.number)? == Some(known.token))
    }

    /// Removes all rows that are not of the pictures that posts have now; returns of
    /// how many posts. Reads of all posts where that is not known already.
    pub(in crate::library) fn keep_right(&mut self) -> Result<u64, LibraryError> {
        if self.is_right()? {
            return Ok(0);
        }
        let reader = self.library_reader()?;
        let mut right = RoaringBitmap::new();
        let mut others = RoaringBitmap::new();
        let mut after: i64 = -1;
        loop {
            let page = self.pictures_after(after)?;
            // A transaction of its own for each would lock the log each time.
            reader.consistently(|reader| -> Result<(), LibraryError> {
                for &(post, picture) in &page {
                    after = i64::from(post.0);
                    if picture_of(reader, post)? == Some(picture) {
                        right.insert(post.0);
                    } else {
                        others.insert(post.0);
                    }
                }
                Ok(())
            })?;
            if page.len() < PAGE {
                break;
            }
        }
        for model in self.models()? {
            others |= self.posts(model.id)?;
            others |= self.failed_posts(model.id)?;
        }
        others -= right;
        let posts: Vec<PostId> = others.iter().map(PostId).collect();
        for page in posts.chunks(PAGE) {
            self.remove_posts(page)?;
        }
        // Read last, so that every post that was looked up is in it.
        let state = reader.journal_state()?;
        self.write("noting the library", |conn| {
            // What is like a post may be another picture too.
            conn.execute(include_str!("delete_remembered.sql"), [])?;
            conn.execute(
                include_str!("set_library.sql"),
                (state.number.cast_signed(), state.token.cast_signed()),
            )?;
            Ok(())
        })?;
        Ok(others.len())
    }

    /// Notes that what was right is right up to the last commit: before the journal
    /// forgets the one that is known.
    pub(in crate::library) fn follow_library(&self) -> Result<(), LibraryError> {
        if !self.is_right()? {
            return Ok(());
        }
        let known = self.ask_library(std::iter::empty())?;
        self.write("noting the library", |conn| known.note(conn))
    }

    fn library_reader(&self) -> Result<Reader, LibraryError> {
        self.library.brief_reader("pictures of embeddings")
    }

    fn known_state(&self) -> Result<Option<JournalState>, LibraryError> {
        self.read("reading which library it is of", None, |conn| {
            conn.prepare_cached(include_str!("library.sql"))?
                .query_row([], |row| {
                    Ok(JournalState {
                        number: row.get::<_, i64>(0)?.cast_unsigned(),
                        token: row.get::<_, i64>(1)?.cast_unsigned(),
                    })
                })
                .optional()
        })
    }

    fn pictures_after(&self, after: i64) -> Result<Vec<(PostId, i64)>, LibraryError> {
        self.read("reading pictures of posts", Vec::new(), |conn| {
            conn.prepare_cached(include_str!("pictures_after.sql"))?
                .query_map((after, PAGE as i64), |row| {
                    Ok((PostId(row.get(0)?), row.get(1)?))
                })?
                .collect()
        })
    }
}

/// As it is stored; `None` where there is no such post, or nobody knows its md5.
fn picture_of(reader: &Reader, post: PostId) -> Result<Option<i64>, LibraryError> {
    let Some(Md5(bytes)) = reader.post_md5(post)? else {
        return Ok(None);
    };
    let first = bytes.first_chunk().copied().unwrap_or_default();
    Ok(Some(i64::from_be_bytes(first)))
}
