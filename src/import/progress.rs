//! How far an import is: counts, a rate that follows the last seconds, time left.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::message::ImportProgress;

/// How often progress is told.
pub(super) const INTERVAL: Duration = Duration::from_millis(150);

/// The rate is of this long.
const WINDOW: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Meter {
    /// When how many files were done; one an interval, the oldest a window ago.
    samples: VecDeque<(Instant, u64)>,
}

impl Meter {
    pub(super) fn new(start: Instant) -> Self {
        Self {
            samples: VecDeque::from([(start, 0)]),
        }
    }

    /// Whether it is time to tell again.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.samples
            .back()
            .is_none_or(|(last, _)| now.duration_since(*last) >= INTERVAL)
    }

    pub(super) fn sample(
        &mut self,
        now: Instant,
        num_done: u64,
        found: Found,
        num_failed: u64,
        current: Option<PathBuf>,
    ) -> ImportProgress {
        self.samples.push_back((now, num_done));
        while self.samples.len() > 2
            && self
                .samples
                .get(1)
                .is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW)
        {
            self.samples.pop_front();
        }
        let files_per_sec = self.samples.front().map_or(0.0, |(start, before)| {
            let secs = now.duration_since(*start).as_secs_f64();
            if secs > 0.0 {
                num_done.saturating_sub(*before) as f64 / secs
            } else {
                0.0
            }
        });
        // Counted separately, so for a moment it may be behind.
        let num_found = found.num_files.max(num_done);
        let secs_left = (found.is_counted && files_per_sec > 0.0)
            .then(|| (num_found - num_done) as f64 / files_per_sec);
        ImportProgress {
            num_done,
            num_found,
            is_counted: found.is_counted,
            num_failed,
            files_per_sec,
            secs_left,
            current,
        }
    }
}

/// What there is to do, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    pub num_files: u64,
    pub is_counted: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_follows_the_last_seconds() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        let found = Found {
            num_files: 1_000,
            is_counted: true,
        };
        let mut last = ImportProgress::default();
        for tick in 1..=100_u32 {
            // Fast at first, then one file a tick of 200 ms.
            let num_done = if tick <= 50 { 10 * tick } else { 450 + tick };
            let now = start + Duration::from_millis(200) * tick;
            assert!(meter.is_due(now));
            last = meter.sample(now, num_done.into(), found, 0, None);
        }
        assert!((last.files_per_sec - 5.0).abs() < 0.5, "{last:?}");
        assert!((last.secs_left.unwrap() - 90.0).abs() < 10.0, "{last:?}");
    }
}
