//! What memory was, as lines and bands: points are made when news come.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::time::{Duration, SystemTime};

use egui_plot::PlotPoint;

use crate::app::text;
use crate::memory::{Band, History, Mark, Sample, uptime_ms};

/// Bands that are told apart; the smaller ones are one.
const MAX_BANDS: usize = 7;
/// Marks in the list below the plot.
const MAX_LISTED: usize = 40;
const RECENT_MINUTES: f64 = 10.0;

/// What is shown of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    #[default]
    Recent,
    Session,
}

/// A band of the plot, or a group of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    One(Band),
    /// The smaller ones together.
    Rest,
}

impl Group {
    pub fn name(self) -> &'static str {
        match self {
            Self::One(band) => band.name(),
            Self::Rest => text::memory_panel::SMALLER_PARTS,
        }
    }
}

/// An entry of the legend, and a band of the plot where it is shown.
#[derive(Debug)]
pub struct BandView {
    pub group: Group,
    pub is_shown: bool,
    /// Name and today's megabytes.
    pub label: String,
    /// Kilobytes by sample.
    values_kb: Vec<u32>,
    /// Minutes before now, megabytes; empty where it is hidden.
    pub lower: Vec<PlotPoint>,
    pub upper: Vec<PlotPoint>,
}

/// Something that happened.
#[derive(Debug)]
pub struct MarkView {
    /// Minutes, less than 0 for what was before now.
    pub x: f64,
    pub text: String,
}

#[derive(Debug, Default)]
pub struct HistoryView {
    /// The first at the bottom.
    pub bands: Vec<BandView>,
    pub rss: Vec<PlotPoint>,
    /// The latest first, those outside of the plot included.
    pub marks: Vec<MarkView>,
    /// Minutes, less than 0.
    pub min_x: f64,
    /// Megabytes.
    pub max_y: f64,
    /// The age of the process at the right end, milliseconds.
    now_ms: u32,
}

impl HistoryView {
    pub fn of(history: &History, span: Span, hidden: &HashSet<Group>) -> Self {
        let samples = match span {
            Span::Recent => &history.recent,
            Span::Session => &history.session,
        };
        let now_ms = samples
            .back()
            .map_or_else(uptime_ms, |it| it.at_ms)
            .max(history.marks.back().map_or(0, |it| it.at_ms));
        let first_ms = match span {
            Span::Recent => now_ms.saturating_sub((RECENT_MINUTES * 60e3) as u32),
            Span::Session => 0,
        };
        let samples: Vec<&Sample> = samples.iter().filter(|it| it.at_ms >= first_ms).collect();
        let minutes = |at_ms: u32| (f64::from(at_ms) - f64::from(now_ms)) / 60e3;
        let rss: Vec<PlotPoint> = samples
            .iter()
            .map(|it| PlotPoint::new(minutes(it.at_ms), f64::from(it.rss_kb) / 1024.0))
            .collect();
        let mut bands = bands(&samples, hidden);
        stack(&mut bands, &rss);
        let max_rss = rss.iter().map(|it| it.y).fold(1.0, f64::max);
        Self {
            bands,
            min_x: rss.first().map_or(-1.0, |it| it.x).min(-0.5),
            max_y: max_rss * 1.06,
            rss,
            marks: marks(&history.marks, now_ms),
            now_ms,
        }
    }

    /// The sample nearest to so many minutes before now.
    pub fn nearest(&self, x: f64) -> Option<usize> {
        let after = self.rss.partition_point(|it| it.x < x);
        let before = after.checked_sub(1);
        let distance = |index: usize| self.rss.get(index).map(|it| (it.x - x).abs());
        match (before.and_then(distance), distance(after)) {
            (Some(left), Some(right)) if left <= right => before,
            (_, Some(_)) => Some(after),
            (Some(_), None) => before,
            (None, None) => None,
        }
    }

    /// What was at a sample, line by line; for a tooltip.
    pub fn sample_text(&self, index: usize) -> String {
        let Some(rss) = self.rss.get(index) else {
            return String::new();
        };
        let at_ms = f64::from(self.now_ms) + rss.x * 60e3;
        let mut lines = text::memory_panel::sample(
            &clock(at_ms.max(0.0) as u32, self.now_ms),
            &ago(-rss.x),
            rss.y,
        );
        for band in self.bands.iter().rev().filter(|it| it.is_shown) {
            if let Some(kb) = band.values_kb.get(index) {
                let mb = f64::from(*kb) / 1024.0;
                lines.push_str(&format!("\n{} {mb:.1} MB", band.group.name()));
            }
        }
        lines
    }
}

/// The largest bands in their order, and the rest as one at the top.
fn bands(samples: &[&Sample], hidden: &HashSet<Group>) -> Vec<BandView> {
    let most = |band: Band| {
        let values = samples.iter().map(|it| band_kb(it, band));
        values.max().unwrap_or(0)
    };
    let mut sizes: Vec<(u32, Band)> = Band::all()
        .map(|band| (most(band), band))
        .filter(|it| it.0 > 0)
        .collect();
    sizes.sort_by_key(|it| std::cmp::Reverse(it.0));
    let (large, small) = sizes.split_at(sizes.len().min(MAX_BANDS));
    let mut groups: BTreeMap<usize, (Group, Vec<Band>)> = large
        .iter()
        .map(|(_, band)| (band.index(), (Group::One(*band), vec![*band])))
        .collect();
    if let [(_, band)] = small {
        groups.insert(band.index(), (Group::One(*band), vec![*band]));
    } else if !small.is_empty() {
        let bands = small.iter().map(|it| it.1).collect();
        groups.insert(Band::COUNT, (Group::Rest, bands));
    }
    groups
        .into_values()
        .map(|(group, bands)| {
            let values_kb: Vec<u32> = samples
                .iter()
                .map(|sample| bands.iter().map(|band| band_kb(sample, *band)).sum())
                .collect();
            let now = values_kb.last().copied().unwrap_or(0);
            BandView {
                group,
                is_shown: !hidden.contains(&group),
                label: format!("{} {:.1} MB", group.name(), f64::from(now) / 1024.0),
                values_kb,
                lower: Vec::new(),
                upper: Vec::new(),
            }
        })
        .collect()
}

fn band_kb(sample: &Sample, band: Band) -> u32 {
    sample.bands_kb.get(band.index()).copied().unwrap_or(0)
}

/// Lays the shown bands on each other.
fn stack(bands: &mut [BandView], rss: &[PlotPoint]) {
    let mut edge: Vec<PlotPoint> = rss.iter().map(|it| PlotPoint::new(it.x, 0.0)).collect();
    for band in bands.iter_mut().filter(|it| it.is_shown) {
        let upper: Vec<PlotPoint> = edge
            .iter()
            .zip(&band.values_kb)
            .map(|(below, kb)| PlotPoint::new(below.x, below.y + f64::from(*kb) / 1024.0))
            .collect();
        band.lower = std::mem::replace(&mut edge, upper.clone());
        band.upper = upper;
    }
}

fn marks(marks: &VecDeque<Mark>, now_ms: u32) -> Vec<MarkView> {
    marks
        .iter()
        .rev()
        .take(MAX_LISTED)
        .map(|mark| MarkView {
            x: (f64::from(mark.at_ms) - f64::from(now_ms)) / 60e3,
            text: format!("{} {}", clock(mark.at_ms, now_ms), mark_text(mark)),
        })
        .collect()
}

/// `similarity index loaded by Find similar, +5.10 MB`
fn mark_text(mark: &Mark) -> String {
    match mark.bytes {
        Some(bytes) => {
            let sign = if bytes < 0 { '−' } else { '+' };
            format!("{}, {sign}{}", mark.text, text::bytes(bytes.unsigned_abs()))
        }
        None => mark.text.clone(),
    }
}

/// The time of day when the process was `at_ms` old, now that it is `now_ms` old.
pub fn clock(at_ms: u32, now_ms: u32) -> String {
    let age = Duration::from_millis(u64::from(now_ms.saturating_sub(at_ms)));
    let time = SystemTime::now().checked_sub(age);
    time.map(text::clock).unwrap_or_default()
}

/// `40 s`, `2.5 min`, `1.2 h`
pub fn ago(minutes: f64) -> String {
    text::memory_panel::minutes(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Component;

    fn history() -> History {
        let sample = |seconds: u32| {
            let mut bands_kb = [0; Band::COUNT];
            for (index, kb) in bands_kb.iter_mut().enumerate() {
                *kb = 1024 * (index as u32 + 1) + seconds;
            }
            Sample {
                at_ms: seconds * 1000,
                rss_kb: bands_kb.iter().sum(),
                bands_kb,
            }
        };
        History {
            recent: (0..900).map(sample).collect(),
            session: (0..900).step_by(30).map(sample).collect(),
            ..History::default()
        }
    }

    #[test]
    fn bands_are_stacked_up_to_rss() {
        let view = HistoryView::of(&history(), Span::Recent, &HashSet::new());
        assert_eq!(view.bands.len(), MAX_BANDS + 1);
        assert_eq!(view.bands.last().unwrap().group, Group::Rest);
        let top = &view.bands.last().unwrap().upper;
        assert_eq!(top.len(), view.rss.len());
        for (top, rss) in top.iter().zip(&view.rss) {
            assert!((top.y - rss.y).abs() < 1e-9, "{top:?} {rss:?}");
        }
        assert!((view.min_x + RECENT_MINUTES).abs() < 1e-9);
    }

    #[test]
    fn a_hidden_band_leaves_no_gap() {
        let hidden = HashSet::from([Group::Rest]);
        let view = HistoryView::of(&history(), Span::Recent, &hidden);
        let shown: Vec<&BandView> = view.bands.iter().filter(|it| it.is_shown).collect();
        assert_eq!(shown.len(), MAX_BANDS);
        assert!(shown[0].lower.iter().all(|it| it.y == 0.0));
        for pair in shown.windows(2) {
            assert_eq!(pair[0].upper, pair[1].lower);
        }
    }

    #[test]
    fn the_nearest_sample_is_found() {
        let view = HistoryView::of(&history(), Span::Session, &HashSet::new());
        assert_eq!(view.nearest(0.0), Some(29));
        assert_eq!(view.nearest(-99.0), Some(0));
        assert_eq!(view.nearest(-0.6), Some(28));
        let text = view.sample_text(28);
        assert!(
            text.contains("30 s ago\n") && text.contains(" MB in memory"),
            "{text}"
        );
        assert_eq!(HistoryView::default().nearest(1.0), None);
    }

    #[test]
    fn marks_say_what_they_added() {
        let mark = |bytes| Mark {
            at_ms: 0,
            text: "index loaded".to_owned(),
            bytes,
        };
        assert_eq!(mark_text(&mark(None)), "index loaded");
        let loaded = mark_text(&mark(Some(5 << 20)));
        assert_eq!(loaded, "index loaded, +5.00 MB");
        let unloaded = mark_text(&mark(Some(-(5 << 20))));
        assert_eq!(unloaded, "index loaded, −5.00 MB");
        assert_eq!(Group::One(Band::Arena(Component::Sqlite)).name(), "sqlite");
    }
}
