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
/// Of files that are still being written.
const DRAFT_PREFIX: &str = "tag_cache.snapshot.new-";

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
                    Ok::<_, BuildError>((self.rebuild(reader, id)?.cache, Origin::Tables))
                }
            }
        })?;
        let elapsed_ms = started.elapsed().as_millis() as u64;
        tracing::info!(elapsed_ms, ?origin, "tag cache opened");
        Ok((cache, origin))
    }

    /// The commit that the snapshot is of; 0 where there is none.
    pub fn snapshot_commit(&self) -> u64 {
        Snapshot::open(&self.path).map_or(0, |it| it.id().commit)
    }

    /// Writes a snapshot of the last commit, and gives the cache that it holds.
    /// `is_damaged`: the one before is not to be trusted.
    pub fn renew(&self, reader: &Reader, is_damaged: bool) -> Result<Renewed, BuildError> {
        if !is_damaged {
            // Only read once, so it need not be held to be written. The tables
            // may go on when that is done.
            let followed = reader.consistently(|reader| {
                let id = id_of(reader)?;
                let followed = self.follow(reader, id, Some(Residence::Mapped))?;
                Ok::<_, LibraryError>(followed.map(|it| (it.0, id)))
            })?;
            let merged = match followed {
                Ok((cache, id)) => self.merge(cache, id).map_err(Unusable::from),
                Err(reason) => Err(reason),
            };
            match merged {
                Ok(renewed) => return Ok(renewed),
                Err(Unusable::Unwritten(err)) => return Err(err.into()),
                Err(reason) => {
                    tracing::info!(%reason, "the tag cache is built from the tables");
                }
            }
        }
        reader.consistently(|reader| {
            let id = id_of(reader)?;
            self.rebuild(reader, id)
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

    fn merge(&self, mut cache: TagCache, id: SnapshotId) -> io::Result<Renewed> {
        let written = self.write(|file| cache.write_merged(id, file))?;
        drop(cache);
        self.load(written)
    }

    fn rebuild(&self, reader: &Reader, id: SnapshotId) -> Result<Renewed, BuildError> {
        let mut failed = None;
        let built = self
            .write(|file| match TagCache::write_built(reader, id, file) {
                Ok(()) => Ok(()),
                Err(BuildError::Snapshot(err)) => Err(err),
                Err(BuildError::Library(err)) => {
                    failed = Some(err);
                    // No other file would do better.
                    Err(io::ErrorKind::InvalidData.into())
                }
            })
            .and_then(|written| self.load(written));
        // Reading every row once filled the page cache with what nothing needs.
        reader.shrink();
        if let Some(err) = failed {
            return Err(err.into());
        }
        // Not even a temporary file: then all of it is held.
        built.or_else(|err| {
            tracing::warn!(%err, "no snapshot of the tag cache can be written");
            Ok(Renewed {
                cache: TagCache::build_of(reader, id.commit)?,
                is_in_place: false,
            })
        })
    }

    fn load(&self, written: Written) -> io::Result<Renewed> {
        let Written { file, is_in_place } = written;
        let snapshot = Snapshot::new(file).map_err(io::Error::other)?;
        let cache = snapshot.load(self.residence(&snapshot));
        memory::flush_thread_cache();
        memory::purge(Component::TagCache);
        Ok(Renewed {
            cache: cache.map_err(io::Error::other)?,
            is_in_place,
        })
    }

    /// Writes a new file and puts it in its place; where that can't be, a
    /// nameless one that lasts as long as it is open. Data that `write` finds to
    /// be invalid would be so in any file.
    fn write(&self, mut write: impl FnMut(&File) -> io::Result<()>) -> io::Result<Written> {
        if !self.is_read_only {
            match self.write_in_place(&mut write) {
                Ok(file) => {
                    return Ok(Written {
                        file,
                        is_in_place: true,
                    });
                }
                Err(err) if err.kind() == io::ErrorKind::InvalidData => return Err(err),
                Err(err) => {
                    let path = self.path.display();
                    tracing::warn!(%err, "{path} was not written; the next start takes longer");
                }
            }
        }
        let file = tempfile::tempfile()?;
        write(&file)?;
        Ok(Written {
            file,
            is_in_place: false,
        })
    }

    fn write_in_place(&self, write: &mut dyn FnMut(&File) -> io::Result<()>) -> io::Result<File> {
        let dir = self.path.parent().unwrap_or(Path::new("."));
        remove_drafts(dir);
        let mut builder = tempfile::Builder::new();
        builder.prefix(DRAFT_PREFIX);
        // Whoever may read the library may read this; the system's mask still holds.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let draft = builder.tempfile_in(dir)?;
        write(draft.as_file())?;
        let file = draft.persist(&self.path)?;
        // The rename is on disk once the folder is; where folders can't be synced, it is soon.
        if let Ok(dir) = File::open(dir)
            && let Err(err) = dir.sync_all()
        {
            tracing::debug!(%err, "folder was not synced");
        }
        Ok(file)
    }
}

/// What was left of writing when Kobako was killed. Only one writes at a time,
/// and only where the library is not open elsewhere.
fn remove_drafts(dir: &Path) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(DRAFT_PREFIX.as_bytes()) {
            // What can't be removed only takes space.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A cache as of the last commit.
#[derive(Debug)]
pub struct Renewed {
    pub cache: TagCache,
    /// The next start will find its snapshot.
    pub is_in_place: bool,
}

struct Written {
    file: File,
    is_in_place: bool,
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
    #[error("the snapshot's texts are damaged")]
    Texts,
    #[error(transparent)]
    Unwritten(io::Error),
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

impl From<io::Error> for Unusable {
    /// Of merging it.
    fn from(err: io::Error) -> Self {
        match err.kind() {
            io::ErrorKind::InvalidData => Self::Texts,
            _ => Self::Unwritten(err),
        }
    }
}
