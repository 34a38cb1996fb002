//! Posts that were taken out, so that those which come back are selected again.

use std::collections::VecDeque;

use crate::message::{EditRequest, PostEdit};
use crate::model::PostId;

/// Changes that took posts out and are remembered.
const MAX_LEFT: usize = 8;
/// Of more posts nothing is remembered: 400 KB.
const MAX_POSTS: usize = 100_000;

/// A change of posts of which the end was not heard yet.
#[derive(Debug)]
enum Asked {
    Leave(Vec<PostId>),
    Undo,
    Other,
}

/// What left, and what comes back.
#[derive(Debug, Default)]
pub struct Gone {
    /// In the order in which their ends are told.
    asked: VecDeque<Asked>,
    /// What left, by what takes it back, in words; the latest last.
    left: Vec<(String, Vec<PostId>)>,
    /// To be selected as soon as they are in the result.
    back: Vec<PostId>,
}

impl Gone {
    /// `request` is sent.
    pub fn ask(&mut self, request: &EditRequest) {
        self.asked.extend(match request {
            EditRequest::Stop => None,
            EditRequest::Do(PostEdit::Trash { posts } | PostEdit::Remove { posts })
                if posts.len() <= MAX_POSTS =>
            {
                Some(Asked::Leave(posts.clone()))
            }
            EditRequest::Undo => Some(Asked::Undo),
            _ => Some(Asked::Other),
        });
    }

    /// The end of a change was told. `before` is what undo would have taken back before
    /// it, `undo` what it would take back now.
    pub fn end(&mut self, is_done: bool, before: Option<&str>, undo: Option<&str>) {
        let Some(asked) = self.asked.pop_front().filter(|_| is_done) else {
            return;
        };
        match (asked, undo) {
            (Asked::Leave(posts), Some(undo)) => {
                self.left.push((undo.to_owned(), posts));
                if self.left.len() > MAX_LEFT {
                    self.left.remove(0);
                }
            }
            (Asked::Undo, _) => {
                let left = self
                    .left
                    .iter()
                    .rposition(|it| Some(it.0.as_str()) == before);
                if let Some(index) = left {
                    self.back = self.left.remove(index).1;
                }
            }
            (Asked::Leave(_) | Asked::Other, _) => {}
        }
    }

    /// The first of what has come back, until that is taken.
    pub fn first_back(&self) -> Option<PostId> {
        self.back.first().copied()
    }

    /// What has come back.
    pub fn take_back(&mut self) -> Vec<PostId> {
        std::mem::take(&mut self.back)
    }

    /// Something else is searched.
    pub fn forget_back(&mut self) {
        self.back.clear();
    }
}
