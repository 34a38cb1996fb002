//! `.txt`: a tag a line, as Hydrus and `gallery-dl --write-tags` write it; or
//! all in one line, as taggers do.

use super::{Facts, add_namespaced};

/// Reads any of these, told apart by their content:
///
/// - several lines: a tag a line, with namespaces (`character:`, `creator:`, …);
/// - one line with commas: tags between commas, `\(` standing for `(`;
/// - one line of several words of which one has an underscore: a tag a word;
/// - any other line is one tag.
pub(super) fn parse(text: &str) -> Facts {
    let mut facts = Facts::default();
    let mut lines = text.lines().map(str::trim).filter(|it| !it.is_empty());
    match (lines.next(), lines.next()) {
        (None, _) => {}
        (Some(only), None) => one_line(&mut facts, only),
        (Some(first), Some(second)) => {
            for line in [first, second].into_iter().chain(lines) {
                add_namespaced(&mut facts, line);
            }
        }
    }
    facts
}

fn one_line(facts: &mut Facts, line: &str) {
    if line.contains(", ") || line.ends_with(',') {
        // A comma without a space belongs to a tag: `;,)`.
        for tag in line.split(", ").map(|it| it.trim_end_matches(',')) {
            add_namespaced(facts, &unescape(tag));
        }
    } else if line.contains(',') && !line.contains(char::is_whitespace) {
        for tag in line.split(',') {
            add_namespaced(facts, &unescape(tag));
        }
    } else if line.split_whitespace().count() > 1 && line.contains('_') {
        for tag in line.split_whitespace() {
            add_namespaced(facts, tag);
        }
    } else {
        add_namespaced(facts, line);
    }
}

/// Taggers escape parentheses, which mean emphasis to image generators.
fn unescape(tag: &str) -> String {
    tag.trim().replace("\\(", "(").replace("\\)", ")")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Category, Rating};

    fn names(text: &str) -> Vec<(String, Option<Category>)> {
        parse(text)
            .draft
            .tags
            .into_iter()
            .map(|it| (it.name, it.category))
            .collect()
    }

    fn plain(text: &str) -> Vec<String> {
        names(text).into_iter().map(|it| it.0).collect()
    }

    #[test]
    fn a_tag_a_line_with_namespaces() {
        assert_eq!(
            names(
                "blue sky\r\ncharacter:Hatsune Miku\ncreator:foo\nseries:vocaloid\nre:zero\n:d\n"
            ),
            [
                ("blue_sky".to_owned(), None),
                ("hatsune_miku".to_owned(), Some(Category::Character)),
                ("foo".to_owned(), Some(Category::Artist)),
                ("vocaloid".to_owned(), Some(Category::Copyright)),
                ("re:zero".to_owned(), None),
                (":d".to_owned(), None),
            ]
        );
        let rated = parse("rating:explicit\nsolo").draft;
        assert_eq!(rated.rating, Some(Rating::Explicit));
        assert_eq!(rated.tags.len(), 1);
    }

    #[test]
    fn all_in_one_line() {
        assert_eq!(
            plain("1girl, long hair, saber \\(fate\\), solo"),
            ["1girl", "long_hair", "saber_(fate)", "solo"]
        );
        assert_eq!(plain("1girl,solo,hat"), ["1girl", "solo", "hat"]);
        assert_eq!(
            plain("1girl long_hair solo"),
            ["1girl", "long_hair", "solo"]
        );
        assert_eq!(plain("blue sky"), ["blue_sky"]);
        assert_eq!(plain(""), Vec::<String>::new());
    }

    #[test]
    fn what_is_said_twice_is_one_tag_with_the_better_category() {
        assert_eq!(
            names("miku\ncharacter:Miku"),
            [("miku".to_owned(), Some(Category::Character))]
        );
    }
}
