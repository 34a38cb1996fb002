//! Small changes to a query's text: add a tag, exclude one.

/// `query` with `tag` in it, and not excluded.
pub fn with_tag(query: &str, tag: &str) -> String {
    let excluded = format!("-{tag}");
    append(query, tag, |word| word != excluded)
}

/// `query` with `tag` excluded, and not asked for.
pub fn without_tag(query: &str, tag: &str) -> String {
    append(query, &format!("-{tag}"), |word| word != tag)
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
    fn quoted_words_stay_whole() {
        assert_eq!(
            with_tag("text:\"a -cat b\"", "cat"),
            "text:\"a -cat b\" cat"
        );
    }
}
