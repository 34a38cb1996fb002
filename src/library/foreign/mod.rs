//! Databases of other programs, read and never written to.
//!
//! They are opened so that not a byte of them changes: read-only, and as they
//! lie there (without locks or shared memory beside them) where that is safe.

pub mod chibibooru;
mod database;

use std::path::PathBuf;

pub(super) use database::Database;

/// Why another program's database can't be read; each names the file and the
/// way out. It was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    #[error(
        "{path} is not a ChibiBooru library: it has no table {table:?}; name the folder that holds its booru.db"
    )]
    MissingTable { path: PathBuf, table: &'static str },
    #[error("{path} is a library of Kobako itself; open it with --library")]
    Kobako { path: PathBuf },
    #[error(
        "{path} was made by another version of ChibiBooru ({detail}); start ChibiBooru once, so that it upgrades it, and import again"
    )]
    OtherSchema { path: PathBuf, detail: String },
    #[error("{path} is not an SQLite database ({detail}); name the folder of a ChibiBooru library")]
    NotADatabase { path: PathBuf, detail: String },
    #[error(
        "{path} is damaged ({detail}); what was read before that was imported: restore it from a backup and import again"
    )]
    Damaged { path: PathBuf, detail: String },
    #[error("{path} is busy: another program is writing to it; stop ChibiBooru and import again")]
    Busy { path: PathBuf },
    #[error(
        "{path} has changes that wait in {log}, and reading those needs a file beside it, which can't be made ({detail}); copy the folder to where it can be written to, and import that"
    )]
    UnwrittenLog {
        path: PathBuf,
        log: PathBuf,
        detail: String,
    },
    #[error("{path} can't be read: {detail}; check the file and its permissions")]
    Unreadable { path: PathBuf, detail: String },
}
