//! A search result on its way to the window, batch by batch.

use crate::engine::search::SearchResult;
use crate::message::{Generation, ResultBatch, SearchSummary};
use crate::model::PostId;

/// Ids in the first batch: more than a screenful, little enough to be instant.
const FIRST_BATCH: usize = 512;

/// Ids in the batches after it.
const BATCH: usize = 65_536;

#[derive(Debug)]
pub(super) struct ResultStream {
    generation: Generation,
    total: u64,
    posts: Vec<PostId>,
    num_sent: usize,
    is_finished: bool,
    summary: SearchSummary,
}

impl ResultStream {
    pub fn new(generation: Generation, result: SearchResult) -> Self {
        let SearchResult {
            posts,
            total,
            summary,
        } = result;
        Self {
            generation,
            total,
            posts,
            num_sent: 0,
            is_finished: false,
            summary,
        }
    }

    /// The next batch; `None` after the last. An empty result is one empty batch.
    pub fn next_batch(&mut self) -> Option<ResultBatch> {
        if self.is_finished {
            return None;
        }
        let size = if self.num_sent == 0 {
            FIRST_BATCH
        } else {
            BATCH
        };
        let rest = self.posts.get(self.num_sent..).unwrap_or_default();
        let batch = rest.get(..size).unwrap_or(rest);
        let offset = self.num_sent;
        self.num_sent += batch.len();
        self.is_finished = self.num_sent >= self.posts.len();
        Some(ResultBatch {
            generation: self.generation,
            total: self.total,
            offset,
            posts: batch.into(),
            is_last: self.is_finished,
            summary: self.summary.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_join_to_the_whole_and_only_the_last_says_so() {
        for num_posts in [0, 1, 512, 513, 512 + 65_536, 200_000] {
            let posts: Vec<_> = (0..num_posts).map(PostId).collect();
            let mut stream = ResultStream::new(
                Generation(4),
                SearchResult {
                    posts: posts.clone(),
                    total: u64::from(num_posts) + 1,
                    summary: SearchSummary::default(),
                },
            );
            let mut joined = Vec::new();
            let mut was_last = false;
            while let Some(batch) = stream.next_batch() {
                assert!(!was_last);
                assert_eq!(batch.offset, joined.len());
                assert_eq!(batch.total, u64::from(num_posts) + 1);
                joined.extend_from_slice(&batch.posts);
                was_last = batch.is_last;
            }
            assert!(was_last);
            assert_eq!(joined, posts);
        }
    }
}
