//! The index of a model's embeddings: built in a job, kept in files, loaded
//! when it is used.
//!
//! An index holds vectors roughly, so that it is small; what it finds is ranked
//! again by the embeddings in the store, read by number. How many are, is
//! measured when it is built. A number is never used again, so that an index
//! and the store can each go on without the other: rows with a higher number
//! than the index knows are added when it is loaded, and what it finds but the
//! store has no more, is left out.
//!
//! Above 200,000 vectors an index is in shards. Where they do not fit into what
//! it may take, they are loaded and searched in turn.

mod build;
mod file;
mod kind;
mod load;
mod need;
mod recall;
mod search;
mod slot;

use std::path::Path;

use super::SimilarityError;
use crate::library::SimilarityStore;
use crate::model::ModelId;

pub use build::{BuildPolicy, BuildReport, build, build_within, remove};
pub use file::folder;
pub use kind::{FLAT_VECTORS, IndexKind, choose};
pub use load::{LoadOptions, LoadReport, SimilarityIndex};
pub use need::{LoadNeed, build_need, load_need};
pub use slot::IndexSlot;

/// What the files of an index say, without loading it.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexFacts {
    pub kind: IndexKind,
    /// Why this kind, in words.
    pub why: String,
    pub num_vectors: u64,
    pub num_shards: u32,
    /// Measured when it was built, of the ten nearest; 0 to 1.
    pub recall: f32,
    /// How many are ranked again by what is stored.
    pub depth: u32,
    /// On disk.
    pub num_bytes: u64,
    /// About what it takes while it is loaded, all shards at a time, bytes.
    pub loaded_bytes: u64,
    /// Embeddings up to this number are in it.
    pub last_number: u32,
}

/// Reads the headers of an index's files; `None` where there is none, an error
/// where it has to be built anew.
pub fn facts(
    library_dir: &Path,
    store: &SimilarityStore,
    model: ModelId,
) -> Result<Option<IndexFacts>, SimilarityError> {
    let files = load::open_all(&folder(library_dir), store, model)?;
    Ok(load::facts_of(&files))
}

/// Whether the index of a model is to be built by what its files say: there is none,
/// it can't be used, or too much was embedded since.
pub fn is_build_due(
    library_dir: &Path,
    store: &SimilarityStore,
    model: ModelId,
    options: &LoadOptions,
) -> bool {
    let counted = facts(library_dir, store, model).and_then(|facts| {
        let Some(facts) = facts else {
            return Ok(true);
        };
        let num_added = store.num_after(model, facts.last_number)?;
        let num_live = store.num_after(model, 0)?;
        let num_gone = (facts.num_vectors + num_added).saturating_sub(num_live);
        Ok(load::is_rebuild_due(&facts, num_added, num_gone, options))
    });
    match counted {
        Ok(is_due) => is_due,
        Err(err) => err.is_rebuild(),
    }
}
