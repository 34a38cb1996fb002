//! All pairs of posts whose embeddings are nearly the same, exactly.

use std::ops::ControlFlow;

use super::dot::normalise;
use super::{Neighbor, SimilarityError, VectorIndex};
use crate::library::{SimilarityStore, similarity};
use crate::memory::{self, Component};
use crate::model::{ModelId, PostId};

/// Bytes of rows that are compared with each other at a time: a processor's
/// cache holds them.
const BLOCK_BYTES: usize = 512 << 10;

/// Blocks that all later rows are compared with in one reading of these: 8 MB.
const NUM_BLOCKS: usize = 16;

/// More pairs are not kept: the nearest are.
pub const MAX_PAIRS: usize = 400_000;

/// A pair that falls short of the least cosine by this is taken: figures are
/// rounded.
const ROUNDING: f32 = 1e-6;

/// Every pair of posts with a cosine of `least` or above, the nearest first;
/// the first of a pair is the one with the lower id. Of more than 400,000, the
/// nearest.
///
/// Rows are read in blocks and each is compared with each, so that what is held
/// at a time is some 9 MB and the pairs. `progress` takes how much of how much
/// is done. For a job: seconds for 15,000 posts, and four times as long for
/// twice as many.
pub fn cosine_groups(
    store: &SimilarityStore,
    model: ModelId,
    least: f32,
    is_cancelled: &dyn Fn() -> bool,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<(PostId, PostId, f32)>, SimilarityError> {
    let (_, dimensions) = store.model_facts(model)?;
    let row_bytes = dimensions as usize * size_of::<f32>();
    let blocks = Blocks {
        num_rows: (BLOCK_BYTES / row_bytes).max(1),
        num_blocks: NUM_BLOCKS,
    };
    in_blocks(store, model, least, blocks, is_cancelled, progress)
}

/// What is compared at a time.
#[derive(Clone, Copy, Debug)]
struct Blocks {
    /// Of each block.
    num_rows: usize,
    /// Of the base.
    num_blocks: usize,
}

fn in_blocks(
    store: &SimilarityStore,
    model: ModelId,
    least: f32,
    blocks: Blocks,
    is_cancelled: &dyn Fn() -> bool,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<(PostId, PostId, f32)>, SimilarityError> {
    let _scope = memory::scope(Component::Similarity);
    let Blocks {
        num_rows,
        num_blocks,
    } = blocks;
    let (_, dimensions) = store.model_facts(model)?;
    let last_number = store.last_number(model)?;
    let num = store.num_after(model, 0)?;
    let mut compared = Compared {
        dimensions,
        base: Vec::with_capacity(num_blocks),
        least,
        pairs: Vec::new(),
        num_done: 0,
    };
    // Each with each, one half of it.
    let num_pairs = num * num / 2;
    let mut block = Block::new(dimensions, num_rows);
    let mut after = 0;
    loop {
        // The next rows are the base, and are compared with all that follow.
        compared.base.clear();
        let mut base_end = None;
        let mut end = |compared: &mut Compared, block: &mut Block, is_base: bool| {
            let done = if is_base {
                compared.take(block)
            } else {
                compared.compare(block)
            };
            block.clear();
            progress(compared.num_done.min(num_pairs), num_pairs);
            done?;
            if is_cancelled() {
                return Err(SimilarityError::Cancelled);
            }
            Ok(())
        };
        let mut outcome = Ok(());
        store.for_each_row(model, after, &mut |number, post, bytes| {
            if number > last_number {
                return ControlFlow::Break(());
            }
            if block.push(post, bytes) && block.posts.len() == num_rows {
                outcome = end(&mut compared, &mut block, base_end.is_none());
                if compared.base.len() == num_blocks {
                    base_end.get_or_insert(number);
                }
            }
            match outcome {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })?;
        outcome?;
        end(&mut compared, &mut block, base_end.is_none())?;
        match base_end {
            Some(number) => after = number,
            None => break,
        }
    }
    progress(num_pairs, num_pairs);
    compared.keep_nearest(MAX_PAIRS);
    Ok(compared.pairs)
}

/// Some rows, decoded.
struct Block {
    dimensions: usize,
    vectors: Vec<f32>,
    posts: Vec<PostId>,
}

impl Block {
    fn new(dimensions: u32, num: usize) -> Self {
        Self {
            dimensions: dimensions as usize,
            vectors: Vec::with_capacity(num * dimensions as usize),
            posts: Vec::with_capacity(num),
        }
    }

    /// `false` where it is no row of this model.
    fn push(&mut self, post: PostId, bytes: &[u8]) -> bool {
        if bytes.len() != self.dimensions * similarity::BYTES_PER_VALUE {
            return false;
        }
        let start = self.vectors.len();
        similarity::append(bytes, &mut self.vectors);
        // What is stored is as long as 1 to within what half floats can say.
        let is_one = self.vectors.get_mut(start..).is_some_and(normalise);
        if is_one {
            self.posts.push(post);
        } else {
            self.vectors.truncate(start);
        }
        is_one
    }

    fn clear(&mut self) {
        self.vectors.clear();
        self.posts.clear();
    }
}

/// A block of the base.
struct Base {
    index: VectorIndex,
    posts: Vec<PostId>,
}

struct Compared {
    dimensions: u32,
    base: Vec<Base>,
    least: f32,
    pairs: Vec<(PostId, PostId, f32)>,
    num_done: u64,
}

impl Compared {
    /// Compares a block with the base, and makes it part of that.
    fn take(&mut self, block: &Block) -> Result<(), SimilarityError> {
        if block.posts.is_empty() {
            return Ok(());
        }
        self.compare(block)?;
        let mut base = Base {
            index: VectorIndex::flat(self.dimensions)?,
            posts: block.posts.clone(),
        };
        base.index.add(&block.vectors)?;
        // Among themselves, each pair once.
        let is_wanted = |query, position| position < query;
        find(&mut base, block, self.least, &is_wanted, &mut self.pairs)?;
        self.num_done += (block.posts.len().pow(2) / 2) as u64;
        self.base.push(base);
        self.keep_few();
        Ok(())
    }

    fn compare(&mut self, block: &Block) -> Result<(), SimilarityError> {
        for base in &mut self.base {
            find(base, block, self.least, &|_, _| true, &mut self.pairs)?;
            self.num_done += (block.posts.len() * base.posts.len()) as u64;
        }
        self.keep_few();
        Ok(())
    }

    fn keep_few(&mut self) {
        if self.pairs.len() > 2 * MAX_PAIRS {
            self.keep_nearest(MAX_PAIRS);
            // What is further away would go again.
            self.least = self.pairs.last().map_or(self.least, |it| it.2);
        }
    }

    fn keep_nearest(&mut self, num: usize) {
        let order = |a: &(PostId, PostId, f32), b: &(PostId, PostId, f32)| {
            b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1)))
        };
        self.pairs.sort_unstable_by(order);
        self.pairs.truncate(num);
    }
}

/// Adds the pairs of a block and one of the base.
fn find(
    base: &mut Base,
    block: &Block,
    least: f32,
    is_wanted: &dyn Fn(usize, usize) -> bool,
    pairs: &mut Vec<(PostId, PostId, f32)>,
) -> Result<(), SimilarityError> {
    let Base { index, posts } = base;
    let mut add = |query: usize, Neighbor { position, score }| {
        let position = position as usize;
        if is_wanted(query, position)
            && let (Some(&a), Some(&b)) = (block.posts.get(query), posts.get(position))
        {
            pairs.push((a.min(b), a.max(b), score.min(1.0)));
        }
    };
    index.above_of_each(&block.vectors, least - ROUNDING, &mut add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::{Library, OpenOptions};

    #[test]
    fn the_size_of_blocks_makes_no_difference() {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path(), &OpenOptions::default()).unwrap();
        let mut store = library.similarity("test").unwrap();
        let model = store.model("m", "M", 3).unwrap();
        let rows: Vec<[f32; 3]> = (0..200)
            .map(|it| {
                let it = it as f32;
                [(it * 0.7).sin(), (it * 1.3).cos(), (it * 0.1).sin()]
            })
            .collect();
        let rows: Vec<(PostId, &[f32])> = rows
            .iter()
            .enumerate()
            .map(|(at, row)| (PostId(at as u32), row.as_slice()))
            .collect();
        store.put(model, &rows).unwrap();
        let find = |num_rows, num_blocks| {
            let blocks = Blocks {
                num_rows,
                num_blocks,
            };
            let mut last = (0, 0);
            let mut progress = |done, total| last = (done, total);
            let pairs = in_blocks(&store, model, 0.99, blocks, &|| false, &mut progress);
            assert_eq!(last.0, last.1, "{num_rows}, {num_blocks}");
            let mut pairs: Vec<_> = pairs.unwrap().iter().map(|it| (it.0, it.1)).collect();
            pairs.sort_unstable();
            pairs
        };
        let all = find(1000, 10);
        assert!(all.len() > 100, "{}", all.len());
        for (num_rows, num_blocks) in [(1, 1), (7, 3), (64, 64), (50, 2), (200, 1), (30, 7)] {
            assert_eq!(find(num_rows, num_blocks), all, "{num_rows}, {num_blocks}");
        }
    }
}
