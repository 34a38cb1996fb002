//! What has to look at folders on disk, or at all that the library knows of them.
//!
//! Three lanes, each with a thread that lives as long as there is something to do: a
//! change of a hundred thousand files keeps nobody from listing folders, and a disk
//! that does not answer keeps nothing from being written.

mod change;
mod libraries;
mod list;
mod moving;
mod suggest;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::Sender;
use parking_lot::Mutex;

use crate::library::Library;
use crate::memory::{self, Component, figures};
use crate::message::{PlaceChange, PlaceEvent};
use crate::session::Session;

use super::{News, panic_message};

/// Files that are changed in one transaction.
const BATCH: usize = 512;

/// Files read at a time.
const PAGE: u32 = 256;

/// Between two tellings of how far a change is.
const INTERVAL: Duration = Duration::from_millis(200);

/// Something to be looked at, changed or written.
#[derive(Clone, Debug)]
pub(in crate::engine) enum PlaceTask {
    /// With what is in these.
    ListFolders(Vec<PathBuf>),
    Suggest,
    Change(PlaceChange),
    KeepSession(Box<Session>),
    RememberLibrary(PathBuf),
    ForgetLibrary(PathBuf),
    ListLibraries,
}

impl PlaceTask {
    fn lane(&self) -> usize {
        match self {
            Self::ListFolders(_) | Self::Suggest => 0,
            Self::Change(_) => 1,
            Self::KeepSession(_)
            | Self::RememberLibrary(_)
            | Self::ForgetLibrary(_)
            | Self::ListLibraries => 2,
        }
    }

    /// Only the newest of its kind matters.
    fn replaces_older(&self) -> bool {
        matches!(
            self,
            Self::ListFolders(_) | Self::Suggest | Self::KeepSession(_) | Self::ListLibraries
        )
    }
}

/// What every task gets.
#[derive(Clone, Debug)]
struct Context {
    library: Arc<Library>,
    /// Where the list of libraries is.
    recent: Option<PathBuf>,
    news: Sender<News>,
    /// Files that are changed in one transaction.
    batch: usize,
    /// Of changes.
    is_cancelled: Arc<AtomicBool>,
    /// The engine ends: nothing is worth looking at any more.
    is_closing: Arc<AtomicBool>,
}

impl Context {
    fn tell(&self, event: PlaceEvent) {
        // Fails only where the engine has stopped, and then nobody asks.
        let _ = self.news.send(News::Places(event));
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed) || self.is_closing()
    }

    fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::Relaxed)
    }
}

/// Takes tasks, and has them done in lanes.
#[derive(Debug)]
pub(in crate::engine) struct PlaceDesk {
    context: Context,
    lanes: [Lane; 3],
}

#[derive(Debug, Default)]
struct Lane {
    queue: Arc<Mutex<Queue>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<PlaceTask>,
    /// A thread will take what waits.
    is_running: bool,
}

impl PlaceDesk {
    pub fn new(library: Arc<Library>, recent: Option<PathBuf>, news: Sender<News>) -> Self {
        Self {
            context: Context {
                library,
                recent,
                news,
                batch: BATCH,
                is_cancelled: Arc::default(),
                is_closing: Arc::default(),
            },
            lanes: Default::default(),
        }
    }

    /// A list of libraries is kept, and how windows look.
    pub fn has_recent(&self) -> bool {
        self.context.recent.is_some()
    }

    /// Queues a task; where no thread can be started, it is gone.
    pub fn push(&mut self, task: PlaceTask) -> std::io::Result<()> {
        let Some(lane) = self.lanes.get_mut(task.lane()) else {
            return Ok(());
        };
        if matches!(task, PlaceTask::Change(_)) {
            self.context.is_cancelled.store(false, Ordering::Relaxed);
        }
        let mut queue = lane.queue.lock();
        if task.replaces_older() {
            let kind = std::mem::discriminant(&task);
            queue
                .waiting
                .retain(|it| std::mem::discriminant(it) != kind);
        }
        if queue.is_running {
            queue.waiting.push_back(task);
            return Ok(());
        }
        if let Some(ended) = lane.thread.take() {
            // It has nothing left to do, so this does not wait.
            let _ = ended.join();
        }
        let (context, shared) = (self.context.clone(), lane.queue.clone());
        lane.thread = Some(memory::spawn("places", Component::Engine, move || {
            run(&context, &shared);
        })?);
        queue.waiting.push_back(task);
        queue.is_running = true;
        Ok(())
    }

    /// Ends the change that runs; what it has committed stays.
    pub fn cancel_change(&self) {
        self.context.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// The threads end soon; what is to be written is written before.
    pub fn stop(self) -> impl Iterator<Item = JoinHandle<()>> {
        self.context.is_closing.store(true, Ordering::Relaxed);
        self.lanes.into_iter().filter_map(|it| it.thread)
    }
}

fn run(context: &Context, queue: &Mutex<Queue>) {
    loop {
        let task = {
            let mut queue = queue.lock();
            match queue.waiting.pop_front() {
                Some(task) => task,
                None => {
                    queue.is_running = false;
                    return;
                }
            }
        };
        let is_change = matches!(task, PlaceTask::Change(_));
        let done = std::panic::catch_unwind(AssertUnwindSafe(|| carry_out(context, task)));
        if let Err(panic) = done {
            let reason = panic_message(&*panic);
            tracing::error!(
                reason,
                "looking at folders ended by an error in the program"
            );
            if is_change {
                let outcome = Err(format!("An error in the program: {reason}"));
                let _ = context.news.send(News::PlacesChanged {
                    outcome,
                    import: None,
                });
            }
        }
    }
}

fn carry_out(context: &Context, task: PlaceTask) {
    match task {
        PlaceTask::ListFolders(open) => match list::folders(&context.library, &open) {
            Ok(tree) => context.tell(PlaceEvent::Folders(tree)),
            Err(err) => tracing::warn!(%err, "folders can't be listed"),
        },
        PlaceTask::Suggest => suggest::suggest(context),
        PlaceTask::Change(change) => {
            let (outcome, import) = match change::carry_out(context, &change) {
                Ok(done) => (Ok(done.text), done.import),
                Err(reason) => (Err(reason), None),
            };
            let _ = context.news.send(News::PlacesChanged { outcome, import });
        }
        PlaceTask::KeepSession(session) => {
            if let Err(err) = session.store(context.library.dir()) {
                tracing::warn!(%err, "how the window looks is not kept");
            }
        }
        PlaceTask::RememberLibrary(path) => {
            libraries::remember(context, path);
            libraries::tell(context);
        }
        PlaceTask::ForgetLibrary(path) => {
            libraries::forget(context, &path);
            libraries::tell(context);
        }
        PlaceTask::ListLibraries => libraries::tell(context),
    }
}

/// `1 file`, `1,234 files`.
fn files(num: u64) -> String {
    match num {
        1 => "1 file".to_owned(),
        num => format!("{} files", figures::count(num)),
    }
}
