//! How every connection is set up.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::connection::Access;
use super::sqlite_memory;

/// Bytes of a page, of every database that is made here.
pub(super) const PAGE_BYTES: usize = 4096;

/// How long to wait for another process or a checkpoint before giving up.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// To what a write-ahead log is cut once its content is in the database, bytes.
const JOURNAL_SIZE_LIMIT: u64 = 4 << 20;

/// Statements kept prepared by a connection.
const STATEMENT_CACHE: usize = 64;

/// Every connection of the process is made here, so that SQLite's allocator is
/// set before the first. Makes no file.
pub(super) fn open_raw(path: &Path, access: Access) -> rusqlite::Result<Connection> {
    sqlite_memory::install();
    // Connections are used by one thread at a time, under a lock of our own.
    let base = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    match access {
        Access::ReadWrite => {
            Connection::open_with_flags(path, base | OpenFlags::SQLITE_OPEN_READ_WRITE)
        }
        Access::ReadOnly => {
            Connection::open_with_flags(path, base | OpenFlags::SQLITE_OPEN_READ_ONLY)
        }
        Access::Immutable => Connection::open_with_flags(
            immutable_uri(path),
            base | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
        ),
    }
}

/// Makes an empty database file where there is none; it must not exist yet.
pub(super) fn create_raw(path: &Path) -> rusqlite::Result<Connection> {
    sqlite_memory::install();
    Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE,
    )
}

/// Settings that hold for one connection; nothing here touches the file.
pub(super) fn set_up(conn: &Connection, access: Access, mmap_bytes: u64) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    // Foreign keys are on by SQLite's build; said again as the schema relies on
    // it. Cell checks find damaged pages before they are believed.
    conn.execute_batch(
        "PRAGMA foreign_keys = ON;
         PRAGMA cell_size_check = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA temp_store = DEFAULT;",
    )?;
    conn.execute_batch(&format!("PRAGMA mmap_size = {mmap_bytes};"))?;
    if access == Access::ReadWrite {
        conn.execute_batch(&format!(
            "PRAGMA synchronous = NORMAL;
             PRAGMA journal_size_limit = {JOURNAL_SIZE_LIMIT};"
        ))?;
    }
    Ok(())
}

/// Turns the write-ahead log on; it stays on for the file.
pub(super) fn use_wal(conn: &Connection) -> rusqlite::Result<()> {
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        // Some network file systems can't share memory: the rollback journal works there.
        tracing::warn!(
            mode,
            "no write-ahead log can be used here; imports will be slower"
        );
    }
    Ok(())
}

/// Refuses every change through `conn`. The file stays open for writing, so
/// that whichever connection closes last can put the write-ahead log away.
pub(super) fn only_read(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch("PRAGMA query_only = ON;")
}

pub(super) fn set_cache_pages(conn: &Connection, num_pages: i64) -> rusqlite::Result<()> {
    conn.execute_batch(&format!("PRAGMA cache_size = {num_pages};"))
}

pub(super) fn get(conn: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    conn.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))
}

/// `file:` with every byte of the path that could mean something escaped.
fn immutable_uri(path: &Path) -> String {
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02x}"));
        }
    }
    uri.push_str("?immutable=1");
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_takes_any_path() {
        assert_eq!(
            immutable_uri(Path::new("/a b/c?d#e%.db")),
            "file:/a%20b/c%3fd%23e%25.db?immutable=1"
        );
    }
}
