//! What building and loading an index takes at most, predicted before it is begun.

use std::path::Path;

use super::super::SimilarityError;
use super::build::{BLOCK as BUILD_BLOCK, num_samples};
use super::file::ShardFile;
use super::load::{self, BLOCK as LOAD_BLOCK};
use super::recall::{DEPTHS, NUM_QUERIES};
use super::{BuildPolicy, IndexKind, LoadOptions, choose, folder};
use crate::library::SimilarityStore;
use crate::model::ModelId;

/// Number and post of a vector.
const ID_BYTES: u64 = 8;

/// Buffers of files and what FAISS needs besides.
const FIXED_BYTES: u64 = 1 << 20;

/// Of a question, for each rank: score and position as FAISS gives and as it gathers
/// them, and as they are kept.
const BYTES_PER_RANK: u64 = 64;

/// What loading an index takes, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadNeed {
    /// As the options say.
    pub bytes: u64,
    /// A shard at a time; as much where that is all there is, or done anyway.
    pub in_turn_bytes: u64,
}

/// What building the index of all embeddings of `model` takes, bytes.
pub fn build_need(
    store: &SimilarityStore,
    model: ModelId,
    policy: &BuildPolicy,
) -> Result<u64, SimilarityError> {
    let (_, dimensions) = store.model_facts(model)?;
    let num = store.num_after(model, 0)?;
    let (kind, _) = choose(num, dimensions, policy.wish, policy.budget_bytes);
    Ok(need_of_build(num, dimensions, kind, policy))
}

/// What building an index of that kind takes, bytes.
pub(super) fn need_of_build(
    num: u64,
    dimensions: u32,
    kind: IndexKind,
    policy: &BuildPolicy,
) -> u64 {
    let vector = 4 * u64::from(dimensions);
    let num_shards = num.div_ceil(u64::from(policy.shard_vectors.max(1))).max(1);
    let per_shard = num.div_ceil(num_shards);
    // FAISS moves what it has to a place of twice the size when that is full.
    let codes = 2 * kind.bytes_per_vector(dimensions) * per_shard;
    let sample = num.min(num_samples(kind)) * vector;
    let num_queries = num.min(NUM_QUERIES as u64);
    let deepest = DEPTHS.last().copied().unwrap_or_default() as u64;
    let measuring = num_queries * (vector + deepest.min(num) * BYTES_PER_RANK);
    let blocks = 2 * num.min(BUILD_BLOCK as u64) * vector;
    // What is learned from is gone before anything is measured.
    codes + ID_BYTES * per_shard + sample.max(measuring) + blocks + FIXED_BYTES
}

/// What loading the index of a model takes now; `None` where there is none.
pub fn load_need(
    library_dir: &Path,
    store: &SimilarityStore,
    model: ModelId,
    options: &LoadOptions,
) -> Result<Option<LoadNeed>, SimilarityError> {
    let files = load::open_all(&folder(library_dir), store, model)?;
    let Some(facts) = load::facts_of(&files) else {
        return Ok(None);
    };
    let dimensions = files.first().map_or(0, |it| it.header.dimensions);
    let vector = 4 * u64::from(dimensions);
    let per_vector = facts.kind.bytes_per_vector(dimensions) + ID_BYTES;
    let largest = files.iter().map(ShardFile::len).max().unwrap_or_default();
    let num_added = store.num_after(model, facts.last_number)?;
    // The shard that they are added to is moved to a larger place.
    let added = if num_added == 0 {
        0
    } else {
        largest + 2 * per_vector * num_added + 2 * LOAD_BLOCK as u64 * vector
    };
    let whole = facts.num_bytes.max(facts.loaded_bytes) + added + FIXED_BYTES;
    let in_turn = if files.len() > 1 {
        largest + added + FIXED_BYTES
    } else {
        whole
    };
    let is_in_turn = files.len() > 1 && facts.loaded_bytes > options.max_bytes;
    Ok(Some(LoadNeed {
        bytes: if is_in_turn { in_turn } else { whole },
        in_turn_bytes: in_turn,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_grows_with_the_kind_and_the_number() {
        let policy = BuildPolicy::default();
        let need = |num, kind| need_of_build(num, 1280, kind, &policy) >> 20;
        let packed = need(1_000_000, IndexKind::Packed);
        let bytes = need(1_000_000, IndexKind::Bytes);
        let flat = need(1_000_000, IndexKind::Flat);
        assert!(packed < bytes && bytes < flat, "{packed} {bytes} {flat}");
        // A shard of 200,000 × 128 B, twice while it grows, and 20 MB to learn from.
        assert!((70..110).contains(&packed), "{packed}");
        // One shard at a time, however many there are.
        assert_eq!(need(4_000_000, IndexKind::Packed), packed);
        assert!(need(100, IndexKind::Flat) <= 4);
    }
}
