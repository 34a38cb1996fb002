//! Whether the rows are what they promise to be, and what releasing did, in words.

use crate::app::text;
use crate::memory::{Action, Audit, Cache, Report};
use crate::message::ReleaseReport;

/// What two measurements of the same thing may differ by: 1 MB or 1 % of RSS.
const TOLERANCE_BYTES: u64 = 1 << 20;
const TOLERANCE_SHARE: f64 = 0.01;
/// More than this share unexplained is a warning.
pub const UNEXPLAINED_SHARE: f64 = 0.03;
/// What a prediction may be off by: 256 KB or 10 %.
const PREDICTION_BYTES: u64 = 256 << 10;
const PREDICTION_SHARE: f64 = 0.1;

/// Whether the rows are what they promise to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Good,
    /// Adds up, but too much is unexplained.
    Incomplete,
    /// Counted twice, does not add up, or raised an alarm.
    Wrong,
}

/// The rows and the unexplained rest together.
fn sum_bytes(report: &Report) -> i64 {
    let rows: u64 = report.rows.iter().map(|row| row.bytes).sum();
    i64::try_from(rows).unwrap_or(i64::MAX) + report.unexplained_bytes
}

pub fn verdict(report: &Report) -> Verdict {
    let rss = report.rss_bytes as f64;
    let tolerance = (TOLERANCE_BYTES as f64).max(TOLERANCE_SHARE * rss);
    let off = (sum_bytes(report) - report.rss_bytes as i64).unsigned_abs() as f64;
    let is_twice = (report.unexplained_bytes as f64) < -tolerance;
    if off > 0.0 || is_twice || !report.alarms.is_empty() {
        Verdict::Wrong
    } else if report.unexplained_bytes as f64 > UNEXPLAINED_SHARE * rss {
        Verdict::Incomplete
    } else {
        Verdict::Good
    }
}

/// The verdict in words, for the head of the panel.
pub fn verdict_text(report: &Report) -> String {
    let sum_bytes = sum_bytes(report);
    let sum = text::megabytes(sum_bytes);
    match verdict(report) {
        Verdict::Good => text::memory_panel::adds_up(&sum),
        Verdict::Incomplete => text::memory_panel::too_much_unexplained(&sum),
        Verdict::Wrong if sum_bytes != report.rss_bytes as i64 => {
            let rss = text::megabytes(i64::try_from(report.rss_bytes).unwrap_or(i64::MAX));
            text::memory_panel::differs(&sum, &rss)
        }
        Verdict::Wrong if !report.alarms.is_empty() => text::memory_panel::contradicts(&sum),
        Verdict::Wrong => text::memory_panel::counted_twice(&text::megabytes(
            report.unexplained_bytes.saturating_neg(),
        )),
    }
}

/// How well the rows explained RSS, now and so far.
pub fn audit_text(report: &Report, audit: &Audit) -> String {
    let now = 100.0 * report.unexplained_bytes as f64 / report.rss_bytes.max(1) as f64;
    if audit.num_walks < 2 {
        return text::memory_panel::unexplained(now);
    }
    let worst = 100.0 * f64::from(audit.worst_share);
    text::memory_panel::unexplained_and_worst(now, worst)
}

/// As the button of a row says it.
pub fn action_name(action: Action) -> &'static str {
    match action {
        Action::ReleaseAll => text::actions::GIVE_MEMORY_BACK_NOW,
        Action::GiveBack(Cache::Picture) => text::memory_panel::SHOW_SMALLER,
        Action::GiveBack(Cache::Thumbnails) => text::memory_panel::TRIM_THUMBNAILS,
        Action::GiveBack(Cache::Similarity) => text::memory_panel::UNLOAD_SIMILARITY,
        Action::GiveBack(Cache::Sqlite) => text::memory_panel::SHRINK_SQLITE,
        Action::GiveBack(Cache::TagCache) => text::memory_panel::TRIM_TAG_CACHE,
        Action::Purge(_) => text::memory_panel::PURGE_SLACK,
    }
}

/// For people; settings and JSON have [`Cache::name`].
pub fn cache_name(cache: Cache) -> &'static str {
    match cache {
        Cache::Picture => text::memory_panel::OPEN_PICTURE_INLINE,
        Cache::Thumbnails => text::memory_panel::THUMBNAILS,
        Cache::Similarity => text::memory_panel::SIMILARITY_INDEX,
        Cache::Sqlite => text::memory_panel::SQLITE_CACHES,
        Cache::TagCache => text::memory_panel::TAG_CACHE,
    }
}

/// What giving back did: what was promised, what the kernel says.
pub fn released_text(released: &ReleaseReport) -> String {
    let ReleaseReport {
        action,
        predicted_bytes,
        freed_bytes,
    } = released;
    let freed = text::bytes(freed_bytes.unsigned_abs());
    let name = action_name(*action);
    let outcome = if *freed_bytes >= 0 {
        text::memory_panel::given_back(name, &freed)
    } else {
        text::memory_panel::grew(name, &freed)
    };
    if *predicted_bytes == 0 {
        // Nobody could tell beforehand.
        return outcome;
    }
    let predicted = text::bytes(*predicted_bytes);
    text::memory_panel::predicted(&outcome, &predicted)
}

/// Whether the kernel freed what was promised: no less, and no more.
pub fn is_as_predicted(released: &ReleaseReport) -> bool {
    let tolerance =
        PREDICTION_BYTES.max((PREDICTION_SHARE * released.predicted_bytes as f64) as u64);
    let predicted = i64::try_from(released.predicted_bytes).unwrap_or(i64::MAX);
    released.freed_bytes.abs_diff(predicted) <= tolerance
}
