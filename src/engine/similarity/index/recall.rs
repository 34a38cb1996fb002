//! How many of the true ten nearest an index finds, and how many of what it
//! finds have to be ranked again for that.

use super::super::{Neighbor, SimilarityError, VectorIndex};

/// Of so many nearest.
const NEAREST: usize = 10;

/// Embeddings that are asked about.
pub(super) const NUM_QUERIES: usize = 100;

/// How many may be ranked again. More than the last would take longer than
/// looking at a larger index.
pub(super) const DEPTHS: [usize; 7] = [25, 50, 100, 200, 400, 800, 1600];

/// Exact ones that are kept beyond the ten: ties, and the one that asks.
const SPARE: usize = 22;

/// Measures while an index is being built: of each of some embeddings, the truly
/// nearest and what the index takes for it.
pub(super) struct Recall {
    dimensions: usize,
    /// Row after row.
    queries: Vec<f32>,
    numbers: Vec<u32>,
    exact: Vec<Best>,
    rough: Vec<Best>,
}

/// The best of one query so far, nearest first.
#[derive(Default)]
struct Best {
    found: Vec<(f32, u32)>,
}

impl Best {
    fn add(&mut self, score: f32, number: u32) {
        if !score.is_nan() {
            self.found.push((score, number));
        }
    }

    fn cut(&mut self, len: usize) {
        self.found
            .sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        self.found.truncate(len);
    }
}

impl Recall {
    pub fn new(dimensions: u32) -> Self {
        Self {
            dimensions: dimensions as usize,
            queries: Vec::new(),
            numbers: Vec::new(),
            exact: Vec::new(),
            rough: Vec::new(),
        }
    }

    /// One more embedding to ask about.
    pub fn add_query(&mut self, number: u32, vector: &[f32]) {
        self.queries.extend_from_slice(vector);
        self.numbers.push(number);
        self.exact.push(Best::default());
        self.rough.push(Best::default());
    }

    /// Looks at some of all embeddings, in an exact index.
    pub fn see_exact(
        &mut self,
        block: &mut VectorIndex,
        numbers: &[u32],
    ) -> Result<(), SimilarityError> {
        let len = NEAREST + SPARE;
        search(block, &self.queries, len, numbers, &mut self.exact)
    }

    /// Looks at a shard as it will be.
    pub fn see_shard(
        &mut self,
        shard: &mut VectorIndex,
        numbers: &[u32],
    ) -> Result<(), SimilarityError> {
        // A query at a time, as it will be asked: less memory, too.
        let len = DEPTHS.last().copied().unwrap_or(NEAREST);
        let queries = self.queries.chunks_exact(self.dimensions.max(1));
        for (query, best) in queries.zip(&mut self.rough) {
            search(shard, query, len + 1, numbers, std::slice::from_mut(best))?;
        }
        Ok(())
    }

    /// The least depth that reaches `wanted`, or else the greatest, and what it
    /// reaches.
    pub fn depth_for(&self, wanted: f32) -> (usize, f32) {
        let mut last = (NEAREST, 1.0);
        for depth in DEPTHS {
            last = (depth, self.at(depth));
            if last.1 >= wanted {
                break;
            }
        }
        last
    }

    /// Recall where `depth` are ranked again; 1 where nobody was asked.
    fn at(&self, depth: usize) -> f32 {
        let mut num_wanted = 0;
        let mut num_found = 0;
        for ((own, exact), rough) in self.numbers.iter().zip(&self.exact).zip(&self.rough) {
            let others = |it: &&(f32, u32)| it.1 != *own;
            let exact: Vec<_> = exact.found.iter().filter(others).collect();
            let Some(least) = exact.get(NEAREST - 1).or(exact.last()).map(|it| it.0) else {
                continue;
            };
            let ranked: Vec<u32> = rough
                .found
                .iter()
                .filter(others)
                .take(depth)
                .map(|it| it.1)
                .collect();
            // Of those that are equally near, any will do.
            let hits = exact
                .iter()
                .take_while(|it| it.0 >= least)
                .filter(|it| ranked.contains(&it.1))
                .count();
            let wanted = exact.len().min(NEAREST);
            num_wanted += wanted;
            num_found += hits.min(wanted);
        }
        if num_wanted == 0 {
            1.0
        } else {
            num_found as f32 / num_wanted as f32
        }
    }
}

fn search(
    index: &mut VectorIndex,
    queries: &[f32],
    len: usize,
    numbers: &[u32],
    into: &mut [Best],
) -> Result<(), SimilarityError> {
    index.nearest_of_each(queries, len, &mut |query, Neighbor { position, score }| {
        if let (Some(best), Some(&number)) = (into.get_mut(query), numbers.get(position as usize)) {
            best.add(score, number);
        }
    })?;
    for best in into {
        best.cut(len);
    }
    Ok(())
}
