//! The picture that is looked at: one is read at a time, and the newest wins.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::Sender;

use crate::memory::{self, Component, Permits};
use crate::message::{Generation, Pixels};
use crate::model::PostId;
use crate::picture;

use super::{News, panic_message};

/// A picture to be read.
#[derive(Clone, Debug)]
pub(in crate::engine) struct PictureTask {
    pub generation: Generation,
    pub post: PostId,
    pub path: PathBuf,
    /// Pixels.
    pub max_width: u32,
    pub max_height: u32,
}

/// What a picture is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Purpose {
    /// It is looked at.
    Screen,
    /// It will be looked at soon.
    Ahead,
    Clipboard,
}

/// The one that is being read, and the one wanted after it.
#[derive(Debug)]
pub(in crate::engine) struct PictureSlot {
    purpose: Purpose,
    permits: Permits,
    news: Sender<News>,
    running: Option<Running>,
    wanted: Option<PictureTask>,
}

#[derive(Debug)]
struct Running {
    generation: Generation,
    is_cancelled: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl PictureSlot {
    pub fn new(purpose: Purpose, permits: Permits, news: Sender<News>) -> Self {
        Self {
            purpose,
            permits,
            news,
            running: None,
            wanted: None,
        }
    }

    /// Reads this one, now or as soon as the one before it has let go.
    pub fn show(&mut self, task: PictureTask) -> std::io::Result<()> {
        self.cancel();
        self.wanted = Some(task);
        self.start_wanted()
    }

    /// Stops reading; no picture is wanted any more.
    pub fn cancel(&mut self) {
        self.wanted = None;
        if let Some(running) = &self.running {
            running.is_cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// To be called when [`News::Picture`] came. `true` where it is still wanted.
    pub fn ended(&mut self, generation: Generation) -> bool {
        let Some(running) = self.running.take_if(|it| it.generation == generation) else {
            return false;
        };
        // It has sent its last news, so this does not wait.
        let _ = running.thread.join();
        !running.is_cancelled.load(Ordering::Relaxed)
    }

    /// Starts the one that waits for the last to end, if there is one.
    pub fn start_wanted(&mut self) -> std::io::Result<()> {
        if self.running.is_some() {
            return Ok(());
        }
        let Some(task) = self.wanted.take() else {
            return Ok(());
        };
        let generation = task.generation;
        let purpose = self.purpose;
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let cancel = is_cancelled.clone();
        let permits = self.permits.clone();
        let news = self.news.clone();
        let thread = memory::spawn("picture", Component::Pictures, move || {
            let PictureTask {
                generation,
                post,
                path,
                max_width,
                max_height,
            } = task;
            let picture = std::panic::catch_unwind(AssertUnwindSafe(|| {
                read(&path, max_width, max_height, &permits, &cancel)
            }))
            .unwrap_or_else(|panic| {
                Err(format!(
                    "{} can't be shown: {}",
                    path.display(),
                    panic_message(&*panic)
                ))
            });
            // Fails only where the engine has stopped.
            let _ = news.send(News::Picture {
                purpose,
                generation,
                post,
                picture,
            });
        })?;
        self.running = Some(Running {
            generation,
            is_cancelled,
            thread,
        });
        Ok(())
    }

    /// Whether nothing is read nor waits for it.
    pub fn is_idle(&self) -> bool {
        self.running.is_none() && self.wanted.is_none()
    }

    pub fn stop(mut self) -> Option<JoinHandle<()>> {
        self.cancel();
        self.running.map(|it| it.thread)
    }
}

fn read(
    path: &std::path::Path,
    max_width: u32,
    max_height: u32,
    permits: &Permits,
    cancel: &AtomicBool,
) -> Result<Pixels, String> {
    match path.try_exists() {
        Ok(true) => {}
        Ok(false) => {
            return Err(format!(
                "{} is missing; put it back, or import the folder where it is now",
                path.display()
            ));
        }
        Err(err) => return Err(format!("{} can't be reached: {err}", path.display())),
    }
    picture::read_scaled(path, max_width, max_height, permits, &|| {
        cancel.load(Ordering::Relaxed)
    })
    .map_err(|err| err.to_string())
}
