//! One SQLite connection, and the list of all that are open.
//!
//! Each connection sits behind a lock that its owner takes for one operation
//! at a time, so that another thread can count it and make it give memory
//! back between two of them. The lock may be entered again by the thread that
//! holds it: a callback of one read may start another.
//!
//! **One page cache for all.** `OpenOptions::cache_bytes` is divided among the
//! open connections of a library by weight (writer 4, reader 2, thumbnails and
//! similarity 1), whatever the size of their pages, and divided anew whenever one opens or closes; a connection in the middle
//! of an operation follows at its next one.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::{Mutex, ReentrantMutex, ReentrantMutexGuard};

use super::sqlite_memory::{self, ConnectionMemory, PageHeap};
use super::{LibraryError, check, pragmas};
use crate::memory::figures::count;
use crate::memory::{self, Accounted, Cache, Component, Leaf};

/// The least page cache that a connection can work with.
const LEAST_PAGES: i64 = 10;

static OPEN: Mutex<Vec<Weak<Slot>>> = Mutex::new(Vec::new());

/// The page cache that the connections of one library share.
#[derive(Debug)]
pub(super) struct CachePool {
    id: u64,
    bytes: AtomicU64,
}

/// What a connection is for: decides its share of the page cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Writer,
    Reader,
    Thumbs,
    /// Embeddings, and what they ask of the library now and then.
    Similarity,
}

/// How a database file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    ReadWrite,
    ReadOnly,
    /// Nobody can write, and there is nowhere to put `-shm`: read as it lies there.
    Immutable,
}

/// What a connection needs to know besides its file.
#[derive(Clone, Debug)]
pub(super) struct ConnectionOptions<'a> {
    pub pool: &'a Arc<CachePool>,
    pub role: Role,
    pub access: Access,
    pub mmap_bytes: u64,
    /// For the memory panel, like `library.db · engine`.
    pub name: String,
}

struct Slot {
    name: String,
    pool: Arc<CachePool>,
    role: Role,
    pages: PageHeap,
    conn: ReentrantMutex<rusqlite::Connection>,
    /// `cache_size` as it should be and as it is.
    wanted_pages: AtomicI64,
    applied_pages: AtomicI64,
    /// As last measured, for while it is busy.
    measured: Mutex<ConnectionMemory>,
}

/// An open database; closed when dropped.
pub(super) struct Connection {
    slot: Arc<Slot>,
    path: PathBuf,
}

impl CachePool {
    pub fn new(bytes: u64) -> Arc<Self> {
        static NEXT_ID: AtomicU64 = AtomicU64::new(0);
        Arc::new(Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            bytes: AtomicU64::new(bytes),
        })
    }

    /// Another size for all of them together.
    pub fn resize(&self, bytes: u64) {
        self.bytes.store(bytes, Ordering::Relaxed);
        self.divide();
    }

    /// Gives each open connection its share.
    fn divide(&self) {
        let slots: Vec<_> = open_slots()
            .into_iter()
            .filter(|it| it.pool.id == self.id)
            .collect();
        let total: u64 = slots.iter().map(|it| it.role.weight()).sum();
        for slot in slots {
            let share = self.bytes.load(Ordering::Relaxed) / total.max(1) * slot.role.weight();
            let num_pages = share / slot.pages.given as u64;
            let num_pages = i64::try_from(num_pages).unwrap_or(i64::MAX);
            slot.wanted_pages
                .store(num_pages.max(LEAST_PAGES), Ordering::Relaxed);
            if let Some(conn) = slot.conn.try_lock() {
                slot.apply_cache_size(&conn);
            }
        }
    }
}

impl Role {
    fn weight(self) -> u64 {
        match self {
            Self::Writer => 4,
            Self::Reader => 2,
            Self::Thumbs | Self::Similarity => 1,
        }
    }
}

impl Slot {
    fn apply_cache_size(&self, conn: &rusqlite::Connection) {
        let wanted = self.wanted_pages.load(Ordering::Relaxed);
        if self.applied_pages.load(Ordering::Relaxed) == wanted {
            return;
        }
        match pragmas::set_cache_pages(conn, wanted) {
            Ok(()) => self.applied_pages.store(wanted, Ordering::Relaxed),
            Err(err) => tracing::warn!(name = self.name, %err, "cache size was not changed"),
        }
    }

    /// Measures it now if it is not in the middle of an operation.
    fn measure(&self) -> ConnectionMemory {
        if let Some(conn) = self.conn.try_lock() {
            *self.measured.lock() = sqlite_memory::measure(&conn, self.pages);
        }
        *self.measured.lock()
    }
}

impl Connection {
    /// Opens `path` and sets it up; makes no file.
    pub fn open(path: &Path, options: ConnectionOptions<'_>) -> Result<Self, LibraryError> {
        let ConnectionOptions {
            pool,
            role,
            access,
            mmap_bytes,
            name,
        } = options;
        let _scope = memory::scope(Component::Sqlite);
        let fail = |err| LibraryError::sqlite(path, "opening it", err);
        let conn = pragmas::open_raw(path, access).map_err(fail)?;
        pragmas::set_up(&conn, access, mmap_bytes).map_err(fail)?;
        let slot = Arc::new(Slot {
            name,
            pool: pool.clone(),
            role,
            pages: PageHeap::of_pages(check::page_bytes(path).unwrap_or(pragmas::PAGE_BYTES)),
            conn: ReentrantMutex::new(conn),
            wanted_pages: AtomicI64::new(0),
            applied_pages: AtomicI64::new(0),
            measured: Mutex::default(),
        });
        OPEN.lock().push(Arc::downgrade(&slot));
        pool.divide();
        Ok(Self {
            slot,
            path: path.to_owned(),
        })
    }

    /// Runs one operation; errors say what was being done to which file.
    pub fn run<T>(
        &self,
        doing: &'static str,
        operation: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LibraryError> {
        operation(&self.enter()).map_err(|err| LibraryError::sqlite(&self.path, doing, err))
    }

    fn enter(&self) -> ReentrantMutexGuard<'_, rusqlite::Connection> {
        let conn = self.slot.conn.lock();
        self.slot.apply_cache_size(&conn);
        conn
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives back the pages that it does not need this moment; returns bytes.
    pub fn shrink(&self) -> u64 {
        shrink(&self.slot)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let slot = Arc::as_ptr(&self.slot);
        OPEN.lock().retain(|it| it.as_ptr() != slot);
        self.slot.pool.divide();
        // Another thread may be counting it this very moment; none can begin to
        // any more, and none waits for anything meanwhile. So it is closed here
        // and now, and not later by that thread.
        while Arc::strong_count(&self.slot) > 1 {
            std::thread::sleep(Duration::from_micros(20));
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection({})", self.slot.name)
    }
}

fn open_slots() -> Vec<Arc<Slot>> {
    OPEN.lock().iter().filter_map(Weak::upgrade).collect()
}

fn shrink(slot: &Slot) -> u64 {
    let Some(conn) = slot.conn.try_lock() else {
        return 0;
    };
    let before = sqlite_memory::measure(&conn, slot.pages);
    conn.flush_prepared_statement_cache();
    if let Err(err) = conn.release_memory() {
        tracing::warn!(name = slot.name, %err, "memory was not given back");
    }
    let after = sqlite_memory::measure(&conn, slot.pages);
    *slot.measured.lock() = after;
    before.total().saturating_sub(after.total()) as u64
}

impl ConnectionMemory {
    fn total(self) -> usize {
        let Self {
            page_cache,
            num_pages: _,
            schema,
            statements,
        } = self;
        page_cache + schema + statements
    }
}

/// What every open connection of the process holds, measured by SQLite, three
/// leaves each. One that is in the middle of an operation shows what it held
/// when last asked.
fn leaves() -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for slot in open_slots() {
        let ConnectionMemory {
            page_cache,
            num_pages,
            schema,
            statements,
        } = slot.measure();
        let name = &slot.name;
        leaves.push(
            Leaf::exact(format!("{name} · page cache"), page_cache, num_pages).with_formula(
                format!(
                    "{} pages × {} B of heap a page, by SQLite's own count",
                    count(num_pages),
                    count(page_cache / num_pages.max(1)),
                ),
            ),
        );
        leaves.push(
            Leaf::exact(format!("{name} · schema"), schema, 0)
                .with_formula(format!("{} B by SQLite's own count", count(schema))),
        );
        leaves.push(
            Leaf::exact(format!("{name} · statements"), statements, 0)
                .with_formula(format!("{} B by SQLite's own count", count(statements))),
        );
    }
    leaves
}

/// Publishes the leaves of [`Component::Sqlite`]; for the memory sampler to
/// call, on any thread. Never waits for a connection.
pub fn publish_memory() {
    memory::publish(Component::Sqlite, "library", leaves());
    memory::set_evictable(Cache::Sqlite, evictable_bytes());
}

/// What [`shrink_memory`] would give back: the pages of connections that are
/// between two operations, and the statements that they keep.
fn evictable_bytes() -> u64 {
    let slots = open_slots();
    let idle = slots.iter().filter_map(|it| {
        let conn = it.conn.try_lock()?;
        Some((sqlite_memory::measure(&conn, it.pages), it.pages.given))
    });
    // A connection keeps a page's worth of buffer.
    idle.map(|(it, least)| (it.page_cache.saturating_sub(least) + it.statements) as u64)
        .sum()
}

/// Makes all connections give back what they can; returns how many bytes.
/// Those in the middle of an operation are left alone.
pub fn shrink_memory() -> u64 {
    let freed = open_slots().iter().map(|it| shrink(it)).sum();
    publish_memory();
    freed
}

/// Every SQLite connection as one cache.
#[derive(Clone, Copy, Debug, Default)]
pub struct SqliteCaches;

impl Accounted for SqliteCaches {
    fn component(&self) -> Component {
        Component::Sqlite
    }

    fn leaves(&self) -> Vec<Leaf> {
        leaves()
    }

    /// Connection by connection until `bytes` are free.
    fn evict(&mut self, bytes: u64) -> u64 {
        let mut freed = 0;
        for slot in open_slots() {
            if freed >= bytes {
                break;
            }
            freed += shrink(&slot);
        }
        freed
    }
}
