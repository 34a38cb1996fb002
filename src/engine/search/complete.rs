//! Completes the word at the cursor: tags by prefix of their own or another
//! name, then by a later word (`hair` finds `long_hair`), then by spelling;
//! metatags and their values.

use std::cmp::Reverse;
use std::ops::Range;

use super::evaluate::Members;
use super::hints::nearest_tags;
use super::metatag::{self, METATAGS};
use super::normalize::fold;
use super::print::typed;
use super::terms::split_category;
use crate::engine::tag_cache::{Glob, TagCache};
use crate::message::{Completion, CompletionKind};
use crate::model::TagId;

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
    let bare = word.trim_start_matches(['-', '~', '(', '{']);
    let end = after.find(char::is_whitespace).unwrap_or(after.len());
    let range = cursor - bare.len()..cursor + end;
    if bare.is_empty() || limit == 0 || (bare.contains('"') && num_quotes % 2 == 1) {
        return (range, Vec::new());
    }
    let prefix = fold(bare);
    if let Some((name, value)) = prefix.split_once(':')
        && metatag::find(name).is_some()
    {
        let values = metatag_values(name, value, limit);
        if !values.is_empty() || cache.resolve(&prefix).is_none() {
            return (range, values);
        }
    }
    if let Some((category, start)) = split_category(&prefix, cache) {
        let found = tags_in_category(&category, start, limit, cache);
        if !found.is_empty() {
            return (range, found);
        }
    }
    let metatags: Vec<Completion> = METATAGS
        .iter()
        .filter(|it| it.name.starts_with(&prefix))
        .take(MAX_METATAGS.min(limit))
        .map(|it| metatag(format!("{}:", it.name)))
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
            best.offer(0, cache.count(tag), tag, None);
        }
    } else {
        cache.for_each_prefix(prefix, &mut |tag| {
            best.offer(0, cache.count(tag), tag, None);
        });
        cache.for_each_alias_prefix(prefix, &mut |alias, tag| {
            best.offer(0, cache.count(tag), tag, Some(alias));
        });
        // A single letter starts a word of half of all tags.
        if best.has_room() && prefix.chars().nth(1).is_some() {
            cache.for_each_word_prefix(prefix, &mut |tag| {
                best.offer(1, cache.count(tag), tag, None);
            });
        }
        if best.found.is_empty() && prefix.chars().nth(2).is_some() {
            for (rank, tag) in nearest_tags(prefix, limit, cache).into_iter().enumerate() {
                best.offer(2 + rank as u32, cache.count(tag), tag, None);
            }
        }
    }
    let completion = |it: Candidate| {
        let category = cache.category(it.tag)?;
        Some(Completion {
            text: typed(cache.name(it.tag)?),
            kind: match it.alias {
                Some(alias) => CompletionKind::Alias { alias, category },
                None => CompletionKind::Tag(category),
            },
            count: cache.count(it.tag),
        })
    };
    best.found.into_iter().filter_map(completion).collect()
}

/// Tags of a category that start so, the category before them.
fn tags_in_category(
    category: &str,
    prefix: &str,
    limit: usize,
    cache: &TagCache,
) -> Vec<Completion> {
    let mut best = Best::new(limit);
    let members = Members::new(cache, category);
    cache.for_each_prefix(prefix, &mut |tag| {
        if members.contains(tag) {
            best.offer(0, cache.count(tag), tag, None);
        }
    });
    let completion = |it: Candidate| {
        Some(Completion {
            text: format!("{category}:{}", typed(cache.name(it.tag)?)),
            kind: CompletionKind::Tag(cache.category(it.tag)?),
            count: cache.count(it.tag),
        })
    };
    best.found.into_iter().filter_map(completion).collect()
}

struct Candidate {
    rank: u32,
    count: Reverse<u32>,
    tag: TagId,
    /// The other name that it was found by.
    alias: Option<String>,
}

impl Candidate {
    fn key(&self) -> (u32, Reverse<u32>, TagId) {
        (self.rank, self.count, self.tag)
    }
}

/// The first few by rank, then count.
struct Best {
    limit: usize,
    found: Vec<Candidate>,
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

    /// Tags that no post has are not offered; what a tag was first offered as stays.
    fn offer(&mut self, rank: u32, count: u32, tag: TagId, alias: Option<&str>) {
        let key = (rank, Reverse(count), tag);
        let is_worse = !self.has_room() && self.found.last().is_none_or(|it| it.key() <= key);
        if count == 0 || is_worse || self.found.iter().any(|it| it.tag == tag) {
            return;
        }
        let at = self.found.partition_point(|it| it.key() < key);
        let candidate = Candidate {
            rank,
            count: Reverse(count),
            tag,
            alias: alias.map(str::to_owned),
        };
        self.found.insert(at, candidate);
        self.found.truncate(self.limit);
    }
}

/// Values of the metatags that have a list of them; the last of a list is completed.
fn metatag_values(name: &str, value: &str, limit: usize) -> Vec<Completion> {
    let is_list = matches!(name, "rating" | "ext" | "filetype" | "is" | "has");
    let (list, last) = match value.rsplit_once(',') {
        Some((list, last)) if is_list => (format!("{list},"), last),
        _ => (String::new(), value),
    };
    metatag::known_values(name)
        .into_iter()
        .filter(|it| it.starts_with(last))
        .take(limit)
        .map(|it| metatag(format!("{name}:{list}{it}")))
        .collect()
}
