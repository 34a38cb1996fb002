//! What a loaded index takes, and how it is given back.

use super::super::SimilarityError;
use super::{IndexKind, SimilarityIndex};
use crate::memory::figures::count;
use crate::memory::{self, Accounted, Component, IndexPermit, Leaf};

impl SimilarityIndex {
    /// What it holds, by counts; FAISS's own objects besides are some hundred bytes.
    pub fn leaves(&self) -> Vec<Leaf> {
        let num: u64 = self.parts.iter().map(|it| it.index.num_vectors()).sum();
        let ids: usize = self
            .parts
            .iter()
            .map(|it| 4 * (it.numbers.capacity() + it.posts.capacity()))
            .sum();
        let per_vector = self.facts.kind.bytes_per_vector(self.dimensions);
        // A table of 16 vectors for each part, in all as wide as a vector.
        let table = match self.facts.kind {
            IndexKind::Packed => 16 * 4 * u64::from(self.dimensions) * self.parts.len() as u64,
            IndexKind::Bytes => 2 * 4 * u64::from(self.dimensions) * self.parts.len() as u64,
            IndexKind::Flat | IndexKind::Half => 0,
        };
        let num_items = usize::try_from(num).unwrap_or(usize::MAX);
        let codes = usize::try_from(num * per_vector).unwrap_or(usize::MAX);
        let mut leaves = vec![
            Leaf::exact("vectors", codes, num_items)
                .with_formula(format!("{per_vector} B × {} vectors", count(num))),
            Leaf::exact("numbers and posts", ids, num_items)
                .with_formula("4 B + 4 B a vector, as allocated"),
        ];
        if table > 0 {
            let table = usize::try_from(table).unwrap_or(usize::MAX);
            leaves.push(
                Leaf::exact("learned tables", table, self.parts.len()).with_formula(format!(
                    "what {} values are packed by, for each of {} shards",
                    count(self.dimensions),
                    self.parts.len()
                )),
            );
        }
        leaves
    }
}

/// Where a loaded index is kept: dropped as a whole, since all of it can be read
/// from its files again.
#[derive(Debug, Default)]
pub struct IndexSlot {
    index: Option<SimilarityIndex>,
    /// For what the index takes.
    permit: Option<IndexPermit>,
}

impl IndexSlot {
    pub fn get(&self) -> Option<&SimilarityIndex> {
        self.index.as_ref()
    }

    pub fn get_mut(&mut self) -> Option<&mut SimilarityIndex> {
        self.index.as_mut()
    }

    /// Keeps an index; the one before is unloaded.
    pub fn put(&mut self, index: SimilarityIndex) {
        self.unload();
        self.index = Some(index);
    }

    /// Keeps what loading gave; nothing where there is no index or it failed.
    pub fn put_loaded<T>(
        &mut self,
        loaded: Result<Option<(SimilarityIndex, T)>, SimilarityError>,
    ) -> Result<Option<T>, SimilarityError> {
        self.unload();
        let Some((index, report)) = loaded? else {
            return Ok(None);
        };
        self.index = Some(index);
        Ok(Some(report))
    }

    /// Keeps the permit that the index was loaded under until it is unloaded, for as
    /// much as the index takes.
    pub fn hold(&mut self, permit: IndexPermit) {
        self.permit = Some(permit);
        self.fit_permit();
    }

    /// The index grew.
    pub fn fit_permit(&mut self) {
        let Some(index) = &self.index else {
            self.permit = None;
            return;
        };
        if let Some(permit) = &mut self.permit
            // A shard that is looked at in turn comes again and again.
            && (!index.is_in_turn() || permit.bytes() < index.bytes())
        {
            permit.set(index.bytes());
        }
    }

    /// Drops the index and gives its memory back to the system; returns how many
    /// bytes it held. The caches of other threads keep nothing of it.
    pub fn unload(&mut self) -> u64 {
        let Some(index) = self.index.take() else {
            self.permit = None;
            return 0;
        };
        let bytes = index.bytes();
        drop(index);
        memory::flush_thread_cache();
        memory::purge(Component::Similarity);
        // Others may have it now, and not before.
        self.permit = None;
        bytes
    }
}

impl Accounted for IndexSlot {
    fn component(&self) -> Component {
        Component::Similarity
    }

    fn leaves(&self) -> Vec<Leaf> {
        self.index
            .as_ref()
            .map(SimilarityIndex::leaves)
            .unwrap_or_default()
    }

    /// All or nothing.
    fn evict(&mut self, bytes: u64) -> u64 {
        if bytes == 0 { 0 } else { self.unload() }
    }
}
