//! The application's side: starts the worker, asks it, and ends it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::child::{Ask, Heard, Patience, Worker};
use super::figures::WorkerFigures;
use super::model::ModelSpec;
use super::protocol::{self, Answer, MAX_EDGE, Message, Question};
use crate::picture;

/// How long loading a model may take: large ones are optimised for a minute.
const LOAD_TIMEOUT: Duration = Duration::from_secs(300);

/// A picture is tried once more in a new worker.
const ATTEMPTS: usize = 2;

/// A worker that has too much memory after fewer pictures costs more to start than it
/// is good for.
const LEAST_PICTURES: u32 = 16;

/// Such workers in a row: others would be no better.
const MAX_SHORT_LIVED: u32 = 3;

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

impl PictureInput {
    /// Of pixels whose alpha is not multiplied in, of any size.
    pub fn of_straight(width: u32, height: u32, rgba: &[u8]) -> Result<Self, EmbedError> {
        let (rgba, width, height) = picture::premultiplied(rgba, (width, height), MAX_EDGE)
            .map_err(|err| EmbedError::Picture(err.to_string()))?;
        Ok(Self::Pixels {
            width,
            height,
            rgba,
        })
    }
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
    /// Pictures that the worker has embedded.
    num_embedded: u32,
    /// Workers in a row that had too much memory soon, and how much the last one had.
    num_short_lived: u32,
    excess: Option<String>,
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
            num_embedded: 0,
            num_short_lived: 0,
            excess: None,
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
        self.embed_before(input, None, is_cancelled)
    }

    /// Like [`Self::embed`]; the worker reads the picture in `next` meanwhile,
    /// which saves time where that is asked for next.
    pub fn embed_before(
        &mut self,
        input: &PictureInput,
        next: Option<&Path>,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Vec<f32>, EmbedError> {
        check(input)?;
        if self.num_short_lived >= MAX_SHORT_LIVED {
            // Once: what made it so may be mended when this is asked again.
            self.num_short_lived = 0;
            return Err(EmbedError::Model(format!(
                "{MAX_SHORT_LIVED} workers in a row had too much memory after a few pictures: {}",
                self.excess.take().unwrap_or_default()
            )));
        }
        let mut last_reason = String::new();
        for attempt in 0..ATTEMPTS {
            self.await_overdue(is_cancelled)?;
            self.ensure_started(is_cancelled)?;
            self.num_asked += 1;
            let number = self.num_asked;
            let ask = Ask {
                // Alone the second time, so that it is not blamed for the next one.
                next: next.filter(|_| attempt == 0).map(Path::to_owned),
                ..Ask::of_picture(number, input)
            };
            match self.ask(ask, self.config.picture_timeout, is_cancelled) {
                Heard::Answer(message) => match message.body {
                    Answer::Embedded { number: of } if of == number => {
                        match protocol::read_values(&message.attachment) {
                            Some(values) => {
                                self.note_embedded();
                                return Ok(values);
                            }
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

    /// Counts workers that are of little use.
    fn note_embedded(&mut self) {
        self.num_embedded += 1;
        let Some(worker) = &mut self.worker else {
            return;
        };
        if let Some(excess) = worker.excess.take() {
            self.num_short_lived = if self.num_embedded < LEAST_PICTURES {
                self.num_short_lived + 1
            } else {
                0
            };
            self.excess = Some(excess);
        } else if self.num_embedded >= LEAST_PICTURES {
            self.num_short_lived = 0;
        }
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
        self.num_embedded = 0;
        let memory_limit = *memory_limit_bytes;
        let question = Question::Load {
            model: model.clone(),
            picture_bytes: (memory_limit_bytes / PICTURE_SHARE).min(MAX_PICTURE_BYTES),
        };
        let ask = Ask {
            question,
            attachment: Vec::new(),
            next: None,
        };
        match self.ask(ask, LOAD_TIMEOUT, is_cancelled) {
            Heard::Answer(Message {
                body: Answer::Loaded { dimensions },
                ..
            }) => {
                self.dimensions = Some(dimensions);
                match self
                    .worker
                    .as_mut()
                    .and_then(|it| it.memory_excess(memory_limit))
                {
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
    fn ask(&mut self, ask: Ask, limit: Duration, is_cancelled: &dyn Fn() -> bool) -> Heard {
        let memory_limit_bytes = self.config.memory_limit_bytes;
        let Some(worker) = &mut self.worker else {
            return Heard::Lost("it was not started".to_owned());
        };
        let patience = Patience {
            deadline: Instant::now() + limit,
            memory_limit_bytes,
            is_cancelled,
        };
        worker.ask(ask, &patience)
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

    /// RSS of the worker, at most, bytes: holds for the one that runs too.
    pub fn set_memory_limit(&mut self, bytes: u64) {
        self.config.memory_limit_bytes = bytes;
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
