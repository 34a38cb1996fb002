//! Finding posts that look alike, with FAISS. Everything that FAISS allocates
//! belongs to [`crate::memory::Component::Similarity`].
//!
//! [`VectorIndex`] is one index of FAISS; [`index`] is what is kept of a
//! library's embeddings: files, loading, searching, building; [`groups`] finds
//! all pairs that are nearly the same.

mod dot;
mod error;
mod faiss_io;
pub mod groups;
pub mod index;
mod vector_index;

pub use error::SimilarityError;
pub use groups::cosine_groups;
pub use index::{
    BuildPolicy, BuildReport, IndexFacts, IndexKind, IndexSlot, LoadOptions, LoadReport,
    SimilarityIndex,
};
pub use vector_index::{Neighbor, VectorIndex};
