//! How well a text fits an action.

use crate::app::actions::Action;

/// Higher is better; `None` where a word of `text` is nowhere in the action's title
/// or menu. An empty text fits everything alike.
pub fn score(text: &str, action: &Action) -> Option<u32> {
    let title = action.title.to_lowercase();
    let menu = action.menu.title().to_lowercase();
    let mut sum = 0;
    for word in text.to_lowercase().split_whitespace() {
        sum += word_score(word, &title)
            .or_else(|| menu.starts_with(word).then_some(MENU))
            .or_else(|| action.id.contains(word).then_some(ID))?;
    }
    Some(sum)
}

const WHOLE: u32 = 120;
const START: u32 = 100;
const WORD_START: u32 = 80;
const INSIDE: u32 = 50;
const SCATTERED: u32 = 20;
const MENU: u32 = 30;
const ID: u32 = 10;

fn word_score(word: &str, title: &str) -> Option<u32> {
    if title.trim_end_matches('…') == word {
        return Some(WHOLE);
    }
    if title.starts_with(word) {
        return Some(START);
    }
    let at_word = title
        .split(|it: char| !it.is_alphanumeric())
        .any(|it| it.starts_with(word));
    if at_word {
        return Some(WORD_START);
    }
    if title.contains(word) {
        return Some(INSIDE);
    }
    // In order, with others between: "fdup" is in "find duplicates". A letter or
    // two are in everything.
    let mut letters = title.chars();
    let is_scattered = word.chars().count() > 2
        && title.chars().next() == word.chars().next()
        && word.chars().all(|it| letters.any(|other| other == it));
    is_scattered.then_some(SCATTERED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::actions;

    fn of(text: &str, id: &str) -> Option<u32> {
        let action = actions::all().find(|it| it.id == id).unwrap();
        score(text, action)
    }

    #[test]
    fn words_are_found_in_any_order_and_case() {
        assert!(of("DUPLICATES find", "duplicates.page").is_some());
        assert!(of("fdup", "duplicates.page").is_some());
        assert!(of("duplicates zebra", "duplicates.page").is_none());
        assert_eq!(of("", "duplicates.page"), of("", "library.import"));
    }

    #[test]
    fn the_start_is_better_than_the_middle() {
        assert!(of("light", "view.theme_light") > of("light", "view.theme_system"));
        assert!(of("imp", "library.import") > of("port", "library.import"));
        assert!(of("pictures", "library.import") > of("ictures", "library.import"));
        assert!(of("import", "library.import") > of("import", "library.retry").map(|_| 0));
    }
}
