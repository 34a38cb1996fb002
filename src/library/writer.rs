use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::{Transaction, TransactionBehavior};

use super::batch::Batch;
use super::connection::Connection;
use super::open::WriterSlot;
use super::path_bytes::{self, SplitPath};
use super::{Changes, LibraryError, Outcome, ThumbStore, check, failure, pragmas, root};
use crate::message::FailedFile;
use crate::model::{FileStamp, PostDraft, PostId};

/// From this length of the write-ahead log on, a commit waits for readers to
/// finish so that the log can start anew, bytes. SQLite itself only tries to
/// (from 4 MB on), and goes on writing where a reader is in the way.
const WAL_LIMIT_BYTES: u64 = 16 << 20;

/// How long a commit waits for a reader then: a long read slows an import
/// down, rather than filling the disk.
const WAL_WAIT: std::time::Duration = std::time::Duration::from_millis(500);

/// The one connection that writes.
#[derive(Debug)]
pub struct Writer {
    conn: Connection,
    thumbs: ThumbStore,
    _slot: WriterSlot,
}

impl Writer {
    pub(super) fn new(conn: Connection, thumbs: ThumbStore, slot: WriterSlot) -> Self {
        Self {
            conn,
            thumbs,
            _slot: slot,
        }
    }

    /// Writes all drafts in one transaction; `thumbs.db` follows in one of its own.
    ///
    /// A draft of a known path with other bytes makes that path belong to the
    /// post of the new md5. A draft of a known md5 with a new path is a second
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
        let now = now();
        let written = self.transaction("writing a batch of posts", |conn| {
            let mut batch = Batch::new(conn, now);
            let mut outcomes = Vec::with_capacity(drafts.len());
            for (draft, path) in drafts.iter().zip(&paths) {
                outcomes.push(batch.write(draft, path.as_ref())?);
            }
            Ok((outcomes, batch.into_changes()?))
        })?;
        self.write_thumbnails(drafts, &written.0);
        Ok(written)
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
        self.transaction("marking missing files", |conn| {
            let mut batch = Batch::new(conn, now());
            for path in &paths {
                batch.mark_missing(path, is_missing)?;
            }
            batch.into_changes()
        })
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
        self.transaction("remembering a folder", |conn| root::insert(conn, &folder))
    }

    /// Gives its page caches back; returns bytes.
    pub fn shrink(&self) -> u64 {
        self.conn.shrink() + self.thumbs.shrink()
    }

    fn transaction<T>(
        &self,
        doing: &'static str,
        write: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LibraryError> {
        let written = self.conn.run(doing, |conn| {
            let transaction = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
            let written = write(&transaction)?;
            transaction.commit()?;
            Ok(written)
        })?;
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
                (!bytes.is_empty()).then_some((outcome.post(), bytes))
            })
            .collect();
        if let Err(err) = self.thumbs.put(&thumbnails) {
            tracing::warn!(%err, "thumbnails were not stored; they are made again when shown");
        }
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
fn now() -> i64 {
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
        let conn = rusqlite::Connection::open(dir.path().join("some.db")).unwrap();
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
