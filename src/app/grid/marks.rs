//! What cells show beside their pictures: asked only for what is on screen.

use std::collections::{HashMap, HashSet};

use crate::app::link::Link;
use crate::message::{Generation, PostMarks, Request};
use crate::model::PostId;

/// The marks of the posts that are shown, and of no others.
#[derive(Debug, Default)]
pub struct Marks {
    known: HashMap<PostId, PostMarks>,
    asked: Generation,
    /// Those that are known may have changed.
    is_stale: bool,
}

impl Marks {
    pub fn of(&self, post: PostId) -> Option<PostMarks> {
        self.known.get(&post).copied()
    }

    /// Posts changed: what is known is asked again, and shown until then.
    pub fn library_changed(&mut self) {
        self.is_stale = true;
    }

    pub fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// Asks for what is not known of `shown`, and forgets all others.
    pub fn ask(&mut self, shown: &HashSet<PostId>, link: &mut Link) {
        self.known.retain(|post, _| shown.contains(post));
        let is_stale = std::mem::take(&mut self.is_stale);
        let posts: Vec<PostId> = shown
            .iter()
            .copied()
            .filter(|post| is_stale || !self.known.contains_key(post))
            .collect();
        if !posts.is_empty() {
            self.asked = link.next_generation();
            link.send(Request::Marks {
                generation: self.asked,
                posts,
            });
        }
    }

    /// Takes in an answer; `false` where another grid asked.
    pub fn take(&mut self, generation: Generation, marks: &[(PostId, PostMarks)]) -> bool {
        if generation != self.asked {
            return false;
        }
        self.known.extend(marks.iter().copied());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::channel;

    #[test]
    fn asks_for_what_is_shown_and_again_after_a_change() {
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let mut marks = Marks::default();
        let asked = || match engine.requests.try_recv() {
            Ok(Request::Marks { generation, posts }) => {
                let mut posts: Vec<u32> = posts.iter().map(|it| it.0).collect();
                posts.sort_unstable();
                Some((generation, posts))
            }
            _ => None,
        };
        let shown: HashSet<PostId> = (1..4).map(PostId).collect();
        marks.ask(&shown, &mut link);
        let (generation, posts) = asked().unwrap();
        assert_eq!(posts, [1, 2, 3]);
        let favorite = PostMarks {
            is_favorite: true,
            ..PostMarks::default()
        };
        let answer: Vec<_> = (1..4).map(|it| (PostId(it), favorite)).collect();
        assert!(!marks.take(Generation(99), &answer));
        assert!(marks.take(generation, &answer));
        marks.ask(&shown, &mut link);
        assert!(asked().is_none(), "all is known");

        let scrolled: HashSet<PostId> = (3..6).map(PostId).collect();
        marks.ask(&scrolled, &mut link);
        assert_eq!(asked().unwrap().1, [4, 5]);
        assert!(marks.of(PostId(1)).is_none() && marks.of(PostId(3)).is_some());
        marks.library_changed();
        marks.ask(&scrolled, &mut link);
        assert_eq!(asked().unwrap().1, [3, 4, 5]);
    }
}
