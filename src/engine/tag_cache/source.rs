//! Where the cache reads the three tables from.

use crate::library::{LibraryError, PostColumns, Reader, TagRow};
use crate::model::{PostId, TagId};

/// The library, or a model of one in tests and benches.
pub trait CacheSource {
    /// In order of id.
    fn for_each_tag(&self, f: &mut dyn FnMut(TagRow<'_>)) -> Result<(), LibraryError>;

    /// In order of id.
    fn for_each_post(&self, f: &mut dyn FnMut(&PostColumns)) -> Result<(), LibraryError>;

    /// In order of post.
    fn for_each_post_tag(&self, f: &mut dyn FnMut(PostId, TagId)) -> Result<(), LibraryError>;
}

impl CacheSource for Reader {
    fn for_each_tag(&self, f: &mut dyn FnMut(TagRow<'_>)) -> Result<(), LibraryError> {
        Reader::for_each_tag(self, f)
    }

    fn for_each_post(&self, f: &mut dyn FnMut(&PostColumns)) -> Result<(), LibraryError> {
        Reader::for_each_post(self, f)
    }

    fn for_each_post_tag(&self, f: &mut dyn FnMut(PostId, TagId)) -> Result<(), LibraryError> {
        Reader::for_each_post_tag(self, f)
    }
}
