//! The thread that compares: it owns the loaded index, the hashes of all pictures
//! and a connection to the embeddings.
//!
//! Comparing reads rows from disk and calls FAISS, which can't be interrupted, so
//! it is not done by the thread that answers requests. This one starts with the
//! first question, and ends, with all that it holds, when it is told to unload. A
//! library in which nobody looks for what is alike pays nothing for it; who opens a
//! picture does look, unless the strip below it is hidden.

mod compare;
mod state;
mod subject;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError};

use crate::library::Library;
use crate::memory::{self, Budget, Component};
use crate::message::{Generation, SubjectPixels};
use crate::model::PostId;

use super::super::jobs::{News, panic_message};
use super::super::tag_cache::PostSet;
use super::{BuildPolicy, HashNeighbor, LoadOptions, PictureHashes};
use state::State;

pub use compare::Candidate;
pub use subject::{Identified, Unreadable};

/// Tasks that wait; the engine sends a few for each question.
const TASK_CAPACITY: usize = 64;

/// Makes an embedding of a picture that has none, in the worker.
pub trait Embed: Send + Sync {
    /// The key of the model that it uses; of the embeddings that may be compared.
    fn model_key(&self) -> Option<String>;

    /// Waits for it; `Err` says why there is none.
    fn embed(
        &self,
        input: EmbedInput,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Vec<f32>, NoEmbedding>;
}

/// Why a picture has no embedding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoEmbedding {
    /// It is the picture's own fault: it would be the same again, and may take as
    /// long.
    Picture(String),
    /// Nothing is said of the picture.
    Other(String),
}

/// Where no embeddings can be made.
#[derive(Clone, Copy, Debug)]
pub struct NoEmbed;

impl Embed for NoEmbed {
    fn model_key(&self) -> Option<String> {
        None
    }

    fn embed(&self, _: EmbedInput, _: &dyn Fn() -> bool) -> Result<Vec<f32>, NoEmbedding> {
        let reason = "Similarity by embeddings is switched off (semantic_similarity)";
        Err(NoEmbedding::Other(reason.to_owned()))
    }
}

/// A picture to be embedded.
#[derive(Clone, Debug)]
pub enum EmbedInput {
    Path(std::path::PathBuf),
    Pixels(Arc<SubjectPixels>),
}

/// What the thread works with.
#[derive(Clone)]
pub(in crate::engine) struct CompareContext {
    pub library: Arc<Library>,
    pub news: Sender<News>,
    pub budget: Budget,
    pub embed: Arc<dyn Embed>,
    pub build: BuildPolicy,
    pub load: LoadOptions,
    /// Embeddings are compared.
    pub is_semantic: bool,
}

impl std::fmt::Debug for CompareContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CompareContext")
            .field("library", &self.library.dir())
            .field("build", &self.build)
            .finish_non_exhaustive()
    }
}

/// What is compared with.
#[derive(Clone, Debug)]
pub(in crate::engine) enum Subject {
    Post(PostId),
    /// A picture that is no post.
    Picture {
        hashes: Option<PictureHashes>,
        input: EmbedInput,
    },
}

/// Posts that are to be compared with a subject.
#[derive(Clone, Debug)]
pub(in crate::engine) struct CompareTask {
    pub generation: Generation,
    pub subject: Subject,
    pub is_semantic: bool,
    pub is_visual: bool,
    /// Candidates by each measure.
    pub count: usize,
    /// Hashes that differ in more bits are no candidates.
    pub max_distance: u32,
    /// Only these.
    pub within: Option<Arc<PostSet>>,
    /// Candidates by other measures, for which these are wanted too.
    pub also: Vec<PostId>,
    /// What the answer comes from besides posts and embeddings, where it is to be
    /// remembered.
    pub basis: Option<String>,
}

/// What the thread does.
#[derive(Debug)]
pub(in crate::engine) enum Task {
    /// Reads a picture that may be in the library.
    Identify {
        generation: Generation,
        input: EmbedInput,
    },
    /// Looks for a remembered answer.
    Recall {
        generation: Generation,
        post: PostId,
        question: String,
        /// As in [`CompareTask::basis`].
        basis: String,
    },
    Compare(Box<CompareTask>),
    /// Remembers an answer.
    Remember {
        post: PostId,
        question: String,
        /// As [`Compared::state`] was.
        state: String,
        results: Vec<u8>,
    },
    /// Says what there is.
    Look,
    /// Pictures were embedded, or could not be: says what there is, and whether an
    /// index is to be built of it.
    Embedded,
    Load,
    /// A new index was written.
    Reload,
}

/// What the thread tells.
#[derive(Debug)]
pub(in crate::engine) enum CompareNews {
    Identified {
        generation: Generation,
        outcome: Result<Identified, Unreadable>,
    },
    Recalled {
        generation: Generation,
        /// As it was remembered, and whether it still holds.
        found: Option<(Vec<u8>, bool)>,
    },
    Compared(Box<Compared>),
    /// What is loaded changed.
    Index(IndexState),
    /// There are embeddings and no index of them, or too old a one.
    BuildDue,
    /// The answer to [`Task::Embedded`].
    Checked {
        is_build_due: bool,
    },
    /// An error in the program ended it, with all questions.
    Broke(String),
    /// It has ended, and all that it held is given back.
    Unloaded,
}

/// What comparing found.
#[derive(Debug, Default)]
pub(in crate::engine) struct Compared {
    pub generation: Generation,
    pub candidates: Vec<Candidate>,
    pub elapsed_us: u64,
    pub loaded_index_ms: Option<f64>,
    pub notes: Vec<String>,
    /// What tells later whether the answer still holds, as it was before comparing;
    /// `None` where it is not to be remembered.
    pub state: Option<String>,
}

/// Of the index, for people.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::engine) struct IndexState {
    /// The model's title; empty where nothing is embedded.
    pub model: String,
    pub dimensions: u32,
    pub num_embedded: u64,
    /// Pictures that the model of the settings can't embed.
    pub num_failed: u64,
    /// In memory, while it is loaded.
    pub loaded: Option<LoadedFacts>,
    pub disk_bytes: u64,
    pub kind: String,
    pub recall: Option<f32>,
    /// Why it could not be loaded.
    pub problem: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::engine) struct LoadedFacts {
    pub bytes: u64,
    pub num_vectors: u64,
}

/// The thread, while there is one.
#[derive(Debug)]
pub(in crate::engine) struct Comparer {
    context: CompareContext,
    running: Option<Running>,
    /// Those that were told to end, and have not yet.
    ending: Vec<JoinHandle<()>>,
    newest: Arc<AtomicU64>,
    /// Counts what changes the hashes.
    posts_version: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Running {
    tasks: Sender<Task>,
    thread: JoinHandle<()>,
}

impl Comparer {
    pub fn new(context: CompareContext) -> Self {
        Self {
            context,
            running: None,
            ending: Vec::new(),
            newest: Arc::default(),
            posts_version: Arc::default(),
        }
    }

    pub fn context(&self) -> &CompareContext {
        &self.context
    }

    /// Other settings from the next start on.
    pub fn context_mut(&mut self) -> &mut CompareContext {
        &mut self.context
    }

    /// Whether it holds anything.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Has the task done; an error where no thread can be started, or where it
    /// is so busy that nothing more can wait.
    pub fn send(&mut self, task: Task) -> std::io::Result<()> {
        let running = match &mut self.running {
            Some(running) => running,
            None => {
                let started = self.start()?;
                self.running.insert(started)
            }
        };
        let task = match running.tasks.try_send(task) {
            Ok(()) => return Ok(()),
            // An error has ended it: nobody would read this.
            Err(TrySendError::Disconnected(task)) => task,
            Err(TrySendError::Full(_)) => {
                return Err(std::io::Error::other(
                    "more questions wait than can be answered; ask again",
                ));
            }
        };
        self.unload();
        let started = self.start()?;
        let sent = started.tasks.try_send(task);
        self.running = Some(started);
        sent.map_err(|_| std::io::Error::other("the thread that compares ended at once"))
    }

    /// What is asked under an older generation is of no use any more.
    pub fn supersede(&self, newest: Generation) {
        self.newest.store(newest.0, Ordering::Relaxed);
    }

    /// Posts or their pictures changed.
    pub fn posts_changed(&self) {
        self.posts_version.fetch_add(1, Ordering::Relaxed);
    }

    /// Ends the thread with all that it holds; [`CompareNews::Unloaded`] says when
    /// it has. `false` where there is none.
    pub fn unload(&mut self) -> bool {
        let Some(running) = self.running.take() else {
            return false;
        };
        // A search that runs is given up.
        self.newest.store(u64::MAX, Ordering::Relaxed);
        drop(running.tasks);
        self.ending.retain(|it| !it.is_finished());
        self.ending.push(running.thread);
        true
    }

    pub fn stop(mut self) -> Vec<JoinHandle<()>> {
        self.unload();
        self.ending
    }

    fn start(&mut self) -> std::io::Result<Running> {
        let (sender, tasks) = crossbeam_channel::bounded(TASK_CAPACITY);
        let context = self.context.clone();
        self.newest = Arc::default();
        let newest = self.newest.clone();
        let posts_version = self.posts_version.clone();
        let thread = memory::spawn("similarity", Component::Similarity, move || {
            let news = context.news.clone();
            let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| {
                work(tasks, context, newest, posts_version);
            }));
            memory::flush_thread_cache();
            memory::purge(Component::Similarity);
            memory::purge(Component::Sqlite);
            // Both fail only where the engine has stopped.
            if let Err(panic) = outcome {
                let reason = panic_message(&*panic).to_owned();
                let _ = news.send(News::Compare(CompareNews::Broke(reason)));
            }
            let _ = news.send(News::Compare(CompareNews::Unloaded));
        })?;
        Ok(Running {
            tasks: sender,
            thread,
        })
    }
}

/// Works until nobody can ask any more; nothing can be asked once it has ended.
fn work(
    tasks: Receiver<Task>,
    context: CompareContext,
    newest: Arc<AtomicU64>,
    posts_version: Arc<AtomicU64>,
) {
    let mut state = State::new(context, newest, posts_version);
    while let Ok(task) = tasks.recv() {
        if state.work(task).is_break() {
            break;
        }
    }
}

/// The neighbour as a candidate.
impl From<HashNeighbor> for Candidate {
    fn from(neighbor: HashNeighbor) -> Self {
        Self {
            post: neighbor.post,
            semantic: None,
            distance: Some(neighbor.distance),
            color_steps: Some(neighbor.color_steps),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::library::OpenOptions;
    use crate::memory::{BudgetWish, Caps};

    /// Its worker ends the thread that asks it.
    struct Broken;

    impl Embed for Broken {
        fn model_key(&self) -> Option<String> {
            Some("broken".to_owned())
        }

        fn embed(&self, _: EmbedInput, _: &dyn Fn() -> bool) -> Result<Vec<f32>, NoEmbedding> {
            panic!("as expected");
        }
    }

    #[test]
    fn an_error_ends_the_questions_and_not_the_answers() {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path(), &OpenOptions::default()).unwrap();
        let mut store = library.similarity("test").unwrap();
        let model = store.model("broken", "Broken", 2).unwrap();
        store.put(model, &[(PostId(1), &[1.0, 0.0])]).unwrap();
        drop(store);
        let (sender, news) = crossbeam_channel::unbounded();
        let caps = Caps {
            pictures: 1 << 20,
            thumbnails: 1 << 20,
            textures: 1 << 20,
        };
        let mut comparer = Comparer::new(CompareContext {
            library: Arc::new(library),
            news: sender,
            budget: Budget::new(BudgetWish::default(), caps),
            embed: Arc::new(Broken),
            build: BuildPolicy::default(),
            load: LoadOptions::default(),
            is_semantic: true,
        });
        let next = || match news.recv_timeout(Duration::from_secs(60)) {
            Ok(News::Compare(news)) => news,
            other => panic!("{other:?}"),
        };
        let input = EmbedInput::Path(dir.path().join("picture.png"));
        let task = CompareTask {
            generation: Generation(1),
            subject: Subject::Picture {
                hashes: None,
                input,
            },
            is_semantic: true,
            is_visual: false,
            count: 10,
            max_distance: 0,
            within: None,
            also: Vec::new(),
            basis: None,
        };
        comparer.send(Task::Compare(Box::new(task))).unwrap();
        let CompareNews::Broke(reason) = next() else {
            panic!("nobody says that it ended");
        };
        assert_eq!(reason, "as expected");
        assert!(matches!(next(), CompareNews::Unloaded));
        comparer.send(Task::Look).unwrap();
        let CompareNews::Index(facts) = next() else {
            panic!("nobody looks");
        };
        assert_eq!(facts.num_embedded, 1);
        for thread in comparer.stop() {
            thread.join().unwrap();
        }
    }
}
