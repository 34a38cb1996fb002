use std::path::{Path, PathBuf};

use rusqlite::ffi;

use crate::model::{ModelId, PostId};

/// What can go wrong with a library; each names the thing and the way out.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error(
        "{dir} holds no library; name the folder of one, or let it be made by opening it in the window"
    )]
    NotFound { dir: PathBuf },
    #[error("{dir} is a file; a library is a folder, so name another path")]
    NotAFolder { dir: PathBuf },
    #[error(
        "{path} is not a file; move it away so that a library can be made there, or name another folder"
    )]
    NotAFile { path: PathBuf },
    #[error(
        "{path} is not an SQLite database ({detail}); it was left as it is: restore it from a backup, or name another folder"
    )]
    NotADatabase { path: PathBuf, detail: String },
    #[error(
        "{path} is a database of another program (application id {application_id:#x}); it was left as it is: name another folder"
    )]
    ForeignDatabase { path: PathBuf, application_id: u32 },
    #[error(
        "{path} is damaged: {detail}; it was left as it is: restore it and its -wal file from a backup, or make a new library in another folder and import again"
    )]
    Damaged { path: PathBuf, detail: String },
    #[error(
        "{leftover} is there but {path} is gone: what was written last is in the former, so nothing was touched; put {path} back, or move {leftover} away to start anew"
    )]
    Orphaned { path: PathBuf, leftover: PathBuf },
    #[error(
        "{path} was written by a newer Kobako (schema {found}; this one reads up to {supported}); install a newer Kobako"
    )]
    NewerSchema {
        path: PathBuf,
        found: u32,
        supported: u32,
    },
    #[error(
        "{path} has changes that wait in {log}, and can't be read without writing them in: {reason}; open it once where that is not so"
    )]
    UnwrittenLog {
        path: PathBuf,
        log: PathBuf,
        reason: String,
    },
    #[error(
        "{path} has schema {found} and must be upgraded to {supported} first, but it can't be written: {reason}; open it once where that is not so"
    )]
    NeedsUpgrade {
        path: PathBuf,
        found: u32,
        supported: u32,
        reason: String,
    },
    #[error(
        "Names and texts can't be searched ({source}); what they are read from is being made anew, so try again in a moment"
    )]
    Texts { source: std::io::Error },
    #[error("the library can't be changed: {reason}")]
    ReadOnly { reason: String },
    #[error("there is no post {id}; it may have been deleted meanwhile, so search again")]
    NoSuchPost { id: PostId },
    #[error("the library has no embeddings of model {}; it was removed meanwhile, so choose another", id.0)]
    NoSuchModel { id: ModelId },
    #[error(
        "the model {key} is known with embeddings of {known} values, not {given}; give the other model a key of its own"
    )]
    OtherDimensions { key: String, known: u32, given: u32 },
    #[error(
        "the embedding of post {post} can't be stored: {reason}; the model does not fit the picture, so try another"
    )]
    NotAnEmbedding { post: PostId, reason: String },
    #[error("one post alone is no duplicate of another; choose two or more")]
    TooFewDuplicates,
    #[error(
        "{num} posts are too many to decide about at once; choose at most {most}, and go on with the others then"
    )]
    TooManyDuplicates { num: usize, most: usize },
    #[error("nothing is left that could be taken back")]
    NothingDone,
    #[error("nothing was taken back that could be done again")]
    NothingTakenBack,
    #[error("no decision about duplicates is left that could be taken back")]
    NothingDecided,
    #[error(
        "the last decision about duplicates can't be taken back: a newer Kobako wrote it, or it is damaged; what it changed stays"
    )]
    UnreadableDecision,
    #[error("there is no tag {name}; check its spelling")]
    NoSuchTag { name: String },
    #[error("there is a tag {name} already; merge the two instead")]
    TagExists { name: String },
    #[error("{name:?} can't be the name of a tag: it must not be empty, nor have spaces in it")]
    NotATagName { name: String },
    #[error("{name} can't stand for itself; name two different tags")]
    SameTag { name: String },
    #[error("{name} is another name of {tag}; remove that alias first")]
    NameIsAlias { name: String, tag: String },
    #[error("there is no alias {name}; check its spelling")]
    NoSuchAlias { name: String },
    #[error("there is no saved search {name}; check its spelling")]
    NoSuchSearch { name: String },
    #[error("there is a saved search {name} already; choose another name")]
    SearchExists { name: String },
    #[error(
        "the disk is full: {path} could not be written while {doing}; what was committed before is safe: make room and try again"
    )]
    DiskFull { path: PathBuf, doing: &'static str },
    #[error(
        "{path} is busy: another program held it too long while {doing}; close that program and try again"
    )]
    Busy { path: PathBuf, doing: &'static str },
    #[error(
        "{path}: permission denied while {doing}; check the permissions of the file and its folder"
    )]
    PermissionDenied { path: PathBuf, doing: &'static str },
    #[error("{path} could not be used while {doing}: {source}; check the disk and the permissions")]
    Io {
        path: PathBuf,
        doing: &'static str,
        source: std::io::Error,
    },
    #[error("{path}: no file has such a path; give the path of a file")]
    NotAFilePath { path: PathBuf },
    #[error(
        "{path}: {doing} failed: {source}; run a check of the library, and report this if it finds nothing"
    )]
    Sqlite {
        path: PathBuf,
        doing: &'static str,
        source: rusqlite::Error,
    },
}

impl LibraryError {
    /// An edit was refused for what it asks; nothing is wrong with the library.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::NoSuchTag { .. }
                | Self::NotATagName { .. }
                | Self::SameTag { .. }
                | Self::NameIsAlias { .. }
        )
    }

    pub(crate) fn io(path: &Path, doing: &'static str, source: std::io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            std::io::ErrorKind::PermissionDenied => Self::PermissionDenied { path, doing },
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { path, doing }
            }
            _ => Self::Io {
                path,
                doing,
                source,
            },
        }
    }

    pub(super) fn sqlite(path: &Path, doing: &'static str, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        let code = match &source {
            rusqlite::Error::SqliteFailure(failure, _) => failure.extended_code,
            // A cell that the schema does not allow: the file was changed by something else.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..) => {
                let detail = source.to_string();
                return Self::Damaged { path, detail };
            }
            _ => {
                return Self::Sqlite {
                    path,
                    doing,
                    source,
                };
            }
        };
        match code & 0xff {
            ffi::SQLITE_FULL => Self::DiskFull { path, doing },
            // The memory shared by connections is a file too.
            _ if code == ffi::SQLITE_IOERR_SHMSIZE => Self::DiskFull { path, doing },
            ffi::SQLITE_IOERR | ffi::SQLITE_CANTOPEN => Self::Io {
                path,
                doing,
                source: std::io::Error::other(source),
            },
            ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => Self::Busy { path, doing },
            ffi::SQLITE_PERM | ffi::SQLITE_AUTH => Self::PermissionDenied { path, doing },
            ffi::SQLITE_CORRUPT => Self::Damaged {
                path,
                detail: source.to_string(),
            },
            ffi::SQLITE_NOTADB => Self::NotADatabase {
                path,
                detail: source.to_string(),
            },
            ffi::SQLITE_READONLY => Self::ReadOnly {
                reason: format!("{} can't be written ({source})", path.display()),
            },
            _ => Self::Sqlite {
                path,
                doing,
                source,
            },
        }
    }

    /// The file itself is at fault, not the moment.
    pub(super) fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::NotADatabase { .. })
    }
}

/// Why a transaction ended before its time.
#[derive(Debug)]
pub(super) enum EditError {
    Sqlite(rusqlite::Error),
    /// The library would not be as it must be; said as it is told.
    Refused(LibraryError),
}

impl From<rusqlite::Error> for EditError {
    fn from(err: rusqlite::Error) -> Self {
        Self::Sqlite(err)
    }
}

impl From<LibraryError> for EditError {
    fn from(err: LibraryError) -> Self {
        Self::Refused(err)
    }
}
