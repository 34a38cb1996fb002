//! Finds memory that grows without a reason.
//!
//! Watched is what must not grow for long: per component what is in use and
//! nobody itemised, and what no row explains. The window is cut into a few
//! parts of time; of each the least figure counts, so that what comes and goes
//! does not matter. A leak is where that has risen in all but one step, the last
//! included: loading something is one step, and ends.

use std::collections::VecDeque;
use std::time::Duration;

use super::figures::size;
use super::{Component, Finding, Mark};

/// Parts of the window.
const NUM_PARTS: usize = 6;

/// Rises by less than this are not worth a word, whatever they come to in an
/// hour, bytes; and in a minute.
const LEAST_BYTES: u64 = 1 << 20;
const LEAST_BYTES_A_MINUTE: u64 = 3 << 20;

/// Observations that are kept.
const MAX_OBSERVATIONS: usize = 128;

/// What must have a reason to grow, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Growth {
    /// In use and not itemised, by [`Component::index`].
    pub in_use: [u64; Component::COUNT],
    pub unexplained: u64,
}

#[derive(Debug)]
pub(super) struct Leaks {
    window_ms: u32,
    seen: VecDeque<(u32, Growth)>,
    /// What marks say was added, when.
    marked: VecDeque<(u32, u64)>,
    /// Row and bytes.
    found: Vec<(&'static str, u64)>,
    /// Found just now and not before.
    new: Vec<(&'static str, u64)>,
}

impl Leaks {
    pub fn new(window: Duration) -> Self {
        Self {
            window_ms: u32::try_from(window.as_millis()).unwrap_or(u32::MAX).max(1),
            seen: VecDeque::new(),
            marked: VecDeque::new(),
            found: Vec::new(),
            new: Vec::new(),
        }
    }

    pub fn observe(&mut self, at_ms: u32, growth: Growth, marks: &[Mark]) {
        let oldest_ms = at_ms.saturating_sub(self.window_ms);
        let least_apart = self.window_ms / MAX_OBSERVATIONS as u32;
        let is_due = self
            .seen
            .back()
            .is_none_or(|(last_ms, _)| at_ms >= last_ms + least_apart);
        if is_due {
            self.seen.push_back((at_ms, growth));
        }
        while self.seen.front().is_some_and(|it| it.0 < oldest_ms) {
            self.seen.pop_front();
        }
        let marks = marks.iter().filter_map(|mark| {
            let bytes = u64::try_from(mark.bytes?).ok()?;
            Some((mark.at_ms, bytes))
        });
        self.marked.extend(marks);
        while self.marked.front().is_some_and(|it| it.0 < oldest_ms)
            || self.marked.len() > MAX_OBSERVATIONS
        {
            self.marked.pop_front();
        }
        self.find(at_ms);
    }

    fn find(&mut self, now_ms: u32) {
        let reasons: u64 = self.marked.iter().map(|it| it.1).sum();
        let least = (LEAST_BYTES_A_MINUTE * u64::from(self.window_ms) / 60_000).max(LEAST_BYTES);
        let mut found = Vec::new();
        let mut look = |row, of: &dyn Fn(&Growth) -> u64| {
            if let Some(grown) = self.steady_growth(now_ms, of)
                && grown.saturating_sub(reasons) >= least
            {
                found.push((row, grown));
            }
        };
        for component in Component::ALL {
            look(row_name(component), &|it| it.in_use[component.index()]);
        }
        look("unexplained", &|it| it.unexplained);
        self.new.retain(|new| found.iter().any(|it| it.0 == new.0));
        let is_known = |row| self.found.iter().any(|it| it.0 == row);
        self.new
            .extend(found.iter().copied().filter(|it| !is_known(it.0)));
        self.found = found;
    }

    /// By how much the least figures of the window's parts rose from the first
    /// to the last; `None` where they did not rise all along, or where the window
    /// is not full yet.
    fn steady_growth(&self, now_ms: u32, of: &dyn Fn(&Growth) -> u64) -> Option<u64> {
        let part_ms = (self.window_ms / NUM_PARTS as u32).max(1);
        let mut least = [None::<u64>; NUM_PARTS];
        for (at_ms, growth) in &self.seen {
            let age = ((now_ms - at_ms) / part_ms) as usize;
            let part = &mut least[NUM_PARTS - 1 - age.min(NUM_PARTS - 1)];
            let bytes = of(growth);
            *part = Some(part.map_or(bytes, |it| it.min(bytes)));
        }
        // The first may be missing: samples are not taken to the millisecond.
        let known: Vec<u64> = least.iter().copied().flatten().collect();
        if known.len() < NUM_PARTS - 1 {
            return None;
        }
        let grown = known.last()?.checked_sub(*known.first()?)?;
        // A step that is a tenth of an even one is none.
        let least_step = (grown / (10 * NUM_PARTS as u64)).max(1);
        let rises = |pair: &[u64]| pair[1] >= pair[0] + least_step;
        let num_rises = known.windows(2).filter(|it| rises(it)).count();
        let is_last_a_rise = known.windows(2).next_back().is_some_and(rises);
        // Nor is it steady where one step is more than half of it all.
        let largest = known
            .windows(2)
            .map(|it| it[1].saturating_sub(it[0]))
            .max()?;
        (is_last_a_rise && num_rises + 1 >= NUM_PARTS - 1 && 2 * largest <= grown).then_some(grown)
    }

    /// What grows now.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        let window_secs = self.window_ms.div_ceil(1000);
        self.found.iter().map(move |(row, bytes)| Finding {
            row: (*row).to_owned(),
            text: format!(
                "{row} grew steadily by {} in the last {window_secs} seconds, and nothing that \
                 holds memory there says that it is its own: this looks like a leak",
                size(*bytes)
            ),
            is_alarm: true,
        })
    }

    /// What was found for the first time since this was last asked, and still is:
    /// the row, and by how much it had grown.
    pub fn take_new(&mut self) -> Vec<(&'static str, u64)> {
        std::mem::take(&mut self.new)
    }
}

/// The row of a component's arena.
fn row_name(component: Component) -> &'static str {
    match component {
        Component::Driver => "graphics driver",
        _ => component.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KB: u64 = 1 << 10;
    const MB: u64 = 1 << 20;

    /// What is found after two minutes with an observation each second.
    fn found_after(
        interval_ms: u32,
        bytes_at: impl Fn(u32) -> u64,
        marks: &[(u32, u64)],
    ) -> Vec<Finding> {
        let mut leaks = Leaks::new(Duration::from_secs(60));
        for at_ms in (0..=120_000).step_by(interval_ms as usize) {
            let mut in_use = [5 * MB; Component::COUNT];
            in_use[Component::Engine.index()] = bytes_at(at_ms);
            let growth = Growth {
                in_use,
                unexplained: 100 * KB,
            };
            let marks: Vec<Mark> = marks
                .iter()
                .filter(|it| it.0 <= at_ms && at_ms < it.0 + interval_ms)
                .map(|&(at_ms, bytes)| Mark {
                    at_ms,
                    text: "something was loaded".to_owned(),
                    bytes: Some(bytes as i64),
                })
                .collect();
            leaks.observe(at_ms, growth, &marks);
        }
        leaks.findings().collect()
    }

    #[test]
    fn steady_growth_is_named_by_its_row() {
        for interval_ms in [1000, 5000, 10_000] {
            let found = found_after(interval_ms, |at_ms| u64::from(at_ms) * 200, &[]);
            assert_eq!(found.len(), 1, "each {interval_ms} ms");
            assert_eq!(found[0].row, "engine");
            assert!(found[0].is_alarm);
        }
        // In bursts, and beside work that comes and goes.
        let bursts = |at_ms: u32| u64::from(at_ms / 7000) * 2 * MB + u64::from(at_ms % 3000) * KB;
        assert_eq!(found_after(1000, bursts, &[]).len(), 1);
    }

    #[test]
    fn it_is_found_within_the_minute_and_forgotten_when_it_ends() {
        let mut leaks = Leaks::new(Duration::from_secs(60));
        let mut first_ms = None;
        for second in 0..300u32 {
            // Level for two minutes, then a minute of growth, then level.
            let grown = u64::from(second.clamp(120, 180) - 120) * 200 * KB;
            let growth = Growth {
                in_use: [5 * MB; Component::COUNT],
                unexplained: grown,
            };
            leaks.observe(second * 1000, growth, &[]);
            if first_ms.is_none() && leaks.findings().next().is_some() {
                first_ms = Some(second - 120);
            }
        }
        let first = first_ms.unwrap();
        assert!(first < 60, "after {first} seconds");
        assert_eq!(leaks.findings().count(), 0);
        // Nobody asked while it was so.
        assert!(leaks.take_new().is_empty());
    }

    #[test]
    fn what_is_new_is_told_once() {
        let mut leaks = Leaks::new(Duration::from_secs(60));
        let mut num_told = 0;
        for second in 0..120u32 {
            let growth = Growth {
                in_use: [0; Component::COUNT],
                unexplained: u64::from(second) * 200 * KB,
            };
            leaks.observe(second * 1000, growth, &[]);
            num_told += leaks.take_new().len();
        }
        assert_eq!(num_told, 1);
    }

    #[test]
    fn what_has_a_reason_or_an_end_is_no_leak() {
        let level = found_after(1000, |at_ms| 5 * MB + u64::from(at_ms % 5000) * KB, &[]);
        assert_eq!(level, []);
        let step = |at_ms| if at_ms < 90_000 { 0 } else { 50 * MB };
        assert_eq!(found_after(1000, step, &[]), []);
        let ramp = |at_ms: u32| u64::from(at_ms.clamp(80_000, 95_000) - 80_000) * 2 * KB;
        assert_eq!(found_after(1000, ramp, &[]), []);
        let slow = |at_ms: u32| u64::from(at_ms) * 10;
        assert_eq!(found_after(1000, slow, &[]), []);
        let falling = |at_ms: u32| 90 * MB - u64::from(at_ms) * 200;
        assert_eq!(found_after(1000, falling, &[]), []);
        // The same as a leak, but a mark names its cause.
        let steady = |at_ms: u32| u64::from(at_ms) * 200;
        assert_eq!(found_after(1000, steady, &[(100_000, 12 * MB)]), []);
    }
}
