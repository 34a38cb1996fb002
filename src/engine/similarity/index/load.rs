//! Reads an index, and brings it up to date.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use super::super::SimilarityError;
use super::file::{self, Shard, ShardFile};
use super::{FLAT_VECTORS, IndexFacts, IndexKind};
use crate::library::{SimilarityStore, similarity};
use crate::memory::{self, Component};
use crate::model::ModelId;

/// Rows added at a time.
pub(super) const BLOCK: usize = 1000;

/// Fewer that were added or are gone are no reason to build an index anew.
const FEW: u64 = 1000;

/// Putting files into their places takes less than this.
const RETRY_AFTER: Duration = Duration::from_millis(5);
const NUM_RETRIES: usize = 2;

/// How an index is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadOptions {
    /// Shards that take more than this together are loaded in turn, bytes.
    pub max_bytes: u64,
    /// The user wants an exact index, of any size: it can't be outgrown.
    pub is_flat_wanted: bool,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            max_bytes: 200 << 20,
            is_flat_wanted: false,
        }
    }
}

/// How loading went.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LoadReport {
    pub duration: Duration,
    /// Read from files.
    pub num_vectors: u64,
    /// Embeddings made after the index was built, and added to it.
    pub num_added: u64,
    /// Vectors whose embeddings are gone.
    pub num_gone: u64,
    /// Shards are searched in turn, and not all in memory.
    pub is_in_turn: bool,
}

/// A loaded index. Belongs to one thread.
pub struct SimilarityIndex {
    pub(super) model: ModelId,
    pub(super) dimensions: u32,
    /// In memory. Where shards are searched in turn, what was added alone.
    pub(super) parts: Vec<Shard>,
    /// Loaded when they are searched.
    pub(super) in_turn: Vec<ShardFile>,
    pub(super) facts: IndexFacts,
    pub(super) last_number: u32,
    num_added: u64,
    num_gone: u64,
    options: LoadOptions,
}

impl std::fmt::Debug for SimilarityIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SimilarityIndex")
            .field("model", &self.model)
            .field("facts", &self.facts)
            .field("num_added", &self.num_added)
            .finish_non_exhaustive()
    }
}

/// Opens all shards of an index and sees that they belong together, and to this
/// store; none where there is no index. Tries again where they do not: a build
/// may be putting others into their place.
pub(super) fn open_all(
    folder: &Path,
    store: &SimilarityStore,
    model: ModelId,
) -> Result<Vec<ShardFile>, SimilarityError> {
    let mut opened = open_once(folder, store, model);
    for _ in 0..NUM_RETRIES {
        match &opened {
            Err(err) if err.is_rebuild() => {
                std::thread::sleep(RETRY_AFTER);
                opened = open_once(folder, store, model);
            }
            _ => break,
        }
    }
    opened
}

fn open_once(
    folder: &Path,
    store: &SimilarityStore,
    model: ModelId,
) -> Result<Vec<ShardFile>, SimilarityError> {
    let Some(first) = ShardFile::open(&file::path(folder, model, 0))? else {
        return Ok(Vec::new());
    };
    let unusable = |path: &Path, reason: &str| Err(SimilarityError::unusable(path, reason));
    let header = &first.header;
    let (key, dimensions) = store.model_facts(model)?;
    if header.store != store.identity()? {
        return unusable(
            first.path(),
            "it is of embeddings that are not there any more",
        );
    }
    if (&header.model_key, header.dimensions) != (&key, dimensions) {
        return unusable(first.path(), "it is of another model");
    }
    // A backup of the store was put back: numbers are used again.
    if header.last_number > store.highest_number()? {
        return unusable(first.path(), "it is newer than the embeddings");
    }
    let num_shards = header.num_shards;
    let mut files = vec![first];
    for shard in 1..num_shards {
        let path = file::path(folder, model, shard);
        match ShardFile::open(&path)? {
            Some(next) if next.header.build == files[0].header.build => files.push(next),
            Some(_) => return unusable(&path, "it is of another build than the rest"),
            None => return unusable(&path, "it is missing"),
        }
    }
    let all: u64 = files
        .iter()
        .map(|it| u64::from(it.header.num_vectors))
        .sum();
    if all != files[0].header.num_all {
        return unusable(files[0].path(), "its shards do not fit together");
    }
    Ok(files)
}

pub(super) fn facts_of(files: &[ShardFile]) -> Option<IndexFacts> {
    let header = &files.first()?.header;
    let per_vector = header.kind.bytes_per_vector(header.dimensions) + 8;
    Some(IndexFacts {
        kind: header.kind,
        why: header.why.clone(),
        num_vectors: header.num_all,
        num_shards: header.num_shards,
        recall: header.recall,
        depth: header.depth,
        num_bytes: files.iter().map(ShardFile::len).sum(),
        loaded_bytes: per_vector * header.num_all,
        last_number: header.last_number,
    })
}

/// Whether so many were added or are gone that it should be built anew.
pub(super) fn is_rebuild_due(
    facts: &IndexFacts,
    num_added: u64,
    num_gone: u64,
    options: &LoadOptions,
) -> bool {
    let few = FEW.max(facts.num_vectors / 4);
    let is_outgrown = facts.kind == IndexKind::Flat
        && !options.is_flat_wanted
        && facts.num_vectors + num_added > FLAT_VECTORS + FEW;
    num_added > few || num_gone > few || is_outgrown && num_added > 0
}

impl SimilarityIndex {
    /// Loads the index of a model and adds what was embedded since it was
    /// built; `None` where there is none. An error that
    /// [`is_rebuild`](SimilarityError::is_rebuild) means that it has to be
    /// built anew: files are looked at, to the last byte, before FAISS is.
    pub fn load(
        library_dir: &Path,
        store: &SimilarityStore,
        model: ModelId,
        options: &LoadOptions,
    ) -> Result<Option<(Self, LoadReport)>, SimilarityError> {
        let _scope = memory::scope(Component::Similarity);
        let start = Instant::now();
        let mut files = open_all(&file::folder(library_dir), store, model)?;
        let Some(facts) = facts_of(&files) else {
            return Ok(None);
        };
        let is_in_turn = files.len() > 1 && facts.loaded_bytes > options.max_bytes;
        let mut parts = Vec::new();
        for file in &mut files {
            let shard = file.load()?;
            if !is_in_turn {
                parts.push(shard);
            }
        }
        let mut index = Self {
            model,
            dimensions: files.first().map_or(0, |it| it.header.dimensions),
            parts,
            in_turn: if is_in_turn { files } else { Vec::new() },
            last_number: facts.last_number,
            facts,
            num_added: 0,
            num_gone: 0,
            options: *options,
        };
        let num_added = index.catch_up(store)?;
        let report = LoadReport {
            duration: start.elapsed(),
            num_vectors: index.facts.num_vectors,
            num_added,
            num_gone: index.num_gone,
            is_in_turn,
        };
        Ok(Some((index, report)))
    }

    /// Adds what was embedded since it was loaded, and counts what is gone;
    /// returns how many were added.
    pub fn catch_up(&mut self, store: &SimilarityStore) -> Result<u64, SimilarityError> {
        let _scope = memory::scope(Component::Similarity);
        let dimensions = self.dimensions as usize;
        let before = self.num_added;
        if store.last_number(self.model)? > self.last_number {
            let mut block = Vec::new();
            let (mut numbers, mut posts) = (Vec::new(), Vec::new());
            let mut added = Ok(());
            store.for_each_row(self.model, self.last_number, &mut |number, post, bytes| {
                if bytes.len() != dimensions * similarity::BYTES_PER_VALUE {
                    return ControlFlow::Continue(());
                }
                similarity::append(bytes, &mut block);
                numbers.push(number);
                posts.push(post.0);
                if numbers.len() == BLOCK {
                    added = self.add(&mut block, &mut numbers, &mut posts);
                }
                match added {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            })?;
            added?;
            self.add(&mut block, &mut numbers, &mut posts)?;
        }
        let num_live = store.num_after(self.model, 0)?;
        self.num_gone = self.num_vectors().saturating_sub(num_live);
        Ok(self.num_added - before)
    }

    fn add(
        &mut self,
        block: &mut Vec<f32>,
        numbers: &mut Vec<u32>,
        posts: &mut Vec<u32>,
    ) -> Result<(), SimilarityError> {
        let Some(&last) = numbers.last() else {
            return Ok(());
        };
        if self.parts.is_empty()
            && let Some(file) = self.in_turn.last_mut()
        {
            // Made as the shards are, so that scores can be compared.
            let Shard { mut index, .. } = file.load()?;
            index.clear()?;
            self.parts.push(Shard {
                index,
                numbers: Vec::new(),
                posts: Vec::new(),
            });
        }
        if let Some(part) = self.parts.last_mut() {
            part.index.add(block)?;
            part.numbers.extend_from_slice(numbers);
            part.posts.extend_from_slice(posts);
            self.num_added += numbers.len() as u64;
            self.last_number = last;
        }
        block.clear();
        numbers.clear();
        posts.clear();
        Ok(())
    }

    /// Whether so much was added or is gone that it should be built anew.
    pub fn is_rebuild_due(&self) -> bool {
        is_rebuild_due(&self.facts, self.num_added, self.num_gone, &self.options)
    }

    pub fn model(&self) -> ModelId {
        self.model
    }

    pub fn kind(&self) -> IndexKind {
        self.facts.kind
    }

    /// As its files say.
    pub fn facts(&self) -> &IndexFacts {
        &self.facts
    }

    /// Measured when it was built, of the ten nearest; 0 to 1.
    pub fn recall(&self) -> f32 {
        self.facts.recall
    }

    /// What was added since is among them, what is gone is too.
    pub fn num_vectors(&self) -> u64 {
        self.facts.num_vectors + self.num_added
    }

    /// Added since it was built.
    pub fn num_added(&self) -> u64 {
        self.num_added
    }

    /// Embeddings up to this number are in it.
    pub fn last_number(&self) -> u32 {
        self.last_number
    }

    /// Shards are searched in turn, and not all in memory.
    pub fn is_in_turn(&self) -> bool {
        !self.in_turn.is_empty()
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> u64 {
        self.leaves().iter().map(|it| it.bytes).sum()
    }
}
