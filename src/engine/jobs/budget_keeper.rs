//! Measures what the process takes while a budget bounds it.

use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, Sender, TrySendError};

use crate::memory::{self, Budget, Component, Usage};

use super::News;

/// Between two measurements while something is decoded, or just was.
const BUSY_INTERVAL: Duration = Duration::from_millis(500);

/// And while nothing is; a measurement takes some milliseconds.
const IDLE_INTERVAL: Duration = Duration::from_secs(10);

/// What has changed by less than this has come to rest, bytes.
const REST_BYTES: u64 = 512 << 10;

/// The thread that measures; there is none while nothing is bounded.
#[derive(Debug)]
pub(in crate::engine) struct BudgetKeeper {
    budget: Budget,
    news: Sender<News>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    /// Wakes the thread; dropping it ends the thread.
    hurry: Sender<()>,
    thread: JoinHandle<()>,
}

impl BudgetKeeper {
    pub fn new(budget: Budget, news: Sender<News>) -> Self {
        Self {
            budget,
            news,
            running: None,
        }
    }

    /// Starts or ends the thread, as the budget now is.
    pub fn follow(&mut self) -> std::io::Result<()> {
        if !self.budget.is_bounded() {
            self.running = None;
            return Ok(());
        }
        if self.running.is_some() {
            self.hurry();
            return Ok(());
        }
        let (hurry, hurried) = crossbeam_channel::bounded::<()>(1);
        let budget = self.budget.clone();
        let news = self.news.clone();
        let thread = memory::spawn("budget", Component::Accounting, move || {
            let mut before = Usage::default();
            loop {
                let usage = memory::report().usage();
                if news.send(News::Usage(usage)).is_err() {
                    return;
                }
                let is_at_rest = usage.app_bytes.abs_diff(before.app_bytes) < REST_BYTES;
                before = usage;
                let interval = if is_at_rest && !budget.is_busy() {
                    IDLE_INTERVAL
                } else {
                    BUSY_INTERVAL
                };
                match hurried.recv_timeout(interval) {
                    Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        })?;
        self.running = Some(Running { hurry, thread });
        Ok(())
    }

    /// Something begins that takes memory: measures soon, and more often.
    pub fn hurry(&self) {
        if let Some(running) = &self.running {
            match running.hurry.try_send(()) {
                Ok(()) | Err(TrySendError::Full(()) | TrySendError::Disconnected(())) => {}
            }
        }
    }

    pub fn stop(self) -> Option<JoinHandle<()>> {
        let Running { hurry, thread } = self.running?;
        drop(hurry);
        Some(thread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{BudgetWish, Caps};

    #[test]
    fn it_measures_while_there_is_a_budget_only() {
        let (news, heard) = crossbeam_channel::bounded(8);
        let caps = Caps {
            pictures: 1 << 20,
            thumbnails: 1 << 20,
            textures: 1 << 20,
        };
        let budget = Budget::new(BudgetWish::default(), caps);
        let mut keeper = BudgetKeeper::new(budget.clone(), news);
        keeper.follow().unwrap();
        assert!(keeper.running.is_none());
        budget.set_wish(BudgetWish {
            limit_bytes: Some(1 << 40),
            ..BudgetWish::default()
        });
        keeper.follow().unwrap();
        let first = heard.recv_timeout(Duration::from_secs(20));
        assert!(
            matches!(first, Ok(News::Usage(usage)) if usage.app_bytes > 1 << 20),
            "{first:?}"
        );
        budget.set_wish(BudgetWish::default());
        let thread = keeper.running.as_ref().unwrap().thread.thread().id();
        keeper.follow().unwrap();
        assert!(keeper.running.is_none(), "{thread:?} was told to end");
        drop(keeper);
        // The thread holds the last sender: the channel closes once it has ended.
        assert!(heard.iter().all(|it| matches!(it, News::Usage(_))));
    }
}
