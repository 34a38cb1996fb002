//! Finding posts that look alike, with FAISS. Everything that FAISS allocates
//! belongs to [`crate::memory::Component::Similarity`].

mod vector_index;

pub use vector_index::{Neighbor, SimilarityError, VectorIndex};
