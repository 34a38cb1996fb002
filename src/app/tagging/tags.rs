//! The tags that the posts have, and how many of them.

use crate::app::link::Link;
use crate::message::{Generation, PostTag, Request, TaggingRequest};
use crate::model::{Category, PostId};

/// Of each category.
const LIMIT: usize = 100;

#[derive(Debug, Default)]
pub struct TagsOfPosts {
    /// Which version of the library was asked, where the posts are the same.
    asked: Option<u64>,
    generation: Generation,
    /// What is shown; it stays until its successor comes.
    pub tags: Vec<PostTag>,
    /// Posts whose tags these are.
    pub num_posts: u64,
    pub is_answered: bool,
    /// They were changed here, and are asked for whatever else is under way.
    pub is_due: bool,
}

impl TagsOfPosts {
    /// The posts are others.
    pub fn forget(&mut self) {
        *self = Self {
            generation: self.generation,
            ..Self::default()
        };
    }

    /// Asks, if it is not known.
    pub fn follow(&mut self, posts: &[PostId], version: u64, link: &mut Link) {
        if self.asked == Some(version) && !self.is_due {
            return;
        }
        self.is_due = false;
        self.asked = Some(version);
        self.generation = link.next_generation();
        link.send(Request::Tagging(TaggingRequest::Count {
            generation: self.generation,
            posts: posts.to_vec(),
            limit: LIMIT,
        }));
    }

    pub fn take(&mut self, generation: Generation, num_posts: u64, tags: Vec<PostTag>) {
        if generation == self.generation {
            self.tags = tags;
            self.num_posts = num_posts;
            self.is_answered = true;
        }
    }

    /// There may be tags that were left out.
    pub fn may_have_more(&self) -> bool {
        Category::ALL.iter().any(|category| {
            let of_it = self.tags.iter().filter(|it| it.category == *category);
            of_it.count() >= LIMIT
        })
    }
}
