//! Completes the word at the cursor: tags by prefix, then by a later word
//! (`hair` finds `long_hair`), then by spelling; metatags and their values.

use std::cmp::Reverse;
use std::ops::Range;

use super::ast::{ORDERS, typed};
use super::metatag::{METATAGS, RATINGS};
use super::normalize::fold;
use crate::engine::tag_cache::{Glob, TagCache};
use crate::message::{Completion, CompletionKind};
use crate::model::{FileFormat, TagId};

/// Places that metatags take from tags where both complete a word.
const MAX_METATAGS: usize = 2;

/// Completes the word at byte `cursor`; returns the byte range it replaces.
pub fn complete(
    text: &str,
    cursor: usize,
    limit: usize,
    cache: &TagCache,
) -> (Range<usize>, Vec<Completion>) {
    let cursor = floor_boundary(text, cursor);
    let (before, after) = text.split_at(cursor);
    let num_quotes = before.matches('"').count();
    let start = before
        .char_indices()
        .rev()
        .find(|it| it.1.is_whitespace())
        .map_or(0, |(at, it)| at + it.len_utf8());
    let word = before.get(start..).unwrap_or_default();
    let bare = word.trim_start_matches(['-', '~', '(']);
    let end = after.find(char::is_whitespace).unwrap_or(after.len());
    let range = cursor - bare.len()..cursor + end;
    if bare.is_empty() || limit == 0 || (bare.contains('"') && num_quotes % 2 == 1) {
        return (range, Vec::new());
    }
    let prefix = fold(bare);
    if let Some((name, value)) = prefix.split_once(':')
        && METATAGS.contains(&name)
    {
        let values = metatag_values(name, value, limit);
        if !values.is_empty() || cache.tag_id(&prefix).is_none() {
            return (range, values);
        }
    }
    let metatags: Vec<Completion> = METATAGS
        .iter()
        .filter(|it| it.starts_with(&prefix))
        .take(MAX_METATAGS.min(limit))
        .map(|it| metatag(format!("{it}:")))
        .collect();
    let mut items = tags(&prefix, limit - metatags.len(), cache);
    items.extend(metatags);
    (range, items)
}

fn floor_boundary(text: &str, cursor: usize) -> usize {
    let mut at = cursor.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn metatag(text: String) -> Completion {
    Completion {
        text,
        kind: CompletionKind::Metatag,
        count: 0,
    }
}

/// The best `limit` tags; allocates for those only.
fn tags(prefix: &str, limit: usize, cache: &TagCache) -> Vec<Completion> {
    let mut best = Best::new(limit);
    if prefix.contains('*') {
        let pattern = Glob::new(format!("{prefix}*"));
        for tag in cache.matching_tags(&pattern) {
            best.offer(0, cache.count(tag), tag);
        }
    } else {
        cache.for_each_prefix(prefix, &mut |tag| best.offer(0, cache.count(tag), tag));
        // A single letter starts a word of half of all tags.
        if best.has_room() && prefix.chars().nth(1).is_some() {
            cache.for_each_word_prefix(prefix, &mut |tag| {
                best.offer(1, cache.count(tag), tag);
            });
        }
        if best.found.is_empty() && prefix.chars().nth(2).is_some() {
            for (rank, tag) in cache.nearest_tags(prefix, limit).into_iter().enumerate() {
                best.offer(2 + rank as u32, cache.count(tag), tag);
            }
        }
    }
    let completion = |tag: TagId| {
        Some(Completion {
            text: typed(cache.name(tag)?),
            kind: CompletionKind::Tag(cache.category(tag)?),
            count: cache.count(tag),
        })
    };
    let found = best.found.into_iter();
    found.filter_map(|it| completion(it.2)).collect()
}

/// The first few by rank, then count.
struct Best {
    limit: usize,
    found: Vec<(u32, Reverse<u32>, TagId)>,
}

impl Best {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            found: Vec::with_capacity(limit.min(1000) + 1),
        }
    }

    fn has_room(&self) -> bool {
        self.found.len() < self.limit
    }

    /// Tags that no post has are not offered.
    fn offer(&mut self, rank: u32, count: u32, tag: TagId) {
        let item = (rank, Reverse(count), tag);
        let is_worse = !self.has_room() && self.found.last().is_none_or(|it| *it <= item);
        let is_known = |it: &(u32, Reverse<u32>, TagId)| it.2 == tag;
        if count == 0 || is_worse || self.found.iter().any(is_known) {
            return;
        }
        let at = self.found.partition_point(|it| *it < item);
        self.found.insert(at, item);
        self.found.truncate(self.limit);
    }
}

/// Values of the metatags that have a list of them; the last of a list is completed.
fn metatag_values(name: &str, value: &str, limit: usize) -> Vec<Completion> {
    let (list, last) = match value.rsplit_once(',') {
        Some((list, last)) if name != "order" => (format!("{list},"), last),
        _ => (String::new(), value),
    };
    let names: Vec<&str> = match name {
        "rating" => RATINGS.iter().map(|it| it.0).take(5).collect(),
        "ext" | "filetype" => FileFormat::ALL.iter().map(|it| it.extension()).collect(),
        "order" => ORDERS.iter().map(|it| it.0).collect(),
        _ => return Vec::new(),
    };
    names
        .into_iter()
        .filter(|it| it.starts_with(last))
        .take(limit)
        .map(|it| metatag(format!("{name}:{list}{it}")))
        .collect()
}
