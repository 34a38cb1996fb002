//! Tags that the user gives posts and takes from them.

use std::ops::Range;

use crate::model::{Category, PostId, TagDraft};

use super::{Generation, PostTag};

/// What is to become of the tags of some posts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagEdit {
    /// Those that are new are made; all that they imply comes along.
    pub add: Vec<TagDraft>,
    /// By name; no import brings them back.
    pub remove: Vec<String>,
}

impl TagEdit {
    /// Gives posts a tag that there is.
    pub fn adding(name: &str) -> Self {
        Self {
            add: vec![TagDraft {
                name: name.to_owned(),
                ..TagDraft::default()
            }],
            remove: Vec::new(),
        }
    }

    /// Takes a tag away from posts.
    pub fn removing(name: &str) -> Self {
        Self {
            add: Vec::new(),
            remove: vec![name.to_owned()],
        }
    }

    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

/// What can be asked about tags that are to be edited; of each kind only the newest
/// matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaggingRequest {
    /// How typed words read as tags; answered by [`TaggingEvent::Read`].
    Read {
        generation: Generation,
        text: String,
    },
    /// The tags of these posts, as for [`super::Request::CountTags`] but beside it;
    /// answered by [`TaggingEvent::Counted`].
    Count {
        generation: Generation,
        posts: Vec<PostId>,
        /// Of each category, the most frequent first.
        limit: usize,
    },
}

/// What is told about tags that are to be edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaggingEvent {
    Read {
        generation: Generation,
        /// In the order in which they were typed.
        words: Vec<TagWord>,
    },
    Counted {
        generation: Generation,
        num_posts: u64,
        /// The most frequent first, then by category; `count` is how many of these
        /// posts have it.
        tags: Vec<PostTag>,
    },
}

/// A typed word as a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagWord {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// It is to be taken away.
    pub is_removal: bool,
    /// What goes into the library; of an alias, what it stands for.
    pub tag: TagDraft,
    /// That it has, or gets.
    pub category: Category,
    pub kind: TagWordKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagWordKind {
    /// The library has it.
    Known,
    /// It is made when posts get it.
    New,
    /// The library has it as general; it gets the category that was typed.
    Categorized,
    /// It can't be given or taken away: why, naming it, and the way out.
    Wrong(String),
}
