//! Changes that the user makes to posts by hand, and the way back.
//!
//! Each change gives the change that takes it back, which is kept for as long as
//! the library is open; carried out in its turn, that gives the one that does it
//! again.

use std::collections::VecDeque;
use std::path::PathBuf;

use crate::library::{
    Library, LibraryError, RemovedPosts, TrashFile, TrashState, UserMark, Writer,
};
use crate::memory::figures::count;
use crate::message::{EditOutcome, EditRequest, PostEdit};
use crate::model::PostId;

use super::decide::DecideError;
use super::edit_progress::EditWatch;
use super::trash::{self, InTrash, NotBack};

/// Changes that can be taken back.
const MAX_STEPS: usize = 200;

/// Marks in all of them together, 12 bytes each.
const MAX_MARKS: usize = 2_000_000;

/// A removed post takes about as much as so many marks.
const MARKS_A_REMOVED_POST: usize = 200;

/// Marks in one transaction, and posts that leave the library: some tens of
/// milliseconds.
const MARKS_A_STEP: usize = 4096;
const POSTS_A_STEP: usize = 128;

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
    /// What is still to be done, where it was stopped before its end.
    left: Option<Way>,
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

    /// Does it; `watch` hears of each transaction, and how far it is. Returns what was
    /// done, for people.
    pub fn carry_out(
        &mut self,
        library: &Library,
        writer: &mut Writer,
        request: &EditRequest,
        watch: &mut EditWatch<'_>,
    ) -> Result<String, DecideError> {
        match request {
            EditRequest::Do(edit) => {
                let (text, way) = way_of(edit);
                let done = go(&way, &text, library, writer, watch)?;
                let text = done.text.unwrap_or(text);
                let told = with_problems(text.clone(), &done.problems);
                if let Some(way) = done.back {
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
                let done = go(&step.way, &step.text, library, writer, watch)?;
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
                let done = go(&step.way, &step.text, library, writer, watch)?;
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

/// Carries a change out in steps, so that it can be told how far it is, and stopped
/// between two of them.
fn go(
    way: &Way,
    text: &str,
    library: &Library,
    writer: &mut Writer,
    watch: &mut EditWatch<'_>,
) -> Result<Done, DecideError> {
    match way {
        Way::Mark(marks) => mark(marks, text, writer, watch),
        Way::Remove(posts) => remove(posts, text, writer, watch),
        Way::Trash(posts) => throw_away(posts, library, writer, watch),
        Way::Restore(removed, files) => restore(removed, files, writer, watch),
    }
}

fn mark(
    marks: &[(PostId, UserMark)],
    text: &str,
    writer: &mut Writer,
    watch: &mut EditWatch<'_>,
) -> Result<Done, DecideError> {
    let mut before = Vec::new();
    let (num_done, problems) = in_steps(marks, MARKS_A_STEP, text, watch, |step, watch| {
        let (of_step, changes) = writer.set_marks(step)?;
        watch.committed(changes);
        before.extend(of_step);
        Ok(())
    })?;
    let left = marks.get(num_done..).unwrap_or_default();
    Ok(Done {
        back: (!before.is_empty()).then_some(Way::Mark(before)),
        text: stopped_text(text, num_done, marks.len()),
        problems,
        left: (!left.is_empty()).then(|| Way::Mark(left.to_vec())),
    })
}

fn remove(
    posts: &[PostId],
    text: &str,
    writer: &mut Writer,
    watch: &mut EditWatch<'_>,
) -> Result<Done, DecideError> {
    let mut removed = RemovedPosts::default();
    let (num_done, problems) = in_steps(posts, POSTS_A_STEP, text, watch, |step, watch| {
        let (of_step, changes) = writer.remove_posts(step, true, &[])?;
        watch.committed(changes);
        removed.append(of_step);
        Ok(())
    })?;
    let left = posts.get(num_done..).unwrap_or_default();
    Ok(Done {
        back: (!removed.is_empty()).then(|| Way::Restore(removed, Vec::new())),
        text: stopped_text(text, num_done, posts.len()),
        problems,
        left: (!left.is_empty()).then(|| Way::Remove(left.to_vec())),
    })
}

/// Does a transaction after the other, until there are no more `items` or it is to
/// stop; returns how many were done, and why no more were. What fails at once is an
/// error: nothing was done then.
fn in_steps<T>(
    items: &[T],
    len: usize,
    text: &str,
    watch: &mut EditWatch<'_>,
    mut f: impl FnMut(&[T], &mut EditWatch<'_>) -> Result<(), LibraryError>,
) -> Result<(usize, Vec<String>), LibraryError> {
    let mut num_done = 0;
    for step in items.chunks(len) {
        if watch.is_stopped() {
            break;
        }
        match f(step, watch) {
            Ok(()) => num_done += step.len(),
            Err(err) if num_done == 0 => return Err(err),
            Err(err) => return Ok((num_done, vec![err.to_string()])),
        }
        watch.at(text, num_done, items.len());
    }
    Ok((num_done, Vec::new()))
}

/// What was done of it, where it was stopped before its end.
fn stopped_text(text: &str, num_done: usize, num_all: usize) -> Option<String> {
    let (done, all) = (count(num_done as u64), count(num_all as u64));
    (num_done < num_all).then(|| format!("{text}; stopped after {done} of {all}"))
}

/// Files first, since those that stay keep their posts. Where the program ends in
/// between, the posts are there with files that are missing.
fn throw_away(
    posts: &[PostId],
    library: &Library,
    writer: &mut Writer,
    watch: &mut EditWatch<'_>,
) -> Result<Done, DecideError> {
    let reader = library.reader("edits")?;
    let mut removed = RemovedPosts::default();
    let mut files = Vec::new();
    let mut problems = Vec::new();
    let mut num_done = 0;
    let mut failed = Ok(());
    for step in posts.chunks(POSTS_A_STEP) {
        let mut gone = Vec::new();
        let mut missing = Vec::new();
        for &post in step {
            if watch.is_stopped() {
                break;
            }
            num_done += 1;
            watch.at("Moving files to the trash", num_done, posts.len());
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
        match writer.remove_posts(&gone, false, &missing) {
            Ok((of_step, changes)) => {
                watch.committed(changes);
                removed.append(of_step);
            }
            Err(err) => {
                failed = Err(err);
                break;
            }
        }
        if watch.is_stopped() {
            break;
        }
    }
    trash::name_items(&mut files);
    if let Err(err) = failed {
        // Their files went, and can come back: what was done before counts.
        if files.is_empty() {
            return Err(err.into());
        }
        problems.push(err.to_string());
    }
    let mut text = match removed.ids().as_slice() {
        [] => "Nothing went to the trash".to_owned(),
        gone => format!("{} in the trash", counted(gone)),
    };
    let left = posts.get(num_done..).unwrap_or_default();
    if !left.is_empty() {
        let num_left = count(left.len() as u64);
        text.push_str(&format!("; stopped before the other {num_left}"));
    }
    let is_any = !removed.is_empty() || !files.is_empty();
    Ok(Done {
        back: is_any.then_some(Way::Restore(removed, files)),
        text: Some(text),
        problems,
        left: (!left.is_empty()).then(|| Way::Trash(left.to_vec())),
    })
}

fn restore(
    removed: &RemovedPosts,
    files: &[TrashFile],
    writer: &mut Writer,
    watch: &mut EditWatch<'_>,
) -> Result<Done, DecideError> {
    let mut problems = Vec::new();
    let mut waiting = Vec::new();
    let (mut found, mut missing): (Vec<PathBuf>, Vec<PathBuf>) = Default::default();
    let trash = InTrash::default();
    for (num_done, file) in files.iter().enumerate() {
        if watch.is_stopped() {
            // Those that are back are where they belong when it goes on.
            return Err(DecideError::Stopped(format!(
                "Stopped: {} of {} files are where they were. Take it back again to go on",
                count(num_done as u64),
                count(files.len() as u64)
            )));
        }
        watch.at("Taking files out of the trash", num_done, files.len());
        let path = file.path.clone();
        match trash::put_back(file, &trash) {
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
    watch.committed(changes);
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
        left: None,
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
