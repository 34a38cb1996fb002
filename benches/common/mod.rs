//! What several benches need.

use kobako::engine::search::Lookup;
use kobako::engine::tag_cache::{NameOrder, PostSet, TextQuery};
use kobako::library::{LibraryError, PoolQuery};
use kobako::model::{Md5, PostId};

/// For queries that ask nothing of SQLite.
pub struct NoLibrary;

impl Lookup for NoLibrary {
    fn posts_with_text(
        &self,
        _query: &TextQuery,
        _is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<PostId>>, LibraryError> {
        Ok(Some(Vec::new()))
    }

    fn posts_by_name(
        &self,
        _set: &PostSet,
        _order: NameOrder,
        _is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<PostId>>, LibraryError> {
        Ok(None)
    }

    fn posts_below(
        &self,
        _folder: &std::path::Path,
        _is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<PostId>>, LibraryError> {
        Ok(Some(Vec::new()))
    }

    fn post_by_md5(&self, _md5: Md5) -> Result<Option<PostId>, LibraryError> {
        Ok(None)
    }

    fn posts_in_pool(&self, _pool: &PoolQuery) -> Result<Vec<PostId>, LibraryError> {
        Ok(Vec::new())
    }
}
