//! Reads what is typed where tags of posts are edited: `cat -dog artist:someone`.
//!
//! Words are separated by blanks. `-` before one takes the tag away, a category before
//! one says of what kind a new tag is. What is in quotes is the tag itself, as it is
//! where a search is typed.

use std::ops::Range;

use super::describe::word_len;
use super::metatag;
use crate::engine::tag_cache::TagCache;
use crate::import::{MAX_TAG_CHARS, TagProblem, tag_name};
use crate::message::{TagWord, TagWordKind};
use crate::model::{Category, TagDraft, TagOrigin};

/// The words of `text` in order, each with what is to become of it.
pub fn read_tags(text: &str, cache: &TagCache) -> Vec<TagWord> {
    let mut words: Vec<TagWord> = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(start) = rest.find(|it: char| !it.is_whitespace()) else {
            break;
        };
        at += start;
        let rest = text.get(at..).unwrap_or_default();
        let len = word_len(rest);
        let word = rest.get(..len).unwrap_or_default();
        let mut read = read_word(word, at..at + len, cache);
        let is_other_way = |it: &TagWord| {
            it.tag.name == read.tag.name && it.is_removal != read.is_removal && !is_wrong(it)
        };
        if !is_wrong(&read) && words.iter().any(is_other_way) {
            let name = &read.tag.name;
            let reason = format!("“{name}” is both given and taken away: leave one of them out");
            read.kind = TagWordKind::Wrong(reason);
        }
        words.push(read);
        at += len;
    }
    words
}

fn is_wrong(word: &TagWord) -> bool {
    matches!(word.kind, TagWordKind::Wrong(_))
}

fn read_word(word: &str, range: Range<usize>, cache: &TagCache) -> TagWord {
    let (is_removal, bare) = match word.strip_prefix('-') {
        Some(bare) => (true, bare),
        None => (false, word),
    };
    let mut read = TagWord {
        range,
        is_removal,
        tag: TagDraft {
            origin: TagOrigin::User,
            ..TagDraft::default()
        },
        category: Category::General,
        kind: TagWordKind::New,
    };
    if let Err(reason) = name_tag(&mut read, bare, cache) {
        read.kind = TagWordKind::Wrong(reason);
    }
    read
}

/// Finds out which tag `bare` names; else why it is none.
fn name_tag(read: &mut TagWord, bare: &str, cache: &TagCache) -> Result<(), String> {
    let unquoted = unquoted(bare);
    let is_quoted = unquoted.is_some();
    let whole = unquoted.as_deref().unwrap_or(bare);
    let name = tag_name(whole).map_err(|problem| match problem {
        TagProblem::Empty => format!("“{bare}” leaves no name: type one or remove it"),
        TagProblem::TooLong => {
            format!("“{bare}” is too long: a tag has at most {MAX_TAG_CHARS} characters")
        }
    })?;
    let known = |name: &str| {
        let tag = cache.resolve(name)?;
        let category = cache.category(tag).unwrap_or_default();
        Some((cache.name(tag)?.to_owned(), category))
    };
    if let Some((name, category)) = known(&name) {
        read.tag.name = name;
        read.category = category;
        read.kind = TagWordKind::Known;
        return Ok(());
    }
    let mut name = name;
    if !is_quoted && let Some((prefix, rest)) = whole.split_once(':') {
        let category = metatag::category(prefix);
        if let (Some(category), Ok(of_category)) = (category, tag_name(rest)) {
            name = of_category;
            read.tag.category = Some(category);
            read.category = category;
        } else if category.is_some() || metatag::find(prefix).is_some() {
            return Err(format!(
                "“{bare}” belongs to searches: put it in quotes to make it a tag"
            ));
        }
    }
    match known(&name) {
        Some((name, known)) => {
            let asked = read.tag.category.unwrap_or(known);
            read.kind = if read.is_removal || asked == known || asked == Category::General {
                read.tag.category = None;
                read.category = known;
                TagWordKind::Known
            } else if known == Category::General {
                TagWordKind::Categorized
            } else {
                let (known, asked) = (known.name(), asked.name());
                let reason = format!(
                    "“{name}” is known as {known}, not as {asked}: type it without {asked}:"
                );
                TagWordKind::Wrong(reason)
            };
            read.tag.name = name;
        }
        None if read.is_removal => {
            let reason = format!("There is no tag “{name}” to take away: check how it is written");
            read.kind = TagWordKind::Wrong(reason);
            read.tag.name = name;
        }
        None => read.tag.name = name,
    }
    Ok(())
}

/// What stands in quotes; `None` where nothing does.
fn unquoted(word: &str) -> Option<String> {
    let inner = word.strip_prefix('"')?;
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    let mut text = String::with_capacity(inner.len());
    let mut is_escaped = false;
    for it in inner.chars() {
        if it == '\\' && !is_escaped {
            is_escaped = true;
        } else {
            text.push(it);
            is_escaped = false;
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::search::complete;
    use crate::engine::search::model::tagged;

    fn library() -> crate::engine::search::model::Library {
        tagged(&[&["cat", "blue_sky"], &["dog", "rating:odd"]])
    }

    fn read(text: &str) -> Vec<TagWord> {
        let words = read_tags(text, &library().cache);
        for word in &words {
            assert!(text.get(word.range.clone()).is_some(), "{text}");
        }
        words
    }

    #[track_caller]
    fn one(text: &str) -> TagWord {
        let mut words = read(text);
        assert_eq!(words.len(), 1, "{text}");
        words.remove(0)
    }

    #[track_caller]
    fn wrong(text: &str) -> String {
        match one(text).kind {
            TagWordKind::Wrong(reason) => reason,
            kind => panic!("{text} is {kind:?}"),
        }
    }

    #[test]
    fn words_are_given_or_taken_away() {
        let words = read("  Cat -DOG new_one\tartist:Some_One ");
        let names: Vec<_> = words.iter().map(|it| it.tag.name.as_str()).collect();
        assert_eq!(names, ["cat", "dog", "new_one", "some_one"]);
        let kinds: Vec<_> = words.iter().map(|it| it.kind.clone()).collect();
        let (known, new) = (TagWordKind::Known, TagWordKind::New);
        assert_eq!(kinds, [known.clone(), known, new.clone(), new]);
        let removals: Vec<_> = words.iter().map(|it| it.is_removal).collect();
        assert_eq!(removals, [false, true, false, false]);
        assert_eq!(words[3].category, Category::Artist);
        assert_eq!(words[3].tag.category, Some(Category::Artist));
        assert_eq!(read(" \t"), []);
    }

    #[test]
    fn a_category_is_given_to_what_is_general() {
        assert_eq!(one("character:cat").kind, TagWordKind::Categorized);
        assert_eq!(one("general:cat").kind, TagWordKind::Known);
        assert_eq!(one("-character:cat").kind, TagWordKind::Known);
        assert_eq!(one("re:zero").tag.name, "re:zero");
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(wrong("-nosuch").contains("“nosuch”"));
        assert!(wrong("order:score").contains("“order:score”"));
        assert!(wrong("artist:").contains("“artist:”"));
        assert!(wrong("-").contains("leaves no name"));
        assert!(wrong(&"ä".repeat(171)).contains("too long"));
        let both = read("cat -cat");
        assert!(matches!(&both[1].kind, TagWordKind::Wrong(it) if it.contains("“cat”")));
        assert_eq!(both[0].kind, TagWordKind::Known);
    }

    #[test]
    fn quotes_hold_the_tag_itself_as_completions_write_it() {
        assert_eq!(one("\"order:score\"").kind, TagWordKind::New);
        assert_eq!(one("-\"rating:odd\"").kind, TagWordKind::Known);
        assert_eq!(one("rating:odd").kind, TagWordKind::Known, "it is there");
        let library = library();
        for (typed, name) in [("blu", "blue_sky"), ("sky", "blue_sky"), ("rating:o", "")] {
            let (_, items) = complete(typed, typed.len(), 10, &library.cache);
            for item in items.iter().filter(|it| it.count > 0) {
                let words = read_tags(&item.text, &library.cache);
                assert_eq!(words.len(), 1, "{}", item.text);
                assert_eq!(words[0].kind, TagWordKind::Known);
                assert_eq!(words[0].tag.name, name);
            }
        }
    }
}
