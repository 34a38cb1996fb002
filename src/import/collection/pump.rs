//! A thread reads a collection into drafts, the calling thread writes them.
//!
//! What waits between the two is bounded in number and in bytes of text, so
//! memory does not grow with the collection.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::import::progress::{Found, INTERVAL, Meter};
use crate::import::{ImportError, ImportNews};
use crate::library::{LibraryError, Outcome, Writer};
use crate::memory::{self, Component};
use crate::message::{FailedFile, ImportNote, ImportProgress, ImportReport};
use crate::model::PostDraft;

/// Drafts of one transaction, at most…
const BATCH_DRAFTS: usize = 256;
/// … and bytes of what they were read from.
const BATCH_BYTES: u64 = 1 << 20;
/// Batches that may wait to be written.
const WAITING_BATCHES: usize = 2;

/// Failures that are listed of one collection; further ones are only counted.
const MAX_LISTED: u64 = 100;

/// How far reading is; set by the reader, looked at by the writer.
#[derive(Debug, Default)]
pub(super) struct Position {
    /// Of what, the reader knows: bytes of the file, posts of a database.
    pub done: AtomicU64,
    /// 0 where it is not known.
    pub total: AtomicU64,
}

impl Position {
    fn fraction(&self) -> Option<f64> {
        let total = self.total.load(Ordering::Relaxed);
        let done = self.done.load(Ordering::Relaxed);
        (total > 0).then(|| (done as f64 / total as f64).min(1.0))
    }
}

/// What a reader hands over at a time.
#[derive(Debug, Default)]
struct Batch {
    drafts: Vec<PostDraft>,
    /// Files of these drafts that are not there.
    gone: Vec<PathBuf>,
    notes: Vec<String>,
    /// Those that are listed.
    failures: Vec<String>,
    num_failed: u64,
    /// Bytes that the drafts were read from.
    num_bytes: u64,
}

/// Where a reader puts what it reads. Whoever is told to break has been
/// stopped, and should end soon.
#[derive(Debug)]
pub(super) struct Feed {
    batches: Sender<Batch>,
    is_stopped: Arc<AtomicBool>,
    pub position: Arc<Position>,
    batch: Batch,
    num_failed: u64,
}

impl Feed {
    /// `num_bytes` is what it was read from.
    pub fn draft(&mut self, draft: PostDraft, num_bytes: usize) -> ControlFlow<()> {
        self.batch.drafts.push(draft);
        self.batch.num_bytes += num_bytes as u64;
        let is_full =
            self.batch.drafts.len() >= BATCH_DRAFTS || self.batch.num_bytes >= BATCH_BYTES;
        if is_full { self.flush() } else { self.flow() }
    }

    /// The draft before has a file that is not there.
    pub fn gone(&mut self, path: PathBuf) {
        self.batch.gone.push(path);
    }

    /// Something could not be read, and the rest goes on. `reason` says where
    /// it is, and begins like a sentence that goes on after a colon.
    pub fn failed(&mut self, reason: impl FnOnce() -> String) -> ControlFlow<()> {
        self.num_failed += 1;
        self.batch.num_failed += 1;
        if self.num_failed <= MAX_LISTED {
            self.batch.failures.push(reason());
        }
        if self.batch.num_failed >= BATCH_DRAFTS as u64 {
            self.flush()
        } else {
            self.flow()
        }
    }

    pub fn note(&mut self, text: String) {
        self.batch.notes.push(text);
    }

    pub fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// Asks the same, without the feed.
    pub fn stop_flag(&self) -> impl Fn() -> bool + use<> {
        let is_stopped = self.is_stopped.clone();
        move || is_stopped.load(Ordering::Relaxed)
    }

    fn flow(&self) -> ControlFlow<()> {
        if self.is_stopped() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn flush(&mut self) -> ControlFlow<()> {
        match self.batches.send(std::mem::take(&mut self.batch)) {
            Ok(()) => self.flow(),
            // The other side has stopped.
            Err(_) => ControlFlow::Break(()),
        }
    }
}

/// Where everything that is read ends up.
pub(super) struct Sink<'a> {
    pub writer: &'a mut Writer,
    pub is_cancelled: &'a (dyn Fn() -> bool + Sync),
    pub tell: &'a mut dyn FnMut(ImportNews),
    pub report: ImportReport,
    pub num_done: u64,
}

/// What became of one collection.
#[derive(Debug, Default)]
pub(super) struct Pumped {
    pub num_written: u64,
    /// The first reason and how many more there are.
    pub failure: Option<String>,
}

impl Sink<'_> {
    /// Reads the collection at `path` with `read`, on a thread of its own, and
    /// writes what it feeds. The error of `read` is why it could not go on.
    pub fn pump(
        &mut self,
        path: &Path,
        read: impl FnOnce(&mut Feed) -> Result<(), String> + Send + 'static,
    ) -> Result<Pumped, ImportError> {
        let (sender, batches) = bounded(WAITING_BATCHES);
        let is_stopped = Arc::new(AtomicBool::new(false));
        let position = Arc::new(Position::default());
        let mut feed = Feed {
            batches: sender,
            is_stopped: is_stopped.clone(),
            position: position.clone(),
            batch: Batch::default(),
            num_failed: 0,
        };
        let thread = memory::spawn("import-read", Component::Import, move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| read(&mut feed))).unwrap_or_else(|_| {
                Err("reading it failed by a mistake in this program; please report it".to_owned())
            });
            // Whether somebody still listens makes no difference here.
            let _ = feed.flush();
            outcome
        })
        .map_err(ImportError::Thread)?;
        let mut pumped = Pumped::default();
        let mut failures = Failures::default();
        let written = self.write_all(path, &batches, &position, &mut pumped, &mut failures);
        is_stopped.store(true, Ordering::Relaxed);
        drop(batches);
        let outcome = thread.join().unwrap_or_else(|_| {
            Err("the thread that reads it failed; please report it".to_owned())
        });
        written?;
        if let Err(reason) = outcome
            && !self.report.cancelled
        {
            failures.add(path, reason, &mut self.report);
        }
        pumped.failure = failures.finish(path, &mut self.report);
        Ok(pumped)
    }

    fn write_all(
        &mut self,
        path: &Path,
        batches: &Receiver<Batch>,
        position: &Position,
        pumped: &mut Pumped,
        failures: &mut Failures,
    ) -> Result<(), LibraryError> {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        loop {
            if (self.is_cancelled)() {
                self.report.cancelled = true;
                return Ok(());
            }
            match batches.recv_timeout(INTERVAL / 3) {
                Ok(batch) => self.write(path, batch, pumped, failures)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            let now = Instant::now();
            if meter.is_due(now) {
                let found = Found {
                    num_files: self.num_done + pumped.num_written,
                    is_counted: false,
                };
                let num_failed = self.report.failed.len() as u64;
                let progress = meter.sample(
                    now,
                    pumped.num_written,
                    found,
                    num_failed,
                    Some(path.to_path_buf()),
                );
                // Told by what is read, as nobody has counted what there is.
                let secs_left = position
                    .fraction()
                    .filter(|it| *it > 0.01)
                    .map(|it| now.duration_since(start).as_secs_f64() * (1.0 - it) / it);
                (self.tell)(ImportNews::Progress(ImportProgress {
                    num_done: self.num_done + pumped.num_written,
                    secs_left,
                    ..progress
                }));
            }
        }
    }

    fn write(
        &mut self,
        path: &Path,
        batch: Batch,
        pumped: &mut Pumped,
        failures: &mut Failures,
    ) -> Result<(), LibraryError> {
        let Batch {
            drafts,
            gone,
            notes,
            failures: listed,
            num_failed,
            num_bytes: _,
        } = batch;
        failures.num_unlisted += num_failed - listed.len() as u64;
        for reason in listed {
            failures.add(path, reason, &mut self.report);
        }
        for text in notes {
            self.note(path, text);
        }
        if !drafts.is_empty() {
            let (outcomes, changes) = self.writer.write_batch(&drafts)?;
            for outcome in outcomes {
                match outcome {
                    Outcome::Added(_) => self.report.added += 1,
                    Outcome::Updated(_) => self.report.updated += 1,
                    Outcome::Unchanged(_) => self.report.unchanged += 1,
                    Outcome::TakenOut => {
                        self.report.num_taken_out += 1;
                        if self.report.taken_out.last().map(PathBuf::as_path) != Some(path) {
                            self.report.taken_out.push(path.to_path_buf());
                        }
                    }
                }
            }
            pumped.num_written += drafts.len() as u64;
            (self.tell)(ImportNews::Committed(changes));
        }
        if !gone.is_empty() {
            self.report.missing += gone.len() as u64;
            let changes = self.writer.mark_missing(&gone, true)?;
            (self.tell)(ImportNews::Committed(changes));
        }
        Ok(())
    }

    pub fn note(&mut self, path: &Path, text: String) {
        let path = path.to_path_buf();
        self.report.notes.push(ImportNote { path, text });
    }

    pub fn failed(&mut self, path: &Path, reason: String) {
        let path = path.to_path_buf();
        self.report.failed.push(FailedFile { path, reason });
    }
}

/// The failures of one collection.
#[derive(Debug, Default)]
struct Failures {
    first: Option<String>,
    num_listed: u64,
    num_unlisted: u64,
}

impl Failures {
    fn add(&mut self, path: &Path, reason: String, report: &mut ImportReport) {
        self.num_listed += 1;
        self.first.get_or_insert_with(|| reason.clone());
        let path = path.to_path_buf();
        report.failed.push(FailedFile { path, reason });
    }

    /// Says how many are not listed; returns all in one sentence.
    fn finish(self, path: &Path, report: &mut ImportReport) -> Option<String> {
        let Self {
            first,
            num_listed,
            num_unlisted,
        } = self;
        if num_unlisted > 0 {
            report.failed.push(FailedFile {
                path: path.to_path_buf(),
                reason: format!("{num_unlisted} more records can't be read"),
            });
        }
        let num_more = (num_listed + num_unlisted).saturating_sub(1);
        first.map(|first| match num_more {
            0 => first,
            _ => format!("{first}; {num_more} more records can't be read"),
        })
    }
}
