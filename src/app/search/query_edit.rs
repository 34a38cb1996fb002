//! Small changes to a query's text: add a tag, exclude one, sort.

use crate::message::SORT_ORDERS;

/// `query` with `tag` in it, and not excluded.
pub fn with_tag(query: &str, tag: &str) -> String {
    let excluded = format!("-{tag}");
    append(query, tag, |word| word != excluded)
}

/// `query` with `tag` excluded, and not asked for.
pub fn without_tag(query: &str, tag: &str) -> String {
    append(query, &format!("-{tag}"), |word| word != tag)
}

/// `query` sorted by `order`, and by nothing else; the first of the orders is that of a
/// query that names none.
pub fn with_order(query: &str, order: &str) -> String {
    let mut words = words(query);
    words.retain(|word| !is_order(word));
    let order = format!("order:{order}");
    if order != format!("order:{}", SORT_ORDERS[0]) {
        words.push(&order);
    }
    words.join(" ")
}

/// Whether `word` says how results are sorted, by itself.
fn is_order(word: &str) -> bool {
    let bare = word.strip_prefix('-').unwrap_or(word).to_ascii_lowercase();
    bare.starts_with("order:") || bare.starts_with("sort:")
}

/// The words of `query`; what stands in quotes is not taken apart.
fn words(query: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let mut is_escaped = false;
    query
        .split(|it: char| {
            match it {
                _ if is_escaped => is_escaped = false,
                '\\' if is_quoted => is_escaped = true,
                '"' => is_quoted = !is_quoted,
                _ => {}
            }
            it.is_whitespace() && !is_quoted
        })
        .filter(|it| !it.is_empty())
        .collect()
}

fn append(query: &str, new: &str, keep: impl Fn(&str) -> bool) -> String {
    // Quoted words can hold spaces, so a query with quotes is only added to.
    if query.contains('"') {
        return format!("{} {new}", query.trim_end());
    }
    let mut words: Vec<&str> = query
        .split_whitespace()
        .filter(|word| keep(word) && *word != new)
        .collect();
    words.push(new);
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_and_excluding_undo_each_other() {
        assert_eq!(with_tag("", "cat"), "cat");
        assert_eq!(with_tag("dog -cat", "cat"), "dog cat");
        assert_eq!(without_tag("cat dog", "cat"), "dog -cat");
        assert_eq!(with_tag("cat dog", "cat"), "dog cat");
    }

    #[test]
    fn one_order_stands_in_the_query_or_none() {
        assert_eq!(with_order("", "score"), "order:score");
        assert_eq!(
            with_order("cat order:score dog", "random"),
            "cat dog order:random"
        );
        assert_eq!(with_order("-order:score cat sort:id:asc", "newest"), "cat");
        assert_eq!(with_order("cat", "newest"), "cat");
        let quoted = "text:\"an order:score \\\" x\"  order:id";
        assert_eq!(
            with_order(quoted, "score"),
            "text:\"an order:score \\\" x\" order:score"
        );
    }

    #[test]
    fn quoted_words_stay_whole() {
        assert_eq!(
            with_tag("text:\"a -cat b\"", "cat"),
            "text:\"a -cat b\" cat"
        );
    }
}
