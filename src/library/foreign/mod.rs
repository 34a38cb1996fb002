//! Databases of other programs, read and never written to.
//!
//! They are opened so that not a byte of them changes: read-only, and as they
//! lie there (without locks or shared memory beside them) where that is safe.

pub mod chibibooru;
pub mod chibibooru_embeddings;
mod database;

use std::path::{Path, PathBuf};

pub(super) use database::Database;

/// Why another program's database can't be read; each names the file (whoever
/// shows it knows the folder) and the way out. It was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    #[error(
        "{} is not a ChibiBooru library: it has no table {table:?}; name the folder that holds its booru.db",
        name(path)
    )]
    MissingTable { path: PathBuf, table: &'static str },
    #[error("{} is a library of Kobako itself; open it with --library", name(path))]
    Kobako { path: PathBuf },
    #[error(
        "{} was made by another version of ChibiBooru ({detail}); start ChibiBooru once, so that it upgrades it, and import again",
        name(path)
    )]
    OtherSchema { path: PathBuf, detail: String },
    #[error(
        "{} is not an SQLite database ({detail}); name the folder of a ChibiBooru library",
        name(path)
    )]
    NotADatabase { path: PathBuf, detail: String },
    #[error(
        "{} is damaged ({detail}); what was read before that was imported: restore it from a backup and import again",
        name(path)
    )]
    Damaged { path: PathBuf, detail: String },
    #[error(
        "{} is busy: another program is writing to it; stop ChibiBooru and import again",
        name(path)
    )]
    Busy { path: PathBuf },
    #[error(
        "{} has changes that wait in {}, and reading those needs a file beside it, which can't be made ({detail}); copy the folder to where it can be written to, and import that",
        name(path),
        name(log)
    )]
    UnwrittenLog {
        path: PathBuf,
        log: PathBuf,
        detail: String,
    },
    #[error(
        "{} can't be read: {detail}; check the file and its permissions",
        name(path)
    )]
    Unreadable { path: PathBuf, detail: String },
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}
