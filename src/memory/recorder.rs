//! Records what memory was: cheap samples, full walks, marks and the audit.

use std::time::Duration;

use super::history::Thinning;
use super::leaks::{Growth, Leaks};
use super::reconcile::{self, Measured};
use super::walk::resident_in_arena;
use super::{
    Band, Component, History, Mark, Report, Sample, jemalloc, kernel, ledger, scope, system,
    take_marks, totals, uptime_ms,
};

/// How long growth has to last before it is called a leak.
const LEAK_WINDOW: Duration = Duration::from_secs(60);

/// Records a history. What it keeps is bounded: some 100 KB.
#[derive(Debug)]
pub struct Recorder {
    history: History,
    session: Thinning,
    shares: Thinning,
    leaks: Leaks,
    /// At the last walk: what was unexplained, and what was in the band *other*; bytes.
    at_walk: Option<(u64, u64)>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl Recorder {
    pub fn new() -> Self {
        Self::with_leak_window(LEAK_WINDOW)
    }

    /// One that calls growth a leak when it has lasted for `window`.
    pub fn with_leak_window(window: Duration) -> Self {
        let _scope = scope(Component::Accounting);
        Self {
            history: History::with_room(),
            session: Thinning::default(),
            shares: Thinning::default(),
            leaks: Leaks::new(window),
            at_walk: None,
        }
    }

    pub fn history(&self) -> &History {
        &self.history
    }

    /// Takes a sample without a walk: what the kernel sums up, and what is
    /// resident in each arena. Costs a millisecond or so. Owners should have
    /// published what they hold.
    pub fn sample(&mut self) -> Sample {
        let (sample, growth) = self.look_closely();
        self.record(sample, growth);
        sample
    }

    /// A sample that is not recorded.
    pub fn look(&self) -> Sample {
        self.look_closely().0
    }

    fn look_closely(&self) -> (Sample, Growth) {
        let _scope = scope(Component::Accounting);
        jemalloc::refresh_stats();
        let arenas = Component::ALL.map(resident_in_arena);
        let (rss, anonymous) = totals::resident_and_anonymous()
            .or_else(|| Some((system::process_rss()?, arenas.iter().sum())))
            .unwrap_or_default();
        let (textures, are_in_process) = ledger::textures();
        let textures = if are_in_process {
            textures
                .total_bytes()
                .min(arenas[Component::Driver.index()])
        } else {
            0
        };
        let sample = in_bands(rss, anonymous, arenas, textures);
        // What came outside of the arenas since the last walk is not explained
        // until the next.
        let other = other_bytes(&sample);
        let unexplained = self.at_walk.map_or(0, |(unexplained, before)| {
            (unexplained + other).saturating_sub(before)
        });
        (sample, growth(&arenas, textures, unexplained))
    }

    /// Walks, and records that. The report's findings are those of
    /// [`super::report()`] and what the history tells.
    pub fn walk(&mut self) -> (Report, Sample) {
        let _scope = scope(Component::Accounting);
        let Measured {
            mut report,
            anonymous_bytes,
            arenas_bytes,
            textures_bytes,
        } = reconcile::measure();
        let sample = in_bands(
            report.rss_bytes,
            anonymous_bytes,
            arenas_bytes,
            textures_bytes,
        );
        let unexplained = u64::try_from(report.unexplained_bytes).unwrap_or(0);
        self.at_walk = Some((unexplained, other_bytes(&sample)));
        self.record(sample, growth(&arenas_bytes, textures_bytes, unexplained));
        self.history
            .audit
            .note(&report, sample.at_ms, &mut self.shares);
        // A sample may think so of what a walk can explain.
        for (row, bytes) in self.leaks.take_new() {
            self.history.push_marks([Mark {
                at_ms: sample.at_ms,
                text: format!("{row} grows, and nothing says why"),
                bytes: Some(bytes.cast_signed()),
            }]);
        }
        // What is wrong comes before what could be better.
        report.findings.splice(0..0, self.leaks.findings());
        (report, sample)
    }

    fn record(&mut self, sample: Sample, growth: Growth) {
        let _scope = scope(Component::Accounting);
        let marks = take_marks();
        self.leaks.observe(sample.at_ms, growth, &marks);
        self.history.push_marks(marks);
        self.history.push_recent(sample);
        self.session
            .push(&mut self.history.session, sample, |it| it.at_ms);
    }
}

/// What must have a reason to grow.
fn growth(arenas: &[u64; Component::COUNT], textures: u64, unexplained: u64) -> Growth {
    Growth {
        in_use: Component::ALL.map(|component| {
            let claimed = match component {
                Component::Driver => textures,
                _ => ledger::claimed(component),
            };
            let allocated = jemalloc::stats(component).allocated as u64;
            // What was handed out and never touched takes no memory.
            allocated
                .min(arenas[component.index()])
                .saturating_sub(claimed)
        }),
        unexplained,
    }
}

fn other_bytes(sample: &Sample) -> u64 {
    u64::from(sample.bands_kb[Band::Other.index()]) << 10
}

/// Bands that add up to RSS to the kilobyte, all in bytes. The figures are not of
/// the same instant: what does not fit is taken off the largest arena.
fn in_bands(
    rss: u64,
    anonymous: u64,
    mut arenas: [u64; Component::COUNT],
    textures: u64,
) -> Sample {
    let kilobytes = |bytes: u64| u32::try_from(bytes >> 10).unwrap_or(u32::MAX);
    let anonymous = anonymous.min(rss);
    while let Some(excess) = arenas.iter().sum::<u64>().checked_sub(anonymous)
        && excess > 0
        && let Some(largest) = arenas.iter_mut().max()
    {
        *largest -= excess.min(*largest);
    }
    let mut bands_kb = [0; Band::COUNT];
    for component in Component::ALL {
        bands_kb[Band::Arena(component).index()] = kilobytes(arenas[component.index()]);
    }
    let driver_kb = &mut bands_kb[Band::Arena(Component::Driver).index()];
    let textures_kb = kilobytes(textures).min(*driver_kb);
    *driver_kb -= textures_kb;
    bands_kb[Band::Textures.index()] = textures_kb;
    bands_kb[Band::Files.index()] = kilobytes(rss - anonymous);
    let rss_kb = kilobytes(rss);
    let told: u32 = bands_kb.iter().sum();
    bands_kb[Band::Other.index()] = rss_kb.saturating_sub(told);
    Sample {
        at_ms: uptime_ms(),
        rss_kb,
        bands_kb,
    }
}

/// Keeps the share of a processor that repeated work takes: the wait after it
/// is as long as its cost asks for.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// From one time to the next, at least.
    pub least: Duration,
    /// Of one processor, 0 to 1.
    pub most_share: f64,
}

impl Pace {
    /// Does `work`; returns with it how long after its start it may be done again.
    pub fn spend<T>(self, work: impl FnOnce() -> T) -> (T, Duration) {
        let before = kernel::thread_cpu_time();
        let out = work();
        let cost = kernel::thread_cpu_time().saturating_sub(before);
        (out, self.interval(cost))
    }

    fn interval(self, cost: Duration) -> Duration {
        self.least.max(cost.div_f64(self.most_share))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1 << 20;

    #[test]
    fn bands_add_up_whatever_they_are_made_of() {
        let mut arenas = [0; Component::COUNT];
        arenas[Component::Driver.index()] = 8 * MB;
        arenas[Component::TagCache.index()] = 20 * MB;
        for (rss, anonymous, textures) in [
            (60 * MB, 40 * MB, 5 * MB),
            // Arenas grew after the sum was taken.
            (40 * MB, 25 * MB, 7 * MB),
            (40 * MB + 1023, 28 * MB + 5, 3333),
            (0, 0, MB),
            (10 * MB, 90 * MB, 0),
        ] {
            let sample = in_bands(rss, anonymous, arenas, textures);
            let sum: u32 = sample.bands_kb.iter().sum();
            assert_eq!(sum, sample.rss_kb, "{rss} {anonymous} {textures}");
            assert_eq!(u64::from(sample.rss_kb), rss >> 10);
        }
        let sample = in_bands(60 * MB, 40 * MB, arenas, 5 * MB);
        let band = |band: Band| u64::from(sample.bands_kb[band.index()]) << 10;
        assert_eq!(band(Band::Textures), 5 * MB);
        assert_eq!(band(Band::Arena(Component::Driver)), 3 * MB);
        assert_eq!(band(Band::Files), 20 * MB);
        assert_eq!(band(Band::Other), 12 * MB);
    }

    #[test]
    fn what_costs_more_is_done_less_often() {
        let pace = Pace {
            least: Duration::from_secs(1),
            most_share: 0.005,
        };
        let interval = |millis| pace.interval(Duration::from_millis(millis)).as_secs_f64();
        assert_eq!(interval(0), 1.0);
        assert_eq!(interval(5), 1.0);
        assert!((interval(20) - 4.0).abs() < 1e-9);
    }
}
