//! Parts of the picture that is looked at; the newest wish wins.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::Sender;

use crate::memory::{self, Component, Permits};
use crate::message::{Generation, TileId};
use crate::picture::{self, PartIndex};

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
    running: Option<Running>,
    wanted: Option<TileTask>,
    rows: RowsOf,
}

#[derive(Debug)]
struct Running {
    generation: Generation,
    is_cancelled: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl TileSlot {
    pub fn new(permits: Permits, news: Sender<News>) -> Self {
        Self {
            permits,
            news,
            running: None,
            wanted: None,
            rows: RowsOf::default(),
        }
    }

    /// Reads these, now or as soon as those before have let go; none only stops.
    pub fn show(&mut self, task: TileTask) -> std::io::Result<()> {
        self.cancel();
        if task.tiles.is_empty() {
            return Ok(());
        }
        self.wanted = Some(task);
        self.start_wanted()
    }

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

    /// To be called when [`News::TilesEnded`] came. `true` where it is still wanted.
    pub fn ended(&mut self, generation: Generation, rows: RowsOf) -> bool {
        let Some(running) = self.running.take_if(|it| it.generation == generation) else {
            return false;
        };
        self.rows = rows;
        // It has sent its last news, so this does not wait.
        let _ = running.thread.join();
        !running.is_cancelled.load(Ordering::Relaxed)
    }

    /// Starts what waits for the last to end, if there is anything.
    pub fn start_wanted(&mut self) -> std::io::Result<()> {
        if self.running.is_some() {
            return Ok(());
        }
        let Some(task) = self.wanted.take() else {
            return Ok(());
        };
        let generation = task.generation;
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let cancel = is_cancelled.clone();
        let permits = self.permits.clone();
        let news = self.news.clone();
        let mut rows = std::mem::take(&mut self.rows);
        if rows.path != task.path {
            rows = RowsOf {
                path: task.path.clone(),
                index: PartIndex::default(),
            };
        }
        let thread = memory::spawn("tiles", Component::Pictures, move || {
            let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| {
                read(&task, &mut rows.index, &permits, &cancel, &news)
            }))
            .unwrap_or_else(|panic| {
                rows.index = PartIndex::default();
                Err(panic_message(&*panic).to_owned())
            });
            // Fails only where the engine has stopped.
            let _ = news.send(News::TilesEnded {
                generation: task.generation,
                outcome,
                rows,
            });
        })?;
        self.running = Some(Running {
            generation,
            is_cancelled,
            thread,
        });
        Ok(())
    }

    pub fn stop(mut self) -> Option<JoinHandle<()>> {
        self.cancel();
        self.running.map(|it| it.thread)
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
