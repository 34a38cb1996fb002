//! The tags of the result, or of what is selected.

use crate::message::{Generation, PostTag, Request, TagsOf};
use crate::model::{Category, PostId};

use crate::app::link::Link;

/// Of each category, at first and after [`TagList::more`].
const LIMIT: usize = 20;
const LIMIT_MORE: usize = 200;

/// What tags are asked of: a change of it asks anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub of: TagsOf,
    /// Whether the default filter narrows it.
    pub is_filtered: bool,
    /// Grows with each change of the library.
    pub version: u64,
    /// Grows with each answer to a search.
    pub num_answered: u64,
}

#[derive(Debug, Default)]
pub struct TagList {
    asked: Option<(Subject, bool)>,
    generation: Generation,
    wants_more: bool,
    /// What is shown; it stays until its successor comes.
    pub tags: Vec<PostTag>,
    pub num_posts: u64,
    pub is_of_posts: bool,
    is_answered: bool,
}

impl TagList {
    /// Asks, if it is not known.
    pub fn follow(&mut self, subject: Subject, link: &mut Link) {
        let asked = (subject, self.wants_more);
        if self.asked.as_ref() == Some(&asked) {
            return;
        }
        // Another search shows its first tags only.
        if self.asked.as_ref().is_some_and(|it| it.0.of != asked.0.of) && self.wants_more {
            self.wants_more = false;
            return self.follow(asked.0, link);
        }
        self.generation = link.next_generation();
        link.send(Request::CountTags {
            generation: self.generation,
            of: asked.0.of.clone(),
            limit: self.limit(),
        });
        self.asked = Some(asked);
    }

    pub fn take(&mut self, generation: Generation, num_posts: u64, tags: Vec<PostTag>) {
        if generation == self.generation {
            self.tags = tags;
            self.num_posts = num_posts;
            self.is_answered = true;
            self.is_of_posts = self
                .asked
                .as_ref()
                .is_some_and(|it| matches!(it.0.of, TagsOf::Posts(_)));
        }
    }

    /// Whether something is shown of these posts, if only as they were.
    pub fn is_about(&self, of: &TagsOf) -> bool {
        self.is_answered && self.asked.as_ref().is_some_and(|it| it.0.of == *of)
    }

    /// Nothing of it is shown: it is asked anew when it is.
    pub fn forget(&mut self) {
        if self.asked.is_some() {
            *self = Self {
                generation: self.generation,
                ..Self::default()
            };
        }
    }

    pub fn is_answered(&self) -> bool {
        self.is_answered
    }

    pub fn more(&mut self) {
        self.wants_more = true;
    }

    fn limit(&self) -> usize {
        if self.wants_more { LIMIT_MORE } else { LIMIT }
    }

    /// There may be tags that were left out.
    pub fn may_have_more(&self) -> bool {
        !self.wants_more
            && Category::ALL.iter().any(|category| {
                let of_it = self.tags.iter().filter(|it| it.category == *category);
                of_it.count() >= LIMIT
            })
    }
}

/// Of these posts, where they are any; else of the query.
pub fn subject_of(posts: Vec<PostId>, query: &str) -> TagsOf {
    if posts.is_empty() {
        TagsOf::Query(query.to_owned())
    } else {
        TagsOf::Posts(posts)
    }
}
