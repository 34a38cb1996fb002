//! Groups of posts that are connected by pairs.

use std::collections::HashSet;

use crate::message::{DuplicateGroup, DuplicatePost};
use crate::model::PostId;

/// Posts, and which of them belong together so far.
#[derive(Debug)]
pub struct Groups {
    posts: Vec<PostId>,
    /// Of each, one that it belongs with; itself where it is the first.
    parents: Vec<u32>,
}

/// A pair as sets of pairs hold it.
pub fn pair(a: PostId, b: PostId) -> (PostId, PostId) {
    (a.min(b), a.max(b))
}

impl Groups {
    /// Each for itself.
    pub fn new(posts: impl IntoIterator<Item = PostId>) -> Self {
        let posts: Vec<PostId> = posts.into_iter().collect();
        Self {
            parents: (0..posts.len() as u32).collect(),
            posts,
        }
    }

    /// Puts the groups of two places together, unless that pair is `dismissed`
    /// (smaller id first); whether they are connected now.
    pub fn connect(&mut self, a: usize, b: usize, dismissed: &HashSet<(PostId, PostId)>) -> bool {
        let (first_a, first_b) = (self.first_of(a), self.first_of(b));
        if first_a == first_b {
            return true;
        }
        if !dismissed.is_empty() && dismissed.contains(&pair(self.posts[a], self.posts[b])) {
            return false;
        }
        self.parents[first_a.max(first_b)] = first_a.min(first_b) as u32;
        true
    }

    fn first_of(&mut self, mut at: usize) -> usize {
        while self.parents[at] as usize != at {
            // Halves the way for the next one.
            self.parents[at] = self.parents[self.parents[at] as usize];
            at = self.parents[at] as usize;
        }
        at
    }

    /// Groups of two and more, the largest first. `likeness` says how a post is
    /// like the first of its group: bits, cosine.
    pub fn into_groups(
        mut self,
        likeness: impl Fn(PostId, PostId) -> Option<(Option<u32>, Option<f32>)>,
    ) -> Vec<DuplicateGroup> {
        let mut members: Vec<(usize, PostId)> = (0..self.posts.len())
            .map(|at| (self.first_of(at), self.posts[at]))
            .collect();
        members.sort_unstable();
        let mut groups: Vec<DuplicateGroup> = members
            .chunk_by(|a, b| a.0 == b.0)
            .filter(|it| it.len() > 1)
            .map(|group| {
                let first = group[0].1;
                let posts = group.iter().map(|&(_, post)| {
                    let (distance, cosine) = likeness(first, post).unwrap_or_default();
                    DuplicatePost {
                        post,
                        distance,
                        cosine,
                    }
                });
                DuplicateGroup {
                    posts: posts.collect(),
                }
            })
            .collect();
        groups.sort_by_key(|it| (std::cmp::Reverse(it.posts.len()), it.posts[0].post));
        groups
    }
}
