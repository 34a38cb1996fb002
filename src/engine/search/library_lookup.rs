//! What a search asks besides the cache's arrays, of a real library.

use std::cell::Cell;
use std::io;
use std::path::Path;

use super::Lookup;
use crate::engine::tag_cache::{NameOrder, PostSet, TagCache, TextQuery};
use crate::library::{LibraryError, PoolQuery, Reader};
use crate::model::{Md5, PostId};

/// Texts from the snapshot, all else from the library.
#[derive(Debug)]
pub struct LibraryLookup<'a> {
    cache: &'a TagCache,
    reader: &'a Reader,
    is_damaged: Cell<bool>,
}

impl<'a> LibraryLookup<'a> {
    pub fn new(cache: &'a TagCache, reader: &'a Reader) -> Self {
        Self {
            cache,
            reader,
            is_damaged: Cell::new(false),
        }
    }

    fn damaged(&self, err: io::Error) -> LibraryError {
        self.is_damaged.set(true);
        LibraryError::Texts { source: err }
    }

    /// The snapshot could not be read.
    pub fn is_damaged(&self) -> bool {
        self.is_damaged.get()
    }
}

impl Lookup for LibraryLookup<'_> {
    fn posts_with_text(
        &self,
        query: &TextQuery,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<PostId>>, LibraryError> {
        let roots = self.reader.roots()?;
        let found = self.cache.posts_with_text(query, &roots, is_cancelled);
        found.map_err(|err| self.damaged(err))
    }

    fn posts_by_name(
        &self,
        set: &PostSet,
        order: NameOrder,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<PostId>>, LibraryError> {
        let posts = self.cache.by_name(set, order, is_cancelled);
        posts.map_err(|err| self.damaged(err))
    }

    fn posts_below(
        &self,
        folder: &Path,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<PostId>>, LibraryError> {
        self.reader.posts_below(folder, is_cancelled)
    }

    fn post_by_md5(&self, md5: Md5) -> Result<Option<PostId>, LibraryError> {
        self.reader.post_by_md5(md5)
    }

    fn posts_in_pool(&self, pool: &PoolQuery) -> Result<Vec<PostId>, LibraryError> {
        self.reader.posts_in_pool(pool)
    }
}
