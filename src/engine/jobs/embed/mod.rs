//! Embeddings of all pictures, made in the background, and of single ones that
//! somebody waits for.
//!
//! One thread has the worker, a reader of the library and the store of
//! embeddings. It starts with the first wish; with nothing to do it holds no
//! connection, and once the worker has left it only sleeps.

mod progress;
mod run;
mod thread;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender};
use parking_lot::Mutex;

use crate::engine::worker::{EmbedError, ModelSpec, PictureInput, WorkerFigures};
use crate::library::Library;
use crate::memory::{self, Component};
use crate::message::{EmbedProgress, EmbedReport};
use crate::model::{ModelId, PostId};

/// How often one who waits for an embedding is asked whether it still does.
const POLL: Duration = Duration::from_millis(50);

/// What the job works with.
#[derive(Clone)]
pub struct EmbedContext {
    pub library: Arc<Library>,
    pub model: ModelSpec,
    /// The program that is the worker, see [`crate::engine::worker::default_program`].
    pub program: PathBuf,
    /// The worker's RSS, at most, bytes.
    pub memory_limit_bytes: u64,
    /// How long a worker stays with nothing to do.
    pub worker_idle: Duration,
    /// How long one picture may take.
    pub picture_timeout: Duration,
    /// Told from the job's thread, and may wait; `false` where nobody hears it
    /// any more, which ends the job.
    pub tell: Arc<dyn Fn(EmbedNews) -> bool + Send + Sync>,
}

/// What the job tells.
#[derive(Clone, Debug, PartialEq)]
pub enum EmbedNews {
    /// A few times a second; may be dropped by who is busy.
    Progress(EmbedProgress),
    /// Embeddings were committed.
    Written { model: ModelId, posts: Vec<PostId> },
    /// The last of a run that [`EmbedJob::start`] began.
    Ended(EmbedReport),
}

/// The job. Cloning shares it, so that others may ask it for embeddings.
///
/// Its thread ends, and the worker with it, once all of them are dropped.
#[derive(Clone)]
pub struct EmbedJob {
    shared: Arc<Shared>,
    thread: Arc<Mutex<Option<Running>>>,
}

/// What the job and its thread share.
struct Shared {
    context: EmbedContext,
    figures: WorkerFigures,
    key: Mutex<Option<String>>,
    flags: Flags,
}

struct Running {
    wishes: Sender<Wish>,
    thread: JoinHandle<()>,
}

/// Seen by the thread in the middle of a picture.
#[derive(Debug, Default)]
struct Flags {
    is_stopped: AtomicBool,
    is_run_cancelled: AtomicBool,
}

/// What the thread is asked to do.
enum Wish {
    Start,
    Pause,
    Resume,
    Cancel,
    RetryFailed,
    Embed(Question),
    Stop,
}

/// One picture that somebody waits for.
struct Question {
    input: PictureInput,
    is_cancelled: Arc<AtomicBool>,
    answer: Sender<Result<Vec<f32>, EmbedError>>,
}

impl EmbedJob {
    pub fn new(context: EmbedContext) -> Self {
        Self {
            shared: Arc::new(Shared {
                context,
                figures: WorkerFigures::default(),
                key: Mutex::default(),
                flags: Flags::default(),
            }),
            thread: Arc::default(),
        }
    }

    /// Embeds all pictures that have no embedding by the model and did not fail;
    /// where it does so already, looks for new ones. [`EmbedNews::Ended`] follows.
    pub fn start(&self) -> std::io::Result<()> {
        self.wish(Wish::Start)
    }

    /// Like [`Self::start`], and tries those again that failed.
    pub fn retry_failed(&self) -> std::io::Result<()> {
        self.wish(Wish::RetryFailed)
    }

    /// Rests until [`Self::resume`]; single pictures are still embedded.
    pub fn pause(&self) {
        self.wish_if_running(Wish::Pause);
    }

    pub fn resume(&self) {
        self.wish_if_running(Wish::Resume);
    }

    /// Ends the run; what was embedded stays.
    pub fn cancel(&self) {
        if let Some(running) = &*self.thread.lock() {
            // Seen at once; the thread takes it back when it hears the wish.
            let flag = &self.shared.flags.is_run_cancelled;
            flag.store(true, Ordering::Relaxed);
            // Fails only where the thread has ended.
            let _ = running.wishes.send(Wish::Cancel);
        }
    }

    /// The embedding of one picture, as the model gives it: comes before all
    /// that is embedded in the background. Waits, so not for the engine's thread.
    pub fn embed(
        &self,
        input: PictureInput,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Vec<f32>, EmbedError> {
        let flag = Arc::new(AtomicBool::new(false));
        let (answer, answered) = crossbeam_channel::bounded(1);
        let question = Question {
            input,
            is_cancelled: flag.clone(),
            answer,
        };
        self.wish(Wish::Embed(question))
            .map_err(|err| EmbedError::Model(format!("no thread for the worker: {err}")))?;
        loop {
            match answered.recv_timeout(POLL) {
                Ok(outcome) => return outcome,
                // The job has stopped.
                Err(RecvTimeoutError::Disconnected) => return Err(EmbedError::Cancelled),
                Err(RecvTimeoutError::Timeout) if is_cancelled() => {
                    flag.store(true, Ordering::Relaxed);
                    return Err(EmbedError::Cancelled);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// The key of the model in `similarity.db`. The first time this reads the
    /// model's file, so not for the engine's thread.
    pub fn model_key(&self) -> std::io::Result<String> {
        self.shared.model_key(&|| false)
    }

    pub fn model(&self) -> &ModelSpec {
        &self.shared.context.model
    }

    /// Process and memory of the worker.
    pub fn worker(&self) -> &WorkerFigures {
        &self.shared.figures
    }

    /// Ends the thread and the worker within a second, for good; what was
    /// embedded until then is written.
    pub fn stop(&self) -> Option<JoinHandle<()>> {
        self.shared.flags.is_stopped.store(true, Ordering::Relaxed);
        let running = self.thread.lock().take()?;
        // Fails only where it has ended.
        let _ = running.wishes.send(Wish::Stop);
        Some(running.thread)
    }

    fn wish_if_running(&self, wish: Wish) {
        if let Some(running) = &*self.thread.lock() {
            // Fails only where it has ended, and then there is nothing to do.
            let _ = running.wishes.send(wish);
        }
    }

    /// Starts the thread where there is none.
    fn wish(&self, wish: Wish) -> std::io::Result<()> {
        let mut thread = self.thread.lock();
        if self.shared.flags.is_stopped.load(Ordering::Relaxed) {
            return Err(std::io::Error::other("embedding has stopped"));
        }
        let wish = match &*thread {
            Some(running) => match running.wishes.send(wish) {
                Ok(()) => return Ok(()),
                Err(unheard) => unheard.into_inner(),
            },
            None => wish,
        };
        let (wishes, to_do) = crossbeam_channel::unbounded();
        let shared = self.shared.clone();
        let handle = memory::spawn("embedding", Component::Engine, move || {
            thread::run(&shared, &to_do);
        })?;
        // Just made, so it hears.
        let _ = wishes.send(wish);
        *thread = Some(Running {
            wishes,
            thread: handle,
        });
        Ok(())
    }
}

impl Shared {
    /// Given up where all has stopped, or where `is_cancelled` says so.
    fn model_key(&self, is_cancelled: &dyn Fn() -> bool) -> std::io::Result<String> {
        let mut key = self.key.lock();
        if let Some(key) = &*key {
            return Ok(key.clone());
        }
        let is_over = || self.flags.is_stopped.load(Ordering::Relaxed) || is_cancelled();
        Ok(key.insert(self.context.model.key_unless(&is_over)?).clone())
    }
}

impl std::fmt::Debug for EmbedContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbedContext")
            .field("model", &self.model.name)
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for EmbedJob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbedJob")
            .field("model", &self.shared.context.model.name)
            .field("worker", &self.shared.figures.pid())
            .finish_non_exhaustive()
    }
}
