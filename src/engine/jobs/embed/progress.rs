//! How far embedding is, and what it came to.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How often progress is told.
const INTERVAL: Duration = Duration::from_millis(200);

/// The rate is of this long.
const WINDOW: Duration = Duration::from_secs(10);

/// Measures the rate.
#[derive(Debug)]
pub(super) struct Meter {
    /// When how many pictures were done; one an interval, the oldest a window ago.
    samples: VecDeque<(Instant, u64)>,
    told: Option<Instant>,
}

impl Meter {
    pub(super) fn new(start: Instant) -> Self {
        Self {
            samples: VecDeque::from([(start, 0)]),
            told: None,
        }
    }

    /// Whether it is time to tell again.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.told
            .is_none_or(|it| now.duration_since(it) >= INTERVAL)
    }

    /// Forgets the rate until now: after a pause.
    pub(super) fn restart(&mut self, now: Instant, num_done: u64) {
        self.samples = VecDeque::from([(now, num_done)]);
        self.told = None;
    }

    /// Pictures a second, and how long the rest will take, seconds.
    pub(super) fn rate(
        &mut self,
        now: Instant,
        num_done: u64,
        num_left: u64,
    ) -> (f64, Option<f64>) {
        self.told = Some(now);
        self.samples.push_back((now, num_done));
        while self.samples.len() > 2
            && self
                .samples
                .get(1)
                .is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW)
        {
            self.samples.pop_front();
        }
        let Some((start, before)) = self.samples.front() else {
            return (0.0, None);
        };
        let secs = now.duration_since(*start).as_secs_f64();
        let num = num_done.saturating_sub(*before);
        if secs <= 0.0 || num == 0 {
            return (0.0, None);
        }
        let rate = num as f64 / secs;
        (rate, Some(num_left as f64 / rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_follows_the_last_seconds() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        assert_eq!(meter.rate(start, 0, 10), (0.0, None));
        // Ten seconds at 1 a second, then twenty at 3.
        let mut num_done = 0;
        let mut last = (0.0, None);
        for second in 1..=30 {
            num_done += if second <= 10 { 1 } else { 3 };
            last = meter.rate(start + Duration::from_secs(second), num_done, 90);
        }
        assert_eq!(last, (3.0, Some(30.0)));
        meter.restart(start + Duration::from_secs(100), num_done);
        let after = start + Duration::from_secs(101);
        assert!(meter.is_due(after));
        assert_eq!(meter.rate(after, num_done + 2, 4), (2.0, Some(2.0)));
        assert!(!meter.is_due(after + Duration::from_millis(100)));
    }
}
