//! Query language → plan → ordered posts.
//!
//! `parse` makes a tree of the text, `evaluate` a set of posts of the tree and
//! `order` a list of the set, as far as it is looked at. `hints` says what an
//! unknown tag may have meant.

mod ast;
mod complete;
mod conditions;
mod evaluate;
mod hints;
mod library_lookup;
#[cfg(test)]
mod library_tests;
mod metatag;
#[cfg(test)]
mod model;
mod normalize;
mod order;
mod order_names;
mod parse;
mod print;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod said;
mod spelling;
mod terms;
#[cfg(test)]
mod tests;
mod values;

pub use ast::{Bounds, ColumnRange, Expr, Fact, InCategory, Meta, Order, Query};
pub use complete::complete;
pub use library_lookup::LibraryLookup;
pub use metatag::{METATAGS, Metatag};
pub use order::Ordered;
pub use parse::{Parsed, TagSpan, Vocabulary, parse};

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::library::{LibraryError, PoolQuery};
use crate::message::{SearchError, SearchSummary};
use crate::model::{Md5, PostId};

use super::tag_cache::{PostSet, TagCache, TextQuery};
use evaluate::{Evaluator, Patience};
use normalize::normalize;
use order::Ranking;

/// More than a screenful, little enough to be instant.
pub const FIRST_PAGE: usize = 512;

#[derive(Debug, thiserror::Error)]
pub enum SearchFailure {
    #[error(transparent)]
    Query(#[from] SearchError),
    #[error(transparent)]
    Library(#[from] LibraryError),
    #[error("cancelled")]
    Cancelled,
}

/// A result, the first [`FIRST_PAGE`] of it in order.
#[derive(Debug, Default)]
pub struct SearchResult {
    /// All that is to be shown.
    pub ordered: Ordered,
    /// Of all results; more than there are in `ordered` where `limit:` cut.
    pub total: u64,
    pub summary: SearchSummary,
}

impl SearchResult {
    /// All of it in order.
    pub fn into_posts(mut self) -> Vec<PostId> {
        self.ordered.next_batch(usize::MAX)
    }
}

/// What a query asks of the library besides the caches.
pub trait Lookup {
    /// Posts with a matching text, in order of id, each once; `None` where
    /// `is_cancelled`, which is asked now and then, said so.
    fn posts_with_text(
        &self,
        query: &TextQuery,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<PostId>>, LibraryError>;

    /// As [`crate::library::Reader::post_by_md5`].
    fn post_by_md5(&self, md5: Md5) -> Result<Option<PostId>, LibraryError>;

    /// As [`crate::library::Reader::posts_in_pool`].
    fn posts_in_pool(&self, pool: &PoolQuery) -> Result<Vec<PostId>, LibraryError>;
}

impl Vocabulary for TagCache {
    fn has_tag(&self, name: &str) -> bool {
        self.resolve(name).is_some()
    }

    fn has_category(&self, name: &str) -> bool {
        self.extended_categories().any(|it| normalize(it) == name)
    }
}

/// The posts that a query finds, in no order; of a `limit:`, all that match.
pub fn matching(
    query: &str,
    cache: &TagCache,
    lookup: &dyn Lookup,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<PostSet, SearchFailure> {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let since_1970 = since_1970.unwrap_or_default();
    let parsed = parse(query, cache, since_1970.as_secs() as i64)?;
    let patience = Patience::new(is_cancelled);
    match &parsed.query.expr {
        Some(expr) => Evaluator::new(cache, lookup, &patience).eval(expr),
        None => Ok(cache.all()),
    }
}

/// Parses and runs a query. `order:random` depends on `seed` alone.
pub fn search(
    query: &str,
    seed: u64,
    cache: &TagCache,
    lookup: &dyn Lookup,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<SearchResult, SearchFailure> {
    let start = Instant::now();
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let since_1970 = since_1970.unwrap_or_default();
    let parsed = parse(query, cache, since_1970.as_secs() as i64)?;
    let Query { expr, order, limit } = &parsed.query;
    let patience = Patience::new(is_cancelled);
    let evaluator = Evaluator::new(cache, lookup, &patience);
    let set = match expr {
        Some(expr) => evaluator.eval(expr)?,
        None => cache.all(),
    };
    let pool = expr.as_ref().and_then(Expr::ordered_pool);
    let ranking = match (order, pool) {
        (None, Some(pool)) => Ranking::Listed(lookup.posts_in_pool(pool)?),
        (order, _) => Ranking::new(order.unwrap_or_default(), seed, || {
            expr.as_ref().map_or_else(Vec::new, Expr::listed_posts)
        }),
    };
    let limit = limit.map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(usize::MAX));
    let total = set.len() as u64;
    let mut ordered = Ordered::new(set, &ranking, limit, cache, &patience)?;
    while !ordered.prepare(FIRST_PAGE) {}
    let elapsed_us = start.elapsed().as_micros() as u64;
    Ok(SearchResult {
        ordered,
        total,
        summary: SearchSummary {
            elapsed_us,
            unknown_tags: hints::unknown_tags(query, &parsed, &evaluator),
        },
    })
}
