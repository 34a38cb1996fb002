//! Small changes of the library that the window asks for, one after the other.
//!
//! Each is a transaction, which may wait for a batch of an import, so none is
//! written by the engine's thread. The thread that does lives as long as there
//! is something to write: an idle engine has none, and no connection of it.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::Sender;
use parking_lot::Mutex;

use crate::library::{Library, LibraryError, Writer};
use crate::memory::figures::count;
use crate::memory::{self, Component};
use crate::message::{DuplicateDecision, EditRequest, Notice, PostEdit};

use super::decide::{self, DecideError};
use super::edit_progress::{EditStops, EditWatch};
use super::post_edits::EditHistory;
use super::trash;
use super::{News, panic_message};

/// A change that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::engine) enum Edit {
    SaveSearch {
        name: String,
        query: String,
    },
    RemoveSavedSearch {
        name: String,
    },
    RenameSavedSearch {
        from: String,
        to: String,
    },
    MoveSavedSearch {
        name: String,
        index: usize,
    },
    RememberSearch {
        query: String,
    },
    ForgetHistory,
    Duplicates(DuplicateDecision),
    Posts(EditRequest),
    /// What was on its way to the trash when the program ended.
    LookForThrown,
    /// What was taken out and could be taken back when the program ended.
    TakeFormer,
}

impl Edit {
    /// Writes it; returns the last of its news.
    fn write(
        &self,
        library: &Library,
        writer: &mut Writer,
        history: &mut EditHistory,
        watch: &mut EditWatch<'_>,
    ) -> Result<News, DecideError> {
        if let Self::Posts(request) = self {
            let done = history.carry_out(library, writer, request, watch)?;
            return Ok(News::PostsEdited(history.outcome(Ok(done))));
        }
        if let Self::Duplicates(decision) = self {
            let mut committed = |changes| watch.committed(changes);
            let done = decide::carry_out(library, writer, decision, &mut committed)?;
            return Ok(News::Decided {
                outcome: Ok(done),
                undo: decide::undo_text(library),
            });
        }
        if *self == Self::LookForThrown {
            let num = trash::look_for_thrown(&library.reader("edits")?, writer, &mut |it| {
                watch.committed(it);
            })?;
            return Ok(match num {
                0 => News::Edited(Ok(())),
                num => News::Told(thrown_notice(num)),
            });
        }
        if *self == Self::TakeFormer {
            return Ok(match history.take_former(library)? {
                None => News::Edited(Ok(())),
                Some(text) => {
                    watch.tell(Notice {
                        is_error: false,
                        message: text.clone(),
                        way_out: Some(
                            "Undo brings them back, until the library is closed".to_owned(),
                        ),
                    });
                    News::PostsEdited(history.outcome(Ok(text)))
                }
            });
        }
        self.write_alone(writer)?;
        Ok(News::Edited(Ok(())))
    }

    /// Those of one transaction that no cache follows.
    fn write_alone(&self, writer: &mut Writer) -> Result<(), LibraryError> {
        match self {
            Self::SaveSearch { name, query } => writer.save_search(name, query),
            Self::RemoveSavedSearch { name } => writer.remove_saved_search(name),
            Self::RenameSavedSearch { from, to } => writer.rename_saved_search(from, to),
            Self::MoveSavedSearch { name, index } => writer.move_saved_search(name, *index),
            Self::RememberSearch { query } => writer.remember_search(query),
            Self::ForgetHistory => writer.forget_history(),
            Self::Duplicates(_) | Self::Posts(_) | Self::LookForThrown | Self::TakeFormer => Ok(()),
        }
    }

    /// Its last news where it was not written.
    fn failed(&self, library: &Library, history: &EditHistory, reason: &str) -> News {
        let told = Err(format!("{}: {reason}", self.failure()));
        match self {
            Self::Duplicates(_) => News::Decided {
                outcome: told,
                undo: decide::undo_text(library),
            },
            Self::Posts(_) => News::PostsEdited(history.outcome(told)),
            _ => News::Edited(told.map(|_: String| ())),
        }
    }

    /// What did not happen, for people; the reason follows.
    pub fn failure(&self) -> String {
        match self {
            Self::SaveSearch { name, .. } => format!("The search “{name}” was not saved"),
            Self::RemoveSavedSearch { name } => {
                format!("The saved search “{name}” was not removed")
            }
            Self::RenameSavedSearch { from, to } => {
                format!("The saved search “{from}” was not renamed to “{to}”")
            }
            Self::MoveSavedSearch { name, .. } => {
                format!("The saved search “{name}” was not moved")
            }
            // Without the query, so that a full disk is told once.
            Self::RememberSearch { .. } => "Recent searches are not remembered".to_owned(),
            Self::ForgetHistory => "The recent searches were not forgotten".to_owned(),
            Self::Duplicates(decision) => match decision {
                DuplicateDecision::NotDuplicates(_) | DuplicateDecision::NotDuplicateOf { .. } => {
                    "The posts stay duplicates".to_owned()
                }
                DuplicateDecision::Merge { .. } => "The posts were not merged".to_owned(),
                DuplicateDecision::Undo => "Nothing was taken back".to_owned(),
            },
            Self::TakeFormer => "What was taken out before can't be brought back".to_owned(),
            Self::LookForThrown => "What went to the trash last is not known".to_owned(),
            Self::Posts(request) => match request {
                EditRequest::Do(PostEdit::Rate { .. }) => "Nothing was rated",
                EditRequest::Do(PostEdit::SetFavorite { .. }) | EditRequest::ToggleFavorite(_) => {
                    "No favourite was changed"
                }
                EditRequest::Do(PostEdit::Tag { .. }) => "No tag was changed",
                EditRequest::Do(PostEdit::Remove { .. }) => "No post was taken out of the library",
                EditRequest::Do(PostEdit::Trash { .. }) => "The posts stay in the library",
                EditRequest::Undo => "Nothing was taken back",
                EditRequest::Redo => "Nothing was done again",
                EditRequest::Stop => "Nothing was stopped",
            }
            .to_owned(),
        }
    }
}

/// `num_files` are in the trash that a program threw away which then ended.
fn thrown_notice(num_files: usize) -> Notice {
    let files = match num_files {
        1 => "1 file is there, and counts as missing; its post is".to_owned(),
        num => format!(
            "{} files are there, and count as missing; their posts are",
            count(num as u64)
        ),
    };
    Notice {
        is_error: false,
        message: format!("Kobako was ended while it moved files to the trash: {files} still here"),
        way_out: Some(
            "This can't be undone here: restore the files in your file manager's trash and import \
             their folder again, or search for is:missing and remove the posts"
                .to_owned(),
        ),
    }
}

/// The edits that wait, and the thread that writes them.
#[derive(Debug)]
pub(in crate::engine) struct EditQueue {
    library: Arc<Library>,
    news: Sender<News>,
    queue: Arc<Mutex<Queue>>,
    history: Arc<Mutex<EditHistory>>,
    stops: Arc<EditStops>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Edit>,
    /// A thread will take what waits.
    is_running: bool,
}

impl EditQueue {
    pub fn new(library: Arc<Library>, news: Sender<News>) -> Self {
        Self {
            library,
            news,
            queue: Arc::default(),
            history: Arc::default(),
            stops: Arc::default(),
            thread: None,
        }
    }

    /// Queues an edit; [`News::Edited`] follows. Where no thread can be started,
    /// the edit is gone.
    pub fn push(&mut self, edit: Edit) -> std::io::Result<()> {
        let mut queue = self.queue.lock();
        if queue.is_running {
            queue.waiting.push_back(edit);
            return Ok(());
        }
        if let Some(ended) = self.thread.take() {
            // It has nothing left to do, so this does not wait.
            let _ = ended.join();
        }
        let library = self.library.clone();
        let news = self.news.clone();
        let shared = self.queue.clone();
        let history = self.history.clone();
        let stops = self.stops.clone();
        self.thread = Some(memory::spawn("edits", Component::Engine, move || {
            run(&library, &shared, &mut history.lock(), &news, &stops);
        })?);
        queue.waiting.push_back(edit);
        queue.is_running = true;
        Ok(())
    }

    /// Something was changed that could be taken back; not known while a change runs.
    pub fn has_history(&self) -> bool {
        self.history.try_lock().is_none_or(|it| !it.is_empty())
    }

    /// The change that runs stops where it can; those after it do not.
    pub fn stop_running(&self) {
        self.stops.stop_running();
    }

    /// The thread ends once everything that was asked for is written. No more files go
    /// to the trash: those that went are written, the others and their posts stay.
    pub fn stop(self) -> Option<JoinHandle<()>> {
        self.stops.close();
        self.thread
    }
}

fn run(
    library: &Library,
    queue: &Mutex<Queue>,
    history: &mut EditHistory,
    news: &Sender<News>,
    stops: &EditStops,
) {
    let mut writer = None;
    loop {
        let next = queue.lock().waiting.pop_front();
        let Some(edit) = next else {
            // Closed with the queue free, which the engine must not wait for.
            writer = None;
            let mut queue = queue.lock();
            if queue.waiting.is_empty() {
                queue.is_running = false;
                return;
            }
            continue;
        };
        let mut watch = EditWatch::begin(news, stops);
        let written = std::panic::catch_unwind(AssertUnwindSafe(|| {
            write(library, &mut writer, &edit, history, &mut watch)
        }))
        .unwrap_or_else(|panic| {
            writer = None;
            Err(format!(
                "an error in the program: {}",
                panic_message(&*panic)
            ))
        })
        .unwrap_or_else(|reason| edit.failed(library, history, &reason));
        if let Err(unheard) = news.send(written)
            && let News::Edited(Err(reason))
            | News::Decided {
                outcome: Err(reason),
                ..
            } = unheard.into_inner()
        {
            tracing::warn!(reason, "an edit failed while the engine stopped");
        }
    }
}

fn write(
    library: &Library,
    writer: &mut Option<Writer>,
    edit: &Edit,
    history: &mut EditHistory,
    watch: &mut EditWatch<'_>,
) -> Result<News, String> {
    let writer = match writer {
        Some(writer) => writer,
        None => writer.insert(library.writer().map_err(|err| err.to_string())?),
    };
    edit.write(library, writer, history, watch)
        .map_err(|err| err.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::post_edits::StepSizes;
    use super::*;
    use crate::library::{OpenOptions, Outcome};
    use crate::model::{Md5, PostDraft, PostId, Rating};

    #[test]
    fn what_is_under_way_is_finished_when_the_library_is_closed() {
        let dir = tempfile::tempdir().unwrap();
        let library = Arc::new(Library::open(dir.path(), &OpenOptions::default()).unwrap());
        let drafts: Vec<PostDraft> = (0..30)
            .map(|number| PostDraft {
                md5: Some(Md5([number; 16])),
                ..PostDraft::default()
            })
            .collect();
        let (outcomes, _) = library.writer().unwrap().write_batch(&drafts).unwrap();
        let posts: Vec<PostId> = outcomes.into_iter().filter_map(Outcome::post).collect();

        let (news, heard) = crossbeam_channel::bounded(0);
        let mut queue = EditQueue::new(library.clone(), news);
        let sizes = StepSizes {
            num_marks: 2,
            num_posts: 2,
        };
        queue.history = Arc::new(Mutex::new(EditHistory::with_sizes(sizes)));
        let rating = Some(Rating::General);
        for edit in [
            EditRequest::Do(PostEdit::Rate {
                posts: posts.clone(),
                rating,
            }),
            EditRequest::Do(PostEdit::Remove { posts }),
            EditRequest::Undo,
        ] {
            queue.push(Edit::Posts(edit)).unwrap();
        }
        // The first step of the first of them is committed.
        assert!(matches!(heard.recv().unwrap(), News::EditCommitted(_)));
        let thread = queue.stop().unwrap();
        drop(heard);
        thread.join().unwrap();
        let mut ratings = Vec::new();
        let reader = library.reader("test").unwrap();
        reader
            .for_each_post(&mut |it| ratings.push(it.rating))
            .unwrap();
        assert_eq!(ratings, vec![rating; 30]);
    }
}
