use std::path::PathBuf;

use super::{Category, FileFormat, Md5, Rating};

/// A post as an importer found it, before it has an id.
///
/// Every importer makes these, and only these; the library alone decides
/// whether a draft is a new post, a second path of a known one (same md5), or
/// news about a known file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PostDraft {
    /// `None` for a record without a picture.
    pub file: Option<FileDraft>,
    /// `None` where nothing gives it; two drafts of one md5 are one post.
    pub md5: Option<Md5>,
    /// What decoding the picture showed; `None` where it was not decoded.
    pub picture: Option<PictureFacts>,
    pub tags: Vec<TagDraft>,
    pub rating: Option<Rating>,
    pub score: Option<i32>,
    pub fav_count: Option<u32>,
    /// Where it came from, as given: addresses or free text.
    pub sources: Vec<String>,
    pub source_posts: Vec<SourcePost>,
    /// Seconds since 1970 UTC, as the source gives it.
    pub created_at: Option<i64>,
    /// Marked by the user; `None` where the source does not say.
    pub is_favorite: Option<bool>,
    pub parent: Option<ParentDraft>,
    pub pools: Vec<PoolDraft>,
    /// Tags that the user took away: no import brings them back.
    pub removed_tags: Vec<TagDraft>,
    /// Seconds since 1970 UTC, where another program had it before.
    pub imported_at: Option<i64>,
    /// Free text: title, caption, description. Searched by `text:`.
    pub text: Option<String>,
    /// Part of what is said about it could not be read: what is here is true but
    /// not all, so no tag is taken away because it is not here.
    pub is_partial: bool,
}

/// A file on disk as the importer saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct FileDraft {
    /// Absolute, as found; not canonicalised beyond the import root.
    pub path: PathBuf,
    pub stamp: FileStamp,
    /// A fingerprint of the sidecars that gave the tags, by name, size and time;
    /// 0 where none. Only whether it is the same means anything.
    pub sidecar_stamp: i64,
}

/// What tells whether a file must be read again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FileStamp {
    /// Bytes.
    pub size: u64,
    /// Nanoseconds since 1970 UTC.
    pub modified_ns: i64,
}

/// What decoding a picture once told.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureFacts {
    pub format: FileFormat,
    /// Pixels, after EXIF orientation.
    pub width: u32,
    pub height: u32,
    pub is_animated: bool,
    pub has_alpha: bool,
    /// 64-bit DCT hash: bit i is coefficient i of the low 8 × 8 against their median.
    pub phash: u64,
    /// 42-bit colour hash: 14 bins of 3 bits.
    pub color_hash: u64,
    /// Encoded thumbnail (JPEG, or lossless WebP where there is alpha).
    pub thumbnail: Vec<u8>,
}

/// A tag as an importer read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagDraft {
    /// Normalised as Danbooru does: lower case, `_` for space, no doubled `_`.
    pub name: String,
    /// `None` where the source does not say; a known category is kept then.
    pub category: Option<Category>,
    /// As the source wrote it, where that differs from `name`.
    pub spelling: Option<String>,
    pub origin: TagOrigin,
    /// A finer category; `None` where the source does not say.
    pub extended_category: Option<String>,
}

/// Who gave a post a tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TagOrigin {
    /// The source, or a sidecar.
    #[default]
    Source,
    /// The user: no import takes it away.
    User,
    /// A program guessed it from the picture.
    Inferred,
    /// Another tag of the post implies it.
    Implied,
}

/// A post that another one belongs under, as the source names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParentDraft {
    Md5(Md5),
    Source(SourcePost),
}

/// A pool that a post is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PoolDraft {
    /// Normalised as the names of tags are; pools of one name are one.
    pub name: String,
    /// As the source writes it.
    pub title: String,
    pub description: Option<String>,
    /// In the pool's order.
    pub position: i64,
}

/// The post on the site that it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePost {
    /// `danbooru`, `gelbooru`, …
    pub site: String,
    pub id: u64,
}
