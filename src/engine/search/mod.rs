//! Query language → plan → ordered posts.
//!
//! `parse` makes a tree of the text, `evaluate` a set of posts of the tree and
//! `order` a list of the set. Aliases will be resolved where
//! [`TagCache::tag_id`] is asked.

mod ast;
mod complete;
mod evaluate;
mod metatag;
mod normalize;
mod order;
mod parse;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
mod values;

pub use ast::{Bounds, ColumnRange, Expr, Meta, Order, Query};
pub use complete::complete;
pub use parse::{Parsed, TagSpan, parse};

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::library::{LibraryError, PoolQuery, Reader};
use crate::message::{SearchError, SearchSummary, UnknownTag};
use crate::model::{Md5, PostId};

use super::tag_cache::{Glob, TagCache, TextQuery};
use evaluate::{Evaluator, Patience};

/// Tags that an unknown one is compared with.
const MAX_NEAREST: usize = 6;

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

/// What a query asks of the library besides the caches.
pub trait Lookup {
    /// Posts with a matching text, in order of id, each once; `None` where
    /// `is_cancelled`, which is asked now and then, said so.
    fn posts_with_text(
        &self,
        query: &TextQuery,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<PostId>>, LibraryError>;

    /// As [`Reader::post_by_md5`].
    fn post_by_md5(&self, md5: Md5) -> Result<Option<PostId>, LibraryError>;

    /// As [`Reader::posts_in_pool`].
    fn posts_in_pool(&self, pool: &PoolQuery) -> Result<Vec<PostId>, LibraryError>;
}

impl Lookup for Reader {
    fn posts_with_text(
        &self,
        query: &TextQuery,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<PostId>>, LibraryError> {
        self.posts_with_file_name(&query.pattern, is_cancelled)
    }

    fn post_by_md5(&self, md5: Md5) -> Result<Option<PostId>, LibraryError> {
        Reader::post_by_md5(self, md5)
    }

    fn posts_in_pool(&self, pool: &PoolQuery) -> Result<Vec<PostId>, LibraryError> {
        Reader::posts_in_pool(self, pool)
    }
}

/// Parses and runs a query. `order:random` depends on `seed` alone.
pub fn search(
    query: &str,
    seed: u64,
    cache: &TagCache,
    reader: &Reader,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<SearchResult, SearchFailure> {
    search_with(query, seed, cache, reader, is_cancelled)
}

/// [`search`] with anything that can look up what the caches do not hold.
pub fn search_with(
    query: &str,
    seed: u64,
    cache: &TagCache,
    lookup: &dyn Lookup,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<SearchResult, SearchFailure> {
    let start = Instant::now();
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let since_1970 = since_1970.unwrap_or_default();
    let is_tag = |name: &str| cache.tag_id(name).is_some();
    let parsed = parse(query, &is_tag, since_1970.as_secs() as i64)?;
    let patience = Patience::new(is_cancelled);
    let evaluator = Evaluator {
        cache,
        lookup,
        patience: &patience,
    };
    let set = match &parsed.query.expr {
        Some(expr) => evaluator.eval(expr)?,
        None => cache.all(),
    };
    let limit = parsed.query.limit.unwrap_or(u64::MAX);
    let posts = order::ordered(
        &set,
        parsed.query.order.unwrap_or_default(),
        usize::try_from(limit).unwrap_or(usize::MAX),
        cache,
        seed,
        &patience,
    )?;
    let total = set.len() as u64;
    let elapsed_us = start.elapsed().as_micros() as u64;
    Ok(SearchResult {
        posts,
        total,
        summary: SearchSummary {
            elapsed_us,
            unknown_tags: unknown_tags(query, &parsed, cache),
        },
    })
}

/// Unknown tags that are told of; a query pasted by mistake may have thousands.
const MAX_UNKNOWN: usize = 8;

fn unknown_tags(text: &str, parsed: &Parsed, cache: &TagCache) -> Vec<UnknownTag> {
    let mut unknown: Vec<UnknownTag> = Vec::new();
    for tag in &parsed.tags {
        if unknown.len() == MAX_UNKNOWN {
            break;
        }
        let is_known = if tag.name.contains('*') {
            !cache
                .matching_tags(&Glob::new(tag.name.as_str()))
                .is_empty()
        } else {
            cache.tag_id(&tag.name).is_some()
        };
        if is_known || unknown.iter().any(|it| it.name == tag.name) {
            continue;
        }
        let bare = tag.name.replace('*', "");
        let nearest = cache
            .nearest_tags(&bare, MAX_NEAREST)
            .into_iter()
            .filter_map(|it| Some((cache.name(it)?.to_owned(), cache.count(it))))
            .collect();
        unknown.push(UnknownTag {
            name: tag.name.clone(),
            nearest,
            as_text: as_text(text, tag),
        });
    }
    unknown
}

/// The query with a tag replaced by a search for its words in paths.
fn as_text(text: &str, tag: &TagSpan) -> String {
    let words: Vec<String> = tag
        .name
        .split(['_', '*'])
        .filter(|it| !it.is_empty())
        .map(|it| format!("filename:{}", ast::quoted(it)))
        .collect();
    let words = match words.as_slice() {
        [] => format!("filename:{}", ast::quoted(&tag.name)),
        [only] => only.clone(),
        several => format!("({})", several.join(" ")),
    };
    let mut out = text.to_owned();
    if text.get(tag.range.clone()).is_some() {
        out.replace_range(tag.range.clone(), &words);
    }
    out
}
