//! Thumbnails larger than those that are stored, read from the pictures for cells
//! that are larger: one at a time, on a thread of its own, so that stored ones never
//! wait for them.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Select, Sender, TryRecvError};

use crate::engine::jobs::panic_message;
use crate::library::Reader;
use crate::memory::{self, Component, Permits};
use crate::message::Pixels;
use crate::model::PostId;
use crate::picture;

/// A picture read for a cell, and the edge that was asked for, pixels.
pub(in crate::engine) type LoadedLarger = (PostId, u32, Result<Pixels, String>);

#[derive(Debug)]
struct Task {
    post: PostId,
    path: PathBuf,
    edge: u32,
    is_cancelled: Arc<AtomicBool>,
}

/// What is wanted larger, and the one that is being read.
#[derive(Debug)]
pub(super) struct Larger {
    permits: Permits,
    /// Most wanted first.
    wanted: VecDeque<PostId>,
    edge: u32,
    in_progress: Option<InProgress>,
    thread: Option<Thread>,
}

#[derive(Debug)]
struct InProgress {
    post: PostId,
    edge: u32,
    is_cancelled: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Thread {
    tasks: Sender<Task>,
    results: Receiver<LoadedLarger>,
    thread: JoinHandle<()>,
}

impl Larger {
    pub fn new(permits: Permits) -> Self {
        Self {
            permits,
            wanted: VecDeque::new(),
            edge: 0,
            in_progress: None,
            thread: None,
        }
    }

    /// Replaces what is wanted; what is being read and no longer wanted is let go.
    pub fn want(&mut self, wanted: Vec<PostId>, edge: u32) -> std::io::Result<()> {
        if self.thread.is_none() && !wanted.is_empty() {
            self.thread = Some(start(&self.permits)?);
        }
        self.wanted = wanted.into();
        self.edge = edge;
        if let Some(reading) = &self.in_progress {
            let is_wanted = reading.edge == edge
                && !reading.is_cancelled.load(Ordering::Relaxed)
                && self.wanted.contains(&reading.post);
            if is_wanted {
                self.wanted.retain(|it| *it != reading.post);
            } else {
                reading.is_cancelled.store(true, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    /// Gives the thread the next one, if it is free.
    pub fn feed(&mut self, reader: &Reader) {
        let Some(thread) = &self.thread else {
            return;
        };
        while self.in_progress.is_none()
            && let Some(post) = self.wanted.pop_front()
        {
            // A post without a file has no thumbnail either, which says so.
            let Ok(Some(path)) = reader.post_path(post) else {
                continue;
            };
            let is_cancelled = Arc::<AtomicBool>::default();
            let task = Task {
                post,
                path,
                edge: self.edge,
                is_cancelled: is_cancelled.clone(),
            };
            // Can't be full: it has nothing to do.
            if thread.tasks.try_send(task).is_ok() {
                self.in_progress = Some(InProgress {
                    post,
                    edge: self.edge,
                    is_cancelled,
                });
            }
        }
    }

    /// The one that is ready, unless it is no longer wanted.
    pub fn take(&mut self) -> Option<LoadedLarger> {
        let loaded = match self.thread.as_ref()?.results.try_recv() {
            Ok(loaded) => loaded,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => {
                // The thread is gone, which only a failing drop can cause; the next
                // list starts a new one.
                self.thread = None;
                self.in_progress = None;
                return None;
            }
        };
        let reading = self.in_progress.take()?;
        (!reading.is_cancelled.load(Ordering::Relaxed)).then_some(loaded)
    }

    pub fn watch<'a>(&'a self, select: &mut Select<'a>, accepts_results: bool) {
        if let Some(thread) = &self.thread
            && accepts_results
        {
            select.recv(&thread.results);
        }
    }

    /// Ends the thread, if it has nothing to do.
    pub fn rest(&mut self) {
        if self.wanted.is_empty() && self.in_progress.is_none() {
            self.end().map(JoinHandle::join);
        }
    }

    /// Lets go of all; the thread ends by itself.
    pub fn end(&mut self) -> Option<JoinHandle<()>> {
        if let Some(reading) = &self.in_progress {
            reading.is_cancelled.store(true, Ordering::Relaxed);
        }
        let Thread {
            tasks,
            results,
            thread,
        } = self.thread.take()?;
        drop((tasks, results));
        Some(thread)
    }
}

fn start(permits: &Permits) -> std::io::Result<Thread> {
    let (tasks, task_receiver) = crossbeam_channel::bounded::<Task>(1);
    let (result_sender, results) = crossbeam_channel::bounded(1);
    let permits = permits.clone();
    let thread = memory::spawn("larger thumbnails", Component::Pictures, move || {
        for task in task_receiver {
            let pixels = std::panic::catch_unwind(AssertUnwindSafe(|| read(&task, &permits)))
                .unwrap_or_else(|panic| Err(panic_message(&*panic).to_owned()));
            if result_sender.send((task.post, task.edge, pixels)).is_err() {
                return;
            }
        }
    })?;
    Ok(Thread {
        tasks,
        results,
        thread,
    })
}

fn read(task: &Task, permits: &Permits) -> Result<Pixels, String> {
    picture::read_scaled(&task.path, task.edge, task.edge, permits, &|| {
        task.is_cancelled.load(Ordering::Relaxed)
    })
    .map_err(|err| err.to_string())
}
