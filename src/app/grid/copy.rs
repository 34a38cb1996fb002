//! Copies a line about each of the selected posts, asked for a hundred at a time.

use crate::app::link::Link;
use crate::app::text;
use crate::message::{Generation, PostFact, Request};
use crate::model::PostId;

/// Posts that are copied of at most.
pub const MAX_COPIED: u64 = 10_000;

/// Asked for at once.
const STEP: usize = 100;

/// What is being gathered.
#[derive(Debug)]
pub struct Copying {
    fact: PostFact,
    /// The last first.
    rest: Vec<PostId>,
    lines: Vec<String>,
    asked: Generation,
}

impl Copying {
    /// Begins with `posts`, as many as may be copied.
    pub fn start(mut posts: Vec<PostId>, fact: PostFact, link: &mut Link) -> Self {
        posts.truncate(MAX_COPIED as usize);
        posts.reverse();
        let mut copying = Self {
            fact,
            rest: posts,
            lines: Vec::new(),
            asked: Generation::default(),
        };
        copying.ask(link);
        copying
    }

    fn ask(&mut self, link: &mut Link) {
        let mut posts = self.rest.split_off(self.rest.len().saturating_sub(STEP));
        posts.reverse();
        self.asked = link.next_generation();
        link.send(Request::Describe {
            generation: self.asked,
            posts,
            fact: self.fact,
        });
    }

    /// Takes in lines; `true` once all have come.
    pub fn take(&mut self, generation: Generation, lines: Vec<String>, link: &mut Link) -> bool {
        if generation != self.asked {
            return false;
        }
        self.lines.extend(lines);
        if self.rest.is_empty() {
            return true;
        }
        self.ask(link);
        false
    }

    /// What is to be copied, and what to say of it.
    pub fn finish(self) -> (String, String) {
        let num_lines = self.lines.len() as u64;
        let said = match self.fact {
            PostFact::Path => text::grid::paths_copied(num_lines),
            PostFact::Md5 => text::grid::md5s_copied(num_lines),
            PostFact::Tags => text::grid::tags_copied(num_lines),
        };
        (self.lines.join("\n"), said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::channel;

    #[test]
    fn all_are_asked_for_in_order_and_in_steps() {
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let posts = (0..250).map(PostId).collect();
        let mut copying = Copying::start(posts, PostFact::Path, &mut link);
        let mut num_steps = 0;
        loop {
            let Ok(Request::Describe {
                generation, posts, ..
            }) = engine.requests.try_recv()
            else {
                panic!("nothing is asked in step {num_steps}");
            };
            assert!(!copying.take(Generation(999), Vec::new(), &mut link));
            num_steps += 1;
            let lines = posts.iter().map(|it| format!("/{it}")).collect();
            if copying.take(generation, lines, &mut link) {
                break;
            }
        }
        assert_eq!(num_steps, 3);
        let (copied, said) = copying.finish();
        let expected: Vec<String> = (0..250).map(|it| format!("/{it}")).collect();
        assert_eq!(copied, expected.join("\n"));
        assert_eq!(said, "250 paths copied");
    }
}
