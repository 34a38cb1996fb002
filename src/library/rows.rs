use std::path::PathBuf;

use crate::model::{Category, FileFormat, FileStamp, Md5, PostId, Rating, SourcePost, TagId};

/// A row of `tag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TagRow<'a> {
    pub id: TagId,
    pub name: &'a str,
    pub category: Category,
}

/// What a query can ask of a post besides its tags.
#[derive(Clone, Debug, PartialEq)]
pub struct PostColumns {
    pub id: PostId,
    pub md5: Option<Md5>,
    pub format: Option<FileFormat>,
    pub width: u32,
    pub height: u32,
    pub file_size: u64,
    pub is_animated: bool,
    /// No file of it can be found (a record without a picture is not missing).
    pub is_missing: bool,
    pub rating: Option<Rating>,
    pub score: i32,
    pub fav_count: u32,
    /// Seconds since 1970 UTC.
    pub created_at: Option<i64>,
    pub imported_at: i64,
    pub phash: Option<u64>,
    pub num_tags: u32,
}

/// Everything stored about one post.
#[derive(Clone, Debug, PartialEq)]
pub struct PostRecord {
    pub columns: PostColumns,
    /// Path and whether it is missing; those that exist come first.
    pub files: Vec<(PathBuf, bool)>,
    /// In order of name.
    pub tags: Vec<(TagId, String, Category)>,
    pub sources: Vec<String>,
    pub source_posts: Vec<SourcePost>,
    pub text: Option<String>,
}

/// A file that an earlier import saw.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownFile {
    pub path: PathBuf,
    pub stamp: FileStamp,
    pub sidecar_stamp: i64,
    pub post: PostId,
    pub is_missing: bool,
}

/// What a committed transaction changed, for the caches to follow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Tags that are new or whose category changed, in order of id.
    pub tags: Vec<(TagId, String, Category)>,
    /// In order of id, each post once.
    pub posts: Vec<PostChange>,
    /// Ids of posts that are gone.
    pub removed_posts: Vec<PostId>,
}

/// A post that is new or changed.
#[derive(Clone, Debug, PartialEq)]
pub struct PostChange {
    pub is_new: bool,
    /// As they are now.
    pub columns: PostColumns,
    /// In order of id; all of them where the post is new.
    pub added_tags: Vec<TagId>,
    pub removed_tags: Vec<TagId>,
}

/// What became of one draft of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Added(PostId),
    /// A known post got news: a new path (copied, or moved), other bytes, tags or fields.
    Updated(PostId),
    Unchanged(PostId),
}

impl Outcome {
    /// The post that the draft is now part of.
    pub fn post(self) -> PostId {
        match self {
            Self::Added(post) | Self::Updated(post) | Self::Unchanged(post) => post,
        }
    }
}
