//! The words every other module speaks: ids, tags, ratings, formats and the
//! draft of a post. Plain data; depends on nothing.

mod draft;
mod format;
mod ids;
mod query_words;
mod saved_search;
mod tag;

pub use draft::{
    FileDraft, FileStamp, ParentDraft, PictureFacts, PoolDraft, PostDraft, SourcePost, TagDraft,
    TagOrigin,
};
pub use format::FileFormat;
pub use ids::{Md5, ModelId, ParseMd5Error, PostId, TagId};
pub use query_words::{METATAGS, Metatag, QUERY_FORMS, QueryForm};
pub use saved_search::SavedSearch;
pub use tag::{Category, Rating};
