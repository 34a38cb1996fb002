//! Parts of the picture that is looked at; the newest wish wins.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::Sender;

use crate::memory::{self, Component, Permits};
use crate::message::{Generation, TileId};
use crate::picture::{self, PartIndex};

use super::slot::Slot;
use super::{News, panic_message};

/// Parts to be read.
#[derive(Clone, Debug)]
pub(in crate::engine) struct TileTask {
    pub generation: Generation,
    pub path: PathBuf,
    pub divisor: u32,
    pub tiles: Vec<TileId>,
}

/// Where the rows of a file begin, kept for the next parts of it.
#[derive(Debug, Default)]
pub(in crate::engine) struct RowsOf {
    path: PathBuf,
    index: PartIndex,
}

/// The parts that are being read, and those wanted after them.
#[derive(Debug)]
pub(in crate::engine) struct TileSlot {
    permits: Permits,
    news: Sender<News>,
    slot: Slot<TileTask>,
    rows: RowsOf,
}

impl TileSlot {
    pub fn new(permits: Permits, news: Sender<News>) -> Self {
        Self {
            permits,
            news,
            slot: Slot::default(),
            rows: RowsOf::default(),
        }
    }

    /// Reads these, now or as soon as those before have let go; none only stops.
    pub fn show(&mut self, task: TileTask) -> std::io::Result<()> {
        if task.tiles.is_empty() {
            self.slot.cancel();
            return Ok(());
        }
        self.slot.want(task.generation, task);
        self.start_wanted()
    }

    /// Whether news of `generation` are still wanted.
    pub fn is_wanted(&self, generation: Generation) -> bool {
        self.slot.is_wanted(generation)
    }

    /// To be called when [`News::TilesEnded`] came. `true` where it is still wanted.
    pub fn ended(&mut self, generation: Generation, rows: RowsOf) -> bool {
        let Some(is_wanted) = self.slot.ended(generation) else {
            return false;
        };
        self.rows = rows;
        is_wanted
    }

    /// Starts what waits for the last to end, if there is anything.
    pub fn start_wanted(&mut self) -> std::io::Result<()> {
        let Self {
            permits,
            news,
            slot,
            rows: kept,
        } = self;
        let (permits, news) = (permits.clone(), news.clone());
        slot.start_wanted(|generation, task, cancel| {
            let mut rows = std::mem::take(kept);
            if rows.path != task.path {
                rows = RowsOf {
                    path: task.path.clone(),
                    index: PartIndex::default(),
                };
            }
            memory::spawn("tiles", Component::Pictures, move || {
                let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| {
                    read(&task, &mut rows.index, &permits, &cancel, &news)
                }))
                .unwrap_or_else(|panic| {
                    rows.index = PartIndex::default();
                    Err(panic_message(&*panic).to_owned())
                });
                // Fails only where the engine has stopped.
                let _ = news.send(News::TilesEnded {
                    generation,
                    outcome,
                    rows,
                });
            })
        })
    }

    pub fn stop(self) -> Option<JoinHandle<()>> {
        self.slot.stop()
    }
}

fn read(
    task: &TileTask,
    index: &mut PartIndex,
    permits: &Permits,
    cancel: &AtomicBool,
    news: &Sender<News>,
) -> Result<(), String> {
    let generation = task.generation;
    picture::read_tiles(
        &task.path,
        task.divisor,
        &task.tiles,
        index,
        permits,
        &|| cancel.load(Ordering::Relaxed),
        &mut |tile, pixels| {
            let _ = news.send(News::Tile {
                generation,
                tile,
                pixels,
            });
        },
    )
    .map_err(|err| err.to_string())
}
