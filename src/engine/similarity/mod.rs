//! Finding posts that are alike: by look, with FAISS over embeddings; as the same
//! picture, by perceptual hashes; by tags. Everything that FAISS allocates
//! belongs to [`crate::memory::Component::Similarity`].
//!
//! [`VectorIndex`] is one index of FAISS; [`index`] is what is kept of a
//! library's embeddings: files, loading, searching, building; [`groups`] finds
//! all pairs whose embeddings are nearly the same; the comparer is the thread
//! that owns all of these for the engine.

pub(in crate::engine) mod blend;
mod comparer;
mod connected;
mod dot;
pub(in crate::engine) mod duplicates;
mod error;
mod faiss_io;
pub mod groups;
mod hashes;
pub mod index;
pub(in crate::engine) mod remembered;
mod scan;
mod tag_likeness;
mod vector_index;

pub use comparer::{Candidate, Embed, EmbedInput, Identified, NoEmbed, NoEmbedding, Unreadable};
pub(in crate::engine) use comparer::{
    CompareContext, CompareNews, CompareTask, Compared, Comparer, IndexState, Subject, Task,
};
pub use connected::{Groups, pair};
pub use error::SimilarityError;
pub use groups::cosine_groups;
pub use hashes::{HashNeighbor, HashTable, MAX_DISTANCE, PictureHashes};
pub use index::{
    BuildPolicy, BuildReport, IndexFacts, IndexKind, IndexSlot, LoadOptions, LoadReport,
    SimilarityIndex,
};
pub use scan::scan;
pub use tag_likeness::{NearestByTags, TagLikeness, TagNeighbor, TagSums, weight};
pub use vector_index::{Neighbor, VectorIndex};

use crate::library::EmbeddingModel;

/// The model whose embeddings are compared: that of the settings, or the one with
/// the most where that has none.
pub fn preferred_model<'m>(
    models: &'m [EmbeddingModel],
    key: Option<&str>,
) -> Option<&'m EmbeddingModel> {
    let models = || models.iter().filter(|it| it.num_embeddings > 0);
    models()
        .find(|it| Some(it.key.as_str()) == key)
        .or_else(|| models().max_by_key(|it| it.num_embeddings))
}
