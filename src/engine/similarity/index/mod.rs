//! Placeholder until the index is merged.
use std::path::{Path, PathBuf};

use crate::library::{EmbeddingModel, LibraryError, SimilarityStore};
use crate::memory::Leaf;
use crate::model::{ModelId, PostId};

#[derive(Clone, Debug, Default)]
pub struct IndexWish;
#[derive(Debug)]
pub struct SimilarityIndex;

pub fn dir(library: &Path) -> PathBuf {
    library.join("similarity")
}
pub fn disk_bytes(_: &Path, _: ModelId) -> u64 {
    0
}
pub fn scan(
    _: &SimilarityStore,
    _: &EmbeddingModel,
    _: &[f32],
    _: usize,
    _: &dyn Fn(PostId) -> bool,
    _: &dyn Fn() -> bool,
) -> Result<Vec<(PostId, f32)>, LibraryError> {
    Ok(Vec::new())
}
impl SimilarityIndex {
    pub fn load(
        _: &Path,
        _: &SimilarityStore,
        _: &EmbeddingModel,
        _: &IndexWish,
    ) -> Result<Option<Self>, LibraryError> {
        Ok(None)
    }
    pub fn follow(&mut self, _: &SimilarityStore) -> Result<(), LibraryError> {
        Ok(())
    }
    pub fn nearest(
        &mut self,
        _: &SimilarityStore,
        _: &[f32],
        _: usize,
        _: &dyn Fn(PostId) -> bool,
    ) -> Result<Vec<(PostId, f32)>, LibraryError> {
        Ok(Vec::new())
    }
    pub fn bytes(&self) -> u64 {
        0
    }
    pub fn num_vectors(&self) -> u64 {
        0
    }
    pub fn is_rebuild_due(&self) -> bool {
        false
    }
    pub fn describe(&self) -> String {
        String::new()
    }
    pub fn recall(&self) -> Option<f32> {
        None
    }
    pub fn leaves(&self) -> Vec<Leaf> {
        Vec::new()
    }
}

pub fn build(
    _: &Path,
    _: &SimilarityStore,
    _: &EmbeddingModel,
    _: &IndexWish,
    _: &dyn Fn() -> bool,
    _: &mut dyn FnMut(f32),
) -> Result<(), LibraryError> {
    Ok(())
}
