//! Groups of duplicates: one search runs at a time, and the newest wins.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use crate::engine::similarity::duplicates::{self, DuplicateQuestion};
use crate::library::Library;
use crate::memory::{self, Component};
use crate::message::{DuplicateGroups, Generation};

use super::slot::Slot;
use super::{News, decide, panic_message};

/// Progress is told at most so often.
const INTERVAL: Duration = Duration::from_millis(200);

/// What the search tells.
#[derive(Debug)]
pub(in crate::engine) enum DuplicateNews {
    Progress {
        generation: Generation,
        /// 0 to 1.
        share: f32,
    },
    /// The last of it: `None` where it was stopped.
    Ended {
        generation: Generation,
        groups: Option<Result<Box<DuplicateGroups>, String>>,
    },
}

/// The search that runs, and the one wanted after it.
#[derive(Debug)]
pub(in crate::engine) struct DuplicateSlot {
    library: Arc<Library>,
    news: Sender<News>,
    slot: Slot<DuplicateQuestion>,
}

impl DuplicateSlot {
    pub fn new(library: Arc<Library>, news: Sender<News>) -> Self {
        Self {
            library,
            news,
            slot: Slot::default(),
        }
    }

    /// Looks for this, now or as soon as the one before has let go.
    pub fn find(
        &mut self,
        generation: Generation,
        question: DuplicateQuestion,
    ) -> std::io::Result<()> {
        self.slot.want(generation, question);
        self.start_wanted()
    }

    /// Stops looking; no answer is wanted any more.
    pub fn cancel(&mut self) {
        self.slot.cancel();
    }

    /// Whether news of this generation are still wanted.
    pub fn is_wanted(&self, generation: Generation) -> bool {
        self.slot.is_wanted(generation)
    }

    /// To be called when the last news of a search came. `true` where its answer
    /// is still wanted.
    pub fn ended(&mut self, generation: Generation) -> bool {
        self.slot.ended(generation).unwrap_or(false)
    }

    /// Starts the one that waits for the last to end, if there is one.
    pub fn start_wanted(&mut self) -> std::io::Result<()> {
        let Self {
            library,
            news,
            slot,
        } = self;
        let (library, news) = (library.clone(), news.clone());
        slot.start_wanted(|generation, question, cancel| {
            memory::spawn("duplicates", Component::Engine, move || {
                let groups = std::panic::catch_unwind(AssertUnwindSafe(|| {
                    run(&library, generation, &question, &news, &cancel)
                }))
                .unwrap_or_else(|panic| {
                    Err(format!(
                        "an error in the program: {}",
                        panic_message(&*panic)
                    ))
                })
                .map_err(|reason| format!("Duplicates can't be looked for: {reason}"));
                memory::flush_thread_cache();
                for component in [Component::Engine, Component::Similarity, Component::Sqlite] {
                    memory::purge(component);
                }
                // Fails only where the engine has stopped.
                let _ = news.send(News::Duplicates(DuplicateNews::Ended {
                    generation,
                    groups: groups.transpose(),
                }));
            })
        })
    }

    pub fn stop(self) -> Option<JoinHandle<()>> {
        self.slot.stop()
    }
}

fn run(
    library: &Library,
    generation: Generation,
    question: &DuplicateQuestion,
    news: &Sender<News>,
    cancel: &AtomicBool,
) -> Result<Option<Box<DuplicateGroups>>, String> {
    let started = Instant::now();
    let mut told = started;
    let found = duplicates::find(
        library,
        question,
        &|| cancel.load(Ordering::Relaxed),
        &mut |share| {
            if told.elapsed() >= INTERVAL {
                told = Instant::now();
                // An engine that is busy does without it.
                let _ = news.try_send(News::Duplicates(DuplicateNews::Progress {
                    generation,
                    share,
                }));
            }
        },
    )?;
    Ok(found.map(|groups| {
        Box::new(DuplicateGroups {
            generation,
            elapsed_us: started.elapsed().as_micros() as u64,
            undo: decide::undo_text(library),
            ..groups
        })
    }))
}
