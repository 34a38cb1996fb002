//! Watches memory as long as the engine lives: now and then while nobody looks,
//! once a second while somebody does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use crate::library;
use crate::memory::{self, Component, Pace, Recorder, Sample};
use crate::message::MemoryNews;

use super::News;

/// Full reports while somebody looks. The share is of one processor.
const SHOWN: Pace = Pace {
    least: Duration::from_secs(1),
    // With what waking and waiting take, half a percent at most.
    most_share: 0.0045,
};
/// Samples while nobody looks.
const HIDDEN: Pace = Pace {
    least: Duration::from_secs(10),
    most_share: 0.0004,
};
/// Full walks while nobody looks, for the audit.
const AUDIT: Pace = Pace {
    least: Duration::from_secs(60),
    most_share: 0.0004,
};
/// The first look waits until the program has started.
const FIRST_AFTER: Duration = Duration::from_secs(2);

/// The thread that watches.
#[derive(Debug)]
pub(in crate::engine) struct MemoryWatch {
    news: Sender<News>,
    is_shown: Arc<AtomicBool>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    /// Wakes the thread when what is wanted has changed; dropping it ends the thread.
    wake: Sender<()>,
    thread: JoinHandle<()>,
}

impl MemoryWatch {
    /// Starts watching, with nobody looking.
    pub fn new(news: Sender<News>) -> Self {
        let mut watch = Self {
            news,
            is_shown: Arc::new(AtomicBool::new(false)),
            running: None,
        };
        if let Err(err) = watch.start() {
            tracing::warn!(%err, "memory is not watched until someone looks");
        }
        watch
    }

    /// Somebody looks from now on, or nobody does.
    pub fn set(&mut self, watch: bool) -> std::io::Result<()> {
        let before = self.is_shown.swap(watch, Ordering::Relaxed);
        if watch && self.running.is_none() {
            self.start()?;
        }
        if let Some(running) = &self.running
            && watch != before
        {
            // A full channel means that it is about to wake anyway.
            let _ = running.wake.try_send(());
        }
        Ok(())
    }

    /// Whether somebody looks.
    pub fn is_on(&self) -> bool {
        self.is_shown.load(Ordering::Relaxed)
    }

    pub fn stop(self) -> Option<JoinHandle<()>> {
        let Running { wake, thread } = self.running?;
        drop(wake);
        Some(thread)
    }

    fn start(&mut self) -> std::io::Result<()> {
        let (wake, woken) = crossbeam_channel::bounded(1);
        let (news, is_shown) = (self.news.clone(), self.is_shown.clone());
        let thread = memory::spawn("memory watch", Component::Accounting, move || {
            Watcher {
                recorder: Recorder::new(),
                news,
                is_shown,
                next_sample: Instant::now() + FIRST_AFTER,
                next_walk: Instant::now() + AUDIT.least,
            }
            .run(&woken);
        })?;
        self.running = Some(Running { wake, thread });
        Ok(())
    }
}

/// What the thread has.
struct Watcher {
    recorder: Recorder,
    news: Sender<News>,
    is_shown: Arc<AtomicBool>,
    next_sample: Instant,
    /// While nobody looks.
    next_walk: Instant,
}

/// The engine is gone.
struct Ended;

impl Watcher {
    fn run(mut self, woken: &Receiver<()>) {
        let mut was_shown = false;
        loop {
            let is_shown = self.is_shown.load(Ordering::Relaxed);
            let started = Instant::now();
            let is_due = started >= self.next_sample;
            // What was asked for just now comes at once.
            if is_shown && (is_due || !was_shown) {
                let (outcome, interval) = SHOWN.spend(|| self.report());
                if outcome.is_err() {
                    return;
                }
                self.next_sample = started + interval;
                self.next_walk = started + AUDIT.least;
            } else if is_due && started >= self.next_walk {
                let ((), interval) = AUDIT.spend(|| self.audit());
                self.next_walk = started + interval;
                self.next_sample = started + HIDDEN.least;
            } else if is_due {
                let ((), interval) = HIDDEN.spend(|| self.sample());
                self.next_sample = started + interval;
            } else if was_shown && !is_shown {
                self.next_sample = self.next_sample.max(started + HIDDEN.least);
            }
            was_shown = is_shown;
            match woken.recv_deadline(self.next_sample) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// A walk that the window hears of.
    fn report(&mut self) -> Result<(), Ended> {
        library::publish_memory();
        let (report, sample) = self.recorder.walk();
        let news = Arc::new(MemoryNews {
            report,
            history: self.recorder.history().clone(),
        });
        self.news.send(News::Memory(news)).map_err(|_| Ended)?;
        self.keep_budget(&sample);
        Ok(())
    }

    /// A walk that only the history hears of.
    fn audit(&mut self) {
        library::publish_memory();
        let (report, sample) = self.recorder.walk();
        for alarm in &report.alarms {
            tracing::warn!(alarm, "memory does not add up");
        }
        self.keep_budget(&sample);
    }

    fn sample(&mut self) {
        library::publish_memory();
        let sample = self.recorder.sample();
        self.keep_budget(&sample);
    }

    /// Sees to it that what is over the budget is given back; called with every
    /// sample.
    #[expect(clippy::unused_self, reason = "budgets are not kept yet")]
    fn keep_budget(&mut self, _sample: &Sample) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_report(heard: &Receiver<News>) -> Arc<MemoryNews> {
        match heard.recv_timeout(Duration::from_secs(20)) {
            Ok(News::Memory(news)) => news,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn a_watch_reports_at_once_and_until_nobody_looks() {
        let (news, heard) = crossbeam_channel::bounded(8);
        let mut watch = MemoryWatch::new(news);
        assert!(!watch.is_on());
        let asked = Instant::now();
        watch.set(true).unwrap();
        let first = next_report(&heard);
        assert!(asked.elapsed() < FIRST_AFTER, "{:?}", asked.elapsed());
        let second = next_report(&heard);
        assert_eq!(second.history.audit.num_walks, 2);
        assert_eq!(second.history.recent.len(), 2);
        assert!(first.report.rss_bytes > 0);
        let rss_kb = second.history.recent.back().unwrap().rss_kb;
        assert_eq!(u64::from(rss_kb), second.report.rss_bytes >> 10);

        watch.set(false).unwrap();
        assert!(!watch.is_on());
        let thread = watch.stop().unwrap();
        thread.join().unwrap();
        // Every sender is gone: the thread has ended.
        assert!(heard.iter().all(|it| matches!(it, News::Memory(_))));
    }

    #[test]
    fn it_ends_when_nobody_hears_it() {
        let (news, heard) = crossbeam_channel::bounded(1);
        let mut watch = MemoryWatch::new(news);
        drop(heard);
        watch.set(true).unwrap();
        let running = watch.running.take().unwrap();
        running.thread.join().unwrap();
    }
}
