//! The picture that is looked at: one is read at a time, and the newest wins.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::Sender;

use crate::memory::{self, Component, Permits};
use crate::message::{Generation, Pixels};
use crate::model::PostId;
use crate::picture;

use super::slot::Slot;
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
    slot: Slot<PictureTask>,
}

impl PictureSlot {
    pub fn new(purpose: Purpose, permits: Permits, news: Sender<News>) -> Self {
        Self {
            purpose,
            permits,
            news,
            slot: Slot::default(),
        }
    }

    /// Reads this one, now or as soon as the one before it has let go.
    pub fn show(&mut self, task: PictureTask) -> std::io::Result<()> {
        self.slot.want(task.generation, task);
        self.start_wanted()
    }

    /// Stops reading; no picture is wanted any more.
    pub fn cancel(&mut self) {
        self.slot.cancel();
    }

    /// To be called when [`News::Picture`] came. `true` where it is still wanted.
    pub fn ended(&mut self, generation: Generation) -> bool {
        self.slot.ended(generation).unwrap_or(false)
    }

    /// Starts the one that waits for the last to end, if there is one.
    pub fn start_wanted(&mut self) -> std::io::Result<()> {
        let Self {
            purpose,
            permits,
            news,
            slot,
        } = self;
        let (purpose, permits, news) = (*purpose, permits.clone(), news.clone());
        slot.start_wanted(|generation, task, cancel| {
            memory::spawn("picture", Component::Pictures, move || {
                let PictureTask {
                    generation: _,
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
            })
        })
    }

    /// Whether nothing is read nor waits for it.
    pub fn is_idle(&self) -> bool {
        self.slot.is_idle()
    }

    pub fn stop(self) -> Option<JoinHandle<()>> {
        self.slot.stop()
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
