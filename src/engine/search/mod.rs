//! Query language → plan → ordered posts.
//!
//! `parse` makes a tree of the text, `evaluate` a set of posts of the tree and
//! `order` a list of the set, as far as it is looked at. `hints` says what an
//! unknown tag may have meant.

mod ast;
mod complete;
mod conditions;
mod describe;
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
mod tag_words;
mod terms;
#[cfg(test)]
mod tests;
mod values;

pub use ast::{Bounds, ColumnRange, Expr, Fact, InCategory, Meta, Order, Query};
pub use complete::complete;
pub use describe::describe;
pub use library_lookup::LibraryLookup;
pub use metatag::{METATAGS, Metatag};
pub use order::Ordered;
pub use parse::{Parsed, TagSpan, Vocabulary, parse};
pub use tag_words::read_tags;

use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::library::{LibraryError, PoolQuery};
use crate::message::{SearchError, SearchSummary};
use crate::model::{Md5, PostId};

use super::tag_cache::{NameOrder, PostSet, TagCache, TextQuery};
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

    /// The posts of `set` in order of the names of their files, those without one last;
    /// `None` where `is_cancelled`, which is asked now and then, said so.
    fn posts_by_name(
        &self,
        set: &PostSet,
        order: NameOrder,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<PostId>>, LibraryError>;

    /// Posts with a file in `folder` or below it, in any order; `None` where
    /// `is_cancelled`, which is asked now and then, said so.
    fn posts_below(
        &self,
        folder: &Path,
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

/// The posts that a query finds, in no order; of a `limit:`, all that match. `filter`
/// as in [`search_within`].
pub fn matching(
    query: &str,
    filter: &str,
    cache: &TagCache,
    lookup: &dyn Lookup,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<PostSet, SearchFailure> {
    let now = now();
    let parsed = parse(query, cache, now)?;
    let patience = Patience::new(is_cancelled);
    match &filtered(parsed.query, filter, cache, now)?.expr {
        Some(expr) => Evaluator::new(cache, lookup, &patience).eval(expr),
        None => Ok(cache.all()),
    }
}

/// The posts to look within.
#[derive(Debug)]
pub enum Chosen {
    /// All that a query finds.
    All(PostSet),
    /// As many as its `limit:` says, which are to be taken one batch after the other.
    First(Ordered),
}

/// The posts that a query chooses: all that it finds, unless it has a `limit:`. No
/// more is put in order than that needs.
pub fn choose(
    query: &str,
    cache: &TagCache,
    lookup: &dyn Lookup,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Chosen, SearchFailure> {
    let has_limit = parse(query, cache, now())?.query.limit.is_some();
    if has_limit {
        return Ok(Chosen::First(
            search(query, 0, cache, lookup, is_cancelled)?.ordered,
        ));
    }
    matching(query, "", cache, lookup, is_cancelled).map(Chosen::All)
}

/// Seconds since 1970.
fn now() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    since_1970.unwrap_or_default().as_secs() as i64
}

/// Only what `filter` finds too, in the filter's order where the query has none. A
/// filter that can't be understood is an error: without it, more would be shown than
/// is wanted.
fn filtered(query: Query, filter: &str, cache: &TagCache, now: i64) -> Result<Query, SearchError> {
    if filter.trim().is_empty() {
        return Ok(query);
    }
    let filter = parse(filter, cache, now)
        .map_err(|err| SearchError {
            column: 1,
            message: format!("the default filter can't be understood: {}", err.message),
            suggestion: None,
        })?
        .query;
    let Query { expr, order, limit } = query;
    let expr = match (expr, filter.expr) {
        // As it is where there is none, so that what is in it is found at its top.
        (Some(expr), Some(filter)) => Some(Expr::And(vec![expr, filter])),
        (expr, filter) => expr.or(filter),
    };
    Ok(Query {
        expr,
        order: order.or(filter.order),
        limit,
    })
}

/// What is wrong with a filter, if anything.
pub fn filter_problem(filter: &str, cache: &TagCache) -> Option<String> {
    parse(filter, cache, now()).err().map(|err| err.message)
}

/// Parses and runs a query. `order:random` depends on `seed` alone.
pub fn search(
    query: &str,
    seed: u64,
    cache: &TagCache,
    lookup: &dyn Lookup,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<SearchResult, SearchFailure> {
    search_within(query, "", seed, cache, lookup, is_cancelled)
}

/// Like [`search`], of what `filter` finds too; an empty one finds everything.
pub fn search_within(
    query: &str,
    filter: &str,
    seed: u64,
    cache: &TagCache,
    lookup: &dyn Lookup,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<SearchResult, SearchFailure> {
    let start = Instant::now();
    let now = now();
    let mut parsed = parse(query, cache, now)?;
    parsed.query = filtered(parsed.query, filter, cache, now)?;
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
        (Some(Order::Name(order)), _) => {
            let named = lookup.posts_by_name(&set, *order, is_cancelled)?;
            Ranking::Listed(named.ok_or(SearchFailure::Cancelled)?)
        }
        (order, _) => Ranking::new(order.unwrap_or_default(), seed, || {
            expr.as_ref().map_or_else(Vec::new, Expr::listed_posts)
        }),
    };
    let shown_order = match (order, pool) {
        (None, Some(_)) => Order::Custom,
        (order, _) => order.unwrap_or_default(),
    }
    .shown();
    let limit = limit.map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(usize::MAX));
    let total = set.len() as u64;
    let mut ordered = Ordered::new(set, &ranking, limit, cache, &patience)?;
    while !ordered.prepare(FIRST_PAGE) {}
    let elapsed_us = start.elapsed().as_micros() as u64;
    let (unknown_tags, as_text) = hints::unknown_tags(query, &parsed, &evaluator);
    Ok(SearchResult {
        ordered,
        total,
        summary: SearchSummary {
            elapsed_us,
            unknown_tags,
            as_text,
            order: shown_order,
        },
    })
}
