//! What memory was: samples over time, marks that name causes, and how much was
//! unexplained.

use std::collections::VecDeque;

use super::{Component, Mark, Report};

/// Of `recent`, of `session`, and of the audit's shares.
pub const MAX_SAMPLES: usize = 600;
/// Of `marks`.
pub const MAX_MARKS: usize = 200;
/// How far back `recent` goes, milliseconds.
const RECENT_MS: u32 = 10 * 60 * 1000;
/// More than this share of RSS unexplained makes a walk a bad one.
const BAD_SHARE: f32 = 0.03;

/// What a sample tells apart: bands that are stacked, the first at the bottom.
/// Each component's arena, and what is outside of all arenas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Band {
    Arena(Component),
    /// Textures, where they are in this process; not in the driver's arena then.
    Textures,
    /// Files that are mapped: the program, libraries, fonts, snapshots.
    Files,
    /// Stacks, statics, compiled shaders.
    Other,
}

impl Band {
    pub const COUNT: usize = Component::COUNT + 3;

    pub fn all() -> impl Iterator<Item = Self> {
        let arenas = Component::ALL.into_iter().map(Self::Arena);
        arenas.chain([Self::Textures, Self::Files, Self::Other])
    }

    pub fn index(self) -> usize {
        match self {
            Self::Arena(component) => component.index(),
            Self::Textures => Component::COUNT,
            Self::Files => Component::COUNT + 1,
            Self::Other => Component::COUNT + 2,
        }
    }

    /// As the rows that it sums up are called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arena(Component::Driver) => "driver heap",
            Self::Arena(component) => component.name(),
            Self::Textures => "textures",
            Self::Files => "program, libraries, driver libraries",
            Self::Other => "other",
        }
    }
}

/// Memory at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Since the process began, milliseconds.
    pub at_ms: u32,
    /// Kilobytes.
    pub rss_kb: u32,
    /// Kilobytes by [`Band::index`]; they add up to `rss_kb`.
    pub bands_kb: [u32; Band::COUNT],
}

impl Sample {
    /// Bytes of one band.
    pub fn band_bytes(&self, band: Band) -> u64 {
        u64::from(self.bands_kb[band.index()]) << 10
    }
}

/// How well the rows explained RSS, walk by walk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audit {
    pub num_walks: u64,
    /// Walks with more than 3 % unexplained, or an alarm.
    pub num_bad: u64,
    /// The largest share of RSS that was unexplained, 0 to 1; when, milliseconds.
    pub worst_share: f32,
    pub worst_at_ms: u32,
    /// The latest shares with their time, milliseconds; thinned out like the session.
    pub shares: VecDeque<(u32, f32)>,
}

/// The last ten minutes closely, the session coarsely; bounded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// About one a second while someone looks, fewer otherwise; at most 600.
    pub recent: VecDeque<Sample>,
    /// The whole session; at most 600, each second one goes when it is full.
    pub session: VecDeque<Sample>,
    /// The latest at the end; at most 200.
    pub marks: VecDeque<Mark>,
    pub audit: Audit,
}

/// Keeps a series within its bound: when it is full, every second one goes, and
/// from then on they come half as often.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Thinning {
    interval_ms: u32,
}

/// The interval that the first thinning leads to, milliseconds.
const FIRST_INTERVAL_MS: u32 = 1000;

impl Thinning {
    /// Adds `item` unless it comes too soon after the last one.
    pub fn push<T>(&mut self, series: &mut VecDeque<T>, item: T, at_ms: impl Fn(&T) -> u32) {
        let due_ms = series
            .back()
            .map_or(0, |it| at_ms(it).saturating_add(self.interval_ms));
        // A little early is in time: clocks and waits are not exact.
        if at_ms(&item).saturating_add(self.interval_ms / 8) < due_ms {
            return;
        }
        if series.len() >= MAX_SAMPLES {
            let mut number = 0;
            series.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.interval_ms = self.interval_ms.max(FIRST_INTERVAL_MS / 2) * 2;
        }
        series.push_back(item);
    }
}

impl History {
    pub(super) fn with_room() -> Self {
        Self {
            recent: VecDeque::with_capacity(MAX_SAMPLES),
            session: VecDeque::with_capacity(MAX_SAMPLES),
            marks: VecDeque::new(),
            audit: Audit {
                shares: VecDeque::with_capacity(MAX_SAMPLES),
                ..Audit::default()
            },
        }
    }

    pub(super) fn push_recent(&mut self, sample: Sample) {
        if self.recent.len() == MAX_SAMPLES {
            self.recent.pop_front();
        }
        self.recent.push_back(sample);
        let oldest_ms = sample.at_ms.saturating_sub(RECENT_MS);
        while self.recent.front().is_some_and(|it| it.at_ms < oldest_ms) {
            self.recent.pop_front();
        }
    }

    pub(super) fn push_marks(&mut self, marks: impl IntoIterator<Item = Mark>) {
        self.marks.extend(marks);
        while self.marks.len() > MAX_MARKS {
            self.marks.pop_front();
        }
    }
}

impl Audit {
    /// Notes how well a walk explained RSS.
    pub(super) fn note(&mut self, report: &Report, at_ms: u32, thinning: &mut Thinning) {
        let unexplained = report.unexplained_bytes.unsigned_abs() as f32;
        let share = unexplained / report.rss_bytes.max(1) as f32;
        self.num_walks += 1;
        if share > BAD_SHARE || !report.alarms.is_empty() {
            self.num_bad += 1;
        }
        if share > self.worst_share {
            self.worst_share = share;
            self.worst_at_ms = at_ms;
        }
        thinning.push(&mut self.shares, (at_ms, share), |it| it.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(at_ms: u32) -> Sample {
        Sample {
            at_ms,
            ..Sample::default()
        }
    }

    #[test]
    fn a_session_of_a_day_stays_within_its_bound_and_spans_the_day() {
        let mut session = VecDeque::new();
        let mut thinning = Thinning::default();
        for second in 0..24 * 3600 {
            thinning.push(&mut session, sample(second * 1000), |it| it.at_ms);
            assert!(session.len() <= MAX_SAMPLES);
        }
        let first = session.front().unwrap().at_ms;
        let last = session.back().unwrap().at_ms;
        assert_eq!(first, 0);
        assert!(last > 23 * 3_600_000);
        assert!(session.len() >= MAX_SAMPLES / 2);
        // Evenly: no gap is more than a few times the mean.
        let times: Vec<u32> = session.iter().map(|it| it.at_ms).collect();
        let largest = times.windows(2).map(|it| it[1] - it[0]).max().unwrap();
        assert!(largest <= 4 * last / times.len() as u32, "{largest}");
    }

    #[test]
    fn recent_samples_are_of_the_last_ten_minutes() {
        let mut history = History::with_room();
        for second in 0..2000 {
            history.push_recent(sample(second * 500));
        }
        assert_eq!(history.recent.len(), MAX_SAMPLES);
        history.push_recent(sample(5_000_000));
        assert_eq!(history.recent.len(), 1);
    }

    #[test]
    fn old_marks_go_first() {
        let mut history = History::default();
        let mark = |at_ms| Mark {
            at_ms,
            text: String::new(),
            bytes: None,
        };
        history.push_marks((0..250).map(mark));
        assert_eq!(history.marks.len(), MAX_MARKS);
        assert_eq!(history.marks.back().unwrap().at_ms, 249);
    }

    #[test]
    fn walks_that_explain_too_little_are_counted() {
        let mut audit = Audit::default();
        let mut thinning = Thinning::default();
        let mut note = |unexplained_bytes, alarms: &[&str], at_ms| {
            let report = Report {
                rss_bytes: 1000,
                unexplained_bytes,
                alarms: alarms.iter().map(|&it| it.to_owned()).collect(),
                ..Report::default()
            };
            audit.note(&report, at_ms, &mut thinning);
            (audit.num_walks, audit.num_bad)
        };
        assert_eq!(note(10, &[], 1000), (1, 0));
        assert_eq!(note(40, &[], 2000), (2, 1));
        assert_eq!(note(10, &["something"], 3000), (3, 2));
        assert_eq!(note(-35, &[], 4000), (4, 3));
        assert_eq!((audit.worst_share, audit.worst_at_ms), (0.04, 2000));
        assert_eq!(audit.shares.len(), 4);
    }
}
