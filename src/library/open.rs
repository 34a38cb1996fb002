use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{FairMutex, FairMutexGuard, Mutex};
use rusqlite::Connection as Sqlite;

use super::check::{self, Found};
use super::connection::{Access, CachePool, Connection, ConnectionOptions, Role};
use super::lock::{self, Lock, Locked};
use super::similarity::SIMILARITY;
use super::thumbs::THUMBS;
use super::{
    LibraryError, Reader, SCHEMA_VERSION, SimilarityStore, ThumbStore, Writer, pragmas, upgrades,
};

const LIBRARY_FILE: &str = "library.db";

/// How a library is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOptions {
    /// Make the folder and the database where they do not exist.
    pub create: bool,
    /// Page cache of all connections together, bytes.
    pub cache_bytes: u64,
    /// `mmap_size` of each database, bytes; 0 is none.
    pub mmap_bytes: u64,
    /// `thumbs.db` is kept below this, bytes.
    pub thumbs_limit_bytes: u64,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            create: true,
            cache_bytes: 10 << 20,
            mmap_bytes: 0,
            thumbs_limit_bytes: 4 << 30,
        }
    }
}

/// An open library: its folder, its lock, and how connections are made.
///
/// Cloning shares it. The lock is kept until the last clone, the last writer and the
/// last store of embeddings are dropped.
#[derive(Clone, Debug)]
pub struct Library {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    dir: PathBuf,
    options: OpenOptions,
    access: Access,
    /// Why nothing can be changed.
    read_only: Option<String>,
    pool: Arc<CachePool>,
    /// Held for each transaction that writes to `library.db`. Fair: who waits
    /// comes next, so that an edit waits for one batch of an import at most.
    turn_to_write: FairMutex<()>,
    /// `similarity.db` was looked at, made where it was not there, and is of this
    /// library.
    is_similarity_ready: Mutex<bool>,
    _lock: Option<Lock>,
}

impl Library {
    /// Opens `dir`, upgrading an older schema. Opens read-only where another
    /// Kobako has it open or the folder can't be written.
    ///
    /// A database that is not one, is damaged, foreign or newer is an error,
    /// and is left as it is.
    pub fn open(dir: &Path, options: &OpenOptions) -> Result<Self, LibraryError> {
        let path = dir.join(LIBRARY_FILE);
        make_dir(dir, options.create)?;
        // Before the lock file is made: a folder that is no library stays as it is.
        if !options.create && check::look(&path, upgrades::APPLICATION_ID)? != Found::Ours {
            return Err(LibraryError::NotFound {
                dir: dir.to_owned(),
            });
        }
        let (lock, read_only, is_held_elsewhere) = match lock::take(dir)? {
            Locked::Mine(lock) => (Some(lock), None, false),
            Locked::ReadOnly {
                reason,
                is_held_elsewhere,
            } => (None, Some(reason), is_held_elsewhere),
        };
        let mut access = Access::ReadWrite;
        let mut read_only = read_only;
        if let Some(reason) = &read_only {
            access = open_read_only(&path, reason, is_held_elsewhere)?;
        } else if let Some(reason) = open_to_write(&path)? {
            access = open_read_only(&path, &reason, is_held_elsewhere)?;
            read_only = Some(reason);
        }
        if access == Access::ReadWrite {
            THUMBS.make_ready(dir)?;
        }
        Ok(Self {
            shared: Arc::new(Shared {
                dir: dir.to_owned(),
                options: options.clone(),
                access,
                read_only,
                pool: CachePool::new(options.cache_bytes),
                turn_to_write: FairMutex::new(()),
                is_similarity_ready: Mutex::new(false),
                _lock: lock,
            }),
        })
    }

    pub fn dir(&self) -> &Path {
        &self.shared.dir
    }

    /// Another size for the page cache of all connections together.
    pub fn set_cache_bytes(&self, bytes: u64) {
        self.shared.pool.resize(bytes);
    }

    /// Why nothing can be changed, where that is so.
    pub fn read_only(&self) -> Option<&str> {
        self.shared.read_only.as_deref()
    }

    /// A connection that only reads; for one thread. `name` tells it apart in the memory panel.
    pub fn reader(&self, name: &'static str) -> Result<Reader, LibraryError> {
        let conn = self.connect(LIBRARY_FILE, Role::Reader, self.shared.access, name)?;
        conn.run("opening it", pragmas::only_read)?;
        Ok(Reader::new(conn))
    }

    /// Like [`Self::reader`], for a few small reads: others keep their pages.
    pub(super) fn brief_reader(&self, name: &'static str) -> Result<Reader, LibraryError> {
        let conn = self.connect(LIBRARY_FILE, Role::Similarity, self.shared.access, name)?;
        conn.run("opening it", pragmas::only_read)?;
        Ok(Reader::new(conn))
    }

    /// A connection that writes; for one thread. An error where the library is
    /// read-only. There may be several: their transactions take turns.
    pub fn writer(&self) -> Result<Writer, LibraryError> {
        self.check_writable()?;
        let conn = self.connect(LIBRARY_FILE, Role::Writer, Access::ReadWrite, "writer")?;
        Ok(Writer::new(conn, self.clone()))
    }

    /// Waits until no other writer of this process is in a transaction.
    pub(super) fn turn_to_write(&self) -> FairMutexGuard<'_, ()> {
        self.shared.turn_to_write.lock()
    }

    /// The thumbnails; rebuilt empty where `thumbs.db` is damaged.
    ///
    /// That is found and done when the library is opened, or at the next
    /// opening where damage shows later.
    pub fn thumbs(&self) -> Result<ThumbStore, LibraryError> {
        self.connect_thumbs("thumbnails")
    }

    pub(super) fn connect_thumbs(&self, name: &'static str) -> Result<ThumbStore, LibraryError> {
        let path = self.shared.dir.join(THUMBS.file);
        let limit = self.shared.options.thumbs_limit_bytes;
        let read_only = self.shared.read_only.as_deref();
        if read_only.is_some() && !THUMBS.is_readable(&path) {
            return Ok(ThumbStore::without_file(path, read_only));
        }
        let conn = self.connect(THUMBS.file, Role::Thumbs, self.shared.access, name)?;
        Ok(ThumbStore::new(conn, limit, read_only))
    }

    /// The embeddings; for one thread. `name` tells it apart in the memory panel.
    ///
    /// Makes `similarity.db` where there is none yet; a library that never asks
    /// for it has none. Where it is damaged, an empty one takes its place, and
    /// it is kept beside that; damage that shows later waits for the next
    /// opening of the library. Where it may be of other pictures, the first to ask
    /// has all of it compared with the library, which takes seconds for a million
    /// posts, so this is not for the engine's thread.
    pub fn similarity(&self, name: &'static str) -> Result<SimilarityStore, LibraryError> {
        let path = self.shared.dir.join(SIMILARITY.file);
        if self.read_only().is_some() {
            if !SIMILARITY.is_readable(&path) {
                return Ok(SimilarityStore::without_file(path, self.clone()));
            }
            let store = self.connect_similarity(name)?;
            if !store.is_right()? {
                tracing::warn!(
                    path = %path.display(),
                    "its embeddings may be of other pictures, so they are not used; that is \
                     mended where the library can be written"
                );
                return Ok(SimilarityStore::without_file(path, self.clone()));
            }
            return Ok(store);
        }
        let mut is_ready = self.shared.is_similarity_ready.lock();
        if !*is_ready {
            SIMILARITY.make_ready(&self.shared.dir)?;
            let num_removed = self.connect_similarity("check")?.keep_right()?;
            if num_removed > 0 {
                tracing::warn!(
                    num_removed,
                    "library.db is not the one that the embeddings were made for; those of other \
                     pictures were removed"
                );
            }
            *is_ready = true;
        }
        drop(is_ready);
        self.connect_similarity(name)
    }

    /// Why embeddings that were made before can't be used, where that is so.
    pub fn similarity_problem(&self) -> Option<String> {
        SIMILARITY.problem(&self.shared.dir.join(SIMILARITY.file))
    }

    /// Before the journal forgets commits: embeddings that are right stay known to
    /// be so. Where that can't be noted, they are all looked at again.
    pub(super) fn let_similarity_follow(&self) {
        if !self.has_similarity() {
            return;
        }
        let followed = self
            .connect_similarity("journal")
            .and_then(|it| it.follow_library());
        if let Err(err) = followed {
            tracing::debug!(%err, "embeddings will be compared with the library anew");
        }
    }

    fn connect_similarity(&self, name: &'static str) -> Result<SimilarityStore, LibraryError> {
        let conn = self.connect(SIMILARITY.file, Role::Similarity, self.shared.access, name)?;
        SimilarityStore::new(conn, self.clone())
    }

    /// Whether [`Self::similarity`] would find embeddings that were made before.
    pub fn has_similarity(&self) -> bool {
        SIMILARITY.is_readable(&self.shared.dir.join(SIMILARITY.file))
    }

    fn connect(
        &self,
        file: &str,
        role: Role,
        access: Access,
        name: &str,
    ) -> Result<Connection, LibraryError> {
        let shared = &self.shared;
        let options = ConnectionOptions {
            pool: &shared.pool,
            role,
            access,
            mmap_bytes: shared.options.mmap_bytes,
            name: format!("{file} · {name}"),
        };
        Connection::open(&shared.dir.join(file), options)
    }

    pub(super) fn check_writable(&self) -> Result<(), LibraryError> {
        match self.read_only() {
            None => Ok(()),
            Some(reason) => Err(LibraryError::ReadOnly {
                reason: reason.to_owned(),
            }),
        }
    }
}

fn make_dir(dir: &Path, create: bool) -> Result<(), LibraryError> {
    match fs::metadata(dir) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(LibraryError::NotAFolder {
            dir: dir.to_owned(),
        }),
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => {
            if !create {
                return Err(LibraryError::NotFound {
                    dir: dir.to_owned(),
                });
            }
            fs::create_dir_all(dir)
                .map_err(|err| LibraryError::io(dir, "making the library's folder", err))
        }
        Err(err) => Err(LibraryError::io(dir, "looking at it", err)),
    }
}

/// Makes the database where there is none, else checks and upgrades it.
/// Returns why it can't be written, where it alone can't.
fn open_to_write(path: &Path) -> Result<Option<String>, LibraryError> {
    match check::look(path, upgrades::APPLICATION_ID)? {
        Found::Nothing | Found::Empty => create(path)?,
        Found::Ours => {}
    }
    let writable = fs::OpenOptions::new().read(true).write(true).open(path);
    if let Err(err) = writable {
        return match err.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Ok(Some(format!("{} can't be written ({err})", path.display())))
            }
            _ => Err(LibraryError::io(path, "opening it", err)),
        };
    }
    let fail = |err| LibraryError::sqlite(path, "opening it", err);
    let conn = pragmas::open_raw(path, Access::ReadWrite).map_err(fail)?;
    pragmas::set_up(&conn, Access::ReadWrite, 0).map_err(fail)?;
    let found = check::library(&conn, path)?;
    upgrades::upgrade(&conn, found)
        .map_err(|err| LibraryError::sqlite(path, "upgrading its schema", err))?;
    check::tables(&conn, path)?;
    pragmas::use_wal(&conn).map_err(fail)?;
    Ok(None)
}

/// How a database that can't be written here can be read.
fn open_read_only(
    path: &Path,
    reason: &str,
    is_held_elsewhere: bool,
) -> Result<Access, LibraryError> {
    match check::look(path, upgrades::APPLICATION_ID)? {
        Found::Nothing | Found::Empty => {
            return Err(LibraryError::ReadOnly {
                reason: format!("there is no library yet in it, and {reason}"),
            });
        }
        Found::Ours => {}
    }
    let mut access = Access::ReadOnly;
    let mut opened = open_checked(path, access, reason);
    // Without the right to make `-shm`, a WAL database can only be read as it
    // lies there, which is safe only while nobody writes and all is in it.
    if let Err(LibraryError::Io { .. } | LibraryError::ReadOnly { .. }) = opened
        && !is_held_elsewhere
    {
        if let Some(log) = check::leftover(path) {
            return Err(LibraryError::UnwrittenLog {
                path: path.to_owned(),
                log,
                reason: reason.to_owned(),
            });
        }
        access = Access::Immutable;
        opened = open_checked(path, access, reason);
    }
    opened.map(|()| access)
}

fn open_checked(path: &Path, access: Access, reason: &str) -> Result<(), LibraryError> {
    let fail = |err| LibraryError::sqlite(path, "opening it", err);
    let conn: Sqlite = pragmas::open_raw(path, access).map_err(fail)?;
    pragmas::set_up(&conn, access, 0).map_err(fail)?;
    let found = check::library(&conn, path)?;
    if found < SCHEMA_VERSION {
        return Err(LibraryError::NeedsUpgrade {
            path: path.to_owned(),
            found,
            supported: SCHEMA_VERSION,
            reason: reason.to_owned(),
        });
    }
    check::tables(&conn, path)
}

/// Makes an empty library beside its place and moves it there whole, so that a
/// crash never leaves half a database under the name.
fn create(path: &Path) -> Result<(), LibraryError> {
    if let Some(leftover) = check::leftover(path) {
        return Err(LibraryError::Orphaned {
            path: path.to_owned(),
            leftover,
        });
    }
    create_by_rename(path, |conn| {
        conn.execute_batch(&format!(
            "PRAGMA page_size = {};
             PRAGMA application_id = {};",
            pragmas::PAGE_BYTES,
            upgrades::APPLICATION_ID
        ))?;
        upgrades::upgrade(conn, 0)
    })
}

/// Makes a database under another name, fills it, and renames it to `path`.
pub(super) fn create_by_rename(
    path: &Path,
    fill: impl FnOnce(&Sqlite) -> rusqlite::Result<()>,
) -> Result<(), LibraryError> {
    let draft = check::beside(path, ".new");
    for leftover in [draft.clone(), check::beside(&draft, "-journal")] {
        match fs::remove_file(&leftover) {
            Err(err) if err.kind() != std::io::ErrorKind::NotFound => {
                return Err(LibraryError::io(&leftover, "making a new database", err));
            }
            _ => {}
        }
    }
    let fail = |err| LibraryError::sqlite(&draft, "making a new database", err);
    let conn = pragmas::create_raw(&draft).map_err(fail)?;
    fill(&conn).map_err(fail)?;
    conn.close().map_err(|(_, err)| fail(err))?;
    fs::rename(&draft, path).map_err(|err| LibraryError::io(path, "making a new database", err))?;
    // The rename is on disk once the folder is; where folders can't be synced, it is soon.
    if let Some(folder) = path.parent()
        && let Ok(folder) = fs::File::open(folder)
        && let Err(err) = folder.sync_all()
    {
        tracing::debug!(%err, "folder was not synced");
    }
    Ok(())
}
