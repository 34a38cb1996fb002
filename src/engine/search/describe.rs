//! How the parts of a query read, for its colours in the search bar.

use std::ops::Range;

use super::normalize::normalize;
use super::{metatag, now, parse};
use crate::engine::tag_cache::TagCache;
use crate::message::{QuerySpan, SpanKind};
use crate::model::Category;

/// What stands before a word and opens a group, or says how it is meant.
const BEFORE: [char; 4] = ['-', '~', '(', '{'];

/// The parts of `text` that have a meaning of their own, from left to right, none
/// within another. A text that can't be understood yet is read word by word.
pub fn describe(text: &str, cache: &TagCache) -> Vec<QuerySpan> {
    let parsed = parse(text, cache, now());
    let mut spans: Vec<QuerySpan> = Vec::new();
    let mut at = 0;
    if let Ok(parsed) = &parsed {
        let mut tags: Vec<_> = parsed.tags.iter().collect();
        tags.sort_by_key(|it| it.range.start);
        for tag in tags {
            let range = tag.range.clone();
            if range.start < at || text.get(range.clone()).is_none() {
                continue;
            }
            words(text, at..range.start, None, &mut spans);
            let kind = tag_kind(&tag.name, cache);
            at = range.end;
            spans.push(QuerySpan { range, kind });
        }
        words(text, at..text.len(), None, &mut spans);
    } else {
        words(text, 0..text.len(), Some(cache), &mut spans);
    }
    spans
}

fn tag_kind(name: &str, cache: &TagCache) -> SpanKind {
    if name.contains('*') {
        return SpanKind::Tag(Category::General);
    }
    match cache.resolve(name) {
        Some(tag) => SpanKind::Tag(cache.category(tag).unwrap_or_default()),
        None => SpanKind::Unknown,
    }
}

/// Describes the words of a part that has no tags in it, or of which only `cache`
/// can say what is a tag.
fn words(text: &str, part: Range<usize>, cache: Option<&TagCache>, spans: &mut Vec<QuerySpan>) {
    let Some(words) = text.get(part.clone()) else {
        return;
    };
    let mut push = |range: Range<usize>, kind| {
        if !range.is_empty() {
            spans.push(QuerySpan { range, kind });
        }
    };
    let mut rest = words;
    while let Some(start) = rest.find(|it: char| !it.is_whitespace()) {
        let from = part.end - rest.len() + start;
        rest = rest.get(start..).unwrap_or_default();
        let len = word_len(rest);
        let word = rest.get(..len).unwrap_or_default();
        rest = rest.get(len..).unwrap_or_default();
        let core = word.trim_start_matches(BEFORE);
        let core_from = from + word.len() - core.len();
        push(from..core_from, SpanKind::Sign);
        let core_len = core.len();
        let core = core.trim_end_matches([')', '}']);
        let core_end = core_from + core.len();
        let is_metatag = core
            .split_once(':')
            .is_some_and(|it| metatag::find(it.0).is_some());
        if is_metatag {
            push(core_from..core_end, SpanKind::Metatag);
        } else if matches!(core.to_ascii_lowercase().as_str(), "or" | "and") {
            push(core_from..core_end, SpanKind::Sign);
        } else if let Some(cache) = cache {
            let kind = tag_kind(&normalize(core), cache);
            push(core_from..core_end, kind);
        }
        push(core_end..core_from + core_len, SpanKind::Sign);
    }
}

/// Up to the next white space that is not in quotes.
pub(super) fn word_len(text: &str) -> usize {
    let mut is_quoted = false;
    let mut is_escaped = false;
    for (at, it) in text.char_indices() {
        match it {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            it if it.is_whitespace() && !is_quoted => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::search::model::tagged;

    fn described(text: &str) -> Vec<(String, SpanKind)> {
        let library = tagged(&[&["cat", "blue_sky"], &["dog"]]);
        let spans = describe(text, &library.cache);
        let ends: Vec<_> = spans.iter().map(|it| it.range.clone()).collect();
        assert!(ends.windows(2).all(|it| it[0].end <= it[1].start), "{text}");
        spans
            .into_iter()
            .map(|it| (text[it.range].to_owned(), it.kind))
            .collect()
    }

    #[test]
    fn each_part_says_what_it_is() {
        let tag = SpanKind::Tag(Category::General);
        let wanted = [
            ("cat", tag),
            ("-(", SpanKind::Sign),
            ("dog", tag),
            ("or", SpanKind::Sign),
            ("nosuch", SpanKind::Unknown),
            (")", SpanKind::Sign),
            ("rating:general", SpanKind::Metatag),
            ("-", SpanKind::Sign),
            ("folder:\"a b\"", SpanKind::Metatag),
            ("blue_*", tag),
        ];
        let wanted = wanted.map(|(text, kind)| (text.to_owned(), kind));
        let text = "cat -(dog or nosuch) rating:general  -folder:\"a b\" blue_*";
        assert_eq!(described(text), wanted);
    }

    #[test]
    fn what_is_not_finished_is_described_word_by_word() {
        let tag = SpanKind::Tag(Category::General);
        let wanted = [
            ("(", SpanKind::Sign),
            ("cat", tag),
            ("or", SpanKind::Sign),
            ("猫", SpanKind::Unknown),
        ];
        let wanted = wanted.map(|(text, kind)| (text.to_owned(), kind));
        assert_eq!(described("(cat or 猫"), wanted);
        assert_eq!(described("  "), []);
    }
}
