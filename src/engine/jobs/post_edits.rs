//! Changes that the user makes to posts by hand, and the way back.
//!
//! Each change gives the change that takes it back, which is kept for as long as
//! the library is open. Taking back gives the change that does it again.

use std::collections::VecDeque;

use crate::library::{Changes, LibraryError, UserMark, Writer};
use crate::message::{EditOutcome, EditRequest, PostEdit};
use crate::model::PostId;

/// Changes that can be taken back.
const MAX_STEPS: usize = 200;

/// Posts in all of them together, 12 bytes each.
const MAX_POSTS: usize = 2_000_000;

/// A change as it is kept: in words, and what takes it back.
#[derive(Clone, Debug)]
struct Step {
    /// What was done.
    text: String,
    /// As the posts were before.
    before: Vec<(PostId, UserMark)>,
}

/// What can be taken back, and what can be done again.
#[derive(Debug, Default)]
pub(super) struct EditHistory {
    undo: VecDeque<Step>,
    redo: Vec<Step>,
}

impl EditHistory {
    /// What is told of a change that was, or was not, carried out.
    pub fn outcome(&self, outcome: Result<String, String>) -> EditOutcome {
        EditOutcome {
            outcome,
            undo: self.undo.back().map(|it| it.text.clone()),
            redo: self.redo.last().map(|it| it.text.clone()),
        }
    }

    /// Does it; `committed` gets what each transaction changed. Returns what was
    /// done, for people.
    pub fn carry_out(
        &mut self,
        writer: &mut Writer,
        request: &EditRequest,
        committed: &mut dyn FnMut(Changes),
    ) -> Result<String, LibraryError> {
        match request {
            EditRequest::Do(edit) => {
                let (text, marks) = marks_after(edit);
                let (before, changes) = writer.set_marks(&marks)?;
                committed(changes);
                if !before.is_empty() {
                    self.redo.clear();
                    self.keep(Step {
                        text: text.clone(),
                        before,
                    });
                }
                Ok(text)
            }
            // The engine, which knows, has made an edit of it.
            EditRequest::ToggleFavorite(_) => Err(LibraryError::NothingDone),
            EditRequest::Undo => {
                let step = self.undo.back().ok_or(LibraryError::NothingDone)?;
                let (after, changes) = writer.set_marks(&step.before)?;
                committed(changes);
                let text = step.text.clone();
                self.undo.pop_back();
                let told = format!("Taken back: {text}");
                self.redo.push(Step {
                    text,
                    before: after,
                });
                Ok(told)
            }
            EditRequest::Redo => {
                let step = self.redo.last().ok_or(LibraryError::NothingTakenBack)?;
                let (before, changes) = writer.set_marks(&step.before)?;
                committed(changes);
                let text = step.text.clone();
                self.redo.pop();
                self.keep(Step {
                    text: text.clone(),
                    before,
                });
                Ok(text)
            }
        }
    }

    fn keep(&mut self, step: Step) {
        self.undo.push_back(step);
        let mut num_posts: usize = self.undo.iter().map(|it| it.before.len()).sum();
        while (self.undo.len() > MAX_STEPS || num_posts > MAX_POSTS)
            && self.undo.len() > 1
            && let Some(oldest) = self.undo.pop_front()
        {
            num_posts -= oldest.before.len();
        }
    }
}

/// How posts are marked after an edit, and that in words.
fn marks_after(edit: &PostEdit) -> (String, Vec<(PostId, UserMark)>) {
    match edit {
        PostEdit::Rate { posts, rating } => {
            let marks = posts.iter().map(|&post| (post, UserMark::rating(*rating)));
            let posts = counted(posts);
            let text = match rating {
                Some(rating) => format!("{posts} rated {}", rating.name()),
                None => format!("Rating taken from {posts}"),
            };
            (text, marks.collect())
        }
        PostEdit::SetFavorite { posts, is_favorite } => {
            let marks = posts
                .iter()
                .map(|&post| (post, UserMark::Favorite(*is_favorite)));
            let posts = counted(posts);
            let text = if *is_favorite {
                format!("{posts} marked as favourite")
            } else {
                format!("{posts} no favourite any more")
            };
            (text, marks.collect())
        }
    }
}

fn counted(posts: &[PostId]) -> String {
    match posts {
        [post] => format!("Post {post}"),
        posts => format!(
            "{} posts",
            crate::memory::figures::count(posts.len() as u64)
        ),
    }
}
