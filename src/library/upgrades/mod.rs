//! From any older schema to this one, a numbered step at a time.
//!
//! `PRAGMA user_version` is the number of the last step. Each step is one
//! transaction that also sets it, so a crash leaves the step before.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// Step n is at index n − 1. Never edited once released; only added to.
const STEPS: &[&str] = &[include_str!("001.sql")];

/// The schema that this version writes, and the newest that it can open.
pub const SCHEMA_VERSION: u32 = STEPS.len() as u32;

/// "Kobk": what `PRAGMA application_id` of `library.db` is.
pub(super) const APPLICATION_ID: u32 = 0x4b6f_626b;

/// Runs the steps after `from`.
pub(super) fn upgrade(conn: &Connection, from: u32) -> rusqlite::Result<()> {
    for (number, step) in (1..).zip(STEPS).skip(from as usize) {
        let transaction = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.execute_batch(&format!("PRAGMA user_version = {number};"))?;
        transaction.commit()?;
        tracing::info!(schema = number, "library upgraded");
    }
    Ok(())
}
