//! What a tag that the library does not have may have meant.

use std::cmp::Reverse;

use super::evaluate::Evaluator;
use super::normalize::fold;
use super::parse::{Parsed, TagSpan};
use super::print::quoted;
use super::spelling;
use crate::engine::tag_cache::{TagCache, begun_distance, most_typos};
use crate::message::UnknownTag;
use crate::model::TagId;

/// Tags that an unknown one is compared with.
const MAX_NEAREST: usize = 6;

/// Unknown tags that are told of; a query pasted by mistake may have thousands.
const MAX_UNKNOWN: usize = 8;

/// Patterns that were not needed for the result and are looked for nevertheless.
const MAX_PATTERNS: usize = 16;

/// The tags of a query that find nothing, and the query with their words looked for in
/// paths; empty where there are none.
pub(super) fn unknown_tags(
    text: &str,
    parsed: &Parsed,
    evaluator: &Evaluator<'_>,
) -> (Vec<UnknownTag>, String) {
    let cache = evaluator.cache;
    let mut unknown: Vec<UnknownTag> = Vec::new();
    let mut spans: Vec<&TagSpan> = Vec::new();
    let mut num_patterns = 0;
    for tag in &parsed.tags {
        let category = tag.category.as_deref();
        let typed = typed(text, tag);
        if unknown.iter().any(|it| it.name == typed) {
            spans.push(tag);
            continue;
        }
        let is_known = if tag.name.contains('*') {
            evaluator.was_found(category, &tag.name).unwrap_or_else(|| {
                num_patterns += 1;
                num_patterns > MAX_PATTERNS || !evaluator.tags_of(category, &tag.name).is_empty()
            })
        } else {
            !evaluator.tags_of(category, &tag.name).is_empty()
        };
        if is_known {
            continue;
        }
        spans.push(tag);
        if unknown.len() == MAX_UNKNOWN {
            continue;
        }
        let mut nearest = Vec::new();
        if tag.category.is_some() && !tag.name.contains('*') {
            // Perhaps it is of another category.
            nearest.extend(cache.resolve(&tag.name));
        }
        for found in nearest_tags(&tag.name.replace('*', ""), MAX_NEAREST, cache) {
            if nearest.len() < MAX_NEAREST && !nearest.contains(&found) {
                nearest.push(found);
            }
        }
        let named = |it: TagId| Some((cache.name(it)?.to_owned(), cache.count(it)));
        unknown.push(UnknownTag {
            nearest: nearest.into_iter().filter_map(named).collect(),
            name: typed,
        });
    }
    let as_text = if spans.is_empty() {
        String::new()
    } else {
        as_text(text, spans)
    };
    (unknown, as_text)
}

/// A tag as it stands in the query, normalised: with the category as it is there.
fn typed(text: &str, tag: &TagSpan) -> String {
    match &tag.category {
        None => tag.name.clone(),
        Some(category) => {
            let span = text.get(tag.range.clone()).unwrap_or_default();
            let prefix = span.split_once(':').map_or(category.as_str(), |it| it.0);
            format!("{}:{}", fold(prefix), tag.name)
        }
    }
}

/// Tags nearest in spelling, by their own or another name; then by count.
pub(super) fn nearest_tags(name: &str, limit: usize, cache: &TagCache) -> Vec<TagId> {
    let max = most_typos(name);
    let mut found: Vec<(usize, Reverse<u32>, TagId)> = Vec::new();
    for tag in cache.nearest_tags(name, limit) {
        let known = cache.name(tag).unwrap_or_default();
        let mut distance = spelling::distance(name, known, max).unwrap_or(max + 1);
        if known.starts_with(name) {
            distance = distance.min(begun_distance(name));
        }
        found.push((distance, Reverse(cache.count(tag)), tag));
    }
    if name.len() <= 64 && !name.is_empty() {
        cache.for_each_alias_prefix("", &mut |alias, tag| {
            if let Some(distance) = spelling::distance(name, alias, max)
                && cache.count(tag) > 0
            {
                found.push((distance, Reverse(cache.count(tag)), tag));
            }
        });
    }
    found.sort_unstable();
    let mut nearest: Vec<TagId> = Vec::with_capacity(limit);
    for (_, _, tag) in found {
        if nearest.len() < limit && !nearest.contains(&tag) {
            nearest.push(tag);
        }
    }
    nearest
}

/// The query with tags replaced by a search for their words in paths.
fn as_text(text: &str, mut tags: Vec<&TagSpan>) -> String {
    let mut out = text.to_owned();
    // From the end, so that what is before stays where it is.
    tags.sort_by_key(|it| Reverse(it.range.start));
    for tag in tags {
        if out.get(tag.range.clone()).is_some() {
            out.replace_range(tag.range.clone(), &words_in_paths(tag));
        }
    }
    out
}

fn words_in_paths(tag: &TagSpan) -> String {
    let words: Vec<String> = tag
        .name
        .split(['_', '*'])
        .filter(|it| !it.is_empty())
        .map(|it| format!("path:{}", quoted(it)))
        .collect();
    match words.as_slice() {
        [] => format!("path:{}", quoted(&tag.name)),
        [only] => only.clone(),
        several => format!("({})", several.join(" ")),
    }
}
