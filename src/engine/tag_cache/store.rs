//! Where the cache's snapshot lies, and how the cache comes from it.
//!
//! Opening takes the snapshot and follows the journal from there; where either
//! is not to be had, the tables are read. Renewing makes a snapshot of the one
//! before and the journal since, away from the engine's thread.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::snapshot::{Snapshot, SnapshotError, SnapshotId};
use super::storage::Residence;
use super::{BuildError, TagCache};
use crate::library::{JournalRead, LibraryError, Reader};
use crate::memory::{self, Component};

const FILE_NAME: &str = "tag_cache.snapshot";

/// Makes caches of one library.
#[derive(Clone, Debug)]
pub struct CacheStore {
    path: PathBuf,
    /// The library's folder must stay as it is.
    is_read_only: bool,
    /// Arrays of more bytes than this are mapped instead of held.
    held_limit_bytes: u64,
}

/// What a cache was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The snapshot and so many commits after it.
    Snapshot { num_commits: u64 },
    /// The tables.
    Tables,
}

impl CacheStore {
    pub fn new(dir: &Path, is_read_only: bool, held_limit_bytes: u64) -> Self {
        Self {
            path: dir.join(FILE_NAME),
            is_read_only,
            held_limit_bytes,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The cache as of the last commit.
    pub fn open(&self, reader: &Reader) -> Result<(TagCache, Origin), BuildError> {
        let started = Instant::now();
        let (cache, origin) = reader.consistently(|reader| {
            let id = id_of(reader)?;
            match self.follow(reader, id, None)? {
                Ok((cache, num_commits)) => Ok((cache, Origin::Snapshot { num_commits })),
                Err(reason) => {
                    tracing::info!(%reason, "the tag cache is built from the tables");
                    Ok::<_, BuildError>((self.rebuild(reader, id)?, Origin::Tables))
                }
            }
        })?;
        let elapsed_ms = started.elapsed().as_millis() as u64;
        tracing::info!(elapsed_ms, ?origin, "tag cache opened");
        Ok((cache, origin))
    }

    /// Writes a snapshot of the last commit, and gives the cache that it holds.
    /// `is_damaged`: the one before is not to be trusted.
    pub fn renew(&self, reader: &Reader, is_damaged: bool) -> Result<TagCache, BuildError> {
        reader.consistently(|reader| {
            let id = id_of(reader)?;
            let merged = if is_damaged {
                Err(Unusable::Damaged)
            } else {
                // Only read once, so it need not be held to be written.
                self.follow(reader, id, Some(Residence::Mapped))?
            };
            match merged {
                Ok((mut cache, _)) => self.merge(&mut cache, id),
                Err(reason) => {
                    tracing::info!(%reason, "the tag cache is built from the tables");
                    self.rebuild(reader, id)
                }
            }
        })
    }

    /// The snapshot, and the commits after it up to `id`.
    fn follow(
        &self,
        reader: &Reader,
        id: SnapshotId,
        residence: Option<Residence>,
    ) -> Result<Result<(TagCache, u64), Unusable>, LibraryError> {
        let snapshot = match Snapshot::open(&self.path) {
            Ok(snapshot) => snapshot,
            Err(err) => return Ok(Err(err.into())),
        };
        let SnapshotId {
            library,
            commit,
            token,
        } = snapshot.id();
        let is_of_this_history = library == id.library
            && commit <= id.commit
            && reader.journal_token(commit)?.unwrap_or(0) == token;
        if !is_of_this_history {
            return Ok(Err(Unusable::OtherHistory));
        }
        let residence = residence.unwrap_or_else(|| self.residence(&snapshot));
        let mut cache = match snapshot.load(residence) {
            Ok(cache) => cache,
            Err(err) => return Ok(Err(err.into())),
        };
        let mut num_commits = 0;
        let read = reader.for_each_change_after(commit, &mut |changes| {
            num_commits += 1;
            cache.apply(&changes);
        })?;
        Ok(match read {
            JournalRead::Complete => Ok((cache, num_commits)),
            JournalRead::Unreadable => Err(Unusable::Journal),
        })
    }

    fn residence(&self, snapshot: &Snapshot) -> Residence {
        if snapshot.array_bytes() > self.held_limit_bytes {
            Residence::Mapped
        } else {
            Residence::Held
        }
    }

    fn merge(&self, cache: &mut TagCache, id: SnapshotId) -> Result<TagCache, BuildError> {
        let file = self.write(|file| Ok(cache.write_merged(id, file)?))?;
        self.load(file)
    }

    fn rebuild(&self, reader: &Reader, id: SnapshotId) -> Result<TagCache, BuildError> {
        let built = self
            .write(|file| TagCache::write_built(reader, id, file))
            .and_then(|file| self.load(file));
        // Reading every row once filled the page cache with what nothing needs.
        reader.shrink();
        match built {
            // Not even a temporary file: then all of it is held.
            Err(BuildError::Snapshot(err)) => {
                tracing::warn!(%err, "no snapshot of the tag cache can be written");
                TagCache::build(reader)
            }
            built => built,
        }
    }

    fn load(&self, file: File) -> Result<TagCache, BuildError> {
        let snapshot = Snapshot::new(file).map_err(io::Error::other)?;
        let cache = snapshot.load(self.residence(&snapshot));
        memory::flush_thread_cache();
        memory::purge(Component::TagCache);
        Ok(cache.map_err(io::Error::other)?)
    }

    /// Writes a new file and puts it in its place; where that can't be, a
    /// nameless one that lasts as long as it is open.
    fn write(
        &self,
        mut write: impl FnMut(&File) -> Result<(), BuildError>,
    ) -> Result<File, BuildError> {
        if !self.is_read_only {
            match self.write_in_place(&mut write) {
                Err(BuildError::Snapshot(err)) => {
                    let path = self.path.display();
                    tracing::warn!(%err, "{path} was not written; the next start takes longer");
                }
                written => return written,
            }
        }
        let file = tempfile::tempfile()?;
        write(&file)?;
        Ok(file)
    }

    fn write_in_place(
        &self,
        write: &mut dyn FnMut(&File) -> Result<(), BuildError>,
    ) -> Result<File, BuildError> {
        let draft = self.path.with_extension("snapshot.new");
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&draft)?;
        let written = write(&file);
        if written.is_err() {
            // Only the draft; what it should have replaced is still there.
            let _ = fs::remove_file(&draft);
        }
        written?;
        fs::rename(&draft, &self.path)?;
        Ok(file)
    }
}

fn id_of(reader: &Reader) -> Result<SnapshotId, LibraryError> {
    let state = reader.journal_state()?;
    Ok(SnapshotId {
        library: reader.identity()?,
        commit: state.number,
        token: state.token,
    })
}

/// Why a snapshot is not followed.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("there is no snapshot yet")]
    Missing,
    #[error("the snapshot can't be used: {0}")]
    Snapshot(SnapshotError),
    #[error("the snapshot is damaged")]
    Damaged,
    #[error("the snapshot is of another history of the library")]
    OtherHistory,
    #[error("the journal since the snapshot can't be read")]
    Journal,
}

impl From<SnapshotError> for Unusable {
    fn from(err: SnapshotError) -> Self {
        match err {
            SnapshotError::Io(err) if err.kind() == io::ErrorKind::NotFound => Self::Missing,
            err => Self::Snapshot(err),
        }
    }
}
