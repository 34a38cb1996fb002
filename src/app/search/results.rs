//! The posts of the result on screen, and of the one that is on its way.

use std::sync::Arc;

use crate::app::text;
use crate::memory::{self, Component, Leaf};
use crate::message::ResultBatch;
use crate::model::PostId;

/// What taking in a batch did to what is on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Nothing yet.
    Later,
    /// Another result is on screen.
    Replaced,
    /// More of the same.
    Extended,
}

/// A list of posts of any length. Ids that have not come yet are placeholders.
#[derive(Clone, Debug, Default)]
pub struct Results {
    posts: Vec<PostId>,
    total: u64,
    /// A refresh is put together aside, so that nothing flickers.
    incoming: Option<(Vec<PostId>, u64)>,
    is_any: bool,
    /// No more ids will come; fewer than `total` where the query has a `limit:`.
    is_whole: bool,
}

impl Results {
    /// How many posts there are, whether their ids have come or not.
    pub fn len(&self) -> usize {
        let num_posts = self.posts.len();
        if self.is_whole {
            num_posts
        } else {
            num_posts.max(usize::try_from(self.total).unwrap_or(usize::MAX))
        }
    }

    /// How many posts match, whether they are in the list or not.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Whether any search was answered.
    pub fn is_any(&self) -> bool {
        self.is_any
    }

    pub fn get(&self, index: usize) -> Option<PostId> {
        self.posts.get(index).copied()
    }

    /// Where `post` is; looks near `hint` first.
    pub fn position(&self, post: PostId, hint: usize) -> Option<usize> {
        if self.get(hint) == Some(post) {
            return Some(hint);
        }
        self.posts.iter().position(|it| *it == post)
    }

    /// Takes in a batch of the running search.
    pub fn take(&mut self, batch: &ResultBatch, is_refresh: bool) -> Taken {
        let ResultBatch {
            total,
            offset,
            posts,
            is_last,
            ..
        } = batch;
        let taken = if is_refresh {
            if *offset == 0 {
                self.incoming = Some((Vec::with_capacity(capacity(*total)), *total));
            }
            if let Some((incoming, _)) = &mut self.incoming {
                append(incoming, *offset, posts);
            }
            match self.incoming.take_if(|_| *is_last) {
                Some((incoming, total)) => {
                    self.posts = incoming;
                    self.total = total;
                    Taken::Replaced
                }
                None => Taken::Later,
            }
        } else if *offset == 0 {
            self.incoming = None;
            self.posts = Vec::with_capacity(capacity(*total));
            append(&mut self.posts, 0, posts);
            self.total = *total;
            Taken::Replaced
        } else {
            append(&mut self.posts, *offset, posts);
            Taken::Extended
        };
        if taken != Taken::Later {
            self.is_whole = *is_last;
        }
        if *is_last {
            self.posts.shrink_to_fit();
            self.publish();
        }
        self.is_any = true;
        taken
    }

    /// How many ids are in the list.
    pub fn num_held(&self) -> u64 {
        self.posts.len() as u64
    }

    /// Bytes of the list.
    pub fn held_bytes(&self) -> u64 {
        (self.posts.capacity() * size_of::<PostId>()) as u64
    }

    /// Says what the list takes.
    pub fn publish(&self) {
        let bytes = self.posts.capacity() * size_of::<PostId>();
        let leaf = Leaf::exact("search result", bytes, self.posts.len()).with_formula(
            text::search::result_is(size_of::<PostId>(), self.posts.capacity() as u64),
        );
        memory::publish(Component::Window, "results", vec![leaf]);
    }
}

/// Never more than 64 MB on the word of a number alone.
fn capacity(total: u64) -> usize {
    usize::try_from(total).unwrap_or(0).min(1 << 24)
}

/// Batches come in order; one that does not fit is a gap, and is left out.
fn append(posts: &mut Vec<PostId>, offset: usize, batch: &Arc<[PostId]>) {
    if offset <= posts.len() {
        posts.truncate(offset);
        posts.extend_from_slice(batch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Generation, SearchSummary};

    fn batch(offset: usize, ids: std::ops::Range<u32>, total: u64, is_last: bool) -> ResultBatch {
        ResultBatch {
            generation: Generation(1),
            total,
            offset,
            posts: ids.map(PostId).collect(),
            is_last,
            summary: SearchSummary::default(),
        }
    }

    #[test]
    fn the_old_result_stays_until_a_refresh_is_whole() {
        let mut results = Results::default();
        assert_eq!(
            results.take(&batch(0, 0..3, 3, true), false),
            Taken::Replaced
        );
        assert_eq!(
            results.take(&batch(0, 10..12, 4, false), true),
            Taken::Later
        );
        assert_eq!(results.get(0), Some(PostId(0)));
        assert_eq!(
            results.take(&batch(2, 12..14, 4, true), true),
            Taken::Replaced
        );
        assert_eq!((results.get(3), results.len()), (Some(PostId(13)), 4));
    }

    #[test]
    fn ids_that_have_not_come_are_placeholders() {
        let mut results = Results::default();
        results.take(&batch(0, 0..2, 1_000_000, false), false);
        assert_eq!(results.len(), 1_000_000);
        assert_eq!(results.get(999_999), None);
        results.take(&batch(5, 0..2, 1_000_000, false), false);
        assert_eq!(results.get(2), None);
        assert_eq!(results.position(PostId(1), 77), Some(1));
    }

    #[test]
    fn a_limit_leaves_no_placeholders() {
        let mut results = Results::default();
        results.take(&batch(0, 0..2, 100, false), false);
        results.take(&batch(2, 2..5, 100, true), false);
        assert_eq!((results.len(), results.total()), (5, 100));
        results.take(&batch(0, 0..2, 100, false), true);
        assert_eq!(results.len(), 5, "the refresh is not on screen yet");
    }
}
