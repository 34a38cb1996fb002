//! The cache as a file, so that opening a library reads no rows.
//!
//! ```text
//! 0       magic, format, length and hash of the contents, contents
//! 64 Ki   texts, in blocks
//! …       sections: one a part of the cache, in their order, each from a page on
//! ```
//!
//! The contents say which commit of which library the file is of, and for each
//! section where it lies and its hash (xxh3, 64 bits). A file is written beside
//! its place and renamed, and never changed after that. It is a cache: whatever
//! is wrong with one, the tables have it all.

mod read;
mod write;

pub use read::Snapshot;
pub(super) use read::{SectionReader, read_at};
pub use write::write;

use serde::{Deserialize, Serialize};

const MAGIC: [u8; 8] = *b"KOBKTAGS";

/// Grows with every change of what the parts are or hold.
const FORMAT: u32 = 1;

/// Where the texts begin; what comes before is below this.
const HEADER_BYTES: u64 = 64 << 10;

/// A multiple of the size of a page on the systems that there are.
const ALIGNMENT: u64 = 64 << 10;

/// Which state of which library a snapshot is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotId {
    pub library: [u8; 16],
    /// The last commit that it has.
    pub commit: u64,
    /// That commit's token, which no other history has.
    pub token: u64,
}

/// Why a snapshot can't be used; the cache is built from the tables then.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("it is not a snapshot of this format")]
    Format,
    #[error("its {0} are damaged")]
    Damaged(&'static str),
}

#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    id: SnapshotId,
    sections: Vec<Section>,
    texts: Section,
    num_references: u64,
    extended_names: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Section {
    offset: u64,
    /// Bytes.
    len: u64,
    hash: u64,
}
