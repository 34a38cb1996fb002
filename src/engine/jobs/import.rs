//! Imports, one at a time, each on a thread that has the library's writer for
//! as long as it runs.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

use crossbeam_channel::{Sender, TrySendError};

use crate::import::{self, ImportNews};
use crate::library::{Changes, Library, LibraryError};
use crate::memory::{self, Component, Permits};
use crate::message::{ImportReport, JobId};

use super::{News, demo, panic_message};

/// Decoder threads of an import, at most; more than that wait for the disk.
const MAX_THREADS: usize = 8;

/// What every import needs.
#[derive(Clone, Debug)]
pub(in crate::engine) struct ImportContext {
    pub library: Arc<Library>,
    pub permits: Permits,
    pub news: Sender<News>,
}

/// What is to be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) enum ImportSource {
    Paths(Vec<PathBuf>),
    /// Also what the user took out of the library.
    TakenOut(Vec<PathBuf>),
    /// The files that failed before.
    Failures,
    /// The pictures that come with the program.
    Demo,
}

/// The import that runs, and those that wait for it.
#[derive(Debug)]
pub(in crate::engine) struct ImportQueue {
    context: ImportContext,
    num_made: u32,
    waiting: VecDeque<(JobId, ImportSource)>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    job: JobId,
    is_cancelled: Arc<AtomicBool>,
    thread: JoinHandle<()>,
    started: Instant,
    /// Of the batches that were committed, posts.
    num_added: u64,
    num_updated: u64,
}

impl ImportQueue {
    pub fn new(context: ImportContext) -> Self {
        Self {
            context,
            num_made: 0,
            waiting: VecDeque::new(),
            running: None,
        }
    }

    /// Queues an import; [`Self::start_next`] starts it when its turn comes.
    pub fn push(&mut self, source: ImportSource) -> JobId {
        self.num_made += 1;
        let job = JobId(self.num_made);
        self.waiting.push_back((job, source));
        job
    }

    /// Starts the next one, unless one runs or none waits.
    pub fn start_next(&mut self) -> Result<(), (JobId, std::io::Error)> {
        if self.running.is_some() {
            return Ok(());
        }
        let Some((job, source)) = self.waiting.pop_front() else {
            return Ok(());
        };
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let context = self.context.clone();
        let cancel = is_cancelled.clone();
        let thread = memory::spawn("import", Component::Import, move || {
            let outcome =
                std::panic::catch_unwind(AssertUnwindSafe(|| run(job, source, &context, &cancel)))
                    .unwrap_or_else(|panic| {
                        Err(format!(
                            "an error in the program: {}; what was imported until then stays",
                            panic_message(&*panic)
                        ))
                    });
            // Fails only where the engine has stopped, and then nobody asks.
            let _ = context.news.send(News::ImportEnded { job, outcome });
        })
        .map_err(|err| (job, err))?;
        self.running = Some(Running {
            job,
            is_cancelled,
            thread,
            started: Instant::now(),
            num_added: 0,
            num_updated: 0,
        });
        Ok(())
    }

    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// To be called when a batch was committed.
    pub fn committed(&mut self, changes: &Changes) {
        if let Some(running) = &mut self.running {
            let num_new = changes.posts.iter().filter(|it| it.is_new).count();
            running.num_added += num_new as u64;
            running.num_updated += (changes.posts.len() - num_new) as u64;
        }
    }

    /// To be called when [`News::ImportEnded`] came. Returns the report: as the
    /// import gives it, or, where it failed, as far as the engine followed it.
    pub fn ended(&mut self, outcome: Result<ImportReport, String>) -> ImportReport {
        let Some(running) = self.running.take() else {
            return outcome.unwrap_or_default();
        };
        // It has sent its last news, so this does not wait.
        let _ = running.thread.join();
        outcome.unwrap_or_else(|reason| ImportReport {
            added: running.num_added,
            updated: running.num_updated,
            seconds: running.started.elapsed().as_secs_f64(),
            stopped: Some(reason),
            ..ImportReport::default()
        })
    }

    /// Stops a job. `true` where it had not started: no news of it will come.
    pub fn cancel(&mut self, job: JobId) -> bool {
        if let Some(running) = &self.running
            && running.job == job
        {
            running.is_cancelled.store(true, Ordering::Relaxed);
        }
        let num_before = self.waiting.len();
        self.waiting.retain(|(other, _)| *other != job);
        self.waiting.len() < num_before
    }

    /// Tells the running import to end, and forgets those that wait.
    pub fn stop(self) -> Option<JoinHandle<()>> {
        let running = self.running?;
        running.is_cancelled.store(true, Ordering::Relaxed);
        Some(running.thread)
    }
}

fn run(
    job: JobId,
    source: ImportSource,
    context: &ImportContext,
    cancel: &AtomicBool,
) -> Result<ImportReport, String> {
    let ImportContext {
        library,
        permits,
        news,
    } = context;
    let brings_back = matches!(source, ImportSource::TakenOut(_));
    let paths = match source {
        ImportSource::Paths(paths) | ImportSource::TakenOut(paths) => paths,
        ImportSource::Failures => failed_files(library).map_err(|err| err.to_string())?,
        ImportSource::Demo => {
            vec![demo::unpack(library.dir()).map_err(|err| err.to_string())?]
        }
    };
    if paths.is_empty() {
        return Ok(ImportReport::default());
    }
    let mut writer = library.writer().map_err(|err| err.to_string())?;
    writer.bring_back(brings_back);
    let num_threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(MAX_THREADS);
    import::run(
        &paths,
        library,
        &mut writer,
        permits,
        num_threads,
        &|| cancel.load(Ordering::Relaxed),
        &mut |told| tell(news, job, told, cancel),
    )
    .map_err(|err| err.to_string())
}

/// The files that failed before and are still there; the others are forgotten,
/// since there is nothing left to try.
fn failed_files(library: &Library) -> Result<Vec<PathBuf>, LibraryError> {
    let failures = library.reader("import")?.failures()?;
    let (there, gone): (Vec<_>, Vec<_>) = failures
        .into_iter()
        .map(|it| it.path)
        .partition(|path| std::fs::symlink_metadata(path).is_ok());
    if !gone.is_empty() {
        library.writer()?.forget_failures(&gone)?;
    }
    Ok(there)
}

/// Waits for the engine to take a committed batch, which slows the import down
/// to what the engine can follow; progress is dropped while the engine is busy.
/// An engine that is gone ends the import.
fn tell(news: &Sender<News>, job: JobId, told: ImportNews, cancel: &AtomicBool) {
    let is_progress = matches!(told, ImportNews::Progress(_));
    let message = News::Import { job, news: told };
    let is_engine_gone = if is_progress {
        matches!(news.try_send(message), Err(TrySendError::Disconnected(_)))
    } else {
        news.send(message).is_err()
    };
    if is_engine_gone {
        cancel.store(true, Ordering::Relaxed);
    }
}
