//! Finding posts that are alike: by look, with FAISS over embeddings; as the same
//! picture, by perceptual hashes; by tags. Everything that FAISS allocates
//! belongs to [`crate::memory::Component::Similarity`].

pub(in crate::engine) mod blend;
mod comparer;
pub(in crate::engine) mod duplicates;
mod groups;
mod hashes;
pub mod index;
pub(in crate::engine) mod remembered;
mod tag_likeness;
mod vector_index;

pub use comparer::{Candidate, Embed, EmbedInput, Identified, NoEmbed};
pub(in crate::engine) use comparer::{
    CompareContext, CompareNews, CompareTask, Compared, Comparer, IndexFacts, Subject, Task,
};
pub use groups::{Groups, pair};
pub use hashes::{HashNeighbor, HashTable, MAX_DISTANCE, PictureHashes};
pub use tag_likeness::{TagLikeness, TagNeighbor, TagSums, weight};
pub use vector_index::{Neighbor, SimilarityError, VectorIndex};

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
