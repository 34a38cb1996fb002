//! Waiting for threads that were told to end.
//!
//! One that hangs must not keep the program; one that still brings posts back must not
//! be cut, for what it has not brought back yet is known to nobody else.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Steps of changes that were done so far, in all libraries of this process.
static NUM_STEPS: AtomicU64 = AtomicU64::new(0);

/// How often it is looked.
const PAUSE: Duration = Duration::from_millis(2);

/// Changes of posts have come so far. Whoever waits for a library to close waits on
/// while this grows.
pub(in crate::engine) fn num_steps() -> u64 {
    NUM_STEPS.load(Ordering::Relaxed)
}

/// A change of posts came a step farther.
pub(super) fn step_done() {
    NUM_STEPS.fetch_add(1, Ordering::Relaxed);
}

/// Waits until `threads` have ended, at most `limit` from now, and from each time on that
/// `num_steps` was another; `false` where some are left behind.
pub(in crate::engine) fn wait_for(
    threads: &[JoinHandle<()>],
    limit: Duration,
    num_steps: impl Fn() -> u64,
) -> bool {
    let mut patience = Patience::new(limit, num_steps);
    while threads.iter().any(|it| !it.is_finished()) {
        if patience.is_over() {
            return false;
        }
        std::thread::sleep(PAUSE);
    }
    true
}

/// A time to wait that begins anew with each step that is done meanwhile.
pub(in crate::engine) struct Patience<F> {
    limit: Duration,
    num_steps: F,
    num_seen: u64,
    since: Instant,
}

impl<F: Fn() -> u64> Patience<F> {
    pub fn new(limit: Duration, num_steps: F) -> Self {
        Self {
            limit,
            num_seen: num_steps(),
            num_steps,
            since: Instant::now(),
        }
    }

    pub fn is_over(&mut self) -> bool {
        let num_steps = (self.num_steps)();
        if num_steps != self.num_seen {
            self.num_seen = num_steps;
            self.since = Instant::now();
        }
        self.since.elapsed() >= self.limit
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const LIMIT: Duration = Duration::from_millis(300);

    #[test]
    fn what_comes_farther_is_waited_for_and_what_hangs_is_not() {
        let num_steps = Arc::new(AtomicU64::new(0));
        let counted = num_steps.clone();
        let busy = std::thread::spawn(move || {
            for _ in 0..45 {
                std::thread::sleep(Duration::from_millis(20));
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        let begun = Instant::now();
        let load = || num_steps.load(Ordering::Relaxed);
        assert!(wait_for(&[busy], LIMIT, load));
        assert!(begun.elapsed() > 2 * LIMIT);

        let (release, held) = crossbeam_channel::bounded::<()>(0);
        let hangs = std::thread::spawn(move || {
            let _ = held.recv();
        });
        assert!(!wait_for(&[hangs], LIMIT, load));
        drop(release);
    }
}
