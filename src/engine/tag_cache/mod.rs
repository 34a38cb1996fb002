//! The tag-ID cache: names, counts, categories, postings and post columns,
//! keyed by [`TagId`] and [`PostId`], never by text.

use crate::library::{Changes, LibraryError, Reader};
use crate::memory::{Accounted, Component, Leaf};
use crate::model::{Category, PostId, TagId};

#[derive(Debug, Default)]
pub struct TagCache {}

impl TagCache {
    /// Builds it from the tables, in [`Component::TagCache`].
    pub fn load(_reader: &Reader) -> Result<Self, LibraryError> {
        todo!()
    }

    /// Follows a committed transaction.
    pub fn apply(&mut self, _changes: &Changes) {
        todo!()
    }

    pub fn num_posts(&self) -> u64 {
        todo!()
    }

    pub fn num_tags(&self) -> u64 {
        todo!()
    }

    pub fn tag_id(&self, _name: &str) -> Option<TagId> {
        todo!()
    }

    pub fn name(&self, _tag: TagId) -> Option<&str> {
        todo!()
    }

    pub fn category(&self, _tag: TagId) -> Option<Category> {
        todo!()
    }

    /// Posts having it.
    pub fn count(&self, _tag: TagId) -> u32 {
        todo!()
    }

    pub fn posting(&self, _tag: TagId) -> roaring::RoaringBitmap {
        todo!()
    }

    pub fn all_posts(&self) -> Vec<PostId> {
        todo!()
    }
}

impl Accounted for TagCache {
    fn component(&self) -> Component {
        Component::TagCache
    }

    fn leaves(&self) -> Vec<Leaf> {
        todo!()
    }

    fn evict(&mut self, _bytes: u64) -> u64 {
        todo!()
    }
}
