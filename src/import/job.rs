//! The import itself: starts the threads, gathers what they did into batches,
//! writes those on the calling thread and tells how far it is.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, never, select};

use super::files::{self, Done, Work};
use super::folder::{PassedOver, has_foreign_picture_name};
use super::progress::{Found, INTERVAL, Meter};
use super::store::{Known, Store};
use super::walker::{self, FailedPaths, Root, Roots, Seen, Shared, WalkedRoot, Walker};
use super::{ImportError, ImportNews};
use crate::library::{LibraryError, Outcome};
use crate::memory::{self, Component, Permit, Permits};
use crate::message::{FailedFile, ImportReport};
use crate::model::{FileStamp, PostDraft};

/// A batch is written when it has this many drafts…
const BATCH_FILES: usize = 64;
/// … or when its first has waited this long.
const BATCH_WAIT: Duration = Duration::from_millis(250);
/// Results that may wait to be written; each has a thumbnail of about 15 KB.
const WAITING_RESULTS: usize = 64;

pub(super) struct Input<'a> {
    pub paths: &'a [PathBuf],
    pub library_dir: &'a Path,
    pub permits: &'a Permits,
    pub num_threads: usize,
    pub is_cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// Changed files that are held back, and what their sidecars may take meanwhile.
const MAX_HELD: usize = 256;
const MAX_HELD_BYTES: u64 = 4 << 20;

type WalkResult<K> = Result<(K, Vec<WalkedRoot>), ImportError>;

/// Imports through `known` and `store`, which are one library.
pub(super) fn run<K: Known, S: Store>(
    input: &Input<'_>,
    known: K,
    store: &mut S,
    tell: &mut dyn FnMut(ImportNews),
) -> Result<ImportReport, ImportError> {
    let start = Instant::now();
    let failed_paths = Arc::new(FailedPaths::load(&known)?);
    let Roots { roots, failed } = walker::roots(input.paths, &known, &failed_paths)?;
    for root in &roots {
        if let Root::Folder(folder) = root {
            store.add_root(folder)?;
        }
    }
    let shared = Arc::new(Shared::default());
    let mut job = Job {
        store,
        tell,
        shared: shared.clone(),
        failed_paths: failed_paths.clone(),
        report: ImportReport {
            failed,
            ..ImportReport::default()
        },
        batch: Batch::default(),
        held: Held::default(),
        num_done: 0,
        current: None,
        meter: Meter::new(start),
    };
    let threads = Threads::start(input, known, roots, failed_paths, shared.clone())?;
    let outcome = job.gather(&threads.done, &threads.seen, input.is_cancelled);
    // Whatever ended it, the threads end too: they find their channels closed.
    if outcome.is_err() || job.report.cancelled {
        shared.is_stopped.store(true, Ordering::Relaxed);
    }
    let walked = threads.join();
    outcome?;
    job.write()?;
    if !job.report.cancelled {
        job.write_held()?;
    }
    let (known, walked) = walked?;
    if !job.report.cancelled {
        for root in &walked {
            job.mark_missing_below(root, &known, input.is_cancelled)?;
        }
        job.forget_gone_failures(&walked, &known)?;
    }
    job.tell_progress(Instant::now());
    let mut report = job.report;
    report.unchanged += shared.num_unchanged.load(Ordering::Relaxed);
    report.seconds = start.elapsed().as_secs_f64();
    Ok(report)
}

struct Threads<K> {
    done: Receiver<Done>,
    seen: Receiver<Seen>,
    walk: JoinHandle<WalkResult<K>>,
    others: Vec<JoinHandle<()>>,
}

impl<K: Known> Threads<K> {
    fn start(
        input: &Input<'_>,
        known: K,
        roots: Vec<Root>,
        failed_paths: Arc<FailedPaths>,
        shared: Arc<Shared>,
    ) -> Result<Self, ImportError> {
        let num_threads = input.num_threads.max(1);
        let (work_sender, work) = bounded::<Work>(2 * num_threads);
        let (done_sender, done) = bounded::<Done>(WAITING_RESULTS);
        let (seen_sender, seen) = bounded::<Seen>(WAITING_RESULTS);
        let mut others = Vec::with_capacity(num_threads + 1);
        let passed_over = PassedOver {
            library: input.library_dir.to_path_buf(),
            excluded: known.excluded_folders()?.into_iter().collect(),
        };

        let counting = (roots.clone(), passed_over.clone(), shared.clone());
        others.push(spawn("import-count", move || {
            let (roots, passed_over, shared) = counting;
            walker::count(&roots, &passed_over, &shared);
        })?);
        for index in 0..num_threads {
            let (work, done) = (work.clone(), done_sender.clone());
            let (permits, shared) = (input.permits.clone(), shared.clone());
            others.push(spawn(&format!("import-{index}"), move || {
                decode_files(&work, &done, &permits, &shared);
            })?);
        }
        let walker = Walker {
            known,
            passed_over,
            failed_paths,
            shared,
            work: work_sender,
            seen: seen_sender,
        };
        let walk = spawn("import-walk", move || walker.run(roots))?;
        Ok(Self {
            done,
            seen,
            walk,
            others,
        })
    }

    /// Closes the channels and waits for the threads to find that.
    fn join(self) -> WalkResult<K> {
        let Self {
            done,
            seen,
            walk,
            others,
        } = self;
        drop((done, seen));
        for thread in others {
            // Their work is in the channels; a panic there has been caught.
            let _ = thread.join();
        }
        walk.join().unwrap_or_else(|_| {
            Err(ImportError::Thread(std::io::Error::other(
                "the thread that walks the folders failed",
            )))
        })
    }
}

fn spawn<T: Send + 'static>(
    name: &str,
    run: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, ImportError> {
    memory::spawn(name, Component::Import, run).map_err(ImportError::Thread)
}

fn decode_files(work: &Receiver<Work>, done: &Sender<Done>, permits: &Permits, shared: &Shared) {
    for file in work {
        let result = files::process(file, permits, &|| shared.is_stopped());
        if done.send(result).is_err() || shared.is_stopped() {
            return;
        }
    }
}

/// What waits to be written.
#[derive(Default)]
struct Batch {
    since: Option<Instant>,
    drafts: Vec<PostDraft>,
    /// For what is in the drafts.
    permits: Vec<Permit>,
    failures: Vec<(FailedFile, FileStamp)>,
    found_again: Vec<PathBuf>,
    gone: Vec<PathBuf>,
    /// Paths that failed before and don't any more.
    fixed: Vec<PathBuf>,
}

impl Batch {
    fn len(&self) -> usize {
        let Self {
            since: _,
            drafts,
            permits: _,
            failures,
            found_again,
            gone,
            fixed,
        } = self;
        drafts.len() + failures.len() + found_again.len() + gone.len() + fixed.len()
    }
}

/// Files that were known and have changed: they are written after the others, when it is
/// known whether their old pictures are somewhere else now. Many files at a time that
/// change places with each other are more than are held back.
#[derive(Default)]
struct Held {
    drafts: Vec<PostDraft>,
    permits: Vec<Permit>,
}

impl Held {
    fn is_full(&self) -> bool {
        let bytes: u64 = self.permits.iter().map(Permit::bytes).sum();
        self.drafts.len() >= MAX_HELD || bytes >= MAX_HELD_BYTES
    }
}

pub(super) struct Job<'a, S> {
    pub(super) store: &'a mut S,
    pub(super) tell: &'a mut dyn FnMut(ImportNews),
    shared: Arc<Shared>,
    failed_paths: Arc<FailedPaths>,
    pub(super) report: ImportReport,
    batch: Batch,
    held: Held,
    /// Files done, but for those that the walk has settled by itself.
    num_done: u64,
    current: Option<PathBuf>,
    meter: Meter,
}

impl<S: Store> Job<'_, S> {
    /// Takes results until the threads have none left, or it is cancelled.
    fn gather(
        &mut self,
        done: &Receiver<Done>,
        seen: &Receiver<Seen>,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<(), ImportError> {
        let never_done = never();
        let never_seen = never();
        let (mut done, mut seen) = (done, seen);
        let (mut is_done_open, mut is_seen_open) = (true, true);
        while is_done_open || is_seen_open {
            if is_cancelled() {
                self.report.cancelled = true;
                return Ok(());
            }
            select! {
                recv(done) -> message => match message {
                    Ok(message) => self.take_done(message),
                    Err(_) => {
                        is_done_open = false;
                        done = &never_done;
                    }
                },
                recv(seen) -> message => match message {
                    Ok(message) => self.take_seen(message),
                    Err(_) => {
                        is_seen_open = false;
                        seen = &never_seen;
                    }
                },
                default(INTERVAL / 3) => {}
            }
            let now = Instant::now();
            if self.batch.len() > 0 {
                let since = *self.batch.since.get_or_insert(now);
                if self.batch.len() >= BATCH_FILES || now.duration_since(since) >= BATCH_WAIT {
                    self.write()?;
                }
            }
            if self.held.is_full() {
                self.write_held()?;
            }
            if self.meter.is_due(now) {
                self.tell_progress(now);
            }
        }
        Ok(())
    }

    fn take_done(&mut self, done: Done) {
        self.num_done += 1;
        match done {
            Done::Picture {
                draft,
                is_changed,
                failed_sidecars,
                read_sidecars,
                permit,
            } => {
                if let Some(file) = &draft.file {
                    self.current = Some(file.path.clone());
                    self.fixed(file.path.clone());
                }
                for path in read_sidecars {
                    self.fixed(path);
                }
                for failure in failed_sidecars {
                    self.failed(failure);
                }
                let (drafts, permits) = if is_changed {
                    (&mut self.held.drafts, &mut self.held.permits)
                } else {
                    (&mut self.batch.drafts, &mut self.batch.permits)
                };
                drafts.push(*draft);
                permits.extend(permit);
            }
            Done::Failed(file, stamp) => {
                self.current = Some(file.path.clone());
                self.failed((file, stamp));
            }
            Done::OtherFile(path) => {
                self.report.skipped += u64::from(has_foreign_picture_name(&path));
                self.fixed(path);
            }
            Done::Cancelled => self.num_done -= 1,
        }
    }

    fn take_seen(&mut self, seen: Seen) {
        match seen {
            Seen::FoundAgain(path) => {
                self.num_done += 1;
                self.report.updated += 1;
                self.batch.found_again.push(path);
            }
            Seen::Failed(file) => {
                self.num_done += 1;
                self.report.failed.push(file);
            }
            Seen::FailedSidecar(file) => self.report.failed.push(file),
            Seen::Gone(path) => {
                self.num_done += 1;
                self.report.missing += 1;
                self.batch.fixed.push(path.clone());
                self.batch.gone.push(path);
            }
        }
    }

    fn failed(&mut self, (file, stamp): (FailedFile, FileStamp)) {
        self.report.failed.push(file.clone());
        self.batch.failures.push((file, stamp));
    }

    fn fixed(&mut self, path: PathBuf) {
        if self.failed_paths.may_contain(&path) {
            self.batch.fixed.push(path);
        }
    }

    /// Writes what waits, each kind in a transaction of its own. Stamps are
    /// written with their posts, so a crash between them loses nothing.
    fn write(&mut self) -> Result<(), LibraryError> {
        let Batch {
            since: _,
            drafts,
            permits: _permits,
            failures,
            found_again,
            gone,
            fixed,
        } = std::mem::take(&mut self.batch);
        self.write_drafts(&drafts)?;
        for (paths, is_missing) in [(found_again, false), (gone, true)] {
            if !paths.is_empty() {
                let changes = self.store.mark_missing(&paths, is_missing)?;
                (self.tell)(ImportNews::Committed(changes));
            }
        }
        if !fixed.is_empty() {
            self.store.forget_failures(&fixed)?;
        }
        if !failures.is_empty() {
            self.store.record_failures(&failures)?;
        }
        Ok(())
    }

    fn write_held(&mut self) -> Result<(), LibraryError> {
        let Held {
            drafts,
            permits: _permits,
        } = std::mem::take(&mut self.held);
        self.write_drafts(&drafts)
    }

    fn write_drafts(&mut self, drafts: &[PostDraft]) -> Result<(), LibraryError> {
        if drafts.is_empty() {
            return Ok(());
        }
        let (outcomes, changes) = self.store.write_batch(drafts)?;
        for (outcome, draft) in outcomes.into_iter().zip(drafts) {
            match outcome {
                Outcome::Added(_) => self.report.added += 1,
                Outcome::Updated(_) => self.report.updated += 1,
                Outcome::Unchanged(_) => self.report.unchanged += 1,
                Outcome::TakenOut => {
                    self.report.num_taken_out += 1;
                    let path = draft.file.as_ref().map(|it| it.path.clone());
                    self.report.taken_out.extend(path);
                }
            }
        }
        (self.tell)(ImportNews::Committed(changes));
        Ok(())
    }

    fn tell_progress(&mut self, now: Instant) {
        let found = Found {
            num_files: self.shared.num_found.load(Ordering::Relaxed),
            is_counted: self.shared.is_counted.load(Ordering::Relaxed),
        };
        let num_done = self.num_done + self.shared.num_unchanged.load(Ordering::Relaxed);
        let num_failed = self.report.failed.len() as u64;
        let current = self.current.clone();
        let progress = self.meter.sample(now, num_done, found, num_failed, current);
        (self.tell)(ImportNews::Progress(progress));
    }
}
