//! The application's side: starts the worker, asks it, and ends it.

use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::figures::WorkerFigures;
use super::model::ModelSpec;
use super::protocol::{self, Answer, MAX_EDGE, Message, ProtocolError, Question};
use crate::memory::{self, Component};

/// How often a cancelled wish is noticed while the worker works.
const POLL: Duration = Duration::from_millis(50);

/// How often the worker's memory is looked at while it works.
const MEMORY_INTERVAL: Duration = Duration::from_secs(1);

/// How long loading a model may take: large ones are optimised for a minute.
const LOAD_TIMEOUT: Duration = Duration::from_secs(300);

/// How long a worker may take to leave before it is killed.
const FAREWELL: Duration = Duration::from_millis(300);

/// A picture is tried once more in a new worker.
const ATTEMPTS: usize = 2;

/// Of the worker's memory, what decoding a picture may take.
const PICTURE_SHARE: u64 = 3;

/// Decoding needs no more than this, bytes.
const MAX_PICTURE_BYTES: u64 = 256 << 20;

/// How the worker is started and bounded.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// This program, see [`default_program`].
    pub program: PathBuf,
    pub model: ModelSpec,
    /// Its RSS, bytes; a worker that has more is ended.
    pub memory_limit_bytes: u64,
    /// How long one picture may take.
    pub picture_timeout: Duration,
    /// How long it stays with nothing to do.
    pub idle: Duration,
}

impl WorkerConfig {
    /// With the default bounds: 512 MB, a minute a picture, five minutes idle.
    pub fn new(program: PathBuf, model: ModelSpec) -> Self {
        Self {
            program,
            model,
            memory_limit_bytes: 512 << 20,
            picture_timeout: Duration::from_secs(60),
            idle: Duration::from_secs(300),
        }
    }
}

/// The program that runs, as it can be started again: on Linux by what the
/// kernel has open, so that an update meanwhile makes no difference.
///
/// Only right in a process that is `kobako` itself: tests and benches name the
/// program that they were built with.
pub fn default_program() -> std::io::Result<PathBuf> {
    let itself = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") && itself.exists() {
        return Ok(itself);
    }
    std::env::current_exe()
}

/// A picture to be embedded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PictureInput {
    /// In a file.
    Path(PathBuf),
    /// Premultiplied RGBA, at most [`MAX_EDGE`] pixels an edge.
    Pixels {
        width: u32,
        height: u32,
        rgba: Vec<u8>,
    },
}

/// Why there is no embedding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmbedError {
    /// This picture can't be embedded; others can.
    #[error("{0}")]
    Picture(String),
    /// The worker did not survive this picture, twice; others can be embedded.
    #[error("{0}")]
    Killed(String),
    /// No picture can be embedded as things are.
    #[error("{0}")]
    Model(String),
    #[error("cancelled")]
    Cancelled,
}

/// Starts a worker when it is needed and asks it, one picture at a time.
///
/// Belongs to one thread, on which the worker also depends: it ends with it.
#[derive(Debug)]
pub struct WorkerClient {
    config: WorkerConfig,
    worker: Option<Worker>,
    num_asked: u64,
    /// Values of an embedding, once a worker has told.
    dimensions: Option<u32>,
    figures: WorkerFigures,
}

/// A worker process that has its model.
#[derive(Debug)]
struct Worker {
    child: Child,
    /// `None` once it is to leave.
    questions: Option<Sender<(Question, Vec<u8>)>>,
    answers: Receiver<Result<Message<Answer>, ProtocolError>>,
    pipe: Option<JoinHandle<()>>,
    last_used: Instant,
    memory_looked: Instant,
    /// Until when an answer that nobody waits for any more may take.
    overdue: Option<Instant>,
    figures: WorkerFigures,
}

/// What waiting for an answer came to.
enum Heard {
    Answer(Message<Answer>),
    /// The worker did not survive it, for this reason.
    Lost(String),
    Cancelled,
}

/// How long to wait, and for whom.
struct Patience<'a> {
    deadline: Instant,
    memory_limit_bytes: u64,
    is_cancelled: &'a dyn Fn() -> bool,
}

impl WorkerClient {
    pub fn new(config: WorkerConfig) -> Self {
        Self::with_figures(config, WorkerFigures::default())
    }

    /// Tells others of its worker through `figures`.
    pub fn with_figures(config: WorkerConfig, figures: WorkerFigures) -> Self {
        Self {
            config,
            worker: None,
            num_asked: 0,
            dimensions: None,
            figures,
        }
    }

    /// The embedding of a picture, as the model gives it.
    ///
    /// Starts a worker where there is none, and once more where it crashes,
    /// hangs or takes too much memory. Asks `is_cancelled` twenty times a second.
    pub fn embed(
        &mut self,
        input: &PictureInput,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Vec<f32>, EmbedError> {
        check(input)?;
        let mut last_reason = String::new();
        for _ in 0..ATTEMPTS {
            self.await_overdue(is_cancelled)?;
            self.ensure_started(is_cancelled)?;
            self.num_asked += 1;
            let number = self.num_asked;
            let (question, attachment) = question(number, input);
            match self.ask(
                question,
                attachment,
                self.config.picture_timeout,
                is_cancelled,
            ) {
                Heard::Answer(message) => match message.body {
                    Answer::Embedded { number: of } if of == number => {
                        match protocol::read_values(&message.attachment) {
                            Some(values) => return Ok(values),
                            None => last_reason = "it sent what is no embedding".to_owned(),
                        }
                    }
                    Answer::Refused { number: of, reason } if of == number => {
                        return Err(EmbedError::Picture(reason));
                    }
                    other => last_reason = format!("it answered something else: {other:?}"),
                },
                Heard::Lost(reason) => last_reason = reason,
                Heard::Cancelled => return Err(EmbedError::Cancelled),
            }
            self.kill();
        }
        Err(EmbedError::Killed(format!(
            "the worker was lost over it twice: {last_reason}"
        )))
    }

    /// Starts the worker where there is none; returns when it has its model.
    pub fn ensure_started(&mut self, is_cancelled: &dyn Fn() -> bool) -> Result<(), EmbedError> {
        if let Some(worker) = &mut self.worker {
            if worker.is_alive() {
                return Ok(());
            }
            // It was ended from outside while it had nothing to do.
            self.kill();
        }
        let mut last_reason = String::new();
        for _ in 0..ATTEMPTS {
            match self.start(is_cancelled) {
                Ok(()) => return Ok(()),
                Err(Ok(err)) => {
                    self.kill();
                    return Err(err);
                }
                Err(Err(reason)) => last_reason = reason,
            }
            self.kill();
        }
        Err(EmbedError::Model(format!(
            "the worker was lost twice while it loaded {}: {last_reason}",
            self.config.model.title
        )))
    }

    /// `Err(Err(_))` where it may be tried again.
    fn start(&mut self, is_cancelled: &dyn Fn() -> bool) -> Result<(), Result<EmbedError, String>> {
        let WorkerConfig {
            program,
            model,
            memory_limit_bytes,
            ..
        } = &self.config;
        let worker = Worker::spawn(program, &self.figures).map_err(|err| {
            Ok(EmbedError::Model(format!(
                "the worker {} can't be started: {err}",
                program.display()
            )))
        })?;
        self.worker = Some(worker);
        let memory_limit = *memory_limit_bytes;
        let question = Question::Load {
            model: model.clone(),
            picture_bytes: (memory_limit_bytes / PICTURE_SHARE).min(MAX_PICTURE_BYTES),
        };
        match self.ask(question, Vec::new(), LOAD_TIMEOUT, is_cancelled) {
            Heard::Answer(Message {
                body: Answer::Loaded { dimensions },
                ..
            }) => {
                self.dimensions = Some(dimensions);
                match self.worker.as_mut().and_then(|it| it.excess(memory_limit)) {
                    None => Ok(()),
                    Some(reason) => Err(Ok(EmbedError::Model(reason))),
                }
            }
            Heard::Answer(Message {
                body: Answer::NotLoaded { reason },
                ..
            }) => Err(Ok(EmbedError::Model(reason))),
            Heard::Answer(other) => Err(Err(format!("it answered something else: {other:?}"))),
            Heard::Lost(reason) => Err(Err(reason)),
            Heard::Cancelled => Err(Ok(EmbedError::Cancelled)),
        }
    }

    /// Asks and waits. A cancelled picture stays with the worker, and what it
    /// answers is thrown away before the next one.
    fn ask(
        &mut self,
        question: Question,
        attachment: Vec<u8>,
        limit: Duration,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Heard {
        let memory_limit_bytes = self.config.memory_limit_bytes;
        let Some(worker) = &mut self.worker else {
            return Heard::Lost("it was not started".to_owned());
        };
        let patience = Patience {
            deadline: Instant::now() + limit,
            memory_limit_bytes,
            is_cancelled,
        };
        worker.ask(question, attachment, &patience)
    }

    /// Waits for the answer to what was cancelled, and throws it away.
    fn await_overdue(&mut self, is_cancelled: &dyn Fn() -> bool) -> Result<(), EmbedError> {
        let Some(worker) = &mut self.worker else {
            return Ok(());
        };
        let Some(deadline) = worker.overdue else {
            return Ok(());
        };
        let patience = Patience {
            deadline,
            memory_limit_bytes: self.config.memory_limit_bytes,
            is_cancelled,
        };
        match worker.wait(&patience) {
            Heard::Answer(_) => Ok(()),
            Heard::Cancelled => Err(EmbedError::Cancelled),
            Heard::Lost(_) => {
                self.kill();
                Ok(())
            }
        }
    }

    /// Values of an embedding; `None` before the first worker has its model.
    pub fn dimensions(&self) -> Option<u32> {
        self.dimensions
    }

    /// What others may know of the worker.
    pub fn figures(&self) -> &WorkerFigures {
        &self.figures
    }

    /// The worker's process, while there is one.
    pub fn pid(&self) -> Option<u32> {
        self.figures.pid()
    }

    /// RSS of the worker, bytes; `None` while there is none.
    pub fn rss_bytes(&self) -> Option<u64> {
        self.figures.rss_bytes()
    }

    /// When a worker that is not asked again leaves; `None` while there is none.
    pub fn leaves_at(&self) -> Option<Instant> {
        Some(self.worker.as_ref()?.last_used + self.config.idle)
    }

    /// Lets the worker go if it had nothing to do for long enough; `true` where
    /// it went.
    pub fn stop_if_idle(&mut self, now: Instant) -> bool {
        let is_due = self.leaves_at().is_some_and(|it| now >= it);
        if is_due {
            self.stop();
        }
        is_due
    }

    /// Lets the worker go; the next picture starts another.
    pub fn stop(&mut self) {
        if let Some(mut worker) = self.worker.take() {
            worker.farewell();
        }
    }

    fn kill(&mut self) {
        // Dropping it does.
        self.worker = None;
    }
}

/// Whether the worker could be sent this at all.
fn check(input: &PictureInput) -> Result<(), EmbedError> {
    let PictureInput::Pixels {
        width,
        height,
        rgba,
    } = input
    else {
        return Ok(());
    };
    let edges = 1..=MAX_EDGE;
    if !edges.contains(width) || !edges.contains(height) {
        return Err(EmbedError::Picture(format!(
            "{width} × {height} pixels are not between 1 and {MAX_EDGE} an edge"
        )));
    }
    if rgba.len() as u64 != u64::from(*width) * u64::from(*height) * 4 {
        return Err(EmbedError::Picture(format!(
            "{} bytes are no {width} × {height} pixels",
            rgba.len()
        )));
    }
    Ok(())
}

fn question(number: u64, input: &PictureInput) -> (Question, Vec<u8>) {
    match input {
        PictureInput::Path(path) => {
            let path = path.clone();
            (Question::EmbedFile { number, path }, Vec::new())
        }
        PictureInput::Pixels {
            width,
            height,
            rgba,
        } => {
            let question = Question::EmbedPixels {
                number,
                width: *width,
                height: *height,
            };
            (question, rgba.clone())
        }
    }
}

impl Worker {
    fn spawn(program: &std::path::Path, figures: &WorkerFigures) -> std::io::Result<Self> {
        let mut command = Command::new(program);
        command
            .arg("worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It calculates on one thread; those of a library would only wait.
            .env("OPENBLAS_NUM_THREADS", "1")
            .env("OMP_NUM_THREADS", "1");
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            // Ctrl-C in a terminal asks the application, which asks the worker.
            command.process_group(0);
        }
        let mut child = command.spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(std::io::Error::other("it has no pipes"));
        };
        figures.started(child.id());
        let (questions, to_ask) = crossbeam_channel::bounded(1);
        let (answer, answers) = crossbeam_channel::bounded(1);
        // The guard ends the child if the thread can't be started.
        let mut worker = Self {
            child,
            questions: Some(questions),
            answers,
            pipe: None,
            last_used: Instant::now(),
            memory_looked: Instant::now(),
            overdue: None,
            figures: figures.clone(),
        };
        worker.pipe = Some(memory::spawn(
            "worker pipe",
            Component::Engine,
            move || {
                if let Err(err) = talk(stdin, stdout, &to_ask, &answer) {
                    // Fails only where nobody asks any more.
                    let _ = answer.send(Err(err));
                }
            },
        )?);
        Ok(worker)
    }

    fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
            && self.questions.is_some()
            && self.pipe.as_ref().is_some_and(|it| !it.is_finished())
    }

    fn ask(&mut self, question: Question, attachment: Vec<u8>, patience: &Patience<'_>) -> Heard {
        let is_sent = self
            .questions
            .as_ref()
            .is_some_and(|it| it.send((question, attachment)).is_ok());
        if !is_sent {
            return Heard::Lost(self.last_words());
        }
        self.wait(patience)
    }

    fn wait(&mut self, patience: &Patience<'_>) -> Heard {
        loop {
            let now = Instant::now();
            self.last_used = now;
            match self.answers.recv_timeout(POLL.min(patience.deadline - now)) {
                Ok(Ok(message)) => {
                    self.overdue = None;
                    return match self.too_much_memory(patience.memory_limit_bytes) {
                        // It has answered, so this is no picture's fault yet; the
                        // next one starts with a new worker.
                        Some(reason) => {
                            tracing::info!(reason, "the worker is replaced");
                            self.questions = None;
                            Heard::Answer(message)
                        }
                        None => Heard::Answer(message),
                    };
                }
                Ok(Err(ProtocolError::Closed | ProtocolError::Io(_)))
                | Err(RecvTimeoutError::Disconnected) => return Heard::Lost(self.last_words()),
                Ok(Err(err)) => return Heard::Lost(err.to_string()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(reason) = self.too_much_memory(patience.memory_limit_bytes) {
                return Heard::Lost(reason);
            }
            if (patience.is_cancelled)() {
                self.overdue = Some(patience.deadline);
                return Heard::Cancelled;
            }
            if Instant::now() >= patience.deadline {
                return Heard::Lost("it did not answer in time".to_owned());
            }
        }
    }

    /// Why the worker has to go, if it takes too much; looks once a second.
    fn too_much_memory(&mut self, limit_bytes: u64) -> Option<String> {
        if self.memory_looked.elapsed() < MEMORY_INTERVAL {
            return None;
        }
        self.excess(limit_bytes)
    }

    /// Why the worker has to go, if it takes too much now.
    fn excess(&mut self, limit_bytes: u64) -> Option<String> {
        self.memory_looked = Instant::now();
        let rss_bytes = self.figures.rss_bytes()?;
        (rss_bytes > limit_bytes).then(|| {
            format!(
                "it took {} MB of memory, more than the {} MB allowed; raise worker_memory_mb in \
                 the settings",
                rss_bytes >> 20,
                limit_bytes >> 20
            )
        })
    }

    /// How a worker whose pipe ended came to its end.
    fn last_words(&mut self) -> String {
        match self.await_end(FAREWELL) {
            Some(status) => format!("it ended with {status}"),
            None => "its pipe ended".to_owned(),
        }
    }

    /// Closes the pipe, at which it leaves.
    fn farewell(&mut self) {
        self.questions = None;
        self.await_end(FAREWELL);
    }

    fn await_end(&mut self, limit: Duration) -> Option<std::process::ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                _ => return None,
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.questions = None;
        // An error means that it is gone.
        let _ = self.child.kill();
        if self.await_end(2 * FAREWELL).is_none() {
            tracing::warn!(pid = self.child.id(), "the worker does not end");
        }
        self.figures.ended();
        // With the process gone, the pipe's thread sees its end; one that does
        // not go is left behind with it.
        if let Some(pipe) = self.pipe.take()
            && matches!(self.child.try_wait(), Ok(Some(_)))
        {
            while self.answers.recv().is_ok() {}
            let _ = pipe.join();
        }
    }
}

/// Passes questions and answers through the pipe, one by one.
fn talk(
    mut stdin: ChildStdin,
    stdout: ChildStdout,
    questions: &Receiver<(Question, Vec<u8>)>,
    answers: &Sender<Result<Message<Answer>, ProtocolError>>,
) -> Result<(), ProtocolError> {
    let mut stdout = std::io::BufReader::new(stdout);
    protocol::write_hello(&mut stdin)?;
    protocol::read_hello(&mut stdout)?;
    for (question, attachment) in questions {
        protocol::write(&mut stdin, &question, &attachment)?;
        let answer = protocol::read(&mut stdout)?;
        if answers.send(Ok(answer)).is_err() {
            break;
        }
    }
    Ok(())
}
