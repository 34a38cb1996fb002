//! How far a long change of posts is, and whether it is to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use crate::library::Changes;
use crate::message::{EditProgress, Notice};

use super::News;
use super::ending::step_done;

/// Nothing is told of what is done by then, nor more often.
const INTERVAL: Duration = Duration::from_millis(250);

/// Why a change is to end early.
#[derive(Debug, Default)]
pub(super) struct EditStops {
    /// The user stops the change that runs.
    is_stopped: AtomicBool,
    /// The library is closed, once everything that was asked for is written.
    is_closing: AtomicBool,
}

impl EditStops {
    pub fn stop_running(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    pub fn close(&self) {
        self.is_closing.store(true, Ordering::Relaxed);
    }
}

/// Tells of a change while it is carried out.
pub(super) struct EditWatch<'a> {
    news: &'a Sender<News>,
    stops: &'a EditStops,
    told: Instant,
}

impl<'a> EditWatch<'a> {
    /// A change begins; what asked for one before to stop does not ask this one.
    pub fn begin(news: &'a Sender<News>, stops: &'a EditStops) -> Self {
        stops.is_stopped.store(false, Ordering::Relaxed);
        Self {
            news,
            stops,
            told: Instant::now(),
        }
    }

    /// To be asked between steps that may stand alone.
    pub fn is_stopped(&self) -> bool {
        self.stops.is_stopped.load(Ordering::Relaxed)
    }

    /// Likewise, by what takes away and is no loss where it is not done: it ends where
    /// the library is closed, too.
    pub fn is_stopped_or_closing(&self) -> bool {
        self.is_stopped() || self.stops.is_closing.load(Ordering::Relaxed)
    }

    /// Says how far it is, if that was not said a moment ago.
    pub fn at(&mut self, what: &str, num_done: usize, num_all: usize) {
        step_done();
        if self.told.elapsed() < INTERVAL {
            return;
        }
        self.told = Instant::now();
        // Fails only where the engine has stopped, and then nobody looks.
        let _ = self.news.send(News::EditProgress(EditProgress {
            what: what.to_owned(),
            num_done: num_done as u64,
            num_all: num_all as u64,
        }));
    }

    /// Something else that people should know.
    pub fn tell(&mut self, notice: Notice) {
        // Fails only where the engine has stopped, and then nobody looks.
        let _ = self.news.send(News::Told(notice));
    }

    /// A transaction was committed.
    pub fn committed(&mut self, changes: Changes) {
        step_done();
        // Fails only where the engine has stopped, and then nobody follows.
        let _ = self.news.send(News::EditCommitted(changes));
    }
}
