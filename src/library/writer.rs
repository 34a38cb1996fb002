use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::{Transaction, TransactionBehavior};

use super::batch::Batch;
use super::connection::Connection;
use super::error::EditError;
use super::path_bytes::{self, SplitPath};
use super::{
    Changes, Library, LibraryError, Outcome, ThumbStore, check, failure, file, journal, post,
    pragmas, root, saved_search, search_history,
};
use crate::message::FailedFile;
use crate::model::{FileStamp, PostDraft, PostId};

/// From this length of the write-ahead log on, a commit waits for readers to
/// finish so that the log can start anew, bytes. SQLite itself only tries to
/// (from 4 MB on), and goes on writing where a reader is in the way.
const WAL_LIMIT_BYTES: u64 = 16 << 20;

/// How long a commit waits for a reader then: a long read slows an import
/// down, rather than filling the disk.
const WAL_WAIT: std::time::Duration = std::time::Duration::from_millis(500);

/// A connection that writes; belongs to one thread.
///
/// Each method is one transaction, for which it waits for its turn among the
/// writers of the library: never longer than the others' transactions take, as
/// who waits comes next.
#[derive(Debug)]
pub struct Writer {
    conn: Connection,
    library: Library,
    /// Opened when first needed: many writers never see a thumbnail.
    thumbs: Option<ThumbStore>,
    brings_back: bool,
}

impl Writer {
    pub(super) fn new(conn: Connection, library: Library) -> Self {
        Self {
            conn,
            library,
            thumbs: None,
            brings_back: false,
        }
    }

    /// From now on, batches bring pictures back that the user took out of the library,
    /// or leave them out as before.
    pub fn bring_back(&mut self, is_wanted: bool) {
        self.brings_back = is_wanted;
    }

    /// Writes all drafts in one transaction; `thumbs.db` follows in one of its own.
    ///
    /// A draft of a known path with other bytes gives the post there another picture
    /// where nobody knows that, or makes the path belong to the post of the new md5: see
    /// `batch/edited.rs`. A draft of a known md5 with a new path is a second
    /// path, or, where the old path is gone, a move. Outcomes are in the order
    /// of the drafts. An error means that nothing was written; thumbnails that
    /// could not be stored are no error, as they can be made again.
    pub fn write_batch(
        &mut self,
        drafts: &[PostDraft],
    ) -> Result<(Vec<Outcome>, Changes), LibraryError> {
        let paths: Vec<Option<SplitPath>> = drafts
            .iter()
            .map(|it| it.file.as_ref().map(|file| path_bytes::split(&file.path)))
            .map(Option::transpose)
            .collect::<Result<_, _>>()?;
        // Before, so that no end of the program leaves what is made of another picture.
        let suspects = self.with_other_bytes(drafts, &paths)?;
        self.forget_pictures(&suspects, true);
        let (now, brings_back) = (now(), self.brings_back);
        let written = self.change("writing a batch of posts", |conn| {
            let mut batch = Batch::new(conn, now, brings_back)?;
            let drafts = drafts.iter().zip(paths.iter().map(Option::as_ref));
            let outcomes = batch.write_all(&drafts.collect::<Vec<_>>())?;
            Ok((outcomes, batch.into_changes()?))
        })?;
        self.write_thumbnails(drafts, &written.0);
        let changes = &written.1;
        let removed: Vec<PostId> = changes.removed_posts.iter().map(|it| it.id).collect();
        self.forget_pictures(&removed, true);
        // What was made of the old picture meanwhile.
        self.forget_pictures(&changes.other_pictures, false);
        Ok(written)
    }

    /// Posts at the paths of drafts that have another picture than these.
    fn with_other_bytes(
        &self,
        drafts: &[PostDraft],
        paths: &[Option<SplitPath>],
    ) -> Result<Vec<PostId>, LibraryError> {
        self.conn.run("looking for edited pictures", |conn| {
            let mut posts = Vec::new();
            for (draft, path) in drafts.iter().zip(paths) {
                if let (Some(path), Some(_), Some(_)) = (path, draft.md5, &draft.picture)
                    && let Some(row) = file::by_path(conn, path)?
                    && post::md5_by_id(conn, row.known.post)? != draft.md5
                {
                    posts.push(row.known.post);
                }
            }
            Ok(posts)
        })
    }

    /// Forgets what was made of the pictures of posts.
    fn forget_pictures(&mut self, posts: &[PostId], with_thumbnails: bool) {
        if posts.is_empty() {
            return;
        }
        if with_thumbnails {
            self.delete_thumbnails(posts);
        }
        self.delete_embeddings(posts);
    }

    /// Marks files as missing, or found again. Paths that are not known are passed over.
    pub fn mark_missing(
        &mut self,
        files: &[PathBuf],
        is_missing: bool,
    ) -> Result<Changes, LibraryError> {
        let paths: Vec<SplitPath> = files
            .iter()
            .map(|it| path_bytes::split(it))
            .collect::<Result<_, _>>()?;
        let ((), changes) = self.change("marking missing files", |conn| {
            let mut batch = Batch::new(conn, now(), false)?;
            for path in &paths {
                batch.mark_missing(path, is_missing)?;
            }
            Ok(((), batch.into_changes()?))
        })?;
        Ok(changes)
    }

    /// Remembers failures by path and stamp, replacing those of the same path.
    pub fn record_failures(
        &mut self,
        failures: &[(FailedFile, FileStamp)],
    ) -> Result<(), LibraryError> {
        let paths = all_bytes(failures.iter().map(|it| it.0.path.as_path()))?;
        self.transaction("recording failures", |conn| {
            for (path, (failed, stamp)) in paths.iter().zip(failures) {
                failure::put(conn, path, *stamp, &failed.reason, now())?;
            }
            Ok(())
        })
    }

    pub fn forget_failures(&mut self, paths: &[PathBuf]) -> Result<(), LibraryError> {
        let paths = all_bytes(paths.iter().map(PathBuf::as_path))?;
        self.transaction("forgetting failures", |conn| {
            for path in &paths {
                failure::delete(conn, path)?;
            }
            Ok(())
        })
    }

    /// Remembers `folder` as one that was imported: searching by file name
    /// takes paths from its name on.
    pub fn add_root(&mut self, folder: &Path) -> Result<(), LibraryError> {
        let folder: PathBuf = folder.components().collect();
        let folder = path_bytes::to_bytes(&folder)?;
        self.transaction("remembering a folder", |conn| {
            Ok(root::insert(conn, &folder)?)
        })
    }

    /// Gives a query a name, at the end of the list; a known name gets the query.
    pub fn save_search(&mut self, name: &str, query: &str) -> Result<(), LibraryError> {
        self.transaction("saving a search", |conn| {
            Ok(saved_search::put(conn, name, query)?)
        })
    }

    pub fn remove_saved_search(&mut self, name: &str) -> Result<(), LibraryError> {
        self.transaction("removing a saved search", |conn| {
            saved_search::delete(conn, name)
        })
    }

    /// An error where the new name is taken.
    pub fn rename_saved_search(&mut self, from: &str, to: &str) -> Result<(), LibraryError> {
        self.transaction("renaming a saved search", |conn| {
            saved_search::rename(conn, from, to)
        })
    }

    /// Puts one at place `index` of the list, from 0.
    pub fn move_saved_search(&mut self, name: &str, index: usize) -> Result<(), LibraryError> {
        self.transaction("moving a saved search", |conn| {
            saved_search::set_place(conn, name, index)
        })
    }

    /// Adds to the history, which keeps the latest 1,000.
    pub fn remember_search(&mut self, query: &str) -> Result<(), LibraryError> {
        self.transaction("remembering a search", |conn| {
            Ok(search_history::put(conn, query, now())?)
        })
    }

    pub fn forget_history(&mut self) -> Result<(), LibraryError> {
        self.transaction("forgetting searches", |conn| {
            Ok(search_history::delete_all(conn)?)
        })
    }

    /// Forgets what the journal holds up to `up_to`, where a snapshot stands
    /// that says the same. That commit's token stays.
    pub fn trim_journal(&mut self, up_to: u64) -> Result<(), LibraryError> {
        self.library.let_similarity_follow();
        self.transaction("trimming the journal", |conn| {
            Ok(journal::trim(conn, up_to)?)
        })
    }

    /// Bytes of all changes in the journal.
    pub fn journal_bytes(&self) -> Result<u64, LibraryError> {
        self.conn.run("measuring the journal", |conn| {
            journal::bytes_after(conn, 0)
        })
    }

    /// Gives its page caches back; returns bytes.
    pub fn shrink(&self) -> u64 {
        self.conn.shrink() + self.thumbs.as_ref().map_or(0, ThumbStore::shrink)
    }

    /// A transaction that changes what caches hold: it is in the journal then.
    pub(super) fn change<T>(
        &self,
        doing: &'static str,
        write: impl FnOnce(&rusqlite::Connection) -> Result<(T, Changes), EditError>,
    ) -> Result<(T, Changes), LibraryError> {
        self.transaction(doing, |conn| {
            let (value, mut changes) = write(conn)?;
            if changes != Changes::default() {
                changes.commit = journal::append(conn, &changes)?;
            }
            Ok((value, changes))
        })
    }

    pub(super) fn transaction<T>(
        &self,
        doing: &'static str,
        write: impl FnOnce(&rusqlite::Connection) -> Result<T, EditError>,
    ) -> Result<T, LibraryError> {
        let _turn = self.library.turn_to_write();
        let written = self.conn.run(doing, |conn| {
            let transaction = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
            match write(&transaction) {
                Ok(written) => {
                    transaction.commit()?;
                    Ok(Ok(written))
                }
                Err(EditError::Sqlite(err)) => Err(err),
                Err(EditError::Refused(refused)) => Ok(Err(refused)),
            }
        })??;
        self.keep_wal_short();
        Ok(written)
    }

    /// What was committed stays so whether this succeeds or not.
    fn keep_wal_short(&self) {
        let wal = check::beside(self.conn.path(), "-wal");
        if fs::metadata(wal).map_or(0, |it| it.len()) < WAL_LIMIT_BYTES {
            return;
        }
        match self.conn.run("shortening the write-ahead log", shorten_wal) {
            Ok(true) => {}
            Ok(false) => {
                tracing::debug!("a long read keeps the write-ahead log from starting anew");
            }
            Err(err) => tracing::warn!(%err, "the write-ahead log was not shortened"),
        }
    }

    fn write_thumbnails(&mut self, drafts: &[PostDraft], outcomes: &[Outcome]) {
        let thumbnails: Vec<(PostId, &[u8])> = drafts
            .iter()
            .zip(outcomes)
            .filter_map(|(draft, outcome)| {
                let bytes = draft.picture.as_ref()?.thumbnail.as_slice();
                (!bytes.is_empty()).then_some((outcome.post()?, bytes))
            })
            .collect();
        if thumbnails.is_empty() {
            return;
        }
        if let Err(err) = self.thumbs().and_then(|it| it.put(&thumbnails)) {
            tracing::warn!(%err, "thumbnails were not stored; they are made again when shown");
        }
    }

    pub(super) fn delete_thumbnails(&mut self, posts: &[PostId]) {
        if let Err(err) = self.thumbs().and_then(|it| it.remove(posts)) {
            tracing::warn!(%err, "thumbnails of deleted posts are still there");
        }
    }

    /// Where there are any; no file is made for it.
    pub(super) fn delete_embeddings(&mut self, posts: &[PostId]) {
        if !self.library.has_similarity() {
            return;
        }
        let store = self.library.similarity("writer");
        if let Err(err) = store.and_then(|mut it| it.remove_posts(posts)) {
            tracing::warn!(%err, "embeddings of deleted posts are still there");
        }
    }

    fn thumbs(&mut self) -> Result<&mut ThumbStore, LibraryError> {
        let thumbs = match self.thumbs.take() {
            Some(thumbs) => thumbs,
            None => self.library.connect_thumbs("writer")?,
        };
        Ok(self.thumbs.insert(thumbs))
    }
}

/// Whether the log starts anew; not while a reader needs it.
fn shorten_wal(conn: &rusqlite::Connection) -> rusqlite::Result<bool> {
    conn.busy_timeout(WAL_WAIT)?;
    let is_busy = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    conn.busy_timeout(pragmas::BUSY_TIMEOUT)?;
    is_busy.map(|it: bool| !it)
}

fn all_bytes<'a>(paths: impl Iterator<Item = &'a Path>) -> Result<Vec<Vec<u8>>, LibraryError> {
    paths.map(path_bytes::to_bytes).collect()
}

/// Seconds since 1970 UTC; 0 on a clock that is before it.
pub(super) fn now() -> i64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |it| i64::try_from(it.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_can_not_be_shortened_leaves_the_usual_patience() {
        let dir = tempfile::tempdir().unwrap();
        let conn = pragmas::create_raw(&dir.path().join("some.db")).unwrap();
        conn.busy_timeout(pragmas::BUSY_TIMEOUT).unwrap();
        conn.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE some (x);")
            .unwrap();
        let patience_ms = || pragmas::get(&conn, "busy_timeout").unwrap();
        let usual_ms = pragmas::BUSY_TIMEOUT.as_millis() as i64;
        assert!(shorten_wal(&conn).unwrap());
        assert_eq!(patience_ms(), usual_ms);
        // SQLite refuses it in the middle of a transaction.
        conn.execute_batch("BEGIN IMMEDIATE; INSERT INTO some VALUES (1);")
            .unwrap();
        assert!(shorten_wal(&conn).is_err());
        assert_eq!(patience_ms(), usual_ms);
    }
}
