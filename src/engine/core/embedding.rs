//! Embeds pictures in the background, and lets questions have theirs made.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, TrySendError};

use crate::engine::EngineConfig;
use crate::engine::jobs::News;
use crate::engine::jobs::embed::{EmbedContext, EmbedJob, EmbedNews};
use crate::engine::similarity::{Embed, EmbedInput, NoEmbed, NoEmbedding, Task};
use crate::engine::worker::{EmbedError, ModelSpec, PictureInput};
use crate::library::Library;
use crate::memory;
use crate::message::{EmbedCommand, EmbedProgress, EmbedReport, Event, SubjectPixels, WorkerState};

use super::Core;

/// After an import, embedding waits for so long: another import may follow, or
/// the program end.
const AFTER_IMPORT: Duration = Duration::from_secs(3);

/// The background work on embeddings.
#[derive(Debug, Default)]
pub(super) struct EmbedDesk {
    /// `None` where there is no worker to make any, or it is switched off.
    job: Option<EmbedJob>,
    /// Of the job, and of the next one where it is switched on again.
    context: Option<EmbedContext>,
    /// Of a job that was switched off.
    ending: Vec<JoinHandle<()>>,
    progress: Option<EmbedProgress>,
    /// Why there is none, where the settings are wrong.
    problem: Option<String>,
    /// When it starts by itself.
    due: Option<Instant>,
    /// Told once the index of what was embedded is there too.
    report: Option<EmbedReport>,
}

/// The job, as the thread that compares asks it.
struct Worker(EmbedJob);

impl Embed for Worker {
    fn model_key(&self) -> Option<String> {
        self.0.model_key().ok()
    }

    fn embed(
        &self,
        input: EmbedInput,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Vec<f32>, NoEmbedding> {
        let input = match input {
            EmbedInput::Path(path) => PictureInput::Path(path),
            EmbedInput::Pixels(pixels) => {
                let SubjectPixels {
                    width,
                    height,
                    rgba,
                } = &*pixels;
                PictureInput::of_straight(*width, *height, rgba)
                    .map_err(|err| NoEmbedding::Picture(err.to_string()))?
            }
        };
        match self.0.embed(input, is_cancelled) {
            Ok(mut vector) => {
                normalize(&mut vector);
                Ok(vector)
            }
            Err(EmbedError::Cancelled) => Err(NoEmbedding::Other(
                "It is not asked for any more".to_owned(),
            )),
            Err(EmbedError::Picture(reason) | EmbedError::Killed(reason)) => {
                Err(NoEmbedding::Picture(reason))
            }
            Err(EmbedError::Model(reason)) => Err(NoEmbedding::Other(format!(
                "It can't be compared by look: {reason}"
            ))),
        }
    }
}

/// To length 1, as those that are stored.
fn normalize(vector: &mut [f32]) {
    let length = vector.iter().map(|it| it * it).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|it| *it /= length);
    }
}

impl EmbedDesk {
    /// Switched off where `is_enabled` is not so.
    pub fn new(context: Result<Option<EmbedContext>, String>, is_enabled: bool) -> Self {
        let (context, problem) = match context {
            Ok(context) => (context, None),
            Err(problem) => (None, Some(problem)),
        };
        let mut desk = Self {
            context,
            problem,
            ..Self::default()
        };
        desk.enable(is_enabled);
        desk
    }

    /// Switches it on, or off: then the worker goes, and what was asked of it
    /// ends.
    pub fn enable(&mut self, is_enabled: bool) {
        if is_enabled == self.job.is_some() {
            return;
        }
        if is_enabled {
            self.job = self.context.clone().map(EmbedJob::new);
        } else {
            self.due = None;
            self.progress = None;
            self.ending.retain(|it| !it.is_finished());
            self.ending.extend(self.job.take().and_then(|it| it.stop()));
        }
    }

    /// Why no picture can be embedded as it is set.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Who makes embeddings for questions.
    pub fn asked(&self) -> Arc<dyn Embed> {
        match &self.job {
            Some(job) => Arc::new(Worker(job.clone())),
            None => Arc::new(NoEmbed),
        }
    }

    pub fn progress(&self) -> Option<&EmbedProgress> {
        self.progress.as_ref()
    }

    /// The title of the model.
    pub fn model(&self) -> Option<&str> {
        self.job.as_ref().map(|it| it.model().title.as_str())
    }

    pub fn worker(&self) -> Option<WorkerState> {
        let figures = self.job.as_ref()?.worker();
        Some(WorkerState {
            pid: figures.pid()?,
            rss_bytes: figures.rss_bytes()?,
        })
    }

    /// When it is to start by itself.
    pub fn deadline(&self) -> Option<Instant> {
        self.due
    }

    pub fn stop(mut self) -> Vec<JoinHandle<()>> {
        self.enable(false);
        self.ending
    }
}

impl Core<'_> {
    pub(super) fn embed(&mut self, command: EmbedCommand) {
        let starts = matches!(command, EmbedCommand::Start | EmbedCommand::RetryFailed);
        if starts && let Some(reason) = self.no_embedding_reason() {
            return self.embedding_ended(EmbedReport {
                stopped: Some(reason),
                ..EmbedReport::default()
            });
        }
        self.embedding.due = None;
        let Some(job) = &self.embedding.job else {
            return;
        };
        let outcome = match command {
            EmbedCommand::Start => job.start(),
            EmbedCommand::RetryFailed => job.retry_failed(),
            EmbedCommand::Pause => {
                job.pause();
                Ok(())
            }
            EmbedCommand::Resume => {
                job.resume();
                Ok(())
            }
            EmbedCommand::Cancel => {
                job.cancel();
                Ok(())
            }
        };
        if let Err(err) = outcome {
            self.embedding_ended(EmbedReport {
                stopped: Some(format!("no thread can be started: {err}")),
                ..EmbedReport::default()
            });
        }
    }

    /// Why no picture can be embedded, where that is so.
    fn no_embedding_reason(&self) -> Option<String> {
        if !self.settings.semantic_similarity {
            return Some(
                "similarity by embeddings is switched off; set semantic_similarity = true"
                    .to_owned(),
            );
        }
        if let Some(reason) = self.library.read_only() {
            return Some(format!("embeddings can't be stored: {reason}"));
        }
        if let Some(problem) = self.embedding.problem() {
            return Some(problem.to_owned());
        }
        if self.embedding.job.is_none() {
            return Some("there is no worker program to make embeddings".to_owned());
        }
        None
    }

    /// Pictures came: they are embedded once nothing else comes.
    pub(super) fn embed_soon(&mut self) {
        if self.settings.embed_after_import && self.no_embedding_reason().is_none() {
            self.embedding.due = Some(Instant::now() + AFTER_IMPORT);
        }
    }

    pub(super) fn embed_when_due(&mut self) {
        if self.embedding.due.is_some_and(|it| Instant::now() >= it) {
            self.embed(EmbedCommand::Start);
        }
    }

    pub(super) fn hear_embedding(&mut self, news: EmbedNews) {
        match news {
            EmbedNews::Progress(progress) => {
                if self.embedding.progress.is_none() {
                    memory::mark("embedding began, in a worker process", None);
                }
                self.embedding.progress = Some(progress);
                self.tell_similarity();
            }
            EmbedNews::Written { model: _, posts } => {
                self.index.embedded(posts.len() as u64);
                self.tell_similarity();
            }
            EmbedNews::Ended(report) => self.embedding_ended(report),
        }
    }

    fn embedding_ended(&mut self, report: EmbedReport) {
        self.embedding.progress = None;
        if report.embedded > 0 {
            memory::mark(format!("{} pictures embedded", report.embedded), None);
        }
        let is_changed = report.embedded + report.num_failed > 0;
        if is_changed && self.settings.semantic_similarity {
            self.check_index();
        }
        self.embedding.report = Some(report);
        self.tell_embedded();
        self.tell_similarity();
    }

    /// Has the index looked at: one is built where there is none, so that the first
    /// search finds it, or where too much came since.
    fn check_index(&mut self) {
        match self.similar.comparer.send(Task::Embedded) {
            Ok(()) => {
                self.similar.last_used = Some(Instant::now());
                self.index.is_checking = true;
            }
            Err(err) => tracing::warn!(%err, "the similarity index can't be looked at"),
        }
    }

    /// The index was looked at.
    pub(super) fn index_checked(&mut self, is_build_due: bool) {
        self.index.is_checking = false;
        if is_build_due {
            self.build_index();
        }
        self.tell_embedded();
    }

    /// Embedding is over once the index is there too.
    pub(super) fn tell_embedded(&mut self) {
        if self.index.is_changing() {
            return;
        }
        if let Some(report) = self.embedding.report.take() {
            self.outlet.tell(Event::EmbedFinished(Box::new(report)));
        }
    }
}

/// What embedding works with; `None` where there is no program for it. `Err`
/// says why the model can't be used.
pub(super) fn context(
    config: &EngineConfig,
    library: &Arc<Library>,
    news: &Sender<News>,
) -> Result<Option<EmbedContext>, String> {
    let Some(program) = config.worker.clone() else {
        return Ok(None);
    };
    let settings = &config.settings;
    let news = news.clone();
    Ok(Some(EmbedContext {
        library: library.clone(),
        model: ModelSpec::from_settings(&settings.model, &config.library)?,
        program,
        memory_limit_bytes: settings.worker_memory_mb << 20,
        worker_idle: Duration::from_secs(settings.worker_idle_secs),
        picture_timeout: Duration::from_secs(settings.worker_picture_secs),
        tell: Arc::new(move |told| match told {
            // The next one says more.
            EmbedNews::Progress(_) => !matches!(
                news.try_send(News::Embed(told)),
                Err(TrySendError::Disconnected(_))
            ),
            told => news.send(News::Embed(told)).is_ok(),
        }),
    }))
}
