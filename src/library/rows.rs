use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::model::{Category, FileFormat, FileStamp, Md5, PostId, Rating, SourcePost, TagId};

/// A row of `tag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TagRow<'a> {
    pub id: TagId,
    pub name: &'a str,
    pub category: Category,
    pub extended_category: Option<&'a str>,
}

/// What a query can ask of a post besides its tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostColumns {
    pub id: PostId,
    pub md5: Option<Md5>,
    pub format: Option<FileFormat>,
    pub width: u32,
    pub height: u32,
    pub file_size: u64,
    pub is_animated: bool,
    pub has_alpha: bool,
    /// No file of it can be found (a record without a picture is not missing).
    pub is_missing: bool,
    /// Marked by the user.
    pub is_favorite: bool,
    /// Has sources, or is known to come from a site's post.
    pub has_source: bool,
    pub has_text: bool,
    /// Missing ones included; a record has none.
    pub num_files: u32,
    pub parent: Option<PostId>,
    pub rating: Option<Rating>,
    pub score: Option<i32>,
    /// As the source counts them.
    pub fav_count: Option<u32>,
    /// Seconds since 1970 UTC.
    pub created_at: Option<i64>,
    pub imported_at: i64,
    pub phash: Option<u64>,
    pub num_tags: u32,
}

/// What tells which of several pictures to keep; of a post with a file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureThere {
    pub width: u32,
    pub height: u32,
    pub format: Option<FileFormat>,
    pub file_size: u64,
    pub num_tags: u32,
}

/// Everything stored about one post.
#[derive(Clone, Debug, PartialEq)]
pub struct PostRecord {
    pub columns: PostColumns,
    pub color_hash: Option<u64>,
    /// Path and whether it is missing; those that exist come first.
    pub files: Vec<(PathBuf, bool)>,
    /// When the first of them was last changed, as far as the last import knows; seconds
    /// since 1970 UTC.
    pub modified_at: Option<i64>,
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
///
/// Parts apply in the order in which they stand here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// Number of the commit in the journal, from 1; 0 where nothing was written.
    /// The journal's own row has it.
    #[serde(skip)]
    pub commit: u64,
    /// New, renamed and recategorised tags, in order of id.
    pub tags: Vec<TagChange>,
    /// The posts of the first got the second instead; the first has none now.
    /// Posts that change by this alone are not in `posts`.
    pub merged_tags: Vec<(TagId, TagId)>,
    /// Tags that are gone, and with them their names. As with merging, posts
    /// that had them are not in `posts`.
    pub removed_tags: Vec<TagId>,
    /// Other names of tags; `None` where one is no longer an alias.
    pub aliases: Vec<(String, Option<TagId>)>,
    /// In order of id, each post once.
    pub posts: Vec<PostChange>,
    pub removed_posts: Vec<RemovedPost>,
    /// Posts of which the picture is another one now; they are in `posts` too. Told to who
    /// made the change alone: nothing that outlives the program holds pictures by post.
    #[serde(skip)]
    pub other_pictures: Vec<PostId>,
}

impl Changes {
    /// Bytes that it takes in the journal, about.
    pub fn about_bytes(&self) -> u64 {
        let Self {
            commit: _,
            tags,
            merged_tags,
            removed_tags,
            aliases,
            posts,
            removed_posts,
            other_pictures: _,
        } = self;
        let in_tags: usize = tags.iter().map(|it| 8 + it.name.len()).sum();
        let in_aliases: usize = aliases.iter().map(|it| 8 + it.0.len()).sum();
        let in_posts: usize = posts.iter().map(PostChange::about_bytes).sum();
        let in_removed: usize = removed_posts.iter().map(|it| 8 + 3 * it.tags.len()).sum();
        let ids = 8 * (merged_tags.len() + removed_tags.len());
        (in_tags + in_aliases + in_posts + in_removed + ids) as u64
    }
}

impl PostChange {
    fn about_bytes(&self) -> usize {
        let in_texts = self.texts.as_ref().map_or(0, |it| {
            let text = it.text.iter().map(String::len);
            let paths = it.paths.iter().map(Vec::len);
            let sources = it.sources.iter().map(String::len);
            text.chain(paths).chain(sources).sum()
        });
        64 + 3 * (self.added_tags.len() + self.removed_tags.len()) + in_texts
    }
}

/// A tag as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagChange {
    pub id: TagId,
    pub name: String,
    pub category: Category,
    /// A finer category that the user's own or another program's scheme gives it.
    pub extended_category: Option<String>,
}

/// A post that is new or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostChange {
    pub is_new: bool,
    /// As they are now.
    pub columns: PostColumns,
    /// In order of id; all of them where the post is new.
    pub added_tags: Vec<TagId>,
    pub removed_tags: Vec<TagId>,
    /// As they are now, all of them, where any changed or the post is new.
    pub texts: Option<PostTexts>,
}

/// What is searched by text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostTexts {
    /// Whole paths as bytes, in order.
    pub paths: Vec<Vec<u8>>,
    pub text: Option<String>,
    pub sources: Vec<String>,
}

/// Which pools.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PoolQuery {
    Any,
    Id(u32),
    /// Normalised as tags are.
    Name(String),
    /// Parts of such a name, between which anything may stand: `a*b` is `a`, `b`.
    Parts(Vec<String>),
}

impl PoolQuery {
    pub(super) fn matches(&self, id: u32, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Id(wanted) => *wanted == id,
            Self::Name(wanted) => wanted == name,
            Self::Parts(parts) => parts_match(parts, name),
        }
    }
}

fn parts_match(parts: &[String], name: &str) -> bool {
    let [first, middle @ .., last] = parts else {
        return parts.first().is_some_and(|it| it == name);
    };
    let Some(mut rest) = name.strip_prefix(first.as_str()) else {
        return false;
    };
    for part in middle {
        match rest.find(part.as_str()) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last.as_str())
}

/// A post that is gone, with the tags that it had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemovedPost {
    pub id: PostId,
    /// In order of id.
    pub tags: Vec<TagId>,
}

/// Where the journal stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JournalState {
    /// Of the last commit, from 1; 0 where there was none.
    pub number: u64,
    /// Random; tells the commit from one of the same number in another history.
    pub token: u64,
}

/// How far reading the journal came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalRead {
    /// Up to the last commit.
    Complete,
    /// A commit is not there any more, or can't be understood; what it changed
    /// is in the tables alone.
    Unreadable,
}

/// A query that was asked before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentSearch {
    pub query: String,
    /// Seconds since 1970 UTC.
    pub last_used_at: i64,
    pub num_uses: u64,
}

/// What became of one draft of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Added(PostId),
    /// A known post got news: a new path (copied, or moved), other bytes, tags or fields.
    Updated(PostId),
    Unchanged(PostId),
    /// The user took this picture out of the library, and it stays out.
    TakenOut,
}

impl Outcome {
    /// The post that the draft is now part of, if any.
    pub fn post(self) -> Option<PostId> {
        match self {
            Self::Added(post) | Self::Updated(post) | Self::Unchanged(post) => Some(post),
            Self::TakenOut => None,
        }
    }
}
