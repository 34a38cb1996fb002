//! All pairs of posts whose embeddings are nearly the same, exactly.

use std::ops::ControlFlow;

use super::dot::normalise;
use super::{Neighbor, SimilarityError, VectorIndex};
use crate::library::{SimilarityStore, similarity};
use crate::memory::{self, Component};
use crate::model::{ModelId, PostId};

/// Bytes of the rows that all later rows are compared with at a time.
const BASE_BYTES: usize = 8 << 20;

/// Bytes of the rows that are compared with these at a time.
const QUERY_BYTES: usize = 2 << 20;

/// More pairs are not kept: the nearest are.
const MAX_PAIRS: usize = 400_000;

/// A pair that falls short of the least cosine by this is taken: figures are
/// rounded.
const ROUNDING: f32 = 1e-6;

/// Every pair of posts with a cosine of `least` or above, the nearest first;
/// the first of a pair is the one with the lower id. Of more than 400,000, the
/// nearest.
///
/// Rows are read in blocks and each is compared with each, so that what is held
/// at a time is some 12 MB and the pairs. `progress` takes how much of how much
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
        num_base: (BASE_BYTES / row_bytes).max(1),
        num_query: (QUERY_BYTES / row_bytes).max(1),
    };
    in_blocks(store, model, least, blocks, is_cancelled, progress)
}

/// Rows at a time.
#[derive(Clone, Copy, Debug)]
struct Blocks {
    num_base: usize,
    num_query: usize,
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
        num_base,
        num_query,
    } = blocks;
    let (_, dimensions) = store.model_facts(model)?;
    let last_number = store.last_number(model)?;
    let num = store.num_after(model, 0)?;
    let mut compared = Compared {
        base: VectorIndex::flat(dimensions)?,
        base_posts: Vec::with_capacity(num_base),
        least,
        pairs: Vec::new(),
        num_done: 0,
    };
    // Each with each, one half of it.
    let num_pairs = num * num / 2;
    let mut block = Block::new(dimensions, num_query);
    let mut after = 0;
    loop {
        // The next rows are the base, and are compared with all that follow.
        compared.clear()?;
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
            if block.push(post, bytes) && block.posts.len() == num_query {
                outcome = end(&mut compared, &mut block, base_end.is_none());
                if base_end.is_none() && compared.base_posts.len() + num_query > num_base {
                    base_end = Some(number);
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

struct Compared {
    base: VectorIndex,
    base_posts: Vec<PostId>,
    least: f32,
    pairs: Vec<(PostId, PostId, f32)>,
    num_done: u64,
}

impl Compared {
    fn clear(&mut self) -> Result<(), SimilarityError> {
        self.base_posts.clear();
        self.base.clear()
    }

    /// Puts a block into the base, and compares it with what is there, itself
    /// included.
    fn take(&mut self, block: &Block) -> Result<(), SimilarityError> {
        let start = self.base_posts.len();
        self.base.add(&block.vectors)?;
        self.base_posts.extend_from_slice(&block.posts);
        self.find(block, |query, position| position < start + query)?;
        self.num_done += (block.posts.len() * (start + block.posts.len() / 2)) as u64;
        Ok(())
    }

    fn compare(&mut self, block: &Block) -> Result<(), SimilarityError> {
        self.find(block, |_, _| true)?;
        self.num_done += (block.posts.len() * self.base_posts.len()) as u64;
        Ok(())
    }

    fn find(
        &mut self,
        block: &Block,
        is_wanted: impl Fn(usize, usize) -> bool,
    ) -> Result<(), SimilarityError> {
        let Self {
            base,
            base_posts,
            least,
            pairs,
            num_done: _,
        } = self;
        let mut find = |query: usize, Neighbor { position, score }| {
            let position = position as usize;
            if is_wanted(query, position)
                && let (Some(&a), Some(&b)) = (block.posts.get(query), base_posts.get(position))
            {
                pairs.push((a.min(b), a.max(b), score.min(1.0)));
            }
        };
        base.above_of_each(&block.vectors, *least - ROUNDING, &mut find)?;
        if self.pairs.len() > 2 * MAX_PAIRS {
            self.keep_nearest(MAX_PAIRS);
            // What is further away would go again.
            self.least = self.pairs.last().map_or(self.least, |it| it.2);
        }
        Ok(())
    }

    fn keep_nearest(&mut self, num: usize) {
        let order = |a: &(PostId, PostId, f32), b: &(PostId, PostId, f32)| {
            b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1)))
        };
        self.pairs.sort_unstable_by(order);
        self.pairs.truncate(num);
    }
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
        let find = |num_base, num_query| {
            let blocks = Blocks {
                num_base,
                num_query,
            };
            let mut last = (0, 0);
            let mut progress = |done, total| last = (done, total);
            let pairs = in_blocks(&store, model, 0.99, blocks, &|| false, &mut progress);
            assert_eq!(last.0, last.1, "{num_base}, {num_query}");
            let mut pairs: Vec<_> = pairs.unwrap().iter().map(|it| (it.0, it.1)).collect();
            pairs.sort_unstable();
            pairs
        };
        let all = find(1000, 1000);
        assert!(all.len() > 100, "{}", all.len());
        for (num_base, num_query) in [(1, 1), (7, 3), (64, 64), (50, 200), (200, 40), (30, 7)] {
            assert_eq!(find(num_base, num_query), all, "{num_base}, {num_query}");
        }
    }
}
