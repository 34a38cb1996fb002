//! SQLite's memory: allocated in the component's own arena, and counted.
//!
//! The only file of the library with `unsafe`. It is sound because:
//! - `sqlite3_config` is called once, under a [`OnceLock`] that every
//!   open passes through before it makes a connection, so SQLite is not
//!   initialised yet and no other thread is inside it;
//! - the functions given to it keep the contract of `sqlite3_mem_methods`:
//!   they return memory aligned to 8 bytes or null, free and resize only what
//!   they returned, report no less than was asked for, and can't unwind;
//! - a connection's handle is only used while a borrow of the connection
//!   lives, on the thread that holds it.

#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};
use std::sync::OnceLock;

use rusqlite::ffi;

use crate::memory::{Component, heap};

/// Takes SQLite's allocations into [`Component::Sqlite`]. Must come before the
/// first connection of the process; later calls do nothing.
///
/// Lookaside is off: its slots are part of what schema and statements use, so
/// with it one could not tell 48 KB a connection apart without counting them
/// twice. Pages are allocated one by one, not twenty at first in one piece, so
/// that each can be given back, and counted for what it really takes. SQLite's
/// own totals are off: they cost a global lock, and the arena knows them.
pub(super) fn install() {
    INSTALLED.get_or_init(|| {
        let methods = ffi::sqlite3_mem_methods {
            xMalloc: Some(sqlite_malloc),
            xFree: Some(sqlite_free),
            xRealloc: Some(sqlite_realloc),
            xSize: Some(sqlite_size),
            xRoundup: Some(sqlite_roundup),
            xInit: Some(sqlite_init),
            xShutdown: Some(sqlite_shutdown),
            pAppData: std::ptr::null_mut(),
        };
        let no_buffer = std::ptr::null_mut::<c_void>();
        let zero: c_int = 0;
        let mut header: c_int = 0;
        // SAFETY: SQLite is not initialised (see above); it copies `methods`
        // before it returns; `header` is a local; the rest are the integers
        // and the pointer that these options take.
        let codes = unsafe {
            [
                ffi::sqlite3_config(ffi::SQLITE_CONFIG_MALLOC, &raw const methods),
                ffi::sqlite3_config(ffi::SQLITE_CONFIG_MEMSTATUS, zero),
                ffi::sqlite3_config(ffi::SQLITE_CONFIG_LOOKASIDE, zero, zero),
                ffi::sqlite3_config(ffi::SQLITE_CONFIG_PAGECACHE, no_buffer, zero, zero),
                ffi::sqlite3_config(ffi::SQLITE_CONFIG_PCACHE_HDRSZ, &raw mut header),
            ]
        };
        let is_ours = codes == [ffi::SQLITE_OK; 5];
        if !is_ours {
            tracing::warn!(
                ?codes,
                "SQLite was started before its memory could be told apart; it counts as native heap"
            );
        }
        Installed {
            is_ours,
            page_header: usize::try_from(header).unwrap_or(0),
        }
    });
}

/// How SQLite's memory was set up, once for the process.
#[derive(Clone, Copy, Debug)]
struct Installed {
    /// Its allocations are ours; not so only where something opened a database
    /// behind our back.
    is_ours: bool,
    /// What SQLite keeps beside each page, bytes.
    page_header: usize,
}

static INSTALLED: OnceLock<Installed> = OnceLock::new();

/// What one page in a cache takes, by the database's size of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageHeap {
    /// The page alone, bytes.
    pub page: usize,
    /// What SQLite asks for to keep one: the page and its headers, bytes.
    asked: usize,
    /// What the heap gives for that: a size class, some 15 % more.
    pub given: usize,
}

impl PageHeap {
    /// Of pages of `page` bytes; asks the heap once.
    pub fn of_pages(page: usize) -> Self {
        let installed = INSTALLED.get().copied();
        let asked = page + installed.map_or(0, |it| it.page_header);
        let given = if installed.is_some_and(|it| it.is_ours) {
            let probe = heap::alloc(Component::Sqlite, asked);
            // SAFETY: `probe` is null or was allocated just now, and is freed once.
            unsafe {
                let given = if probe.is_null() {
                    asked
                } else {
                    heap::usable_size(probe)
                };
                heap::free(probe);
                given
            }
        } else {
            asked
        };
        Self { page, asked, given }
    }
}

unsafe extern "C" fn sqlite_malloc(size: c_int) -> *mut c_void {
    match usize::try_from(size) {
        Ok(size) => heap::alloc(Component::Sqlite, size),
        Err(_) => std::ptr::null_mut(),
    }
}

unsafe extern "C" fn sqlite_free(ptr: *mut c_void) {
    // SAFETY: SQLite frees once what `sqlite_malloc` or `sqlite_realloc` gave.
    unsafe { heap::free(ptr) }
}

unsafe extern "C" fn sqlite_realloc(ptr: *mut c_void, size: c_int) -> *mut c_void {
    match usize::try_from(size) {
        // SAFETY: like `sqlite_free`.
        Ok(size) => unsafe { heap::realloc(Component::Sqlite, ptr, size) },
        Err(_) => std::ptr::null_mut(),
    }
}

unsafe extern "C" fn sqlite_size(ptr: *mut c_void) -> c_int {
    if ptr.is_null() {
        return 0;
    }
    // SAFETY: like `sqlite_free`.
    let size = unsafe { heap::usable_size(ptr) };
    c_int::try_from(size).unwrap_or(c_int::MAX)
}

unsafe extern "C" fn sqlite_roundup(size: c_int) -> c_int {
    size.saturating_add(7) & !7
}

unsafe extern "C" fn sqlite_init(_: *mut c_void) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn sqlite_shutdown(_: *mut c_void) {}

/// What one connection holds, bytes of heap; no byte is in two of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ConnectionMemory {
    /// Pages of the database.
    pub page_cache: usize,
    /// How many of them.
    pub num_pages: usize,
    /// Tables and indexes as parsed.
    pub schema: usize,
    /// Prepared statements.
    pub statements: usize,
}

/// Asks SQLite what `conn` holds: it walks its own lists, some microseconds.
///
/// Schema and statements are summed by SQLite from what the heap says of each
/// allocation. Pages it only multiplies, by what it asked for; that is put
/// right here, to within 0.3 %: what it takes for a page's headers is 8 bytes
/// off.
pub(super) fn measure(conn: &rusqlite::Connection, pages: PageHeap) -> ConnectionMemory {
    let asked = status(conn, ffi::SQLITE_DBSTATUS_CACHE_USED);
    let (num_pages, page_cache) = if INSTALLED.get().is_some_and(|it| it.is_ours) {
        // Besides its pages, a connection has one page's worth of buffer.
        let num_pages = (asked.saturating_sub(pages.page) + pages.asked / 2) / pages.asked;
        (num_pages, asked + num_pages * (pages.given - pages.asked))
    } else {
        (asked / pages.page, asked)
    };
    ConnectionMemory {
        page_cache,
        num_pages,
        schema: status(conn, ffi::SQLITE_DBSTATUS_SCHEMA_USED),
        statements: status(conn, ffi::SQLITE_DBSTATUS_STMT_USED),
    }
}

fn status(conn: &rusqlite::Connection, what: c_int) -> usize {
    let mut current = 0;
    let mut highest = 0;
    // SAFETY: the handle lives as long as `conn`, which is borrowed by this
    // thread; both pointers are to locals.
    let code = unsafe {
        ffi::sqlite3_db_status(conn.handle(), what, &raw mut current, &raw mut highest, 0)
    };
    if code == ffi::SQLITE_OK {
        usize::try_from(current).unwrap_or(0)
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_allocates_from_us() {
        install();
        assert!(INSTALLED.get().unwrap().is_ours);
        for bytes in [512, 4096, 65536] {
            let pages = PageHeap::of_pages(bytes);
            assert!(pages.page < pages.asked && pages.asked <= pages.given);
        }
    }

    #[test]
    fn pages_are_counted() {
        let dir = tempfile::tempdir().unwrap();
        for page in [4096, 16384] {
            let path = dir.path().join(format!("{page}.db"));
            count_pages(&crate::library::pragmas::create_raw(&path).unwrap(), page);
        }
    }

    fn count_pages(conn: &rusqlite::Connection, page: usize) {
        let pages = PageHeap::of_pages(page);
        conn.execute_batch(&format!("PRAGMA page_size = {page}; CREATE TABLE t (x)"))
            .unwrap();
        let before = measure(conn, pages);
        // A row a page.
        let row = vec![0_u8; page - 96];
        conn.execute_batch("BEGIN").unwrap();
        for _ in 0..100 {
            conn.execute("INSERT INTO t VALUES (?1)", [&row]).unwrap();
        }
        let after = measure(conn, pages);
        let num_pages = after.num_pages - before.num_pages;
        assert!((99..=102).contains(&num_pages), "{num_pages}");
        let wanted = num_pages * pages.given;
        let got = after.page_cache - before.page_cache;
        assert!(got.abs_diff(wanted) <= wanted / 100, "{got} of {wanted}");
    }
}
