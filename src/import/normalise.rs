//! Tag names as Danbooru writes them.

use unicode_normalization::UnicodeNormalization;

use crate::model::{Category, TagDraft};

/// The longest tag, characters; Danbooru's limit. A longer one is left out and
/// reported rather than cut, since a cut tag is another tag.
pub const MAX_TAG_CHARS: usize = 170;

/// Why a text is not a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagProblem {
    /// Nothing is left of it.
    Empty,
    /// Longer than [`MAX_TAG_CHARS`].
    TooLong,
}

/// The name of a tag: NFC, lower case, `_` for each run of white space and
/// underscores, none at its ends, no control or invisible characters.
///
/// Normalising a normalised name changes nothing.
pub fn tag_name(text: &str) -> Result<String, TagProblem> {
    // Composed before lower case, since some letters have one only together,
    // and after, since lower case may decompose.
    let composed: String = text.chars().filter(|it| !is_invisible(*it)).nfc().collect();
    let mut name = String::with_capacity(composed.len());
    for c in composed.to_lowercase().nfc() {
        if c.is_whitespace() || c == '_' {
            if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
        } else {
            name.push(c);
        }
    }
    if name.ends_with('_') {
        name.pop();
    }
    if name.is_empty() {
        Err(TagProblem::Empty)
    } else if name.chars().count() > MAX_TAG_CHARS {
        Err(TagProblem::TooLong)
    } else {
        Ok(name)
    }
}

/// The draft of a tag; keeps the source's spelling where it differs.
pub fn tag(text: &str, category: Option<Category>) -> Result<TagDraft, TagProblem> {
    let name = tag_name(text)?;
    let spelling = (name != text).then(|| text.to_owned());
    Ok(TagDraft {
        name,
        category,
        spelling,
        ..Default::default()
    })
}

/// Control characters, and those that take no space and only change how others
/// are drawn: two tags that look alike should be one.
fn is_invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(
            c,
            '\u{00ad}'
                | '\u{061c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_as_danbooru_writes_them() {
        let cases = [
            ("Blue Sky", "blue_sky"),
            ("  two   spaces\tand_ _more ", "two_spaces_and_more"),
            ("_edges_", "edges"),
            (">_<", ">_<"),
            ("|_|", "|_|"),
            (";)", ";)"),
            (".live", ".live"),
            (
                "Bible: Old Testament, Genesis",
                "bible:_old_testament,_genesis",
            ),
            ("cafe\u{301}", "café"),
            ("zero\u{200b}width\u{7}", "zerowidth"),
            ("no\u{a0}break", "no_break"),
            ("ÀÉÎ", "àéî"),
        ];
        for (text, name) in cases {
            assert_eq!(tag_name(text).as_deref(), Ok(name), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_tag_is_told_apart() {
        assert_eq!(tag_name(" _ \u{200b}"), Err(TagProblem::Empty));
        assert_eq!(
            tag_name(&"ä".repeat(170)).map(|it| it.chars().count()),
            Ok(170)
        );
        assert_eq!(tag_name(&"ä".repeat(171)), Err(TagProblem::TooLong));
    }

    #[test]
    fn the_spelling_is_kept_only_where_it_differs() {
        assert_eq!(tag("solo", None).unwrap().spelling, None);
        let other = tag("Solo Dance", None).unwrap();
        assert_eq!(other.spelling.as_deref(), Some("Solo Dance"));
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "\\PC{0,40}|[ _a-zA-ZİΣßﬀ\u{200d}\u{301}\u{345}]{0,20}") {
            if let Ok(name) = tag_name(&text) {
                prop_assert!(!name.is_empty());
                prop_assert!(!name.contains("__") && !name.contains(char::is_whitespace));
                prop_assert!(!name.starts_with('_') && !name.ends_with('_'));
                prop_assert_eq!(tag_name(&name), Ok(name));
            }
        }
    }
}
