//! A search result on its way to the window, batch by batch.

use crate::engine::search::{FIRST_PAGE, Ordered, SearchResult};
use crate::message::{Generation, ResultBatch, SearchSummary};

/// Ids in the batches after the first.
const BATCH: usize = 65_536;

#[derive(Debug)]
pub(super) struct ResultStream {
    generation: Generation,
    total: u64,
    ordered: Ordered,
    num_sent: usize,
    is_finished: bool,
    summary: SearchSummary,
}

/// What came of a turn's work on a result.
#[derive(Debug)]
pub(super) enum Progress {
    Batch(ResultBatch),
    /// The next batch is not in order yet.
    Ordering,
    /// The last batch was given out.
    Finished,
}

impl ResultStream {
    pub fn new(generation: Generation, result: SearchResult) -> Self {
        let SearchResult {
            ordered,
            total,
            summary,
        } = result;
        Self {
            generation,
            total,
            ordered,
            num_sent: 0,
            is_finished: false,
            summary,
        }
    }

    /// Works towards the next batch for some milliseconds at most. An empty
    /// result is one empty batch.
    pub fn advance(&mut self) -> Progress {
        if self.is_finished {
            return Progress::Finished;
        }
        let size = if self.num_sent == 0 {
            FIRST_PAGE
        } else {
            BATCH
        };
        if !self.ordered.prepare(size) {
            return Progress::Ordering;
        }
        let posts = self.ordered.next_batch(size);
        let offset = self.num_sent;
        self.num_sent += posts.len();
        self.is_finished = self.ordered.is_empty();
        Progress::Batch(ResultBatch {
            generation: self.generation,
            total: self.total,
            offset,
            posts: posts.into(),
            is_last: self.is_finished,
            summary: self.summary.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::search::search;
    use crate::engine::tag_cache::{MemorySource, NameOrder, PostSet, TagCache, TextQuery};
    use crate::library::{LibraryError, PoolQuery};
    use crate::model::{Md5, PostDraft, PostId};

    struct NoLibrary;

    impl crate::engine::search::Lookup for NoLibrary {
        fn posts_with_text(
            &self,
            _query: &TextQuery,
            _is_cancelled: &dyn Fn() -> bool,
        ) -> Result<Option<Vec<PostId>>, LibraryError> {
            Ok(None)
        }

        fn posts_by_name(
            &self,
            _set: &PostSet,
            _order: NameOrder,
            _is_cancelled: &dyn Fn() -> bool,
        ) -> Result<Option<Vec<PostId>>, LibraryError> {
            Ok(None)
        }

        fn posts_below(
            &self,
            _folder: &std::path::Path,
            _is_cancelled: &dyn Fn() -> bool,
        ) -> Result<Option<Vec<PostId>>, LibraryError> {
            Ok(None)
        }

        fn post_by_md5(&self, _md5: Md5) -> Result<Option<PostId>, LibraryError> {
            Ok(None)
        }

        fn posts_in_pool(&self, _pool: &PoolQuery) -> Result<Vec<PostId>, LibraryError> {
            Ok(Vec::new())
        }
    }

    #[test]
    fn batches_join_to_the_whole_and_only_the_last_says_so() {
        let mut source = MemorySource::default();
        let mut num_pushed = 0_u32;
        for num_posts in [0, 1, 512, 513, 512 + 65_536, 200_000] {
            while num_pushed < num_posts {
                num_pushed += 1;
                source.push(&PostDraft {
                    score: Some((num_pushed.wrapping_mul(2_654_435_769) >> 12) as i32),
                    ..Default::default()
                });
            }
            let cache = TagCache::build(&source).unwrap();
            for query in ["", "order:id", "order:score"] {
                let result = || search(query, 1, &cache, &NoLibrary, &|| false).unwrap();
                let whole = result().into_posts();
                let mut stream = ResultStream::new(Generation(4), result());
                let mut joined = Vec::new();
                let mut was_last = false;
                loop {
                    let batch = match stream.advance() {
                        Progress::Batch(batch) => batch,
                        Progress::Ordering => continue,
                        Progress::Finished => break,
                    };
                    assert!(!was_last);
                    assert_eq!(batch.offset, joined.len());
                    assert_eq!(batch.total, u64::from(num_posts));
                    joined.extend_from_slice(&batch.posts);
                    was_last = batch.is_last;
                }
                assert!(was_last);
                assert_eq!(joined.len(), num_posts as usize);
                assert_eq!(joined, whole);
            }
        }
    }
}
