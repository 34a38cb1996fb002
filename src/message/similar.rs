//! What is asked and told about pictures that are alike.

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::PostId;

use super::Generation;

/// What "alike" is measured by.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum SimilarMode {
    /// What is in the picture: the cosine of embeddings, −1 to 1.
    Semantic,
    /// The same picture: 1 − hamming distance of 64-bit hashes / 64.
    Visual,
    /// Tags in common, by weight: 0 to 1.
    Tags,
    /// All three, weighted.
    #[default]
    Blended,
}

impl SimilarMode {
    pub const ALL: [Self; 4] = [Self::Blended, Self::Semantic, Self::Visual, Self::Tags];

    /// As the command line and JSON name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Semantic => "semantic",
            Self::Visual => "visual",
            Self::Tags => "tags",
            Self::Blended => "blended",
        }
    }
}

/// How tags are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TagMeasure {
    /// Σ weight of common tags / Σ weight of all tags of both; rare tags and
    /// characters weigh more.
    #[default]
    Weighted,
    /// The same, of the general tags of what is looked for only.
    GeneralOnly,
    /// Common tags / all tags of both.
    Jaccard,
}

/// How much each measure counts in [`SimilarMode::Blended`], and from where on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blend {
    pub semantic: f32,
    pub visual: f32,
    pub tags: f32,
    /// A cosine below this counts as nothing.
    pub least_cosine: f32,
    /// A hash distance above this counts as nothing, bits.
    pub most_distance: u32,
    /// A tag likeness below this counts as nothing.
    pub least_tags: f32,
}

impl Default for Blend {
    fn default() -> Self {
        Self {
            semantic: 0.6,
            visual: 0.2,
            tags: 0.2,
            least_cosine: 0.3,
            most_distance: 15,
            least_tags: 0.1,
        }
    }
}

/// What is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum SimilarSubject {
    Post(PostId),
    /// A picture file, of the library or not.
    File(PathBuf),
    /// A picture without a file: from the clipboard.
    Pixels(Arc<SubjectPixels>),
}

/// 8-bit RGBA rows, alpha not multiplied in.
#[derive(Clone, PartialEq, Eq)]
pub struct SubjectPixels {
    pub width: u32,
    pub height: u32,
    /// `width * height * 4` bytes.
    pub rgba: Vec<u8>,
}

impl std::fmt::Debug for SubjectPixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SubjectPixels({} × {})", self.width, self.height)
    }
}

/// Asks for what is like a subject.
#[derive(Clone, Debug, PartialEq)]
pub struct SimilarQuery {
    pub subject: SimilarSubject,
    pub mode: SimilarMode,
    /// How many are wanted, at most.
    pub count: usize,
    /// Only posts that this query finds.
    pub within: Option<String>,
    pub tag_measure: TagMeasure,
    pub blend: Blend,
    /// A remembered answer will do; where it does not hold any more, it comes
    /// first, and the true one follows.
    pub may_remember: bool,
}

impl SimilarQuery {
    /// The `count` most alike, by the defaults.
    pub fn new(subject: SimilarSubject, mode: SimilarMode, count: usize) -> Self {
        Self {
            subject,
            mode,
            count,
            within: None,
            tag_measure: TagMeasure::default(),
            blend: Blend::default(),
            may_remember: false,
        }
    }
}

/// A post and how alike it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SimilarPost {
    pub post: PostId,
    /// In the measure of the mode; the most alike come first.
    pub score: f32,
    /// Cosine of the embeddings, where both have one and it was asked for.
    pub semantic: Option<f32>,
    /// Bits in which the perceptual hashes differ, likewise.
    pub distance: Option<u32>,
    /// Likeness of the tags, likewise.
    pub tags: Option<f32>,
}

/// What is like a subject. Never holds the subject itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SimilarResult {
    pub generation: Generation,
    /// The most alike first.
    pub posts: Vec<SimilarPost>,
    /// Inside the engine: comparing, without loading an index, reading a file or
    /// embedding it.
    pub elapsed_us: u64,
    /// Milliseconds that loading the index took, where this search had it loaded.
    pub loaded_index_ms: Option<f64>,
    /// The very file of the subject is in the library, as this post.
    pub same_file: Option<PostId>,
    /// What could not be compared and why, in words.
    pub notes: Vec<String>,
    /// It was remembered from an earlier time.
    pub is_remembered: bool,
    /// Remembered before embeddings or posts changed: the answer of now follows.
    pub is_stale: bool,
}

/// Background work on embeddings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmbedCommand {
    /// Embed all pictures that have no embedding by the current model.
    Start,
    Pause,
    Resume,
    /// What was embedded stays.
    Cancel,
    /// Try those again that failed.
    RetryFailed,
}

/// What can be done about the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexCommand {
    Load,
    Unload,
    Rebuild,
    /// Switches similarity by embeddings on or off, and remembers it.
    SetEnabled(bool),
}

/// Everything about embeddings and their index, for people.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SimilarityState {
    /// `false`: switched off by `semantic_similarity`.
    pub is_enabled: bool,
    /// The model's title.
    pub model: String,
    /// Values of an embedding.
    pub dimensions: u32,
    /// Posts with an embedding by this model.
    pub num_embedded: u64,
    /// Posts with a picture.
    pub num_pictures: u64,
    /// Pictures that can't be embedded.
    pub num_failed: u64,
    /// Of the work in the background.
    pub embedding: Option<EmbedProgress>,
    pub index: IndexState,
    /// On disk, bytes; 0 where there is none.
    pub index_disk_bytes: u64,
    /// What kind of index it is, and why.
    pub index_kind: String,
    /// Share of the true ten nearest that it finds, measured on the library's own
    /// embeddings.
    pub index_recall: Option<f32>,
    /// When it is unloaded, and why.
    pub index_policy: String,
    /// The worker process, while it runs.
    pub worker: Option<WorkerState>,
    /// What went wrong last, and the way out.
    pub problem: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IndexState {
    /// No embeddings, so nothing to load.
    #[default]
    Nothing,
    /// It is made when it is first used.
    NotBuilt,
    Building,
    NotLoaded,
    Loading,
    Loaded {
        /// In memory.
        bytes: u64,
        num_vectors: u64,
    },
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct EmbedProgress {
    pub num_done: u64,
    pub num_total: u64,
    pub num_failed: u64,
    pub pictures_per_sec: f64,
    pub secs_left: Option<f64>,
    pub is_paused: bool,
    /// The file that was embedded last.
    pub current: Option<PathBuf>,
}

/// What embedding did; the JSON of `kobako embed`.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct EmbedReport {
    pub embedded: u64,
    /// All that failed; `failed` names no more than a thousand of them.
    pub num_failed: u64,
    pub failed: Vec<super::FailedFile>,
    pub seconds: f64,
    pub cancelled: bool,
    /// Why it ended before the end, where that was an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerState {
    pub pid: u32,
    pub rss_bytes: u64,
}

/// What makes two posts duplicates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DuplicateMeasure {
    /// Perceptual hashes differ in at most so many bits.
    Distance(u32),
    /// Embeddings have at least this cosine.
    Cosine(f32),
}

/// Posts that are duplicates of each other, directly or by others of the group.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicateGroup {
    /// The one to keep by size and format first, then in order of likeness to it.
    pub posts: Vec<DuplicatePost>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DuplicatePost {
    pub post: PostId,
    /// To the first of the group: bits, or cosine.
    pub distance: Option<u32>,
    pub cosine: Option<f32>,
}

/// All groups of a library.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DuplicateGroups {
    pub generation: Generation,
    pub groups: Vec<DuplicateGroup>,
    /// Inside the engine.
    pub elapsed_us: u64,
    /// Pairs left out since they were decided: no duplicates, or merged.
    pub num_dismissed: u64,
    pub notes: Vec<String>,
    /// What [`DuplicateDecision::Undo`] would take back, in words.
    pub undo: Option<String>,
}

/// What the user decides about duplicates.
#[derive(Clone, Debug, PartialEq)]
pub enum DuplicateDecision {
    /// These are not duplicates of each other.
    NotDuplicates(Vec<PostId>),
    /// `post` is a duplicate of none of `others`; those may be ones of each other.
    NotDuplicateOf { post: PostId, others: Vec<PostId> },
    /// Tags and sources of `others` go onto `keep` too.
    Merge {
        keep: PostId,
        others: Vec<PostId>,
        /// The files of `others` go to the system's trash.
        trash_files: bool,
    },
    /// Takes the last decision back.
    Undo,
}
