//! Query language → plan → ordered posts.

use crate::library::{LibraryError, Reader};
use crate::message::{Completion, SearchError, SearchSummary};
use crate::model::PostId;

use super::tag_cache::TagCache;

#[derive(Debug, thiserror::Error)]
pub enum SearchFailure {
    #[error(transparent)]
    Query(#[from] SearchError),
    #[error(transparent)]
    Library(#[from] LibraryError),
    #[error("cancelled")]
    Cancelled,
}

/// A whole result, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchResult {
    pub posts: Vec<PostId>,
    /// Of all results; more than `posts.len()` where `limit:` cut.
    pub total: u64,
    pub summary: SearchSummary,
}

/// Parses and runs a query.
pub fn search(
    _query: &str,
    _cache: &TagCache,
    _reader: &Reader,
    _is_cancelled: &dyn Fn() -> bool,
) -> Result<SearchResult, SearchFailure> {
    todo!()
}

/// Completes the word at byte `cursor`; returns the byte range it replaces.
pub fn complete(
    _text: &str,
    _cursor: usize,
    _limit: usize,
    _cache: &TagCache,
) -> (std::ops::Range<usize>, Vec<Completion>) {
    todo!()
}
