//! Changes that the user makes to posts by hand, and the way back.
//!
//! Each change gives the change that takes it back, which is kept for as long as
//! the library is open; carried out in its turn, that gives the one that does it
//! again.

use std::collections::VecDeque;
use std::path::PathBuf;

use crate::library::{
    Changes, Library, LibraryError, RemovedPosts, TrashFile, TrashState, UserMark, Writer,
};
use crate::memory::figures::count;
use crate::message::{EditOutcome, EditRequest, PostEdit};
use crate::model::PostId;

use super::decide::DecideError;
use super::trash::{self, NotBack};

/// Changes that can be taken back.
const MAX_STEPS: usize = 200;

/// Marks in all of them together, 12 bytes each.
const MAX_MARKS: usize = 2_000_000;

/// A removed post takes about as much as so many marks.
const MARKS_A_REMOVED_POST: usize = 200;

/// Files that are named where they stayed.
const MAX_NAMED: usize = 5;

/// What can be done to posts.
#[derive(Clone, Debug)]
enum Way {
    Mark(Vec<(PostId, UserMark)>),
    Trash(Vec<PostId>),
    /// Out of the library; their files stay.
    Remove(Vec<PostId>),
    /// Removed posts come back, and what of them went to the trash.
    Restore(RemovedPosts, Vec<TrashFile>),
}

impl Way {
    fn num_marks(&self) -> usize {
        match self {
            Self::Mark(marks) => marks.len(),
            Self::Trash(posts) | Self::Remove(posts) => posts.len(),
            Self::Restore(removed, _) => removed.len() * MARKS_A_REMOVED_POST,
        }
    }
}

/// A change as it is kept.
#[derive(Clone, Debug)]
struct Step {
    /// What was done, in words.
    text: String,
    /// What takes it back, or does it again.
    way: Way,
}

/// What became of a change.
#[derive(Debug)]
struct Done {
    /// What takes it back; `None` where nothing changed.
    back: Option<Way>,
    /// What was done, where that is not what was asked.
    text: Option<String>,
    /// What stayed as it was, and why.
    problems: Vec<String>,
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
        library: &Library,
        writer: &mut Writer,
        request: &EditRequest,
        committed: &mut dyn FnMut(Changes),
    ) -> Result<String, DecideError> {
        match request {
            EditRequest::Do(edit) => {
                let (text, way) = way_of(edit);
                let done = go(&way, library, writer, committed)?;
                let text = done.text.unwrap_or(text);
                let told = with_problems(text.clone(), &done.problems);
                if let Some(way) = done.back {
                    self.redo.clear();
                    self.keep(Step { text, way });
                }
                Ok(told)
            }
            // The engine, which knows them all, has made an edit of it.
            EditRequest::ToggleFavorite(_) => Err(LibraryError::NothingDone.into()),
            EditRequest::Undo => {
                let step = self.undo.back().ok_or(LibraryError::NothingDone)?;
                let done = go(&step.way, library, writer, committed)?;
                let text = step.text.clone();
                self.undo.pop_back();
                let told = with_problems(format!("Taken back: {text}"), &done.problems);
                if let Some(way) = done.back {
                    self.redo.push(Step { text, way });
                }
                Ok(told)
            }
            EditRequest::Redo => {
                let step = self.redo.last().ok_or(LibraryError::NothingTakenBack)?;
                let done = go(&step.way, library, writer, committed)?;
                let text = done.text.unwrap_or_else(|| step.text.clone());
                self.redo.pop();
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

fn go(
    way: &Way,
    library: &Library,
    writer: &mut Writer,
    committed: &mut dyn FnMut(Changes),
) -> Result<Done, DecideError> {
    match way {
        Way::Mark(marks) => {
            let (before, changes) = writer.set_marks(marks)?;
            committed(changes);
            Ok(Done {
                back: (!before.is_empty()).then_some(Way::Mark(before)),
                text: None,
                problems: Vec::new(),
            })
        }
        Way::Remove(posts) => {
            let (removed, changes) = writer.remove_posts(posts, true, &[])?;
            committed(changes);
            Ok(Done {
                back: (!removed.is_empty()).then(|| Way::Restore(removed, Vec::new())),
                text: None,
                problems: Vec::new(),
            })
        }
        Way::Trash(posts) => throw_away(posts, library, writer, committed),
        Way::Restore(removed, files) => restore(removed, files, writer, committed),
    }
}

/// Files first, since those that stay keep their posts. Where the program ends in
/// between, the posts are there with files that are missing.
fn throw_away(
    posts: &[PostId],
    library: &Library,
    writer: &mut Writer,
    committed: &mut dyn FnMut(Changes),
) -> Result<Done, DecideError> {
    let reader = library.reader("edits")?;
    let mut gone = Vec::new();
    let mut files = Vec::new();
    let mut missing = Vec::new();
    let mut problems = Vec::new();
    for &post in posts {
        let mut own = trash::plan(reader.files_of(post)?);
        if own.is_empty() {
            problems.push(format!("Post {post} stays: it has no file that could go"));
            continue;
        }
        trash::throw_all_away(&mut own);
        let num_problems = problems.len();
        for file in &own {
            if let TrashState::Refused(reason) = &file.state {
                problems.push(format!("{} stays: {reason}", file.path.display()));
            }
        }
        own.retain(|it| matches!(it.state, TrashState::InTrash { .. }));
        if problems.len() == num_problems {
            gone.push(post);
        } else {
            missing.extend(own.iter().map(|it| it.path.clone()));
        }
        files.extend(own);
    }
    let (removed, changes) = writer.remove_posts(&gone, false, &missing)?;
    committed(changes);
    let text = match removed.ids().as_slice() {
        [] => "Nothing went to the trash".to_owned(),
        gone => format!("{} in the trash", counted(gone)),
    };
    let is_any = !removed.is_empty() || !files.is_empty();
    Ok(Done {
        back: is_any.then_some(Way::Restore(removed, files)),
        text: Some(text),
        problems,
    })
}

fn restore(
    removed: &RemovedPosts,
    files: &[TrashFile],
    writer: &mut Writer,
    committed: &mut dyn FnMut(Changes),
) -> Result<Done, DecideError> {
    let mut problems = Vec::new();
    let mut waiting = Vec::new();
    let (mut found, mut missing): (Vec<PathBuf>, Vec<PathBuf>) = Default::default();
    for file in files {
        let path = file.path.clone();
        match trash::put_back(file) {
            Ok(()) => found.push(path),
            Err(NotBack::Yet(reason)) => {
                waiting.push(format!("{} is not back: {reason}", path.display()));
            }
            Err(NotBack::Ever(reason)) => {
                problems.push(format!("{} is not back: {reason}", path.display()));
                missing.push(path);
            }
        }
    }
    // The posts wait for their files, so that this can be tried again: those that are
    // back already are where they belong then.
    if !waiting.is_empty() {
        return Err(DecideError::NotBack(waiting));
    }
    let (back, changes) = writer.restore_posts(removed, &found, &missing)?;
    committed(changes);
    for id in removed.ids() {
        if !back.contains(&id) {
            problems.push(format!(
                "Post {id} is not back: its picture was imported again meanwhile"
            ));
        }
    }
    let again = if removed.is_barred() {
        Way::Remove(back)
    } else {
        Way::Trash(back)
    };
    Ok(Done {
        back: (again.num_marks() > 0).then_some(again),
        text: None,
        problems,
    })
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

fn with_problems(mut text: String, problems: &[String]) -> String {
    for problem in problems.iter().take(MAX_NAMED) {
        text.push('\n');
        text.push_str(problem);
    }
    if let Some(more) = problems.len().checked_sub(MAX_NAMED)
        && more > 0
    {
        text.push_str(&format!("\nand {} more", count(more as u64)));
    }
    text
}

fn counted(posts: &[PostId]) -> String {
    match posts {
        [post] => format!("Post {post}"),
        posts => format!("{} posts", count(posts.len() as u64)),
    }
}
