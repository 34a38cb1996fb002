//! What can be done to posts, and doing it: in steps, each a transaction, so that it
//! can be told how far it is, and stopped between two of them.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use crate::library::{
    FormerPost, FormerTag, KeptPost, Library, LibraryError, TrashFile, TrashState, UserMark, Writer,
};
use crate::memory::figures::count;
use crate::message::TagEdit;
use crate::model::PostId;

use super::super::decide::DecideError;
use super::super::edit_progress::EditWatch;
use super::super::trash::{self, InTrash, NotBack};
use super::{StepSizes, counted, named};

/// A removed post takes about as much as so many marks.
const MARKS_A_REMOVED_POST: usize = 200;

/// What can be done to posts.
#[derive(Clone, Debug)]
pub(super) enum Way {
    Mark(Vec<(PostId, UserMark)>),
    Tag {
        posts: Vec<PostId>,
        tags: TagEdit,
    },
    /// Tags as they were.
    Retag(Vec<FormerTag>),
    Trash(Vec<PostId>),
    /// Out of the library; their files stay.
    Remove(Vec<PostId>),
    /// Posts come back, in the order in which they went, and what of them went to the
    /// trash.
    Restore {
        gone: Vec<Gone>,
        /// How they went, and would go again.
        again: fn(Vec<PostId>) -> Way,
    },
}

/// What went of a post.
#[derive(Clone, Debug)]
pub(super) struct Gone {
    /// `None` where only some of its files went: then it stayed.
    post: Option<FormerPost>,
    /// That are in the trash.
    files: Vec<TrashFile>,
}

impl Way {
    /// Brings back what an earlier run of the program took out.
    pub fn restore(kept: Vec<KeptPost>) -> Self {
        // No file goes to the trash that did not before.
        let is_trashed = kept.iter().all(|it| !it.files.is_empty());
        let gone = kept.into_iter().map(|KeptPost { post, files }| Gone {
            post: Some(post),
            files,
        });
        Self::Restore {
            gone: gone.collect(),
            again: if is_trashed { Way::Trash } else { Way::Remove },
        }
    }

    pub fn num_marks(&self) -> usize {
        match self {
            Self::Mark(marks) => marks.len(),
            Self::Retag(former) => former.len(),
            Self::Trash(posts) | Self::Remove(posts) | Self::Tag { posts, .. } => posts.len(),
            Self::Restore { gone, .. } => gone.len() * MARKS_A_REMOVED_POST,
        }
    }
}

/// What became of a change.
#[derive(Debug)]
pub(super) struct Done {
    /// What takes it back; `None` where nothing changed.
    pub back: Option<Way>,
    /// What was done, where that is not what was asked.
    pub text: Option<String>,
    /// What stayed as it was, and why.
    pub problems: Vec<String>,
    /// What is still to be done, where it ended before its end.
    pub left: Option<Way>,
}

/// A change that is being carried out.
pub(super) struct Job<'a, 'w> {
    /// What is being done, in words.
    pub text: &'a str,
    pub sizes: StepSizes,
    pub library: &'a Library,
    pub writer: &'a mut Writer,
    pub watch: &'a mut EditWatch<'w>,
}

impl Job<'_, '_> {
    pub fn carry_out(self, way: &Way) -> Result<Done, DecideError> {
        match way {
            Way::Mark(marks) => self.mark(marks),
            Way::Tag { posts, tags } => self.tag(posts, tags),
            Way::Retag(former) => self.retag(former),
            Way::Remove(posts) => self.remove(posts),
            Way::Trash(posts) => self.throw_away(posts),
            Way::Restore { gone, again } => self.restore(gone, *again),
        }
    }

    fn mark(mut self, marks: &[(PostId, UserMark)]) -> Result<Done, DecideError> {
        let mut before = Vec::new();
        let size = self.sizes.num_marks;
        let (num_done, problems) = self.in_steps(marks, size, |job, step| {
            let (of_step, changes) = job.writer.set_marks(step)?;
            job.watch.committed(changes);
            before.extend(of_step);
            Ok(())
        })?;
        let left = marks.get(num_done..).unwrap_or_default();
        Ok(Done {
            back: (!before.is_empty()).then_some(Way::Mark(before)),
            text: self.stopped_text(num_done, marks.len()),
            problems,
            left: (!left.is_empty()).then(|| Way::Mark(left.to_vec())),
        })
    }

    fn remove(mut self, posts: &[PostId]) -> Result<Done, DecideError> {
        let mut gone = Vec::new();
        let size = self.sizes.num_posts;
        let (num_done, problems) = self.in_steps(posts, size, |job, step| {
            let (of_step, changes) = job.writer.remove_posts(step, true, &[], &[])?;
            job.watch.committed(changes);
            gone.extend(of_step.into_iter().map(|post| Gone {
                post: Some(post),
                files: Vec::new(),
            }));
            Ok(())
        })?;
        let left = posts.get(num_done..).unwrap_or_default();
        let again = Way::Remove;
        Ok(Done {
            back: (!gone.is_empty()).then_some(Way::Restore { gone, again }),
            text: self.stopped_text(num_done, posts.len()),
            problems,
            left: (!left.is_empty()).then(|| Way::Remove(left.to_vec())),
        })
    }

    /// Does a transaction after the other, until there are no more `items` or it is to
    /// stop; returns how many were done, and why no more were. What fails at once is
    /// an error: nothing was done then.
    pub(super) fn in_steps<T>(
        &mut self,
        items: &[T],
        size: usize,
        mut f: impl FnMut(&mut Self, &[T]) -> Result<(), LibraryError>,
    ) -> Result<(usize, Vec<String>), LibraryError> {
        let mut num_done = 0;
        for step in items.chunks(size) {
            if self.watch.is_stopped() {
                break;
            }
            match f(self, step) {
                Ok(()) => num_done += step.len(),
                Err(err) if num_done == 0 => return Err(err),
                Err(err) => return Ok((num_done, vec![err.to_string()])),
            }
            self.watch.at(self.text, num_done, items.len());
        }
        Ok((num_done, Vec::new()))
    }

    /// What was done of it, where it was stopped before its end.
    pub(super) fn stopped_text(&self, num_done: usize, num_all: usize) -> Option<String> {
        let (text, done, all) = (self.text, count(num_done as u64), count(num_all as u64));
        (num_done < num_all).then(|| format!("{text}; stopped after {done} of {all}"))
    }

    /// Files first, since those that stay keep their posts. Where the program ends in
    /// between, the posts are there, and the next start looks which of their files are:
    /// see [`trash::look_for_thrown`].
    fn throw_away(self, posts: &[PostId]) -> Result<Done, DecideError> {
        let Self {
            sizes,
            library,
            writer,
            watch,
            ..
        } = self;
        let reader = library.reader("edits")?;
        trash::look_for_thrown(&reader, writer, &mut |it| watch.committed(it))?;
        let mut gone: Vec<Gone> = Vec::new();
        let mut problems = Vec::new();
        let mut num_done = 0;
        let mut failed = Ok(());
        for step in posts.chunks(sizes.num_posts) {
            // So that a program that ends in between knows where to look.
            if let Err(err) = writer.note_leaving(step) {
                failed = Err(err);
                break;
            }
            let mut thrown = Vec::new();
            let mut leaving = Vec::new();
            let mut missing = Vec::new();
            for &post in step {
                if watch.is_stopped_or_closing() {
                    break;
                }
                let mut own = match reader.files_of(post) {
                    Ok(own) => trash::plan(own),
                    Err(err) => {
                        failed = Err(err);
                        break;
                    }
                };
                num_done += 1;
                watch.at("Moving files to the trash", num_done, posts.len());
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
                    leaving.push(post);
                } else {
                    missing.extend(own.iter().map(|it| it.path.clone()));
                }
                if !own.is_empty() {
                    thrown.push((post, own));
                }
            }
            let mut removed = HashMap::new();
            match writer.remove_posts(&leaving, false, &thrown, &missing) {
                Ok((of_step, changes)) => {
                    watch.committed(changes);
                    removed.extend(of_step.into_iter().map(|it| (it.id(), it)));
                }
                Err(err) => failed = Err(err),
            }
            gone.extend(thrown.into_iter().map(|(post, files)| Gone {
                post: removed.remove(&post),
                files,
            }));
            if failed.is_err() || watch.is_stopped_or_closing() {
                break;
            }
        }
        if let Err(err) = failed {
            // What went can come back: what was done before counts.
            if gone.is_empty() {
                return Err(err.into());
            }
            problems.push(err.to_string());
        }
        let removed = gone.iter().filter_map(|it| it.post.as_ref());
        let removed: Vec<PostId> = removed.map(FormerPost::id).collect();
        let mut text = match removed.as_slice() {
            [] => "Nothing went to the trash".to_owned(),
            removed => format!("{} in the trash", counted(removed)),
        };
        let left = posts.get(num_done..).unwrap_or_default();
        if !left.is_empty() {
            let num_left = count(left.len() as u64);
            text.push_str(&format!("; stopped before the other {num_left}"));
        }
        let again = Way::Trash;
        Ok(Done {
            back: (!gone.is_empty()).then_some(Way::Restore { gone, again }),
            text: Some(text),
            problems,
            left: (!left.is_empty()).then(|| Way::Trash(left.to_vec())),
        })
    }

    /// The files of a step, then its posts. A post waits for its files, so that this can
    /// be tried again: those that are back already are where they belong then. Those
    /// that went last come first, as [`Writer::restore_posts`] wants it.
    fn restore(self, gone: &[Gone], again: fn(Vec<PostId>) -> Way) -> Result<Done, DecideError> {
        let mut back = Vec::new();
        let mut problems = Vec::new();
        let mut waiting = Vec::new();
        let mut reasons = Vec::new();
        let (mut num_done, mut num_looked_at) = (0, 0);
        let trash = InTrash::default();
        for step in gone.rchunks(self.sizes.num_posts) {
            if self.watch.is_stopped() {
                break;
            }
            let mut of_step = Found::default();
            let mut waiting_of_step = Vec::new();
            for item in step.iter().rev() {
                self.watch.at(self.text, num_looked_at, gone.len());
                num_looked_at += 1;
                let waits_for = of_step.put_back(item, &trash, &mut problems);
                if !waits_for.is_empty() {
                    waiting_of_step.push(item.clone());
                    reasons.extend(waits_for);
                }
            }
            let Found {
                posts,
                found,
                missing,
            } = of_step;
            match self.writer.restore_posts(&posts, &found, &missing) {
                Ok((restored, changes)) => {
                    self.watch.committed(changes);
                    let are_back: HashSet<PostId> = restored.iter().copied().collect();
                    let others = posts.iter().map(|it| it.id());
                    problems.extend(others.filter(|it| !are_back.contains(it)).map(|id| {
                        format!("Post {id} is not back: its picture was imported again meanwhile")
                    }));
                    back.extend(restored);
                }
                // Its files are back, and are found where they are the next time.
                Err(err) if num_done == 0 => return Err(err.into()),
                Err(err) => {
                    problems.push(err.to_string());
                    break;
                }
            }
            waiting.extend(waiting_of_step);
            num_done += step.len();
        }
        if waiting.len() == gone.len() && !gone.is_empty() {
            return Err(DecideError::NotBack(named(&reasons)));
        }
        let (num_waiting, num_all) = (waiting.len() as u64, gone.len() as u64);
        let text = self
            .stopped_text(num_done, gone.len())
            .or(match num_waiting {
                0 => None,
                1 => Some(format!(
                    "{}; 1 of {} waits for its files",
                    self.text,
                    count(num_all)
                )),
                num => Some(format!(
                    "{}; {} of {} wait for their files",
                    self.text,
                    count(num),
                    count(num_all)
                )),
            });
        problems.extend(reasons);
        let num_left = gone.len() - num_done;
        let mut left = gone.get(..num_left).unwrap_or_default().to_vec();
        left.extend(waiting.into_iter().rev());
        Ok(Done {
            back: (!back.is_empty()).then(|| again(back)),
            text,
            problems,
            left: (!left.is_empty()).then_some(Way::Restore { gone: left, again }),
        })
    }
}

/// What of a step comes back.
#[derive(Default)]
struct Found<'a> {
    posts: Vec<&'a FormerPost>,
    /// Files that are where they were.
    found: Vec<PathBuf>,
    /// Files that never will be.
    missing: Vec<PathBuf>,
}

impl<'a> Found<'a> {
    /// Puts the files of a post back; returns why some can't as things are, and the
    /// post is none of the step then.
    fn put_back(
        &mut self,
        item: &'a Gone,
        trash: &InTrash,
        problems: &mut Vec<String>,
    ) -> Vec<String> {
        let (mut found, mut lost, mut waits_for) = (Vec::new(), Vec::new(), Vec::new());
        for file in &item.files {
            let told = |reason| format!("{} is not back: {reason}", file.path.display());
            match trash::put_back(file, trash) {
                Ok(()) => found.push(file.path.clone()),
                Err(NotBack::Yet(reason)) => waits_for.push(told(reason)),
                Err(NotBack::Ever(reason)) => lost.push((file.path.clone(), told(reason))),
            }
        }
        if waits_for.is_empty() {
            self.posts.extend(&item.post);
            self.found.extend(found);
            for (path, reason) in lost {
                self.missing.push(path);
                problems.push(reason);
            }
        }
        waits_for
    }
}
