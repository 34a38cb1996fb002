//! Edits the tags of the open post, or of all that is selected: a field for words, and
//! the tags that these posts have.
//!
//! It is about what is at hand, and stays open while that changes, so that picture
//! after picture can be tagged; what is typed and not applied stays, too. Where posts
//! leave the result because of their new tags, it is still about them.

mod actions;
mod field;
mod field_ui;
mod keys;
mod logic;
mod reading;
mod tags;
mod tags_ui;
mod ui;

pub use actions::{ACTIONS, OPEN as OPEN_TAGS};
pub use ui::tagger_ui;

use crate::message::TagEdit;
use crate::model::PostId;

use super::view::View;
use field::TagField;
use reading::Reading;
use tags::TagsOfPosts;

/// What can be done about the tags of posts.
#[derive(Clone, Debug, PartialEq)]
pub enum TaggingCommand {
    /// Show the tags of what is at hand, with the focus in the field.
    Open,
    Close,
    /// What is typed is for the field again.
    Focus,
    /// Do what is typed.
    Apply,
    /// Change the tags of the posts that the field is about.
    Change(TagEdit),
    /// Change the tags of what is at hand.
    ChangeAtHand(TagEdit),
    /// Go on to the post after these, or before.
    Step(isize),
}

/// What was on screen when it was last looked.
#[derive(Clone, Debug, PartialEq, Eq)]
struct About {
    view: View,
    open: Option<PostId>,
    /// Of the selection, another one with each change.
    version: u64,
    query: String,
    num_answered: u64,
}

/// The tags of some posts, being edited.
#[derive(Debug)]
pub struct Tagger {
    posts: Vec<PostId>,
    about: About,
    /// What the only post is called, as far as that is known.
    pub name: Option<String>,
    field: TagField,
    reading: Reading,
    tags: TagsOfPosts,
    /// Enter was pressed before it was known how the words read.
    applies_next: bool,
    /// The key that opened the field is still down.
    is_key_held: bool,
    /// What was sent last and is not answered; it comes back where that fails.
    sent: Option<String>,
}

impl Tagger {
    fn new(posts: Vec<PostId>, about: About) -> Self {
        Self {
            posts,
            about,
            name: None,
            field: TagField::default(),
            reading: Reading::default(),
            tags: TagsOfPosts::default(),
            applies_next: false,
            is_key_held: false,
            sent: None,
        }
    }

    pub fn num_posts(&self) -> u64 {
        self.posts.len() as u64
    }

    /// The post, where there is only one.
    fn only(&self) -> Option<PostId> {
        match *self.posts {
            [only] => Some(only),
            _ => None,
        }
    }
}
