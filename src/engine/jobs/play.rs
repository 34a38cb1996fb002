//! An animation that is looked at: frames as far ahead as the window wants them.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::memory::{self, Component, Permits};
use crate::message::{Frame, Generation};
use crate::picture::{self, Audience, PictureError, Wish};

use super::News;

/// A wish that comes later than this finds the decoder gone.
const PATIENCE: Duration = Duration::from_millis(400);

/// An animation to be played.
#[derive(Clone, Debug)]
pub(in crate::engine) struct PlayTask {
    pub generation: Generation,
    pub path: PathBuf,
    pub first: u32,
    /// Pixels.
    pub max_size: (u32, u32),
    /// Frames that are wanted before more are asked for.
    pub ahead: u32,
}

/// The one that plays.
#[derive(Debug)]
pub(in crate::engine) struct PlaySlot {
    permits: Permits,
    news: Sender<News>,
    running: Option<Running>,
    /// Those that were told to end, and have not yet.
    ending: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Running {
    generation: Generation,
    is_cancelled: Arc<AtomicBool>,
    more: Sender<u32>,
    thread: JoinHandle<()>,
}

impl PlaySlot {
    pub fn new(permits: Permits, news: Sender<News>) -> Self {
        Self {
            permits,
            news,
            running: None,
            ending: Vec::new(),
        }
    }

    pub fn play(&mut self, task: PlayTask) -> std::io::Result<()> {
        self.cancel();
        let generation = task.generation;
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let (more, wishes) = unbounded();
        let audience = Window {
            generation,
            wanted: task.ahead,
            wishes,
            news: self.news.clone(),
            is_cancelled: is_cancelled.clone(),
        };
        let permits = self.permits.clone();
        let thread = memory::spawn("animation", Component::Pictures, move || {
            play(&task, &permits, audience);
        })?;
        self.running = Some(Running {
            generation,
            is_cancelled,
            more,
            thread,
        });
        Ok(())
    }

    /// So many more frames are wanted.
    pub fn more(&self, generation: Generation, num: u32) {
        if let Some(running) = &self.running
            && running.generation == generation
        {
            // Fails where it has ended.
            let _ = running.more.send(num);
        }
    }

    pub fn is_wanted(&self, generation: Generation) -> bool {
        self.running
            .as_ref()
            .is_some_and(|it| it.generation == generation)
    }

    pub fn cancel(&mut self) {
        if let Some(running) = self.running.take() {
            running.is_cancelled.store(true, Ordering::Relaxed);
            self.ending.push(running.thread);
        }
        self.ending.retain(|it| !it.is_finished());
    }

    pub fn stop(mut self) -> Vec<JoinHandle<()>> {
        self.cancel();
        self.ending
    }
}

/// The window, from the thread that decodes.
struct Window {
    generation: Generation,
    wanted: u32,
    wishes: Receiver<u32>,
    news: Sender<News>,
    is_cancelled: Arc<AtomicBool>,
}

impl Audience for Window {
    fn wants(&mut self) -> Wish {
        self.wanted += self.wishes.try_iter().sum::<u32>();
        if self.wanted == 0 {
            match self.wishes.recv_timeout(PATIENCE) {
                Ok(num) => self.wanted += num,
                Err(crossbeam_channel::RecvTimeoutError::Timeout) => return Wish::Later,
                Err(crossbeam_channel::RecvTimeoutError::Disconnected) => return Wish::Never,
            }
        }
        if self.is_cancelled.load(Ordering::Relaxed) {
            return Wish::Never;
        }
        self.wanted = self.wanted.saturating_sub(1);
        Wish::Now
    }

    fn wait(&mut self) -> bool {
        match self.wishes.recv() {
            Ok(num) => {
                self.wanted += num;
                true
            }
            Err(_) => false,
        }
    }

    fn take(&mut self, frame: Frame) {
        // Fails only where the engine has stopped.
        let _ = self.news.send(News::Frame {
            generation: self.generation,
            frame: Ok(frame),
        });
    }

    fn postpone(&mut self) {
        self.wanted += 1;
    }
}

fn play(task: &PlayTask, permits: &Permits, mut audience: Window) {
    let cancel = audience.is_cancelled.clone();
    let outcome = picture::play(
        &task.path,
        task.first,
        task.max_size,
        permits,
        &|| cancel.load(Ordering::Relaxed),
        &mut audience,
    );
    match outcome {
        Ok(()) | Err(PictureError::Cancelled) => {}
        Err(err) => {
            let _ = audience.news.send(News::Frame {
                generation: audience.generation,
                frame: Err(err.to_string()),
            });
        }
    }
}
