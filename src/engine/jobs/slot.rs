//! One piece of work at a time, on a thread of its own, and the newest wish wins.
//!
//! What runs is told to stop when another is wanted; the other starts once it has let
//! go, so that two never hold their memory at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::message::Generation;

/// The work that runs, and the one wanted after it.
#[derive(Debug)]
pub(super) struct Slot<W> {
    running: Option<Running>,
    wanted: Option<(Generation, W)>,
}

#[derive(Debug)]
struct Running {
    generation: Generation,
    is_cancelled: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl<W> Default for Slot<W> {
    fn default() -> Self {
        Self {
            running: None,
            wanted: None,
        }
    }
}

impl<W> Slot<W> {
    /// This is wanted in the place of what runs and of what waits; it starts with the
    /// next [`Self::start_wanted`] that finds the slot free.
    pub fn want(&mut self, generation: Generation, work: W) {
        self.cancel();
        self.wanted = Some((generation, work));
    }

    /// Nothing is wanted any more.
    pub fn cancel(&mut self) {
        self.wanted = None;
        if let Some(running) = &self.running {
            running.is_cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Whether news of `generation` are still wanted.
    pub fn is_wanted(&self, generation: Generation) -> bool {
        self.running.as_ref().is_some_and(|it| {
            it.generation == generation && !it.is_cancelled.load(Ordering::Relaxed)
        })
    }

    /// To be called when the last news of `generation` came; `None` where that does not
    /// run, else whether it was still wanted.
    pub fn ended(&mut self, generation: Generation) -> Option<bool> {
        let running = self.running.take_if(|it| it.generation == generation)?;
        // It has sent its last news, so this does not wait.
        let _ = running.thread.join();
        Some(!running.is_cancelled.load(Ordering::Relaxed))
    }

    /// Starts what waits, if nothing runs. `start` gets it, and the flag that tells it
    /// to stop.
    pub fn start_wanted(
        &mut self,
        start: impl FnOnce(Generation, W, Arc<AtomicBool>) -> std::io::Result<JoinHandle<()>>,
    ) -> std::io::Result<()> {
        if self.running.is_some() {
            return Ok(());
        }
        let Some((generation, work)) = self.wanted.take() else {
            return Ok(());
        };
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let thread = start(generation, work, is_cancelled.clone())?;
        self.running = Some(Running {
            generation,
            is_cancelled,
            thread,
        });
        Ok(())
    }

    /// Whether nothing runs, nor waits for it.
    pub fn is_idle(&self) -> bool {
        self.running.is_none() && self.wanted.is_none()
    }

    pub fn stop(mut self) -> Option<JoinHandle<()>> {
        self.cancel();
        self.running.map(|it| it.thread)
    }
}
