//! A FAISS index whose memory is accounted for.

use faiss::error::Error as FaissError;
use faiss::index::flat::FlatIndex;
use faiss::{Idx, Index};

use crate::memory::{self, Component};

/// Why an index could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SimilarityError {
    #[error(
        "{num_values} values are not a whole number of vectors of {dimensions}; the embeddings belong to another model"
    )]
    Shape {
        num_values: usize,
        dimensions: usize,
    },
    #[error("FAISS failed: {0}; rebuild the similarity index")]
    Faiss(#[from] FaissError),
}

/// A vector of the index and how near it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbor {
    /// Position in the order of adding, from 0.
    pub position: u32,
    /// Inner product: for vectors of length 1 the cosine, 1 is the same.
    pub score: f32,
}

/// An exact index of vectors, compared by inner product.
///
/// Every call into FAISS happens in its component's scope, so that what C++
/// allocates is attributed. Searches use the calling thread alone.
pub struct VectorIndex {
    /// `None` only while it is being dropped.
    index: Option<FlatIndex>,
    dimensions: u32,
}

impl std::fmt::Debug for VectorIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VectorIndex")
            .field("dimensions", &self.dimensions)
            .field("num_vectors", &self.num_vectors())
            .finish()
    }
}

impl VectorIndex {
    /// An empty index of vectors with this many values.
    pub fn flat(dimensions: u32) -> Result<Self, SimilarityError> {
        let _scope = memory::native_scope(Component::Similarity);
        Ok(Self {
            index: Some(FlatIndex::new_ip(dimensions)?),
            dimensions,
        })
    }

    /// Adds vectors, row after row.
    pub fn add(&mut self, rows: &[f32]) -> Result<(), SimilarityError> {
        self.check_shape(rows)?;
        let _scope = memory::native_scope(Component::Similarity);
        if let Some(index) = &mut self.index {
            index.add(rows)?;
        }
        Ok(())
    }

    /// The `count` nearest of one vector, nearest first; fewer where the index has fewer.
    pub fn nearest(
        &mut self,
        vector: &[f32],
        count: usize,
    ) -> Result<Vec<Neighbor>, SimilarityError> {
        if vector.len() != self.dimensions as usize {
            return Err(self.shape_error(vector));
        }
        let Some(index) = &mut self.index else {
            return Ok(Vec::new());
        };
        let found = {
            let _scope = memory::native_scope(Component::Similarity);
            index.search(vector, count)?
        };
        Ok(found
            .labels
            .iter()
            .zip(&found.distances)
            .filter_map(|(label, &score)| {
                let position = Idx::get(*label)?;
                Some(Neighbor {
                    position: u32::try_from(position).ok()?,
                    score,
                })
            })
            .collect())
    }

    /// Values of each vector.
    pub fn num_dimensions(&self) -> u32 {
        self.dimensions
    }

    pub fn num_vectors(&self) -> u64 {
        self.index.as_ref().map_or(0, Index::ntotal)
    }

    fn check_shape(&self, rows: &[f32]) -> Result<(), SimilarityError> {
        let dimensions = self.dimensions as usize;
        if dimensions == 0 || !rows.len().is_multiple_of(dimensions) {
            return Err(self.shape_error(rows));
        }
        Ok(())
    }

    fn shape_error(&self, rows: &[f32]) -> SimilarityError {
        SimilarityError::Shape {
            num_values: rows.len(),
            dimensions: self.dimensions as usize,
        }
    }
}

impl Drop for VectorIndex {
    fn drop(&mut self) {
        let scope = memory::native_scope(Component::Similarity);
        drop(self.index.take());
        drop(scope);
        memory::purge(Component::Similarity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_nearest_by_cosine() {
        let mut index = VectorIndex::flat(2).unwrap();
        index.add(&[1.0, 0.0, 0.0, 1.0, 0.6, 0.8]).unwrap();
        let found = index.nearest(&[0.0, 1.0], 2).unwrap();
        let positions: Vec<u32> = found.iter().map(|it| it.position).collect();
        assert_eq!(positions, [1, 2]);
        assert!((found[1].score - 0.8).abs() < 1e-6);
    }

    #[test]
    fn fewer_vectors_than_asked_is_fine() {
        let mut index = VectorIndex::flat(2).unwrap();
        assert_eq!(index.nearest(&[1.0, 0.0], 5).unwrap(), []);
        index.add(&[1.0, 0.0]).unwrap();
        assert_eq!(index.nearest(&[1.0, 0.0], 5).unwrap().len(), 1);
    }

    #[test]
    fn another_shape_is_refused() {
        let mut index = VectorIndex::flat(3).unwrap();
        assert!(matches!(
            index.add(&[1.0; 4]),
            Err(SimilarityError::Shape {
                num_values: 4,
                dimensions: 3
            })
        ));
        assert!(index.nearest(&[1.0; 2], 1).is_err());
    }
}
