//! Thumbnails: a few decoder threads behind bounded queues. Only the latest
//! list of wanted posts counts; what scrolled away before its turn is never read.
//!
//! A decoded thumbnail holds its byte permit until the window has dropped it,
//! and a full queue stops the decoders, so a slow window costs a bounded amount.

mod larger;
mod load;

use std::collections::{HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Select, Sender, TryRecvError};

use crate::library::{Library, Reader};
use crate::memory::{self, Budget, Component};
use crate::message::Thumbnail;
use crate::model::PostId;

use super::jobs::panic_message;
use larger::{Larger, LoadedLarger};
use load::{Loader, Task};

/// Decoder threads, at most: a stored thumbnail takes about a millisecond.
const MAX_THREADS: usize = 4;

/// Decoded thumbnails that may wait for the engine.
const RESULT_CAPACITY: usize = 16;

pub(super) type LoadedThumbnail = (PostId, Result<Thumbnail, String>);

/// Threads start with the first list that is wanted.
#[derive(Debug)]
pub(super) struct ThumbPool {
    library: Arc<Library>,
    budget: Budget,
    /// Most wanted first; not given to a thread yet.
    wanted: VecDeque<PostId>,
    in_progress: HashSet<PostId>,
    /// Of `in_progress`, those that have another picture by now.
    outdated: HashSet<PostId>,
    is_stopped: Arc<AtomicBool>,
    pool: Option<Pool>,
    larger: Larger,
}

#[derive(Debug)]
struct Pool {
    tasks: Sender<Task>,
    results: Receiver<LoadedThumbnail>,
    threads: Vec<JoinHandle<()>>,
}

impl ThumbPool {
    /// Thumbnails have permits of their own, so that neither an import nor a
    /// large picture holds the grid up, nor a window that is not looking holds
    /// those up; those of pictures are taken where a stored thumbnail is gone.
    pub fn new(library: Arc<Library>, budget: Budget) -> Self {
        Self {
            library,
            larger: Larger::new(budget.pictures().clone()),
            budget,
            wanted: VecDeque::new(),
            in_progress: HashSet::new(),
            outdated: HashSet::new(),
            is_stopped: Arc::default(),
            pool: None,
        }
    }

    /// Replaces what is wanted. What is being read now is finished all the same.
    pub fn want(&mut self, wanted: Vec<PostId>) -> std::io::Result<()> {
        if self.pool.is_none() && !wanted.is_empty() {
            self.pool = Some(self.start()?);
        }
        self.wanted = wanted.into();
        self.wanted.retain(|it| !self.in_progress.contains(it));
        Ok(())
    }

    /// Replaces what is wanted larger than it is stored, `edge` pixels at most.
    pub fn want_larger(&mut self, wanted: Vec<PostId>, edge: u32) -> std::io::Result<()> {
        self.larger.want(wanted, edge)
    }

    /// The next larger one that is ready.
    pub fn take_larger(&mut self) -> Option<LoadedLarger> {
        self.larger.take()
    }

    fn start(&self) -> std::io::Result<Pool> {
        let num_threads = std::thread::available_parallelism()
            .map_or(1, |it| it.get() - 1)
            .clamp(1, MAX_THREADS);
        let (tasks, task_receiver) = crossbeam_channel::bounded::<Task>(num_threads);
        let (result_sender, results) = crossbeam_channel::bounded(RESULT_CAPACITY);
        let mut threads = Vec::new();
        for _ in 0..num_threads {
            let mut loader = Loader::new(
                self.library.clone(),
                self.budget.thumbnails().clone(),
                self.budget.pictures().clone(),
                self.is_stopped.clone(),
            );
            let task_receiver = task_receiver.clone();
            let result_sender = result_sender.clone();
            threads.push(memory::spawn(
                "thumbnails",
                Component::Pictures,
                move || {
                    for task in task_receiver {
                        let post = task.post;
                        let thumbnail =
                            std::panic::catch_unwind(AssertUnwindSafe(|| loader.load(&task)))
                                .unwrap_or_else(|panic| Err(panic_message(&*panic).to_owned()));
                        if result_sender.send((post, thumbnail)).is_err() {
                            return;
                        }
                    }
                },
            )?);
        }
        Ok(Pool {
            tasks,
            results,
            threads,
        })
    }

    /// Gives wanted posts to threads that are free.
    pub fn feed(&mut self, reader: &Reader) {
        self.larger.feed(reader);
        let Some(pool) = &self.pool else {
            return;
        };
        while !pool.tasks.is_full()
            && let Some(post) = self.wanted.pop_front()
        {
            let task = Task::look_up(post, reader);
            // Can't be full: only this thread sends.
            if pool.tasks.try_send(task).is_ok() {
                self.in_progress.insert(post);
            }
        }
    }

    /// The next one that is ready.
    pub fn take(&mut self) -> Option<LoadedThumbnail> {
        let loaded = match self.pool.as_ref()?.results.try_recv() {
            Ok(loaded) => loaded,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => {
                // All threads are gone, which only a failing drop can cause;
                // the next list starts new ones.
                self.pool = None;
                self.in_progress.clear();
                self.outdated.clear();
                return None;
            }
        };
        self.in_progress.remove(&loaded.0);
        if self.outdated.remove(&loaded.0) {
            self.wanted.push_front(loaded.0);
            return self.take();
        }
        Some(loaded)
    }

    /// These posts have other pictures: what is being read of them is of the old ones.
    pub fn forget(&mut self, posts: &[PostId]) {
        let is_read = |it: &&PostId| self.in_progress.contains(it);
        self.outdated
            .extend(posts.iter().copied().filter(|it| is_read(&it)));
    }

    /// Makes `select` ready when [`Self::feed`] or, where the engine
    /// `accepts_results`, [`Self::take`] has something to do.
    pub fn watch<'a>(&'a self, select: &mut Select<'a>, accepts_results: bool) {
        self.larger.watch(select, accepts_results);
        let Some(pool) = &self.pool else {
            return;
        };
        if accepts_results {
            select.recv(&pool.results);
        }
        if !self.wanted.is_empty() {
            select.send(&pool.tasks);
        }
    }

    /// Ends the threads, if they have nothing to do; the next list that is
    /// wanted starts new ones.
    pub fn rest(&mut self) {
        self.larger.rest();
        if !self.wanted.is_empty() || !self.in_progress.is_empty() {
            return;
        }
        if let Some(pool) = self.pool.take() {
            let Pool {
                tasks,
                results,
                threads,
            } = pool;
            drop((tasks, results));
            for thread in threads {
                // They wait for a task, and find that there is none.
                let _ = thread.join();
            }
        }
    }

    pub fn stop(mut self) -> Vec<JoinHandle<()>> {
        self.is_stopped.store(true, Ordering::Relaxed);
        let larger = self.larger.end();
        // Both channels go with the rest of the pool, which ends the threads.
        let threads = self.pool.map(|it| it.threads).unwrap_or_default();
        threads.into_iter().chain(larger).collect()
    }
}
