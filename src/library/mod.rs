//! The library on disk: the only folder that names rusqlite.
//!
//! `library.db` is the truth, `thumbs.db` can be rebuilt. One writer
//! ([`Writer`]), any number of [`Reader`]s, all of them within one page-cache
//! budget and all of their memory in [`crate::memory::Component::Sqlite`].

use std::path::{Path, PathBuf};

use crate::message::FailedFile;
use crate::model::{
    Category, FileFormat, FileStamp, Md5, PostDraft, PostId, Rating, SourcePost, TagId,
};

/// How a library is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOptions {
    /// Make the folder and the database where they do not exist.
    pub create: bool,
    /// Page cache of all connections together, bytes.
    pub cache_bytes: u64,
    /// `mmap_size` of each database, bytes; 0 is none.
    pub mmap_bytes: u64,
    /// `thumbs.db` is kept below this, bytes.
    pub thumbs_limit_bytes: u64,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            create: true,
            cache_bytes: 10 << 20,
            mmap_bytes: 0,
            thumbs_limit_bytes: 4 << 30,
        }
    }
}

/// What can go wrong with a library; each names the thing and the way out.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error("{0}")]
    Todo(String),
}

/// An open library: its folder, its lock, and how connections are made.
#[derive(Debug)]
pub struct Library {}

impl Library {
    /// Opens `dir`, upgrading an older schema. Opens read-only where another
    /// Kobako has it open or the folder can't be written.
    pub fn open(_dir: &Path, _options: &OpenOptions) -> Result<Self, LibraryError> {
        todo!()
    }

    pub fn dir(&self) -> &Path {
        todo!()
    }

    /// Why nothing can be changed, where that is so.
    pub fn read_only(&self) -> Option<&str> {
        todo!()
    }

    /// A connection that only reads; for one thread. `name` tells it apart in the memory panel.
    pub fn reader(&self, _name: &'static str) -> Result<Reader, LibraryError> {
        todo!()
    }

    /// The one connection that writes; an error where it is taken or the library is read-only.
    pub fn writer(&self) -> Result<Writer, LibraryError> {
        todo!()
    }

    /// The thumbnails; rebuilt empty where `thumbs.db` is damaged.
    pub fn thumbs(&self) -> Result<ThumbStore, LibraryError> {
        todo!()
    }
}

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

/// Reads; belongs to one thread.
#[derive(Debug)]
pub struct Reader {}

impl Reader {
    pub fn num_posts(&self) -> Result<u64, LibraryError> {
        todo!()
    }

    /// In order of id.
    pub fn for_each_tag(&self, _f: &mut dyn FnMut(TagRow<'_>)) -> Result<(), LibraryError> {
        todo!()
    }

    /// In order of id.
    pub fn for_each_post(&self, _f: &mut dyn FnMut(&PostColumns)) -> Result<(), LibraryError> {
        todo!()
    }

    /// In order of post, then tag.
    pub fn for_each_post_tag(&self, _f: &mut dyn FnMut(PostId, TagId)) -> Result<(), LibraryError> {
        todo!()
    }

    /// `None` where there is no such post.
    pub fn post(&self, _id: PostId) -> Result<Option<PostRecord>, LibraryError> {
        todo!()
    }

    /// The best path of a post: one that is not missing, if any.
    pub fn post_path(&self, _id: PostId) -> Result<Option<PathBuf>, LibraryError> {
        todo!()
    }

    pub fn post_md5(&self, _id: PostId) -> Result<Option<Md5>, LibraryError> {
        todo!()
    }

    pub fn post_by_md5(&self, _md5: Md5) -> Result<Option<PostId>, LibraryError> {
        todo!()
    }

    /// Posts with a file whose path, below and with its import root, contains
    /// `needle` (case-insensitive; `*` matches any run, the pattern then matching the
    /// whole file name).
    pub fn posts_with_file_name(&self, _needle: &str) -> Result<Vec<PostId>, LibraryError> {
        todo!()
    }

    /// Files known below `root` (or `root` itself), in order of path.
    pub fn for_each_known_file(
        &self,
        _root: &Path,
        _f: &mut dyn FnMut(KnownFile),
    ) -> Result<(), LibraryError> {
        todo!()
    }

    /// The file of exactly this path, if an earlier import saw it.
    pub fn known_file(&self, _path: &Path) -> Result<Option<KnownFile>, LibraryError> {
        todo!()
    }

    pub fn failures(&self) -> Result<Vec<FailedFile>, LibraryError> {
        todo!()
    }

    /// The failure of this very version of the file, if it was tried before.
    pub fn failure_of(
        &self,
        _path: &Path,
        _stamp: FileStamp,
    ) -> Result<Option<FailedFile>, LibraryError> {
        todo!()
    }
}

/// What a committed transaction changed, for the caches to follow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Tags that are new or whose category changed.
    pub tags: Vec<(TagId, String, Category)>,
    pub posts: Vec<PostChange>,
    /// Ids of posts that are gone.
    pub removed_posts: Vec<PostId>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PostChange {
    pub is_new: bool,
    /// As they are now.
    pub columns: PostColumns,
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

/// The one connection that writes.
#[derive(Debug)]
pub struct Writer {}

impl Writer {
    /// Writes all drafts in one transaction; `thumbs.db` follows in one of its own.
    ///
    /// A draft of a known path with other bytes makes that path belong to the
    /// post of the new md5. A draft of a known md5 with a new path is a second
    /// path, or, where the old path is gone, a move.
    pub fn write_batch(
        &mut self,
        _drafts: &[PostDraft],
    ) -> Result<(Vec<Outcome>, Changes), LibraryError> {
        todo!()
    }

    /// Marks files as missing, or found again.
    pub fn mark_missing(
        &mut self,
        _files: &[PathBuf],
        _is_missing: bool,
    ) -> Result<Changes, LibraryError> {
        todo!()
    }

    /// Remembers failures by path and stamp, replacing those of the same path.
    pub fn record_failures(
        &mut self,
        _failures: &[(FailedFile, FileStamp)],
    ) -> Result<(), LibraryError> {
        todo!()
    }

    pub fn forget_failures(&mut self, _paths: &[PathBuf]) -> Result<(), LibraryError> {
        todo!()
    }
}

/// Thumbnails by post; one for each thread that needs it.
#[derive(Debug)]
pub struct ThumbStore {}

impl ThumbStore {
    /// The encoded thumbnail, if there is one.
    pub fn get(&self, _post: PostId) -> Result<Option<Vec<u8>>, LibraryError> {
        todo!()
    }

    /// Adds or replaces, in one transaction; the least recently added go where
    /// the size limit is reached.
    pub fn put(&mut self, _thumbnails: &[(PostId, &[u8])]) -> Result<(), LibraryError> {
        todo!()
    }
}
