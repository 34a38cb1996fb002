//! What is typed, and the list of completions below it.

use std::ops::Range;

use crate::app::link::Link;
use crate::app::search::next_selected;
use crate::message::{Completion, CompletionKind, Generation, Request};

/// Completions asked for at once; those that are no tags are left out.
const NUM_COMPLETIONS: usize = 12;

/// The list below the field.
#[derive(Debug)]
pub struct TagList {
    /// The bytes of the text that an item replaces.
    replace: Range<usize>,
    pub items: Vec<Completion>,
    pub selected: Option<usize>,
    /// The text changed since; it stays on screen until its successor comes.
    is_stale: bool,
}

#[derive(Debug, Default)]
pub struct TagField {
    pub text: String,
    pub list: Option<TagList>,
    pub wants_focus: bool,
    /// It wanted the focus in the frame before, and could not get it.
    pub was_refused: bool,
    /// Where the cursor is to go, characters.
    pub move_cursor_to: Option<usize>,
    asked: Generation,
    /// Tab was pressed before the completions had come.
    accepts_next: bool,
}

impl TagField {
    pub fn focus(&mut self) {
        self.wants_focus = true;
        self.move_cursor_to = Some(self.text.chars().count());
    }

    /// Puts `text` into the field.
    pub fn set(&mut self, text: String, link: &mut Link) {
        self.text = text;
        self.move_cursor_to = Some(self.text.chars().count());
        self.close_list(link);
    }

    /// The text was edited; `cursor` in characters.
    pub fn edited(&mut self, cursor: usize, link: &mut Link) {
        if self.text.trim().is_empty() {
            return self.close_list(link);
        }
        if let Some(list) = &mut self.list {
            list.is_stale = true;
            list.selected = None;
        }
        self.accepts_next = false;
        let mut chars = self.text.char_indices();
        let cursor = chars.nth(cursor).map_or(self.text.len(), |it| it.0);
        self.asked = link.next_generation();
        link.send(Request::Complete {
            generation: self.asked,
            text: self.text.clone(),
            cursor,
            limit: NUM_COMPLETIONS,
        });
    }

    /// Takes completions; gives them back where another field asked.
    pub fn completed(
        &mut self,
        generation: Generation,
        replace: Range<usize>,
        mut items: Vec<Completion>,
        link: &mut Link,
    ) -> Option<Vec<Completion>> {
        if generation != self.asked {
            return Some(items);
        }
        items.retain(|it| it.kind != CompletionKind::Metatag);
        let fits = self.text.get(replace.clone()).is_some();
        self.list = (fits && !items.is_empty()).then_some(TagList {
            replace,
            items,
            selected: None,
            is_stale: false,
        });
        if std::mem::take(&mut self.accepts_next) {
            self.accept(0, link);
        }
        None
    }

    /// Hides the list, and drops the answer that may still be on its way.
    pub fn close_list(&mut self, link: &mut Link) {
        self.list = None;
        self.accepts_next = false;
        self.asked = link.next_generation();
    }

    /// Moves the highlighted completion, around the end to none and on.
    pub fn move_selection(&mut self, forward: bool) {
        let Some(list) = &mut self.list else {
            return;
        };
        list.selected = next_selected(list.selected, list.items.len(), forward);
    }

    /// Puts a completion into the text, with a blank after it.
    pub fn accept(&mut self, index: usize, link: &mut Link) {
        if self.list.as_ref().is_some_and(|it| it.is_stale) {
            self.accepts_next = true;
            return;
        }
        let Some(list) = self.list.take() else {
            return;
        };
        self.asked = link.next_generation();
        let Some(item) = list.items.get(index) else {
            return;
        };
        let Some(rest) = self.text.get(list.replace.end..) else {
            return;
        };
        let has_blank = rest.starts_with(' ');
        let mut insert = item.text.clone();
        if !has_blank {
            insert.push(' ');
        }
        let end = list.replace.start + insert.len() + usize::from(has_blank);
        self.text.replace_range(list.replace, &insert);
        let before = self.text.get(..end).unwrap_or(&self.text);
        self.move_cursor_to = Some(before.chars().count());
        self.wants_focus = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::channel;
    use crate::model::Category;

    fn tag(text: &str) -> Completion {
        Completion {
            text: text.to_owned(),
            kind: CompletionKind::Tag(Category::General),
            count: 3,
        }
    }

    #[test]
    fn a_completion_takes_the_place_of_its_word_alone() {
        let (window, _engine) = channel();
        let mut link = Link::new(window);
        let mut field = TagField {
            text: "é -ca dog".to_owned(),
            ..TagField::default()
        };
        field.edited(5, &mut link);
        let asked = field.asked;
        let other = field.completed(Generation(999), 0..1, vec![tag("x")], &mut link);
        assert!(other.is_some(), "another field asked");
        let metatag = Completion {
            kind: CompletionKind::Metatag,
            ..tag("category:")
        };
        let items = vec![metatag, tag("cat"), tag("cave")];
        assert!(field.completed(asked, 4..6, items, &mut link).is_none());
        assert_eq!(field.list.as_ref().map(|it| it.items.len()), Some(2));
        field.move_selection(false);
        assert_eq!(field.list.as_ref().and_then(|it| it.selected), Some(1));
        field.accept(0, &mut link);
        assert_eq!(field.text, "é -cat dog");
        assert_eq!(field.move_cursor_to, Some(7));
        assert!(field.list.is_none());
    }

    #[test]
    fn tab_before_the_answer_takes_the_first_of_it() {
        let (window, _engine) = channel();
        let mut link = Link::new(window);
        let mut field = TagField {
            text: "c".to_owned(),
            ..TagField::default()
        };
        field.edited(1, &mut link);
        let _ = field.completed(field.asked, 0..1, vec![tag("cave")], &mut link);
        field.text.push('a');
        field.edited(2, &mut link);
        field.accept(0, &mut link);
        assert_eq!(field.text, "ca");
        let _ = field.completed(field.asked, 0..2, vec![tag("cat")], &mut link);
        assert_eq!(field.text, "cat ");
    }
}
