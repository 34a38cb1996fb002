//! The library on disk: the only folder that names rusqlite.
//!
//! `library.db` is the truth, `thumbs.db` and `similarity.db` can be rebuilt. Any number of
//! [`Writer`]s, which take turns a transaction at a time, and of [`Reader`]s,
//! all of them within one page-cache budget and all of their memory in
//! [`crate::memory::Component::Sqlite`].
//!
//! Each transaction that changes what caches hold says so twice: to who made
//! it, as [`Changes`], and in the table `journal`, in the same transaction, for
//! who starts from a snapshot later.
//!
//! A folder per table (`post/`, `tag/`, `file/` …) holds its statements, one
//! `.sql` file each, and functions that run them; `upgrades/NNN.sql` make the
//! schema. A folder's functions know their table alone; what a draft means for
//! several tables together is decided in `batch/`, what the user's edits do in
//! `edits/`.
//!
//! Nothing here ever writes to, moves or deletes a picture, and nothing writes
//! to a `library.db` that it does not fully understand.

mod batch;
mod change_log;
mod check;
mod connection;
mod deleted_post;
mod duplicate;
mod edits;
mod error;
mod excluded_folder;
mod failure;
mod file;
mod folder;
pub mod foreign;
mod former_post;
mod hand_marks;
mod journal;
mod leaving_post;
mod lock;
mod open;
mod path_bytes;
mod pool;
mod post;
mod post_parent;
mod post_tags;
mod pragmas;
mod quick_check;
mod reader;
mod rebuildable;
mod removal;
mod retag;
mod root;
mod rows;
mod saved_search;
mod search_history;
pub mod similarity;
mod source;
mod sqlite_memory;
mod tag;
mod tag_alias;
mod tag_implication;
mod tag_names;
mod texts;
mod thumbs;
mod upgrades;
mod writer;

pub use connection::{SqliteCaches, publish_memory, shrink_memory};
pub use duplicate::record::{DuplicateRecord, LastDecision, MergeRecord, TrashFile, TrashState};
pub use edits::{FormerTag, UserMark};
pub use error::LibraryError;
pub use former_post::{FormerPost, KeptPost};
pub use open::{Library, OpenOptions};
pub use reader::Reader;
pub use rows::{
    Changes, JournalRead, JournalState, KnownFile, Outcome, PictureThere, PoolQuery, PostChange,
    PostColumns, PostRecord, PostTexts, RecentSearch, RemovedPost, TagChange, TagRow,
};
pub use similarity::{EmbeddingModel, SimilarityStore};
pub use thumbs::ThumbStore;
pub use upgrades::SCHEMA_VERSION;
pub use writer::Writer;
