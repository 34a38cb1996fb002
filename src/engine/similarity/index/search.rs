//! Asks an index.

use super::super::dot::{dot, normalise};
use super::super::{Neighbor, SimilarityError};
use super::SimilarityIndex;
use super::file::Shard;
use crate::library::{SimilarityStore, similarity};
use crate::memory::{self, Component};
use crate::model::PostId;

/// Where no more may be found than this, all of them are looked at.
const FEW: usize = 1000;

/// What an index takes for near.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    score: f32,
    number: u32,
}

/// What one look at the index gave.
#[derive(Default)]
struct Gathered {
    /// Those that are accepted, the nearest first.
    candidates: Vec<Candidate>,
    /// Vectors in the index.
    num_all: usize,
    /// Numbers of all that are accepted, where asked for.
    accepted: Vec<u32>,
}

impl SimilarityIndex {
    /// The `count` nearest of those that are accepted, with their cosines, the
    /// nearest first; fewer where there are fewer.
    ///
    /// `accept` says whether a post may be found: whether it is still there, in
    /// the search, and not the one that is asked about. Where few are, all of
    /// them are looked at; else more and more of the nearest, until enough are.
    /// What the store has no more is left out.
    pub fn nearest(
        &mut self,
        store: &SimilarityStore,
        vector: &[f32],
        count: usize,
        accept: &dyn Fn(PostId) -> bool,
    ) -> Result<Vec<(PostId, f32)>, SimilarityError> {
        let _scope = memory::scope(Component::Similarity);
        if vector.len() != self.dimensions as usize {
            return Err(SimilarityError::Shape {
                num_values: vector.len(),
                dimensions: self.dimensions as usize,
            });
        }
        let mut query = vector.to_vec();
        if !normalise(&mut query) {
            return Err(SimilarityError::NoDirection);
        }
        if count == 0 {
            return Ok(Vec::new());
        }
        // As measured for ten; the further away, the more lie close together.
        let mut wanted = (self.facts.depth as usize).max(count.saturating_mul(4));
        let mut fetch = wanted;
        let mut is_counted = false;
        loop {
            let found = self.gather(&query, fetch, accept, false)?;
            let is_all = fetch >= found.num_all;
            let num_found = found.candidates.len();
            if num_found < wanted && !is_all && num_found >= wanted / 16 && num_found > 0 {
                // So many are that it is plain how many more to ask for.
                let share = wanted.div_ceil(num_found);
                fetch = fetch.saturating_mul(share).saturating_mul(3) / 2;
                continue;
            }
            if num_found < wanted && !is_all && !is_counted {
                is_counted = true;
                let mut accepted = self.gather(&query, 0, accept, true)?.accepted;
                if accepted.len() <= FEW.max(wanted) {
                    return self.ranked(store, &query, &mut accepted, count);
                }
                let share = found.num_all / accepted.len().max(1) + 1;
                fetch = wanted.saturating_mul(share).saturating_mul(2);
                continue;
            }
            if num_found >= wanted || is_all {
                let best = found.candidates.iter().take(wanted);
                let mut numbers: Vec<u32> = best.map(|it| it.number).collect();
                let ranked = self.ranked(store, &query, &mut numbers, count)?;
                if ranked.len() >= count || is_all && num_found <= wanted {
                    return Ok(ranked);
                }
                // Too many are gone: what follows them is wanted.
                wanted = wanted.saturating_mul(4);
            }
            fetch = fetch.saturating_mul(4);
        }
    }

    /// Looks at all shards. `accepted` are gathered where `counts`; candidates,
    /// `fetch` of each shard and as many as are accepted of these.
    fn gather(
        &mut self,
        query: &[f32],
        fetch: usize,
        accept: &dyn Fn(PostId) -> bool,
        counts: bool,
    ) -> Result<Gathered, SimilarityError> {
        let mut gathered = Gathered::default();
        for part in &mut self.parts {
            gathered.see(part, query, fetch, accept, counts)?;
        }
        for file in &mut self.in_turn {
            gathered.see(&mut file.load()?, query, fetch, accept, counts)?;
        }
        gathered
            .candidates
            .sort_by(|a, b| b.score.total_cmp(&a.score));
        Ok(gathered)
    }

    /// The nearest of these rows of the store.
    fn ranked(
        &self,
        store: &SimilarityStore,
        query: &[f32],
        numbers: &mut [u32],
        count: usize,
    ) -> Result<Vec<(PostId, f32)>, SimilarityError> {
        // In the order in which they lie in the file.
        numbers.sort_unstable();
        let mut ranked: Vec<(PostId, f32)> = Vec::with_capacity(numbers.len());
        let mut row = Vec::with_capacity(query.len());
        store.for_each_of(numbers, &mut |_, post, bytes| {
            if bytes.len() != query.len() * similarity::BYTES_PER_VALUE {
                return;
            }
            similarity::decode(bytes, &mut row);
            let cosine = dot(query, &row);
            if !cosine.is_nan() {
                ranked.push((post, cosine.clamp(-1.0, 1.0)));
            }
        })?;
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.truncate(count);
        Ok(ranked)
    }
}

impl Gathered {
    fn see(
        &mut self,
        shard: &mut Shard,
        query: &[f32],
        fetch: usize,
        accept: &dyn Fn(PostId) -> bool,
        counts: bool,
    ) -> Result<(), SimilarityError> {
        let Shard {
            index,
            numbers,
            posts,
        } = shard;
        self.num_all += numbers.len();
        if counts {
            let accepted = numbers.iter().zip(posts.iter());
            let accepted = accepted.filter(|it| accept(PostId(*it.1))).map(|it| *it.0);
            self.accepted.extend(accepted);
        }
        let candidates = &mut self.candidates;
        index.nearest_of_each(query, fetch, &mut |_, Neighbor { position, score }| {
            let at = position as usize;
            if let (Some(&number), Some(&post)) = (numbers.get(at), posts.get(at))
                && accept(PostId(post))
            {
                candidates.push(Candidate { score, number });
            }
        })
    }
}
