//! Watches memory as long as the engine lives: now and then while nobody looks,
//! once a second while somebody does, and more often while a budget is to be
//! kept and something is decoded.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use crate::library;
use crate::memory::{self, Band, Budget, Component, Pace, Recorder, Report, Sample, Usage};
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
    most_share: 0.0006,
};
/// Full walks while nobody looks, for the audit.
const AUDIT: Pace = Pace {
    least: Duration::from_secs(60),
    most_share: 0.0004,
};
/// Samples while there is a budget, and something is decoded or just was.
const BUSY: Duration = Duration::from_millis(500);
/// Between two of them, whoever hurries.
const LEAST_GAP: Duration = Duration::from_millis(250);
const LEAST_RECORDED: Duration = Duration::from_millis(900);
/// Full walks while there is a budget: what is the driver's is known by them.
const BUDGET_WALK: Duration = Duration::from_secs(15);
/// What has changed by less than this has come to rest, bytes.
const REST_BYTES: u64 = 512 << 10;

/// By then the program has started, and the code that only that needed can go.
const STARTED_AFTER: Duration = Duration::from_secs(30);
/// Nobody asks for anything for so long: what ran is not about to run again.
const CODE_RESTS_AFTER: Duration = Duration::from_secs(8);
/// Between two times that code is given up.
const LEAST_CODE_GAP: Duration = Duration::from_secs(60);

/// The first look waits until the program has started.
const FIRST_AFTER: Duration = Duration::from_secs(2);

/// The thread that watches.
#[derive(Debug)]
pub(in crate::engine) struct MemoryWatch {
    budget: Budget,
    news: Sender<News>,
    is_shown: Arc<AtomicBool>,
    use_clock: UseClock,
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
    pub fn new(budget: Budget, news: Sender<News>) -> Self {
        let mut watch = Self {
            budget,
            news,
            is_shown: Arc::new(AtomicBool::new(false)),
            use_clock: UseClock::start(),
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

    /// The window asks for something: the program is used.
    pub fn asked(&self) {
        self.use_clock.tick(Instant::now());
    }

    /// Something begins that takes memory, or the budget is another: where there
    /// is one, it is looked after soon.
    pub fn hurry(&self) {
        if let Some(running) = &self.running
            && self.budget.is_bounded()
        {
            let _ = running.wake.try_send(());
        }
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
        let budget = self.budget.clone();
        let code = CodeRest::new(self.use_clock.clone());
        let thread = memory::spawn("memory watch", Component::Accounting, move || {
            Watcher {
                recorder: Recorder::new(),
                budget,
                driver_mapped: None,
                used_before: 0,
                last_sample: Instant::now(),
                sample: None,
                recorded: Instant::now(),
                news,
                is_shown,
                next_sample: Instant::now() + FIRST_AFTER,
                next_walk: Instant::now() + AUDIT.least,
                code,
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
    budget: Budget,
    /// Of the driver, what is outside of its arena as of the last walk; bytes.
    driver_mapped: Option<u64>,
    /// What counted against the budget at the last sample.
    used_before: u64,
    last_sample: Instant,
    sample: Option<Sample>,
    /// When the last sample went into the history.
    recorded: Instant,
    news: Sender<News>,
    is_shown: Arc<AtomicBool>,
    next_sample: Instant,
    /// While nobody looks.
    next_walk: Instant,
    code: CodeRest,
}

/// When the window asked for something last.
#[derive(Clone, Debug)]
struct UseClock {
    started_at: Instant,
    /// Since then, milliseconds.
    used_ms: Arc<AtomicU64>,
}

impl UseClock {
    fn start() -> Self {
        Self {
            started_at: Instant::now(),
            used_ms: Arc::default(),
        }
    }

    fn tick(&self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.started_at).as_millis();
        self.used_ms.store(elapsed as u64, Ordering::Relaxed);
    }

    fn last(&self) -> Instant {
        self.started_at + Duration::from_millis(self.used_ms.load(Ordering::Relaxed))
    }
}

/// When the program's code rests, and can be given up until it runs again.
struct CodeRest {
    use_clock: UseClock,
    /// When it was given up last, and when something was asked for last by then.
    given_up: Option<(Instant, Instant)>,
}

impl CodeRest {
    fn new(use_clock: UseClock) -> Self {
        Self {
            use_clock,
            given_up: None,
        }
    }

    /// Whether it is to be given up now; `true` once for each rest.
    fn begins(&mut self, now: Instant) -> bool {
        let used_at = self.use_clock.last();
        let begins = match self.given_up {
            None => now >= self.use_clock.started_at + STARTED_AFTER,
            Some((at, used_by_then)) => {
                used_at != used_by_then
                    && now >= used_at + CODE_RESTS_AFTER
                    && now >= at + LEAST_CODE_GAP
            }
        };
        if begins {
            self.given_up = Some((now, used_at));
        }
        begins
    }
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
            let is_bounded = self.budget.is_bounded();
            // What was asked for just now comes at once.
            if is_due && self.code.begins(started) {
                give_up_code();
            }
            if is_shown && (is_due || !was_shown) {
                let (outcome, interval) = SHOWN.spend(|| self.report());
                if outcome.is_err() {
                    return;
                }
                self.next_sample = started + interval;
                self.next_walk = started + AUDIT.least;
            } else if is_due
                && (started >= self.next_walk || is_bounded && self.driver_mapped.is_none())
            {
                let ((), interval) = AUDIT.spend(|| self.audit());
                let interval = if is_bounded { BUDGET_WALK } else { interval };
                self.next_walk = started + interval;
                self.next_sample = started + HIDDEN.least;
            } else if is_due {
                let ((), interval) = HIDDEN.spend(|| self.sample());
                self.next_sample = started + interval;
            } else if was_shown && !is_shown {
                self.next_sample = self.next_sample.max(started + HIDDEN.least);
            }
            was_shown = is_shown;
            if is_due {
                self.last_sample = started;
                if is_bounded && !self.keep_budget() {
                    self.next_sample = self.next_sample.min(started + BUSY);
                }
                // What it freed is not kept in a cache until it wakes again.
                memory::flush_thread_cache();
            }
            match woken.recv_deadline(self.next_sample) {
                Ok(()) => {
                    if self.budget.is_bounded() {
                        self.next_sample = self.next_sample.min(self.last_sample + LEAST_GAP);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// A walk that the window hears of.
    fn report(&mut self) -> Result<(), Ended> {
        library::publish_memory();
        let (report, sample) = self.recorder.walk();
        self.walked(&report, &sample);
        let news = Arc::new(MemoryNews {
            report,
            history: self.recorder.history().clone(),
        });
        self.news.send(News::Memory(news)).map_err(|_| Ended)
    }

    /// A walk that only the history hears of.
    fn audit(&mut self) {
        library::publish_memory();
        let (report, sample) = self.recorder.walk();
        for alarm in &report.alarms {
            tracing::warn!(alarm, "memory does not add up");
        }
        self.walked(&report, &sample);
    }

    /// Recorded no more often than about once a second.
    fn sample(&mut self) {
        library::publish_memory();
        self.sample = Some(if self.recorded.elapsed() < LEAST_RECORDED {
            self.recorder.look()
        } else {
            self.recorded = Instant::now();
            self.recorder.sample()
        });
    }

    fn walked(&mut self, report: &Report, sample: &Sample) {
        let driver = report.rss_bytes - report.rss_without_driver_bytes();
        let heap = sample.band_bytes(Band::Arena(Component::Driver));
        self.driver_mapped = Some(driver.saturating_sub(heap));
        self.sample = Some(*sample);
        self.recorded = Instant::now();
    }

    /// Tells the engine what counts against the budget, by the last sample;
    /// `true` where nothing moves.
    fn keep_budget(&mut self) -> bool {
        let Some(sample) = &self.sample else {
            return false;
        };
        let arena = |component| sample.band_bytes(Band::Arena(component));
        let driver = arena(Component::Driver) + self.driver_mapped.unwrap_or(0);
        let usage = Usage {
            app_bytes: (u64::from(sample.rss_kb) << 10).saturating_sub(driver),
            texture_bytes: memory::bounded_texture_bytes().min(sample.band_bytes(Band::Textures)),
            permitted_arenas_bytes: arena(Component::Import) + arena(Component::Pictures),
            index_arena_bytes: arena(Component::Similarity),
        };
        let is_at_rest = usage.app_bytes.abs_diff(self.used_before) < REST_BYTES;
        self.used_before = usage.app_bytes;
        // An engine that is gone is found out by the channel that wakes us.
        let _ = self.news.send(News::Usage(usage));
        is_at_rest && !self.budget.is_busy()
    }
}

/// Gives up the code that does not run now, and says in the history what that was.
fn give_up_code() {
    let before = memory::resident_bytes();
    memory::give_up_code();
    let freed = before.saturating_sub(memory::resident_bytes());
    memory::mark("code at rest given up", Some(-freed.cast_signed()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{BudgetWish, Caps};

    fn next_report(heard: &Receiver<News>) -> Arc<MemoryNews> {
        match heard.recv_timeout(Duration::from_secs(20)) {
            Ok(News::Memory(news)) => news,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn code_is_given_up_after_the_start_and_then_once_for_each_rest() {
        let clock = UseClock::start();
        let mut code = CodeRest::new(clock.clone());
        let after = |secs| clock.started_at + Duration::from_secs(secs);
        clock.tick(after(9));
        assert!(!code.begins(after(10)));
        clock.tick(after(29));
        assert!(
            code.begins(after(30)),
            "the program has started, in use or not"
        );
        assert!(!code.begins(after(100)), "nobody asked for anything since");
        clock.tick(after(200));
        assert!(!code.begins(after(207)), "somebody did just now");
        assert!(code.begins(after(208)));
        assert!(!code.begins(after(300)), "once for each rest");
        clock.tick(after(301));
        assert!(code.begins(after(310)));
        clock.tick(after(311));
        assert!(!code.begins(after(369)), "too soon after the last time");
        assert!(code.begins(after(370)));
    }

    fn budget(limit_bytes: Option<u64>) -> Budget {
        let wish = BudgetWish {
            limit_bytes,
            ..BudgetWish::default()
        };
        let caps = Caps {
            pictures: 1 << 20,
            thumbnails: 1 << 20,
            textures: 1 << 20,
        };
        Budget::new(wish, caps)
    }

    #[test]
    fn what_counts_against_a_budget_is_told_where_there_is_one() {
        let (news, heard) = crossbeam_channel::bounded(8);
        let bounded = budget(Some(1 << 40));
        let watch = MemoryWatch::new(bounded, news);
        watch.hurry();
        let told = heard.recv_timeout(Duration::from_secs(20));
        assert!(
            matches!(told, Ok(News::Usage(usage)) if usage.app_bytes > 1 << 20),
            "{told:?}"
        );
        watch.stop().unwrap().join().unwrap();
    }

    #[test]
    fn a_watch_reports_at_once_and_until_nobody_looks() {
        let (news, heard) = crossbeam_channel::bounded(8);
        let mut watch = MemoryWatch::new(budget(None), news);
        assert!(!watch.is_on());
        watch.set(true).unwrap();
        let first = next_report(&heard);
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
        let mut watch = MemoryWatch::new(budget(None), news);
        drop(heard);
        watch.set(true).unwrap();
        let running = watch.running.take().unwrap();
        running.thread.join().unwrap();
    }
}
