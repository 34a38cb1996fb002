//! The library on disk: the only folder that names rusqlite.
//!
//! `library.db` is the truth, `thumbs.db` can be rebuilt. One writer
//! ([`Writer`]), any number of [`Reader`]s, all of them within one page-cache
//! budget and all of their memory in [`crate::memory::Component::Sqlite`].
//!
//! A folder per table (`post/`, `tag/`, `file/` …) holds its statements, one
//! `.sql` file each, and functions that run them; `upgrades/NNN.sql` make the
//! schema. A folder's functions know their table alone; what a draft means for
//! several tables together is decided in `batch.rs`.
//!
//! Nothing here ever writes to, moves or deletes a picture, and nothing writes
//! to a `library.db` that it does not fully understand.

mod batch;
mod check;
mod connection;
mod error;
mod failure;
mod file;
mod file_name_search;
mod folder;
pub mod foreign;
mod lock;
mod open;
mod path_bytes;
mod pool;
mod post;
mod post_tags;
mod pragmas;
mod quick_check;
mod reader;
mod root;
mod rows;
mod source;
mod sqlite_memory;
mod tag;
mod texts;
mod thumbs;
mod upgrades;
mod writer;

pub use connection::{SqliteCaches, publish_memory, shrink_memory};
pub use error::LibraryError;
pub use open::{Library, OpenOptions};
pub use reader::Reader;
pub use rows::{
    Changes, KnownFile, Outcome, PoolQuery, PostChange, PostColumns, PostRecord, PostTexts,
    RemovedPost, TagChange, TagRow,
};
pub use thumbs::ThumbStore;
pub use upgrades::SCHEMA_VERSION;
pub use writer::Writer;
