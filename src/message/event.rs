use std::path::PathBuf;
use std::sync::Arc;

use crate::memory::{Cache, History, Permit, Report};
use crate::model::{Category, FileFormat, Md5, PostId, Rating, SavedSearch, TagId};

use super::{
    DuplicateGroups, EditOutcome, EditProgress, EmbedReport, Generation, JobId, PlaceEvent,
    PostMarks, SearchError, SettingsEvent, ShowEvent, SimilarResult, SimilarityState, TaggingEvent,
};

/// What the engine tells.
#[derive(Debug)]
pub enum Event {
    /// The library is open and can be searched.
    Ready(LibrarySummary),
    /// Posts or tags changed (an import batch was committed). The window asks
    /// its query again when it next has time.
    LibraryChanged(LibrarySummary),
    /// These posts have other pictures than before: their files were edited.
    OtherPictures(Vec<PostId>),
    /// A part of a result, in order. The first batch of a generation replaces
    /// what is on screen; `is_last` ends it.
    Results(ResultBatch),
    /// The query could not be understood.
    SearchFailed {
        generation: Generation,
        error: SearchError,
    },
    Completions {
        generation: Generation,
        /// The byte range of the text that a completion replaces.
        replace: std::ops::Range<usize>,
        items: Vec<Completion>,
    },
    Thumbnail {
        post: PostId,
        /// `Err` says why there is none: no file, or why it can't be shown.
        thumbnail: Result<Thumbnail, String>,
    },
    LargerThumbnail {
        post: PostId,
        /// As it was asked for.
        edge: u32,
        /// `Err` says why there is none; the stored one remains.
        pixels: Result<Pixels, String>,
    },
    Post {
        generation: Generation,
        /// `Err` where the post is gone or could not be read.
        details: Result<Box<PostDetails>, String>,
    },
    Picture {
        generation: Generation,
        post: PostId,
        /// `Err` says why: file missing, too large for the budget, damaged.
        picture: Result<Pixels, String>,
    },
    ImportStarted {
        job: JobId,
    },
    ImportProgress {
        job: JobId,
        progress: ImportProgress,
    },
    ImportFinished {
        job: JobId,
        report: ImportReport,
    },
    Failures(Vec<FailedFile>),
    /// What was asked for by `ListSearches`, and after each change of it.
    Searches {
        /// In the user's order.
        saved: Vec<SavedSearch>,
        /// Queries of the history, the latest first; the older ones are left out.
        recent: Vec<String>,
    },
    Similar(Box<SimilarResult>),
    /// What was asked for can't be compared with anything.
    SimilarFailed {
        generation: Generation,
        message: String,
        way_out: Option<String>,
    },
    /// Of embeddings and their index.
    Similarity(Box<SimilarityState>),
    EmbedFinished(Box<EmbedReport>),
    DuplicateProgress {
        generation: Generation,
        /// 0 to 1.
        share: f32,
    },
    /// Groups, or why they can't be found.
    Duplicates {
        generation: Generation,
        groups: Result<Box<DuplicateGroups>, String>,
    },
    /// A decision was carried out, or why it was not.
    DuplicateDecided {
        outcome: Result<String, String>,
        /// What [`super::DuplicateDecision::Undo`] would take back, in words.
        undo: Option<String>,
    },
    /// Of an edit that takes long.
    EditProgress(EditProgress),
    /// What the newest edit did.
    Edited(EditOutcome),
    Marks {
        generation: Generation,
        marks: Vec<(PostId, PostMarks)>,
    },
    Measured {
        generation: Generation,
        bytes: u64,
    },
    Described {
        generation: Generation,
        /// Posts of which this is not known are left out.
        lines: Vec<String>,
    },
    TagCounts {
        generation: Generation,
        /// Posts whose tags were counted.
        num_posts: u64,
        /// By category, then the most frequent first; `count` is how many of these
        /// posts have it, or, where there is one post, how many of the library.
        tags: Vec<PostTag>,
    },
    Tagging(TaggingEvent),
    Places(PlaceEvent),
    Settings(SettingsEvent),
    Show(ShowEvent),
    Memory(Arc<MemoryNews>),
    /// The window gives back at least so many bytes of a cache of its own, if it
    /// can, and answers by [`super::Request::GaveBack`] once they are gone.
    GiveBack {
        generation: Generation,
        cache: Cache,
        bytes: u64,
    },
    /// How many bytes of thumbnails the window may keep from now on.
    TextureLimit(u64),
    Released(ReleaseReport),
    /// Something went wrong, or is worth knowing, that no request asked about.
    Notice(Notice),
    /// The engine has stopped; nothing follows.
    Stopped,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct LibrarySummary {
    pub path: PathBuf,
    pub num_posts: u64,
    pub num_tags: u64,
    /// Files could not be imported.
    pub has_failures: bool,
    /// Why nothing can be changed, where that is so.
    pub read_only: Option<String>,
}

#[derive(Clone, Debug)]
pub struct ResultBatch {
    pub generation: Generation,
    /// Of all batches together.
    pub total: u64,
    /// Index of `posts[0]` in the result.
    pub offset: usize,
    pub posts: Arc<[PostId]>,
    pub is_last: bool,
    pub summary: SearchSummary,
}

/// What is said beside a result; the same in each of its batches.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchSummary {
    /// Inside the engine, from text until the first page is in order.
    pub elapsed_us: u64,
    /// Tags of the query that the library does not have.
    pub unknown_tags: Vec<UnknownTag>,
    /// A query that looks for the words of all of them in paths instead; empty where
    /// there are none.
    pub as_text: String,
    /// What orders the result, as `order:` names it; one of [`super::SORT_ORDERS`] where
    /// it is one of them.
    pub order: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTag {
    pub name: String,
    /// Tags nearest in spelling, best first, with their counts.
    pub nearest: Vec<(String, u32)>,
    /// Where it is written as `name:value`: the name may be meant for a metatag, of which
    /// there is none.
    pub as_metatag: Option<UnknownMetatag>,
}

/// A name before a colon that no metatag has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnknownMetatag {
    pub name: String,
    /// What may be meant, best first: other metatags, with the value.
    pub nearest: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What goes into the search bar.
    pub text: String,
    pub kind: CompletionKind,
    /// Posts having it; 0 where that means nothing.
    pub count: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    Tag(Category),
    /// The alias as typed stands for `text`.
    Alias {
        alias: String,
        category: Category,
    },
    /// A metatag or one of its values.
    Metatag,
}

/// 8-bit RGBA rows, top to bottom, alpha premultiplied, no padding. The permit
/// keeps the bytes inside the budget for as long as they live.
#[derive(Debug)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    /// `width * height * 4` bytes.
    pub rgba: Vec<u8>,
    /// Of the whole picture in its file, before scaling.
    pub full_width: u32,
    pub full_height: u32,
    /// What was given up to stay inside the budget, in words.
    pub degraded: Option<String>,
    pub permit: Option<Permit>,
}

impl Pixels {
    /// Makes alpha straight, as other programs expect it.
    pub fn unpremultiply(&mut self) {
        crate::picture::unpremultiply(&mut self.rgba);
    }
}

#[derive(Debug)]
pub struct Thumbnail {
    pub pixels: Pixels,
    /// File name, for people and screen readers.
    pub label: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PostDetails {
    pub id: PostId,
    pub md5: Option<Md5>,
    /// Of how it looks, and of its colours.
    pub phash: Option<u64>,
    pub color_hash: Option<u64>,
    pub files: Vec<PostFile>,
    pub format: Option<FileFormat>,
    pub width: u32,
    pub height: u32,
    pub file_size: u64,
    pub is_animated: bool,
    pub rating: Option<Rating>,
    /// A favourite of the user's.
    pub is_favorite: bool,
    pub score: Option<i32>,
    pub fav_count: Option<u32>,
    /// Ordered by category, then name.
    pub tags: Vec<PostTag>,
    pub sources: Vec<String>,
    pub source_posts: Vec<crate::model::SourcePost>,
    pub text: Option<String>,
    pub created_at: Option<i64>,
    /// When its file was last changed, as far as the last import knows.
    pub modified_at: Option<i64>,
    pub imported_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostFile {
    pub path: PathBuf,
    pub is_missing: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostTag {
    pub id: TagId,
    pub name: String,
    pub category: Category,
    /// Posts having it.
    pub count: u32,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportProgress {
    /// Files looked at so far.
    pub num_done: u64,
    /// Files found so far; final once `is_counted`.
    pub num_found: u64,
    pub is_counted: bool,
    pub num_failed: u64,
    pub files_per_sec: f64,
    pub secs_left: Option<f64>,
    /// The file being read, for people.
    pub current: Option<PathBuf>,
}

/// What an import did; the JSON of `kobako import`.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct ImportReport {
    pub added: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub missing: u64,
    pub failed: Vec<FailedFile>,
    /// Pictures and videos, by their names, of formats that are not read.
    pub skipped: u64,
    /// Pictures that the user took out of the library earlier, and that stay out.
    pub num_taken_out: u64,
    /// What to import to bring them back: [`super::Request::BringBack`].
    pub taken_out: Vec<PathBuf>,
    /// What is worth knowing of other programs' collections and of lists: what
    /// was taken over, and what could not be and why.
    pub notes: Vec<ImportNote>,
    pub seconds: f64,
    /// `true` where it was cancelled before the end.
    pub cancelled: bool,
    /// Why it ended before the end, where that was an error. Of the numbers,
    /// only `added` and `updated` are known then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FailedFile {
    pub path: PathBuf,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ImportNote {
    /// What was imported.
    pub path: PathBuf,
    /// A sentence without a full stop.
    pub text: String,
}

/// Where memory is, and what it was.
#[derive(Clone, Debug, Default)]
pub struct MemoryNews {
    pub report: Report,
    pub history: History,
}

/// What an [`crate::memory::Action`] did.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseReport {
    pub action: crate::memory::Action,
    pub predicted_bytes: u64,
    /// RSS before less RSS after; what the kernel says.
    pub freed_bytes: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub is_error: bool,
    /// What happened, naming the thing.
    pub message: String,
    /// What can be done about it.
    pub way_out: Option<String>,
}
