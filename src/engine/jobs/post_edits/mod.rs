//! Changes that the user makes to posts by hand, and the way back.
//!
//! Each change gives the change that takes it back, which is kept for as long as
//! the library is open; carried out in its turn, that gives the one that does it
//! again.

mod tagging;
mod ways;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use crate::library::{Library, LibraryError, UserMark, Writer};
use crate::memory::figures::count;
use crate::message::{EditOutcome, EditRequest, PostEdit};
use crate::model::PostId;

use super::decide::DecideError;
use super::edit_progress::EditWatch;
use ways::{Done, Job, Way};

/// Changes that can be taken back.
const MAX_STEPS: usize = 200;

/// Marks in all of them together, 12 bytes each.
const MAX_MARKS: usize = 2_000_000;

/// Files that are named where they stayed.
const MAX_NAMED: usize = 5;

/// A change as it is kept.
#[derive(Clone, Debug)]
struct Step {
    /// What was done, in words.
    text: String,
    /// What takes it back, or does it again.
    way: Way,
}

/// What goes into one transaction: some tens of milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct StepSizes {
    pub num_marks: usize,
    /// That leave the library, or come back.
    pub num_posts: usize,
}

impl Default for StepSizes {
    fn default() -> Self {
        Self {
            num_marks: 4096,
            num_posts: 128,
        }
    }
}

/// What can be taken back, and what can be done again.
#[derive(Debug, Default)]
pub(super) struct EditHistory {
    undo: VecDeque<Step>,
    redo: Vec<Step>,
    sizes: StepSizes,
}

impl EditHistory {
    #[cfg(test)]
    pub fn with_sizes(sizes: StepSizes) -> Self {
        Self {
            sizes,
            ..Self::default()
        }
    }

    /// What an earlier run of the program took out, and did not get to forget, can be
    /// taken back. Returns what that is, in words, if it is anything.
    pub fn take_former(&mut self, library: &Library) -> Result<Option<String>, LibraryError> {
        let kept = library.reader("edits")?.former_posts()?;
        let posts: Vec<PostId> = kept.iter().map(|it| it.post.id()).collect();
        if posts.is_empty() {
            return Ok(None);
        }
        let text = format!("{} taken out before Kobako was ended", counted(&posts));
        let way = Way::restore(kept);
        self.undo.push_front(Step {
            text: text.clone(),
            way,
        });
        Ok(Some(text))
    }

    /// Nothing can be taken back, nor done again.
    pub fn is_empty(&self) -> bool {
        self.undo.is_empty() && self.redo.is_empty()
    }

    /// What is told of a change that was, or was not, carried out.
    pub fn outcome(&self, outcome: Result<String, String>) -> EditOutcome {
        EditOutcome {
            outcome,
            undo: self.undo.back().map(|it| it.text.clone()),
            redo: self.redo.last().map(|it| it.text.clone()),
        }
    }

    /// Does it; `watch` hears of each transaction, and how far it is. Returns what was
    /// done, for people.
    pub fn carry_out(
        &mut self,
        library: &Library,
        writer: &mut Writer,
        request: &EditRequest,
        watch: &mut EditWatch<'_>,
    ) -> Result<String, DecideError> {
        let sizes = self.sizes;
        let mut go = |way: &Way, text: &str| {
            let job = Job {
                text,
                sizes,
                library,
                writer,
                watch,
            };
            job.carry_out(way)
        };
        match request {
            EditRequest::Do(edit) => {
                let (text, way) = way_of(edit);
                let Done {
                    back,
                    text: other_text,
                    problems,
                    left: _,
                } = go(&way, &text)?;
                let text = other_text.unwrap_or(text);
                let told = with_problems(text.clone(), &problems);
                if let Some(way) = back {
                    self.redo.clear();
                    self.keep(Step { text, way });
                }
                Ok(told)
            }
            // The engine, which knows them all, has made an edit of it.
            EditRequest::ToggleFavorite(_) | EditRequest::Stop => {
                Err(LibraryError::NothingDone.into())
            }
            EditRequest::Undo => {
                let step = self.undo.back().ok_or(LibraryError::NothingDone)?;
                let done = go(&step.way, &format!("Taking back: {}", step.text))?;
                let text = step.text.clone();
                let told = done
                    .text
                    .filter(|_| done.left.is_some())
                    .unwrap_or_else(|| format!("Taken back: {text}"));
                let told = with_problems(told, &done.problems);
                self.undo.pop_back();
                if let Some(way) = done.back {
                    let text = text.clone();
                    self.redo.push(Step { text, way });
                }
                // The rest is taken back next.
                self.undo.extend(done.left.map(|way| Step { text, way }));
                Ok(told)
            }
            EditRequest::Redo => {
                let step = self.redo.last().ok_or(LibraryError::NothingTakenBack)?;
                let done = go(&step.way, &step.text)?;
                let whole = step.text.clone();
                let text = done.text.unwrap_or_else(|| whole.clone());
                self.redo.pop();
                self.redo
                    .extend(done.left.map(|way| Step { text: whole, way }));
                let told = with_problems(text.clone(), &done.problems);
                if let Some(way) = done.back {
                    self.keep(Step { text, way });
                }
                Ok(told)
            }
        }
    }

    fn keep(&mut self, step: Step) {
        self.undo.push_back(step);
        let mut num_marks: usize = self.undo.iter().map(|it| it.way.num_marks()).sum();
        while (self.undo.len() > MAX_STEPS || num_marks > MAX_MARKS)
            && self.undo.len() > 1
            && let Some(oldest) = self.undo.pop_front()
        {
            num_marks -= oldest.way.num_marks();
        }
    }
}

/// An edit in words, and what it does.
fn way_of(edit: &PostEdit) -> (String, Way) {
    match edit {
        PostEdit::Rate { posts, rating } => {
            let text = match rating {
                Some(rating) => format!("{} rated {}", counted(posts), rating.name()),
                None => format!("Rating taken from {}", counted(posts).to_lowercase()),
            };
            let mark = UserMark::rating(*rating);
            (
                text,
                Way::Mark(posts.iter().map(|&it| (it, mark)).collect()),
            )
        }
        PostEdit::SetFavorite { posts, is_favorite } => {
            let text = match (is_favorite, posts.len()) {
                (true, 1) => format!("{} is a favourite", counted(posts)),
                (true, _) => format!("{} are favourites", counted(posts)),
                (false, 1) => format!("{} is no favourite any more", counted(posts)),
                (false, _) => format!("{} are no favourites any more", counted(posts)),
            };
            let mark = UserMark::Favorite(*is_favorite);
            (
                text,
                Way::Mark(posts.iter().map(|&it| (it, mark)).collect()),
            )
        }
        PostEdit::Tag { posts, tags } => (
            tagging::said(posts, tags),
            Way::Tag {
                posts: posts.clone(),
                tags: tags.clone(),
            },
        ),
        PostEdit::Remove { posts } => (
            format!("{} taken out of the library", counted(posts)),
            Way::Remove(posts.clone()),
        ),
        PostEdit::Trash { posts } => (
            format!("{} in the trash", counted(posts)),
            Way::Trash(posts.clone()),
        ),
    }
}

fn with_problems(text: String, problems: &[String]) -> String {
    let mut lines = vec![text];
    lines.extend(named(problems));
    lines.join("\n")
}

/// The first of them, and how many more there are.
fn named(problems: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = problems.iter().take(MAX_NAMED).cloned().collect();
    let num_more = problems.len().saturating_sub(MAX_NAMED);
    if num_more > 0 {
        lines.push(format!("and {} more", count(num_more as u64)));
    }
    lines
}

fn counted(posts: &[PostId]) -> String {
    match posts {
        [post] => format!("Post {post}"),
        posts => format!("{} posts", count(posts.len() as u64)),
    }
}
