//! What a tag that the library does not have may have meant.

use std::cmp::Reverse;

use super::evaluate::Evaluator;
use super::metatag::{METATAGS, Metatag};
use super::normalize::fold;
use super::parse::{Parsed, TagSpan, parse};
use super::print::quoted;
use super::spelling;
use crate::engine::tag_cache::{TagCache, begun_distance, most_typos};
use crate::message::{UnknownMetatag, UnknownTag};
use crate::model::TagId;

/// Of the name of a metatag, letters: what is shorter is a face, or a tag like `re:zero`.
const MIN_METATAG: usize = 3;

/// Metatags that are offered for an unknown one.
const MAX_METATAGS: usize = 3;

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
        let as_metatag = like_metatag(text, tag);
        unknown.push(UnknownTag {
            as_metatag: as_metatag.map(|(metatag, _)| metatag),
            nearest: nearest.into_iter().filter_map(named).collect(),
            name: typed,
        });
    }
    // What asks for more than words is in no file's name.
    let is_text = |it: &&TagSpan| like_metatag(text, it).is_none_or(|it| !it.1);
    let as_text = if spans.is_empty() || !spans.iter().all(is_text) {
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

/// Metatags of boorus that there are none of here.
const FOREIGN: &[&str] = &[
    "approver",
    "artcomm",
    "comment",
    "commentary",
    "commenter",
    "deleter",
    "disapproved",
    "downvote",
    "duration",
    "embedded",
    "favgroup",
    "favoritedby",
    "flagger",
    "locked",
    "md5sum",
    "noteupdater",
    "noter",
    "ordfav",
    "ordfavgroup",
    "pixiv",
    "pixiv_id",
    "random",
    "reacted",
    "search",
    "updated",
    "updater",
    "uploader",
    "upvote",
    "user",
];

/// What is written as a metatag is, and no metatag has that name; with whether it can be
/// nothing else. What is in quotes, or has a category, is a tag.
fn like_metatag(text: &str, tag: &TagSpan) -> Option<(UnknownMetatag, bool)> {
    let is_quoted = text.get(tag.range.clone())?.starts_with('"');
    let (name, value) = tag.name.split_once(':')?;
    let is_word =
        name.len() >= MIN_METATAG && name.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
    if is_quoted || tag.category.is_some() || !is_word || value.is_empty() {
        return None;
    }
    let is_comparison = value.starts_with(['<', '>', '=']) || value.contains("..");
    let is_surely = is_comparison || FOREIGN.contains(&name);
    let metatag = UnknownMetatag {
        name: name.to_owned(),
        nearest: nearest_metatags(name, value),
    };
    Some((metatag, is_surely))
}

/// Metatags that are nearly called so, or a part of whose name it is, and that take the
/// value; each with it.
fn nearest_metatags(name: &str, value: &str) -> Vec<String> {
    let distance = |it: &Metatag| {
        let max = (name.len() / 4).clamp(1, 2);
        let is_part =
            it.name.contains(name) || name.starts_with(it.name) || name.ends_with(it.name);
        let part = is_part.then_some(2);
        spelling::distance(name, it.name, max).or(part)
    };
    let mut found: Vec<(usize, &str)> = METATAGS
        .iter()
        .filter_map(|it| Some((distance(it)?, it.name)))
        .collect();
    found.sort_unstable();
    let terms = found.into_iter().map(|it| format!("{}:{value}", it.1));
    let is_asked = |term: &String| parse(term, &|_: &str| false, 0).is_ok();
    terms.filter(is_asked).take(MAX_METATAGS).collect()
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
