//! `similarity.db`: embeddings of posts by model, and what was found with them.
//!
//! Rows are of posts, and a post's number says something in one library alone:
//! `pictures` sees to it that none is taken for one of another picture.
//!
//! A page is 16 KB. Of rows of 2,048 and 2,560 bytes (1024 and 1280 values), a
//! page of 4 KB holds one, so that half or a third of the disk is lost, 8 KB
//! lose 34 % and 7 %, 16 KB 15 % and 7 %; reading 300 rows here and there
//! takes as long (0.1 ms more), all rows in a row less than half as long as
//! with 4 KB or less.

mod pictures;
mod store;
mod vectors;

use super::rebuildable::Rebuildable;
use crate::model::ModelId;

pub use store::{RowVisitor, SimilarityStore};
pub use vectors::{BYTES_PER_VALUE, append, decode};

pub(super) const SIMILARITY: Rebuildable = Rebuildable {
    file: "similarity.db",
    content: "embeddings",
    // "Kobs".
    application_id: 0x4b6f_6273,
    schema_version: 2,
    page_bytes: 16384,
    schema: include_str!("001.sql"),
    probe: include_str!("probe.sql"),
    is_kept_aside: true,
};

/// A model whose embeddings are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddingModel {
    pub id: ModelId,
    /// Tells models apart: embeddings of the same key can be compared.
    pub key: String,
    /// For people.
    pub title: String,
    /// Values of each embedding.
    pub dimensions: u32,
    pub num_embeddings: u64,
}
