//! What the user changes about posts by hand.

use crate::model::{PostId, Rating};

use super::TagEdit;

/// A change of posts; each can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostEdit {
    /// `None` takes the rating away.
    Rate {
        posts: Vec<PostId>,
        rating: Option<Rating>,
    },
    SetFavorite {
        posts: Vec<PostId>,
        is_favorite: bool,
    },
    /// They get tags, and lose others.
    Tag { posts: Vec<PostId>, tags: TagEdit },
    /// Out of the library, into which no import brings them back; their files stay
    /// where they are.
    Remove { posts: Vec<PostId> },
    /// Their files go to the system's trash, and they out of the library. The
    /// window asks before.
    Trash { posts: Vec<PostId> },
}

/// What can be asked about changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditRequest {
    Do(PostEdit),
    /// Make them favourites, or, where all of them are, no favourites.
    ToggleFavorite(Vec<PostId>),
    /// Take the last change back.
    Undo,
    /// Do again what was taken back last.
    Redo,
    /// Stop the change that is being carried out; what of it was done stays, and can
    /// be taken back. Not answered by itself.
    Stop,
}

/// How far a change is that takes long; [`super::Event::Edited`] ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditProgress {
    /// What is done, in words.
    pub what: String,
    pub num_done: u64,
    pub num_all: u64,
}

/// A change was carried out, or why it was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditOutcome {
    /// What was done, in words.
    pub outcome: Result<String, String>,
    /// What [`EditRequest::Undo`] would take back, in words.
    pub undo: Option<String>,
    /// What [`EditRequest::Redo`] would do, in words.
    pub redo: Option<String>,
}

/// What a cell shows of its post beside the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PostMarks {
    pub rating: Option<Rating>,
    pub is_favorite: bool,
    pub is_animated: bool,
    /// None of its files is there, or it has none.
    pub is_missing: bool,
}

/// What can be copied of posts, a line each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostFact {
    /// Of the first file.
    Path,
    Md5,
    /// As they are written in a search, with spaces between them.
    Tags,
}

/// Posts whose tags are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagsOf {
    /// Of what a query finds.
    Query(String),
    Posts(Vec<PostId>),
}
