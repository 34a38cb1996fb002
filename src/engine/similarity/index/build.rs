//! Builds the index of a model from the stored embeddings.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use super::super::{SimilarityError, VectorIndex};
use super::file::{self, Draft, Header, Shard};
use super::need::need_of_build;
use super::recall::{NUM_QUERIES, Recall};
use super::{IndexKind, choose};
use crate::library::{SimilarityStore, similarity};
use crate::memory::{self, Component};
use crate::model::ModelId;

/// As many as FAISS learns from; where nothing is learned, one will do.
pub(super) fn num_samples(kind: IndexKind) -> u64 {
    match kind {
        IndexKind::Flat | IndexKind::Half => 1,
        IndexKind::Bytes | IndexKind::Packed => 4096,
    }
}

/// Embeddings taken in at a time: 1 MB of 1024 values, which a processor's cache
/// holds while all questions go over it.
pub(super) const BLOCK: usize = 256;

/// What an index has to be like.
#[derive(Clone, Debug, PartialEq)]
pub struct BuildPolicy {
    /// What the user wants; `None` leaves it to the size.
    pub wish: Option<IndexKind>,
    /// What a loaded index may take, bytes.
    pub budget_bytes: u64,
    /// Of the ten nearest, how many have to be found, 0 to 1; `None` is what
    /// the size allows: .995 up to 200,000, .98 above.
    pub recall: Option<f32>,
    /// A shard has no more vectors than this.
    pub shard_vectors: u32,
}

impl Default for BuildPolicy {
    fn default() -> Self {
        Self {
            wish: None,
            budget_bytes: 64 << 20,
            recall: None,
            shard_vectors: 200_000,
        }
    }
}

impl BuildPolicy {
    fn wanted_recall(&self, num: u64) -> f32 {
        self.recall
            .unwrap_or(if num <= 200_000 { 0.995 } else { 0.98 })
    }
}

/// What was built.
#[derive(Clone, Debug, PartialEq)]
pub struct BuildReport {
    pub kind: IndexKind,
    /// Why this kind, in words.
    pub why: String,
    pub num_vectors: u64,
    pub num_shards: u32,
    /// Measured on the user's own embeddings, of the ten nearest; 0 to 1.
    pub recall: f32,
    /// How many are ranked again by what is stored.
    pub depth: u32,
    /// On disk.
    pub num_bytes: u64,
    pub duration: Duration,
}

/// Builds the index of all embeddings of `model` that there are now, measures
/// it, and puts it into the folder of the library. A loaded one stays what it is.
///
/// Takes a block of embeddings and a shard at a time. `progress` takes how many
/// of how many rows were read. For a job: seconds for 100,000.
pub fn build(
    library_dir: &Path,
    store: &SimilarityStore,
    model: ModelId,
    policy: &BuildPolicy,
    is_cancelled: &dyn Fn() -> bool,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<BuildReport, SimilarityError> {
    build_within(
        library_dir,
        store,
        model,
        policy,
        is_cancelled,
        progress,
        &mut |_| Ok(()),
    )
}

/// [`build`], where `take` grants the bytes that building takes, before they are
/// needed: once, or once more where what was built first is too rough. It is an
/// error of `take` that ends the building then.
pub fn build_within(
    library_dir: &Path,
    store: &SimilarityStore,
    model: ModelId,
    policy: &BuildPolicy,
    is_cancelled: &dyn Fn() -> bool,
    progress: &mut dyn FnMut(u64, u64),
    take: &mut dyn FnMut(u64) -> Result<(), SimilarityError>,
) -> Result<BuildReport, SimilarityError> {
    let _scope = memory::scope(Component::Similarity);
    let start = Instant::now();
    let folder = file::folder(library_dir);
    fs::create_dir_all(&folder)
        .map_err(|err| SimilarityError::io(&folder, "making its folder", err))?;
    // Found out before the work is done, and not after it.
    let first = file::path(&folder, model, 0);
    if first.is_dir() {
        return Err(SimilarityError::Folder { path: first });
    }
    let (model_key, dimensions) = store.model_facts(model)?;
    let num = store.num_after(model, 0)?;
    if num == 0 {
        return Err(SimilarityError::NoEmbeddings);
    }
    let (kind, why) = choose(num, dimensions, policy.wish, policy.budget_bytes);
    let mut header = Header {
        store: store.identity()?,
        model_key,
        dimensions,
        kind,
        build: new_build(),
        shard: 0,
        num_shards: 1,
        num_vectors: 0,
        num_all: 0,
        last_number: store.last_number(model)?,
        recall: 0.0,
        depth: 0,
        why,
        body_len: 0,
        body_hash: 0,
    };
    let mut builder = Builder {
        folder: &folder,
        store,
        model,
        is_cancelled,
        progress,
        num,
        num_read: 0,
        shard_vectors: u64::from(policy.shard_vectors.max(1)),
    };
    let wanted = policy.wanted_recall(num);
    take(need_of_build(num, dimensions, kind, policy))?;
    let mut built = builder.build(header.clone())?;
    let (mut depth, mut recall) = built.recall.depth_for(wanted);
    let bytes_of_bytes = IndexKind::Bytes.bytes_per_vector(dimensions) * num;
    let is_too_rough = kind == IndexKind::Packed && policy.wish.is_none() && recall < wanted;
    if is_too_rough && bytes_of_bytes <= policy.budget_bytes {
        header.why = format!(
            "a byte a value, since packed ones would find {:.1} % of what is nearest",
            recall * 100.0
        );
        header.kind = IndexKind::Bytes;
        drop(built);
        take(need_of_build(num, dimensions, header.kind, policy))?;
        built = builder.build(header.clone())?;
        (depth, recall) = built.recall.depth_for(wanted);
    }
    let num_shards = built.drafts.len() as u32;
    for draft in &mut built.drafts {
        draft.complete(|it| {
            it.num_shards = num_shards;
            it.num_all = built.num_all;
            it.recall = recall;
            it.depth = depth as u32;
        })?;
    }
    // All at once: who loads it meanwhile finds shards of one build, or tries again.
    for draft in built.drafts {
        draft.publish()?;
    }
    remove_others(&folder, model, num_shards);
    let num_bytes = file::all(&folder, model, false).iter().map(|it| it.1).sum();
    Ok(BuildReport {
        kind: header.kind,
        why: header.why,
        num_vectors: built.num_all,
        num_shards,
        recall,
        depth: depth as u32,
        num_bytes,
        duration: start.elapsed(),
    })
}

/// Removes the files of an index; embeddings stay.
pub fn remove(library_dir: &Path, model: ModelId) {
    remove_others(&file::folder(library_dir), model, 0);
}

/// Removes what is left of earlier builds.
fn remove_others(folder: &Path, model: ModelId, num_shards: u32) {
    let own: Vec<_> = (0..num_shards)
        .map(|it| file::path(folder, model, it))
        .collect();
    for (path, _) in file::all(folder, model, true) {
        if !own.contains(&path)
            && let Err(err) = fs::remove_file(&path)
        {
            tracing::warn!(path = %path.display(), %err, "an old index was not removed");
        }
    }
}

/// Tells a build from every other.
fn new_build() -> u64 {
    use std::hash::{BuildHasher as _, Hasher as _};
    // Keys of its own by the system's randomness.
    let mut hasher = std::hash::RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    hasher.finish()
}

struct Builder<'a> {
    folder: &'a Path,
    store: &'a SimilarityStore,
    model: ModelId,
    is_cancelled: &'a dyn Fn() -> bool,
    progress: &'a mut dyn FnMut(u64, u64),
    /// Rows that there are, about.
    num: u64,
    num_read: u64,
    shard_vectors: u64,
}

struct Built {
    drafts: Vec<Draft>,
    recall: Recall,
    num_all: u64,
}

impl Builder<'_> {
    fn build(&mut self, header: Header) -> Result<Built, SimilarityError> {
        let dimensions = header.dimensions;
        let mut recall = Recall::new(dimensions);
        let mut index = VectorIndex::made_of(&header.kind.description(dimensions), dimensions)?;
        {
            let sample = self.sample(&header, &mut recall)?;
            if sample.is_empty() {
                return Err(SimilarityError::NoEmbeddings);
            }
            index.train(&sample)?;
        }
        let num_shards = self.num.div_ceil(self.shard_vectors).max(1);
        let mut writer = ShardWriter {
            folder: self.folder,
            model: self.model,
            // Shards of about the same size.
            per_shard: usize::try_from(self.num.div_ceil(num_shards)).unwrap_or(usize::MAX),
            header: &header,
            block: Vec::with_capacity(BLOCK * dimensions as usize),
            exact: VectorIndex::flat(dimensions)?,
            shard: Shard {
                index,
                numbers: Vec::new(),
                posts: Vec::new(),
            },
            recall,
            num_all: 0,
            drafts: Vec::new(),
        };
        let mut failed = Ok(());
        let last = header.last_number;
        self.each_row(last, &mut |number, post, bytes| {
            failed = writer.add(number, post.0, bytes);
            match failed {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })?;
        failed?;
        writer.end_shard()?;
        Ok(Built {
            drafts: writer.drafts,
            recall: writer.recall,
            num_all: writer.num_all,
        })
    }

    /// Vectors to learn from, evenly spread, row after row; some of them are
    /// asked about later.
    fn sample(
        &mut self,
        header: &Header,
        recall: &mut Recall,
    ) -> Result<Vec<f32>, SimilarityError> {
        let dimensions = header.dimensions as usize;
        let step = self.num.div_ceil(num_samples(header.kind)).max(1);
        let query_step = self.num.div_ceil(NUM_QUERIES as u64).max(1);
        let len = self.num.div_ceil(step);
        let mut sample = Vec::with_capacity(usize::try_from(len).unwrap_or(0) * dimensions);
        let mut query = Vec::new();
        let mut at = 0;
        self.each_row(header.last_number, &mut |number, _, bytes| {
            if bytes.len() == dimensions * similarity::BYTES_PER_VALUE {
                if at % step == 0 {
                    similarity::append(bytes, &mut sample);
                }
                if at % query_step == 0 {
                    similarity::decode(bytes, &mut query);
                    recall.add_query(number, &query);
                }
                at += 1;
            }
            ControlFlow::Continue(())
        })?;
        Ok(sample)
    }

    /// Rows up to the number `last`.
    fn each_row(
        &mut self,
        last: u32,
        f: &mut similarity::RowVisitor<'_>,
    ) -> Result<(), SimilarityError> {
        let mut is_cancelled = false;
        let num_all = self.num * 2;
        let (store, model) = (self.store, self.model);
        store.for_each_row(model, 0, &mut |number, post, bytes| {
            if number > last {
                return ControlFlow::Break(());
            }
            if self.num_read.is_multiple_of(BLOCK as u64) {
                is_cancelled = (self.is_cancelled)();
                if is_cancelled {
                    return ControlFlow::Break(());
                }
                (self.progress)(self.num_read.min(num_all), num_all);
            }
            self.num_read += 1;
            f(number, post, bytes)
        })?;
        if is_cancelled {
            return Err(SimilarityError::Cancelled);
        }
        (self.progress)(self.num_read.min(num_all), num_all);
        Ok(())
    }
}

/// Takes rows, and writes a shard when it is full.
struct ShardWriter<'a> {
    folder: &'a Path,
    model: ModelId,
    per_shard: usize,
    header: &'a Header,
    /// Rows that wait to be added.
    block: Vec<f32>,
    /// These, to be compared with exactly.
    exact: VectorIndex,
    shard: Shard,
    recall: Recall,
    num_all: u64,
    drafts: Vec<Draft>,
}

impl ShardWriter<'_> {
    fn add(&mut self, number: u32, post: u32, bytes: &[u8]) -> Result<(), SimilarityError> {
        let dimensions = self.header.dimensions as usize;
        if bytes.len() != dimensions * similarity::BYTES_PER_VALUE {
            return Ok(());
        }
        similarity::append(bytes, &mut self.block);
        self.shard.numbers.push(number);
        self.shard.posts.push(post);
        if self.block.len() == BLOCK * dimensions {
            self.end_block()?;
        }
        if self.shard.numbers.len() == self.per_shard {
            self.end_shard()?;
        }
        Ok(())
    }

    fn end_block(&mut self) -> Result<(), SimilarityError> {
        if self.block.is_empty() {
            return Ok(());
        }
        self.shard.index.add(&self.block)?;
        self.exact.add(&self.block)?;
        let num = self.block.len() / self.header.dimensions as usize;
        let start = self.shard.numbers.len() - num;
        let numbers = self.shard.numbers.get(start..).unwrap_or_default();
        self.recall.see_exact(&mut self.exact, numbers)?;
        self.exact.clear()?;
        self.block.clear();
        Ok(())
    }

    fn end_shard(&mut self) -> Result<(), SimilarityError> {
        self.end_block()?;
        let Shard {
            index,
            numbers,
            posts: _,
        } = &mut self.shard;
        if numbers.is_empty() {
            return Ok(());
        }
        self.recall.see_shard(index, numbers)?;
        self.num_all += numbers.len() as u64;
        let header = Header {
            shard: self.drafts.len() as u32,
            ..self.header.clone()
        };
        let path = file::path(self.folder, self.model, header.shard);
        self.drafts.push(Draft::write(&path, header, &self.shard)?);
        self.shard.index.clear()?;
        self.shard.numbers.clear();
        self.shard.posts.clear();
        Ok(())
    }
}
