//! Embedding all pictures of a library, one at a time.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use roaring::RoaringBitmap;

use super::progress::Meter;
use super::{EmbedNews, Shared};
use crate::engine::known_file;
use crate::engine::worker::{EmbedError, PictureInput, WorkerClient};
use crate::library::{LibraryError, Reader, SimilarityStore};
use crate::message::{EmbedProgress, EmbedReport, FailedFile};
use crate::model::{ModelId, PostId};

/// Embeddings written at once.
const BATCH: usize = 64;

/// How long an embedding waits to be written, at most.
const BATCH_TIME: Duration = Duration::from_secs(5);

/// Posts listed at once.
const PAGE: u32 = 10_000;

/// Failures named in a report.
const MAX_NAMED: usize = 1_000;

/// Pictures in a row that cost two workers each: it is not the pictures then.
const MAX_KILLED: usize = 3;

/// A run over all pictures.
pub(super) struct Run {
    reader: Reader,
    store: SimilarityStore,
    /// Known from the first worker on, where the model is new to the store.
    model: Option<ModelId>,
    key: String,
    /// Posts to be embedded.
    left: RoaringBitmap,
    rows: Vec<(PostId, Vec<f32>)>,
    failures: Vec<(PostId, String)>,
    /// The last ones, in a row, over which workers were lost: their fault only if
    /// another picture succeeds.
    killed: Vec<(PostId, PathBuf, String)>,
    /// When the first of these came.
    waiting_since: Option<Instant>,
    started: Instant,
    meter: Meter,
    num_done: u64,
    is_paused: bool,
    report: EmbedReport,
}

/// Why a run ends.
pub(super) enum End {
    Done,
    Cancelled,
    /// For this reason.
    Stopped(String),
}

impl End {
    pub(super) fn note(self, report: &mut EmbedReport) {
        match self {
            Self::Done => {}
            Self::Cancelled => report.cancelled = true,
            Self::Stopped(reason) => report.stopped = Some(reason),
        }
    }
}

impl Run {
    pub(super) fn new(shared: &Shared) -> Result<Self, End> {
        let library = &shared.context.library;
        let is_cancelled = || shared.flags.is_run_cancelled.load(Ordering::Relaxed);
        let key = shared.model_key(&is_cancelled).map_err(|err| {
            if is_cancelled() {
                return End::Cancelled;
            }
            End::Stopped(format!(
                "{} can't be read: {err}; correct model_path in the settings",
                shared.context.model.title
            ))
        })?;
        if let Some(reason) = library.read_only() {
            return Err(End::Stopped(format!(
                "embeddings can't be stored: {reason}"
            )));
        }
        let text = |err: LibraryError| End::Stopped(err.to_string());
        let now = Instant::now();
        let mut run = Self {
            reader: library.reader("embedding").map_err(text)?,
            store: library.similarity("embedding").map_err(text)?,
            model: None,
            key,
            left: RoaringBitmap::new(),
            rows: Vec::new(),
            failures: Vec::new(),
            killed: Vec::new(),
            waiting_since: None,
            started: now,
            meter: Meter::new(now),
            num_done: 0,
            is_paused: false,
            report: EmbedReport::default(),
        };
        run.model = run
            .store
            .model_by_key(&run.key)
            .map_err(text)?
            .map(|(model, _)| model);
        run.look(false).map_err(text)?;
        Ok(run)
    }

    /// Looks which posts have to be embedded; those that failed before too, if
    /// they are to be tried again.
    pub(super) fn look(&mut self, retry_failed: bool) -> Result<(), LibraryError> {
        // What waits is done, though the store does not have it yet.
        self.write()?;
        self.killed.clear();
        let mut left = RoaringBitmap::new();
        let mut after = PostId(0);
        loop {
            let page = self.reader.posts_with_file_after(after, PAGE)?;
            left.extend(page.iter().map(|it| it.0));
            match page.last() {
                Some(last) if page.len() == PAGE as usize => after = *last,
                _ => break,
            }
        }
        if let Some(model) = self.model {
            if retry_failed {
                self.store.forget_failures(model)?;
            }
            left -= self.store.posts(model)?;
            left -= self.store.failed_posts(model)?;
        }
        self.left = left;
        Ok(())
    }

    pub(super) fn is_paused(&self) -> bool {
        self.is_paused
    }

    pub(super) fn set_paused(&mut self, is_paused: bool, shared: &Shared) -> ControlFlow<End> {
        self.is_paused = is_paused;
        self.meter.restart(Instant::now(), self.num_done);
        if is_paused {
            self.flush(shared)?;
        }
        self.tell(None, shared)
    }

    /// Embeds the next picture.
    pub(super) fn step(&mut self, client: &mut WorkerClient, shared: &Shared) -> ControlFlow<End> {
        let Some(post) = self.left.min().map(PostId) else {
            self.blame_killed();
            self.flush(shared)?;
            return ControlFlow::Break(End::Done);
        };
        let files = match self.reader.files_of(post) {
            Ok(files) => files,
            Err(err) => return ControlFlow::Break(End::Stopped(err.to_string())),
        };
        let file = match known_file::as_imported(files) {
            Some(Ok(file)) => file,
            // It may be as it was tomorrow, so the store does not hear of it.
            Some(Err((path, reason))) => {
                self.fail(post, path.clone(), reason.to_owned());
                return self.tell(Some(path), shared);
            }
            None => {
                // The post or its file went meanwhile.
                self.left.remove(post.0);
                return ControlFlow::Continue(());
            }
        };
        let path = file.path.clone();
        let flags = &shared.flags;
        let is_cancelled = || {
            flags.is_stopped.load(Ordering::Relaxed)
                || flags.is_run_cancelled.load(Ordering::Relaxed)
        };
        let next = self.next_path(post);
        let input = PictureInput::Path(path.clone());
        let outcome = client.embed_before(&input, next.as_deref(), &is_cancelled);
        let is_of_picture = matches!(
            outcome,
            Ok(_) | Err(EmbedError::Picture(_) | EmbedError::Killed(_))
        );
        if is_of_picture && let Some(reason) = known_file::complaint(&file) {
            // Whatever came of it may be of other bytes than the post's.
            self.fail(post, path.clone(), reason.to_owned());
            return self.tell(Some(path), shared);
        }
        match outcome {
            Ok(values) => {
                self.left.remove(post.0);
                self.num_done += 1;
                self.report.embedded += 1;
                self.rows.push((post, values));
                self.waiting_since.get_or_insert_with(Instant::now);
                self.blame_killed();
            }
            Err(EmbedError::Picture(reason)) => self.blame(post, path.clone(), reason),
            Err(EmbedError::Killed(reason)) => {
                self.left.remove(post.0);
                self.killed.push((post, path.clone(), reason.clone()));
                if self.killed.len() >= MAX_KILLED {
                    self.flush(shared)?;
                    return ControlFlow::Break(End::Stopped(format!(
                        "{MAX_KILLED} pictures in a row could not be embedded, the last one {}: \
                         {reason}",
                        path.display()
                    )));
                }
            }
            Err(EmbedError::Model(reason)) => {
                self.flush(shared)?;
                return ControlFlow::Break(End::Stopped(reason));
            }
            // The next wish says why.
            Err(EmbedError::Cancelled) => return ControlFlow::Continue(()),
        }
        if let Err(err) = self.know_model(client, shared) {
            return ControlFlow::Break(End::Stopped(err.to_string()));
        }
        let is_due = self.rows.len() + self.failures.len() >= BATCH
            || self
                .waiting_since
                .is_some_and(|it| it.elapsed() >= BATCH_TIME);
        if is_due {
            self.flush(shared)?;
        }
        self.tell(Some(path), shared)
    }

    /// Where the picture after this one is; what is wrong with that is told when
    /// its turn comes.
    fn next_path(&self, post: PostId) -> Option<PathBuf> {
        let next = self.left.range(post.0.checked_add(1)?..).next()?;
        self.reader.post_path(PostId(next)).ok()?
    }

    /// The picture can't be embedded, and is not tried again unasked.
    fn blame(&mut self, post: PostId, path: PathBuf, reason: String) {
        tracing::debug!(path = %path.display(), reason, "not embedded");
        self.failures.push((post, reason.clone()));
        self.waiting_since.get_or_insert_with(Instant::now);
        self.fail(post, path, reason);
    }

    /// Others can be embedded, or there are no others: it was the pictures.
    fn blame_killed(&mut self) {
        for (post, path, reason) in std::mem::take(&mut self.killed) {
            self.blame(post, path, reason);
        }
    }

    fn fail(&mut self, post: PostId, path: PathBuf, reason: String) {
        self.left.remove(post.0);
        self.num_done += 1;
        self.report.num_failed += 1;
        if self.report.failed.len() < MAX_NAMED {
            self.report.failed.push(FailedFile { path, reason });
        }
    }

    /// Enters the model into the store, once a worker has told how long its
    /// embeddings are.
    fn know_model(&mut self, client: &WorkerClient, shared: &Shared) -> Result<(), LibraryError> {
        if self.model.is_none()
            && let Some(dimensions) = client.dimensions()
        {
            let title = &shared.context.model.title;
            self.model = Some(self.store.model(&self.key, title, dimensions)?);
        }
        Ok(())
    }

    /// Writes what waits, and says so.
    pub(super) fn flush(&mut self, shared: &Shared) -> ControlFlow<End> {
        let posts: Vec<PostId> = self.rows.iter().map(|(post, _)| *post).collect();
        if let Err(err) = self.write() {
            return ControlFlow::Break(End::Stopped(err.to_string()));
        }
        if let Some(model) = self.model
            && !posts.is_empty()
            && !(shared.context.tell)(EmbedNews::Written { model, posts })
        {
            return ControlFlow::Break(End::Cancelled);
        }
        ControlFlow::Continue(())
    }

    fn write(&mut self) -> Result<(), LibraryError> {
        self.waiting_since = None;
        let Some(model) = self.model else {
            return Ok(());
        };
        if !self.rows.is_empty() {
            let rows: Vec<(PostId, &[f32])> = self
                .rows
                .iter()
                .map(|(post, values)| (*post, values.as_slice()))
                .collect();
            self.store.put(model, &rows)?;
            self.rows.clear();
        }
        if !self.failures.is_empty() {
            self.store.put_failures(model, &self.failures)?;
            self.failures.clear();
        }
        Ok(())
    }

    /// Tells how far it is: with a file, only where it is time to.
    fn tell(&mut self, current: Option<PathBuf>, shared: &Shared) -> ControlFlow<End> {
        let now = Instant::now();
        if current.is_some() && !self.meter.is_due(now) {
            return ControlFlow::Continue(());
        }
        let num_left = self.left.len();
        let (pictures_per_sec, secs_left) = self.meter.rate(now, self.num_done, num_left);
        let progress = EmbedProgress {
            num_done: self.num_done,
            num_total: self.num_done + num_left,
            num_failed: self.report.num_failed,
            pictures_per_sec,
            secs_left,
            is_paused: self.is_paused,
            current,
        };
        if (shared.context.tell)(EmbedNews::Progress(progress)) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(End::Cancelled)
        }
    }

    /// Writes what waits, and says what all of it came to.
    pub(super) fn end(mut self, end: End) -> EmbedReport {
        let written = self.write().err().map(|err| err.to_string());
        let Self {
            mut report,
            started,
            rows,
            ..
        } = self;
        report.seconds = started.elapsed().as_secs_f64();
        // What could not be written was not embedded.
        report.embedded = report.embedded.saturating_sub(rows.len() as u64);
        end.note(&mut report);
        report.stopped = report.stopped.or(written);
        report
    }
}
