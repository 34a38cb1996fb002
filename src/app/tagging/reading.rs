//! How the typed words read: which are tags, which are new, and what is wrong.

use std::ops::Range;

use crate::app::link::Link;
use crate::message::{Generation, Request, TagEdit, TagWord, TagWordKind, TaggingRequest};

#[derive(Debug, Default)]
pub struct Reading {
    asked: Generation,
    asked_text: Option<String>,
    /// Of which `words` are.
    text: String,
    pub words: Vec<TagWord>,
}

impl Reading {
    /// Asks how `text` reads, if that is not known.
    pub fn follow(&mut self, text: &str, link: &mut Link) {
        if self.asked_text.as_deref() == Some(text) {
            return;
        }
        self.asked_text = Some(text.to_owned());
        if text.trim().is_empty() {
            self.text.clear();
            self.text.push_str(text);
            self.words.clear();
            return;
        }
        self.asked = link.next_generation();
        link.send(Request::Tagging(TaggingRequest::Read {
            generation: self.asked,
            text: text.to_owned(),
        }));
    }

    /// Tags may read otherwise now.
    pub fn forget(&mut self) {
        self.asked_text = None;
    }

    pub fn take(&mut self, generation: Generation, words: Vec<TagWord>) {
        if generation == self.asked
            && let Some(text) = &self.asked_text
        {
            self.text.clone_from(text);
            self.words = words;
        }
    }

    /// Whether it is known how `text` reads.
    pub fn is_of(&self, text: &str) -> bool {
        self.text == text
    }

    /// What is wrong, a line each.
    pub fn problems(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter_map(|it| match &it.kind {
            TagWordKind::Wrong(reason) => Some(reason.as_str()),
            _ => None,
        })
    }

    pub fn new_names(&self) -> Vec<&str> {
        let new = self.words.iter().filter(|it| it.kind == TagWordKind::New);
        new.map(|it| it.tag.name.as_str()).collect()
    }

    /// What the words say; `None` where nothing, or something wrong.
    pub fn edit(&self) -> Option<TagEdit> {
        let mut edit = TagEdit::default();
        for word in &self.words {
            if matches!(word.kind, TagWordKind::Wrong(_)) {
                return None;
            }
            if word.is_removal {
                edit.remove.push(word.tag.name.clone());
            } else {
                edit.add.push(word.tag.clone());
            }
        }
        (!edit.is_empty()).then_some(edit)
    }

    /// The words of `text` that are known, as far as it is the same as what was read:
    /// the one that is being typed changes with the next key.
    pub fn known_in(&self, text: &str) -> impl Iterator<Item = (Range<usize>, &TagWord)> {
        let is_same = text == self.text;
        let num_same = text
            .bytes()
            .zip(self.text.bytes())
            .take_while(|it| it.0 == it.1)
            .count();
        self.words.iter().filter_map(move |word| {
            let end = word.range.end;
            let is_known = end < num_same || (is_same && end <= num_same);
            is_known.then_some((word.range.clone(), word))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::channel;
    use crate::model::{Category, TagDraft};

    fn word(range: Range<usize>, name: &str, kind: TagWordKind) -> TagWord {
        TagWord {
            range,
            is_removal: name == "dog",
            tag: TagDraft {
                name: name.to_owned(),
                ..TagDraft::default()
            },
            category: Category::General,
            kind,
        }
    }

    #[test]
    fn only_what_was_read_is_applied_and_coloured() {
        let (window, _engine) = channel();
        let mut link = Link::new(window);
        let mut reading = Reading::default();
        reading.follow("cat -dog", &mut link);
        assert!(!reading.is_of("cat -dog"));
        let words = vec![
            word(0..3, "cat", TagWordKind::New),
            word(4..8, "dog", TagWordKind::Known),
        ];
        reading.take(Generation(77), Vec::new());
        reading.take(reading.asked, words);
        assert!(reading.is_of("cat -dog"));
        assert_eq!(reading.new_names(), ["cat"]);
        let edit = reading.edit().unwrap();
        assert_eq!(edit.add[0].name, "cat");
        assert_eq!(edit.remove, ["dog"]);
        assert_eq!(reading.known_in("cat -dog").count(), 2);
        assert_eq!(reading.known_in("cat -dogs").count(), 1);
        assert_eq!(reading.known_in("ca").count(), 0);
        reading.words[1].kind = TagWordKind::Wrong("no".to_owned());
        assert_eq!(reading.edit(), None);
        reading.follow("", &mut link);
        assert!(reading.is_of("") && reading.edit().is_none());
    }
}
