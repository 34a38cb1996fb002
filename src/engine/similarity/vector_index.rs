//! An index of FAISS, whose memory is accounted for.

use std::io::{Read, Write};

use faiss::index::IndexImpl;
use faiss::{Idx, Index as _, MetricType, index_factory};

use super::{SimilarityError, faiss_io};
use crate::memory::{self, Component, NativeScope};

/// A vector of the index and how near it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbor {
    /// Position in the order of adding, from 0.
    pub position: u32,
    /// Inner product: for vectors of length 1 the cosine, 1 is the same. As the
    /// index sees it, where that holds less than the vectors.
    pub score: f32,
}

/// Vectors, compared by inner product.
///
/// Every call into FAISS happens in its component's scope, so that what C++
/// allocates is attributed. Searches use the calling thread alone.
pub struct VectorIndex {
    /// `None` only while it is being dropped.
    index: Option<IndexImpl>,
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

/// While it lives, FAISS may be called.
fn enter() -> NativeScope {
    faiss_io::prepare();
    memory::native_scope(Component::Similarity)
}

impl VectorIndex {
    /// An empty exact index of vectors with this many values.
    pub fn flat(dimensions: u32) -> Result<Self, SimilarityError> {
        Self::made_of("Flat", dimensions)
    }

    /// An empty index as FAISS's factory makes it.
    pub(super) fn made_of(description: &str, dimensions: u32) -> Result<Self, SimilarityError> {
        if dimensions == 0 {
            return Err(SimilarityError::Shape {
                num_values: 0,
                dimensions: 0,
            });
        }
        let _scope = enter();
        Ok(Self {
            index: Some(index_factory(
                dimensions,
                description,
                MetricType::InnerProduct,
            )?),
            dimensions,
        })
    }

    /// Lets it learn how vectors are spread, where it has to.
    pub(super) fn train(&mut self, rows: &[f32]) -> Result<(), SimilarityError> {
        self.check_shape(rows)?;
        let _scope = enter();
        if let Some(index) = &mut self.index
            && !index.is_trained()
        {
            index.train(rows)?;
        }
        Ok(())
    }

    /// Adds vectors, row after row.
    pub fn add(&mut self, rows: &[f32]) -> Result<(), SimilarityError> {
        self.check_shape(rows)?;
        let _scope = enter();
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
        let mut found = Vec::new();
        self.nearest_of_each(vector, count, &mut |_, neighbor| found.push(neighbor))?;
        Ok(found)
    }

    /// [`Self::nearest`] of several vectors in a row; `f` takes which of them
    /// it is, and the neighbour.
    pub(super) fn nearest_of_each(
        &mut self,
        vectors: &[f32],
        count: usize,
        f: &mut dyn FnMut(usize, Neighbor),
    ) -> Result<(), SimilarityError> {
        self.check_shape(vectors)?;
        let count = count.min(usize::try_from(self.num_vectors()).unwrap_or(usize::MAX));
        let Some(index) = &mut self.index else {
            return Ok(());
        };
        if count == 0 || vectors.is_empty() {
            return Ok(());
        }
        let found = {
            let _scope = enter();
            index.search(vectors, count)?
        };
        for (at, (label, &score)) in found.labels.iter().zip(&found.distances).enumerate() {
            // FAISS has no label where it found fewer.
            if let Some(position) = Idx::get(*label).and_then(|it| u32::try_from(it).ok()) {
                f(at / count, Neighbor { position, score });
            }
        }
        Ok(())
    }

    /// All with an inner product above `least` of several vectors in a row; `f`
    /// takes which of them it is, and the neighbour. For exact indexes.
    pub(super) fn above_of_each(
        &mut self,
        vectors: &[f32],
        least: f32,
        f: &mut dyn FnMut(usize, Neighbor),
    ) -> Result<(), SimilarityError> {
        self.check_shape(vectors)?;
        let Some(index) = &mut self.index else {
            return Ok(());
        };
        if vectors.is_empty() {
            return Ok(());
        }
        let _scope = enter();
        let found = index.range_search(vectors, least)?;
        let (scores, labels) = found.distance_and_labels();
        // Where the neighbours of each begin, and at last where they end.
        let limits = found.lims();
        for (query, range) in limits.windows(2).enumerate() {
            for at in range[0]..range[1] {
                let (Some(&score), Some(label)) = (scores.get(at), labels.get(at)) else {
                    continue;
                };
                if let Some(position) = label.get().and_then(|it| u32::try_from(it).ok()) {
                    f(query, Neighbor { position, score });
                }
            }
        }
        Ok(())
    }

    /// Forgets the vectors, and keeps what it learned.
    pub(super) fn clear(&mut self) -> Result<(), SimilarityError> {
        let _scope = enter();
        if let Some(index) = &mut self.index {
            index.reset()?;
        }
        Ok(())
    }

    /// Writes it as [`Self::read`] reads it.
    pub(super) fn write(&self, target: Box<dyn Write>) -> Result<(), SimilarityError> {
        let _scope = enter();
        match &self.index {
            Some(index) => faiss_io::write(index, target),
            None => Ok(()),
        }
    }

    /// Reads what [`Self::write`] wrote, which has to be known to be whole.
    pub(super) fn read(source: Box<dyn Read>) -> Result<Self, SimilarityError> {
        let _scope = enter();
        let index = faiss_io::read(source)?;
        Ok(Self {
            dimensions: index.d(),
            index: Some(index),
        })
    }

    /// Values of each vector.
    pub fn num_dimensions(&self) -> u32 {
        self.dimensions
    }

    pub fn num_vectors(&self) -> u64 {
        self.index.as_ref().map_or(0, faiss::Index::ntotal)
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
        let scope = enter();
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
    fn finds_all_above_a_cosine() {
        let mut index = VectorIndex::flat(2).unwrap();
        index.add(&[1.0, 0.0, 0.0, 1.0, 0.6, 0.8]).unwrap();
        let mut found = Vec::new();
        index
            .above_of_each(&[0.0, 1.0, 1.0, 0.0], 0.7, &mut |query, it| {
                found.push((query, it.position));
            })
            .unwrap();
        found.sort_unstable();
        assert_eq!(found, [(0, 1), (0, 2), (1, 0)]);
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
        assert!(VectorIndex::flat(0).is_err());
    }

    #[test]
    fn what_is_not_whole_is_an_error_and_no_crash() {
        let cut: &[u8] = b"IxFI\x02\x00\x00";
        assert!(VectorIndex::read(Box::new(cut)).is_err());
        assert!(VectorIndex::read(Box::new(&b""[..])).is_err());
        // Another call on this thread is not disturbed.
        let mut index = VectorIndex::flat(2).unwrap();
        index.add(&[1.0, 0.0]).unwrap();
        assert_eq!(index.nearest(&[1.0, 0.0], 5).unwrap().len(), 1);
    }
}
