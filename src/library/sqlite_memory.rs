//! SQLite's memory: allocated in the component's own arena, and counted.
//!
//! The only file of the library with `unsafe`. It is sound because:
//! - `sqlite3_config` is called once, under a [`std::sync::Once`] that every
//!   open passes through before it makes a connection, so SQLite is not
//!   initialised yet and no other thread is inside it;
//! - the functions given to it keep the contract of `sqlite3_mem_methods`:
//!   they return memory aligned to 8 bytes or null, free and resize only what
//!   they returned, report no less than was asked for, and can't unwind;
//! - a connection's handle is only used while a borrow of the connection
//!   lives, on the thread that holds it.

#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};
use std::sync::Once;

use rusqlite::ffi;

use crate::memory::{Component, heap};

/// Takes SQLite's allocations into [`Component::Sqlite`]. Must come before the
/// first connection of the process; later calls do nothing.
///
/// Lookaside is off: its slots are part of what schema and statements use, so
/// with it one could not tell 48 KB a connection apart without counting them
/// twice. SQLite's own totals are off too: they cost a global lock, and the
/// arena knows them.
pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
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
        // SAFETY: SQLite is not initialised (see above); it copies `methods`
        // before it returns; the integers are what these options take.
        let codes = unsafe {
            [
                ffi::sqlite3_config(ffi::SQLITE_CONFIG_MALLOC, &raw const methods),
                ffi::sqlite3_config(ffi::SQLITE_CONFIG_MEMSTATUS, 0 as c_int),
                ffi::sqlite3_config(ffi::SQLITE_CONFIG_LOOKASIDE, 0 as c_int, 0 as c_int),
            ]
        };
        // Only possible where something opened a database behind our back.
        if codes != [ffi::SQLITE_OK; 3] {
            tracing::warn!(
                ?codes,
                "SQLite was started before its memory could be told apart; it counts as native heap"
            );
        }
    });
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

/// What one connection holds, bytes; no byte is in two of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ConnectionMemory {
    /// Pages of the database.
    pub page_cache: usize,
    /// Tables and indexes as parsed.
    pub schema: usize,
    /// Prepared statements.
    pub statements: usize,
}

/// Asks SQLite what `conn` holds: it walks its own lists, some microseconds.
pub(super) fn measure(conn: &rusqlite::Connection) -> ConnectionMemory {
    ConnectionMemory {
        page_cache: status(conn, ffi::SQLITE_DBSTATUS_CACHE_USED),
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
