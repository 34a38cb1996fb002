use std::hash::{BuildHasher as _, RandomState};
use std::path::PathBuf;

use crate::memory::{Action, BudgetWish, Cache};
use crate::model::PostId;

use super::{
    DuplicateDecision, DuplicateMeasure, EditRequest, EmbedCommand, IndexCommand, PlaceRequest,
    PostFact, SettingsRequest, ShowRequest, SimilarQuery, TaggingRequest, TagsOf,
};

/// Numbers the questions of one kind, so that a stale answer can be dropped.
///
/// The window makes a new one for each question; the engine copies it into
/// every answer, and stops working on a question once a newer one of the same
/// kind has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u64);

impl Generation {
    /// The one after this.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A seed for [`Request::Search`] that nobody can foretell.
pub fn new_seed() -> u64 {
    // Made anew each time, from what the system gives.
    RandomState::new().hash_one(())
}

/// Names a long piece of work of the engine (an import) for progress and cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u32);

/// What the window (or a headless command) asks of the engine.
#[derive(Clone, Debug)]
pub enum Request {
    /// Run a query; answered by [`super::Event::Results`] batches or
    /// [`super::Event::SearchFailed`]. Cancels the search before it.
    Search {
        generation: Generation,
        query: String,
        /// Of `order:random`. The same one gives the same order again.
        seed: u64,
    },
    /// Complete the word at `cursor` (a byte offset); answered by [`super::Event::Completions`].
    Complete {
        generation: Generation,
        text: String,
        cursor: usize,
        limit: usize,
    },
    /// The thumbnails that are wanted now, most wanted first; replaces the list
    /// before it, so what scrolled away is not decoded. Answered one by one by
    /// [`super::Event::Thumbnail`].
    Thumbnails {
        wanted: Vec<PostId>,
    },
    /// Thumbnails that are stored too small for their cells, most wanted first, read from
    /// the pictures to fit `edge` × `edge` pixels; replaces the list before it. Answered one
    /// by one by [`super::Event::LargerThumbnail`].
    LargerThumbnails {
        wanted: Vec<PostId>,
        edge: u32,
    },
    /// Everything about one post; answered by [`super::Event::Post`].
    OpenPost {
        generation: Generation,
        post: PostId,
    },
    /// The picture of a post, scaled to fit `max_width` × `max_height` pixels and
    /// never enlarged; answered by [`super::Event::Picture`]. Cancels the one before it.
    Picture {
        generation: Generation,
        post: PostId,
        max_width: u32,
        max_height: u32,
    },
    /// Import files and folders; answered by [`super::Event::ImportStarted`],
    /// `ImportProgress` and `ImportFinished`.
    Import {
        paths: Vec<PathBuf>,
    },
    /// Try the failed files again.
    RetryFailures,
    /// Imports as [`Self::Import`] does, and brings back what was taken out of the library.
    BringBack {
        paths: Vec<PathBuf>,
    },
    /// Stop a job; what it has committed stays.
    Cancel {
        job: JobId,
    },
    /// The files that failed to import; answered by [`super::Event::Failures`].
    ListFailures,
    /// Give a query a name; a known name gets the query. Answered by
    /// [`super::Event::Searches`], as are the other changes of those lists.
    SaveSearch {
        name: String,
        query: String,
    },
    RemoveSavedSearch {
        name: String,
    },
    /// Refused, with a notice, where the new name is taken.
    RenameSavedSearch {
        from: String,
        to: String,
    },
    /// Put a query that the user submitted into the history; passed over where
    /// the library can't be changed.
    RememberSearch {
        query: String,
    },
    /// Empty the history.
    ForgetHistory,
    /// The saved searches and the history; answered by [`super::Event::Searches`].
    ListSearches,
    /// What is like a picture or a post; answered by [`super::Event::Similar`],
    /// twice where the first was remembered and is stale, or
    /// [`super::Event::SimilarFailed`].
    /// Cancels the one before it.
    FindSimilar {
        generation: Generation,
        query: Box<SimilarQuery>,
    },
    /// Send [`super::Event::Similarity`] when it changes, while `true`.
    WatchSimilarity {
        watch: bool,
    },
    /// The background work on embeddings; it ends with [`super::Event::EmbedFinished`].
    Embed(EmbedCommand),
    /// The similarity index.
    Index(IndexCommand),
    /// All groups of duplicates; answered by [`super::Event::DuplicateProgress`]
    /// and [`super::Event::Duplicates`]. Cancels the one before it.
    FindDuplicates {
        generation: Generation,
        measure: DuplicateMeasure,
    },
    /// Stop looking for duplicates.
    StopDuplicates,
    /// Decide about duplicates; answered by [`super::Event::DuplicateDecided`].
    Duplicates(DuplicateDecision),
    /// Send [`super::Event::Memory`] about once a second while `true`.
    WatchMemory {
        watch: bool,
    },
    /// Give memory back; answered by [`super::Event::Released`].
    Release {
        action: Action,
    },
    /// The window has done what [`super::Event::GiveBack`] asked, as far as it could.
    GaveBack {
        generation: Generation,
    },
    /// Keep a budget from now on, and remember it.
    SetBudget(BudgetWish),
    /// Let a cache take no more than this, and remember it.
    SetCap {
        cache: Cache,
        bytes: u64,
    },
    /// Change posts, or take that back; answered by [`super::Event::Edited`].
    Edit(EditRequest),
    /// What cells show beside their pictures; answered by [`super::Event::Marks`].
    Marks {
        generation: Generation,
        posts: Vec<PostId>,
    },
    /// How large the files of these posts are; answered by [`super::Event::Measured`].
    Measure {
        generation: Generation,
        posts: Vec<PostId>,
    },
    /// A line about each of these posts, at most a hundred at once; answered by
    /// [`super::Event::Described`].
    Describe {
        generation: Generation,
        posts: Vec<PostId>,
        fact: PostFact,
    },
    /// The tags that these posts have, and how many of them do, or of a single post how
    /// many of all; answered by [`super::Event::TagCounts`].
    CountTags {
        generation: Generation,
        of: TagsOf,
        /// Of each category, the most frequent first.
        limit: usize,
    },
    /// Something about tags that are to be edited.
    Tagging(TaggingRequest),
    /// Something about folders, roots and libraries.
    Places(PlaceRequest),
    /// Something about settings.
    Settings(SettingsRequest),
    /// Something about pictures that are looked at closely.
    Show(ShowRequest),
    /// Finish what is being written, then stop.
    Shutdown,
}
