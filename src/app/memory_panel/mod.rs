//! Where the memory is: the report's rows as lines of a table that can be
//! folded. The lines are made when a report comes, never while painting.

mod ui;

pub use ui::memory_panel_ui;

use std::collections::HashSet;
use std::sync::Arc;

use crate::memory::{Action, Cache, Method, Offer, Report, Row};
use crate::message::{MemoryNews, ReleaseReport, Request};

use super::link::Link;
use super::text;

/// What two measurements of the same thing may differ by: 1 MB or 1 % of RSS.
const TOLERANCE_BYTES: u64 = 1 << 20;
const TOLERANCE_SHARE: f64 = 0.01;
/// More than this share unexplained is a warning.
const UNEXPLAINED_SHARE: f64 = 0.03;

/// Longer lists of children are folded until someone asks.
const MAX_OPEN_CHILDREN: usize = 8;

/// One line of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Names from the top, joined; tells what is folded.
    key: String,
    depth: usize,
    name: String,
    bytes: i64,
    /// Of RSS, 0 to 1.
    share: f32,
    /// `None` for what no row measures.
    method: Option<Method>,
    what: String,
    offer: Option<Offer>,
    has_children: bool,
    is_expanded: bool,
}

/// Whether the rows are what they promise to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Good,
    /// Adds up, but too much is unexplained.
    Incomplete,
    /// Counted twice, does not add up, or raised an alarm.
    Wrong,
}

#[derive(Debug)]
pub struct MemoryPanel {
    is_open: bool,
    news: Option<Arc<MemoryNews>>,
    lines: Vec<Line>,
    /// Lines that are not as they are at first: open at the top unless there are
    /// many, closed below.
    toggled: HashSet<String>,
    released: Option<ReleaseReport>,
}

impl MemoryPanel {
    pub fn new() -> Self {
        Self {
            is_open: false,
            news: None,
            lines: Vec::new(),
            toggled: HashSet::new(),
            released: None,
        }
    }

    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Reports are asked for only while the panel is open.
    pub fn toggle(&mut self, link: &mut Link) {
        self.is_open = !self.is_open;
        link.send(Request::WatchMemory {
            watch: self.is_open,
        });
        if !self.is_open {
            self.news = None;
            self.lines = Vec::new();
            self.released = None;
        }
    }

    pub fn take_news(&mut self, news: Arc<MemoryNews>) {
        if self.is_open {
            self.news = Some(news);
            self.make_lines();
        }
    }

    pub fn take_released(&mut self, released: ReleaseReport) {
        self.released = Some(released);
    }

    pub fn toggle_row(&mut self, key: &str) {
        if !self.toggled.remove(key) {
            self.toggled.insert(key.to_owned());
        }
        self.make_lines();
    }

    /// Resident bytes as of the last report.
    pub fn rss_bytes(&self) -> Option<u64> {
        self.news.as_ref().map(|it| it.report.rss_bytes)
    }

    fn make_lines(&mut self) {
        let Some(news) = &self.news else {
            return;
        };
        let report = &news.report;
        let rss = report.rss_bytes.max(1) as f32;
        let mut lines = Vec::with_capacity(self.lines.len());
        for row in &report.rows {
            add_lines(&mut lines, row, "", 0, rss, &self.toggled);
        }
        lines.push(Line {
            key: text::UNEXPLAINED.to_owned(),
            depth: 0,
            name: text::UNEXPLAINED.to_owned(),
            bytes: report.unexplained_bytes,
            share: report.unexplained_bytes as f32 / rss,
            method: None,
            what: "What the kernel counts and no row accounts for".to_owned(),
            offer: None,
            has_children: false,
            is_expanded: false,
        });
        self.lines = lines;
    }
}

fn add_lines(
    lines: &mut Vec<Line>,
    row: &Row,
    parent: &str,
    depth: usize,
    rss: f32,
    toggled: &HashSet<String>,
) {
    let key = format!("{parent}/{}", row.name);
    let has_children = !row.children.is_empty();
    let is_open_at_first = depth == 0 && row.children.len() <= MAX_OPEN_CHILDREN;
    let is_expanded = has_children && is_open_at_first != toggled.contains(&key);
    let mut what = row.what.to_string();
    if row.is_reclaimable {
        what.push_str(" The kernel can take these pages back at any time.");
    }
    if row.num_items > 0 {
        what.push_str(&format!("\n{} items", text::count(row.num_items)));
    }
    lines.push(Line {
        key: key.clone(),
        depth,
        name: row.name.clone(),
        bytes: i64::try_from(row.bytes).unwrap_or(i64::MAX),
        share: row.bytes as f32 / rss,
        method: Some(row.method),
        what,
        offer: row.offers.first().cloned(),
        has_children,
        is_expanded,
    });
    if is_expanded {
        for child in &row.children {
            add_lines(lines, child, &key, depth + 1, rss, toggled);
        }
    }
}

/// The rows and the unexplained rest together.
pub fn sum_bytes(report: &Report) -> i64 {
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

/// The verdict in words, for the head of the table.
pub fn verdict_text(report: &Report) -> String {
    let sum_bytes = sum_bytes(report);
    let sum = text::megabytes(sum_bytes);
    match verdict(report) {
        Verdict::Good => format!("The rows add up to {sum} MB, which is RSS"),
        Verdict::Incomplete => {
            format!("The rows add up to {sum} MB, but more than 3 % is unexplained")
        }
        Verdict::Wrong if sum_bytes != report.rss_bytes as i64 => {
            let rss = text::megabytes(i64::try_from(report.rss_bytes).unwrap_or(i64::MAX));
            format!("The rows add up to {sum} MB, and RSS is {rss} MB; please report this")
        }
        Verdict::Wrong if !report.alarms.is_empty() => {
            format!("The rows add up to {sum} MB, but not all of it fits together:")
        }
        Verdict::Wrong => format!(
            "{} MB are counted twice; please report this",
            text::megabytes(report.unexplained_bytes.saturating_neg())
        ),
    }
}

/// As the button of a row says it.
pub fn action_name(action: Action) -> &'static str {
    match action {
        Action::ReleaseAll => "Release all",
        Action::GiveBack(Cache::Picture) => "Show smaller",
        Action::GiveBack(Cache::Thumbnails) => "Trim thumbnails",
        Action::GiveBack(Cache::Similarity) => "Unload similarity",
        Action::GiveBack(Cache::Sqlite) => "Shrink SQLite",
        Action::GiveBack(Cache::TagCache) => "Trim tag cache",
        Action::PurgeAllocator => "Purge allocator",
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
    let outcome = if *freed_bytes >= 0 {
        format!("{freed} given back")
    } else {
        format!("RSS grew by {freed} meanwhile")
    };
    let name = action_name(*action);
    if *predicted_bytes == 0 {
        // Nobody could tell beforehand.
        return format!("{name}: {outcome}");
    }
    let predicted = text::bytes(*predicted_bytes);
    format!("{name}: {outcome} ({predicted} predicted)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::channel;

    fn row(name: &str, bytes: u64, children: Vec<Row>) -> Row {
        Row {
            name: name.to_owned(),
            bytes,
            children,
            ..Row::default()
        }
    }

    fn news(report: Report) -> Arc<MemoryNews> {
        Arc::new(MemoryNews {
            report,
            ..MemoryNews::default()
        })
    }

    fn report(unexplained_bytes: i64) -> Report {
        let mut driver = row("driver", 30 << 20, Vec::new());
        driver.is_driver = true;
        let rows = vec![
            row(
                "heap",
                60 << 20,
                vec![row("a", 40 << 20, vec![row("deep", 40 << 20, vec![])])],
            ),
            driver,
        ];
        Report {
            rss_bytes: ((90_i64 << 20) + unexplained_bytes) as u64,
            rows,
            unexplained_bytes,
            ..Report::default()
        }
    }

    #[test]
    fn lines_fold_and_end_with_the_unexplained_rest() {
        let (window, _engine) = channel();
        let mut link = Link::new(window);
        let mut panel = MemoryPanel::new();
        panel.toggle(&mut link);
        panel.take_news(news(report(5)));
        let names = |panel: &MemoryPanel| -> Vec<String> {
            panel.lines.iter().map(|it| it.name.clone()).collect()
        };
        assert_eq!(names(&panel), ["heap", "a", "driver", "Unexplained"]);
        panel.toggle_row("/heap/a");
        assert_eq!(
            names(&panel),
            ["heap", "a", "deep", "driver", "Unexplained"]
        );
        panel.toggle_row("/heap");
        assert_eq!(names(&panel), ["heap", "driver", "Unexplained"]);
        panel.toggle(&mut link);
        assert_eq!(panel.lines.capacity(), 0, "a closed panel holds nothing");
    }

    #[test]
    fn long_lists_are_folded_at_first() {
        let (window, _engine) = channel();
        let mut link = Link::new(window);
        let mut panel = MemoryPanel::new();
        panel.toggle(&mut link);
        let files = (0..50).map(|number| row(&format!("lib{number}.so"), 1, vec![]));
        let rows = vec![row("libraries", 50, files.collect())];
        panel.take_news(news(Report {
            rss_bytes: 50,
            rows,
            ..Report::default()
        }));
        assert_eq!(panel.lines.len(), 2);
        panel.toggle_row("/libraries");
        assert_eq!(panel.lines.len(), 52);
    }

    #[test]
    fn the_verdict_follows_the_promise() {
        assert_eq!(verdict(&report(1 << 20)), Verdict::Good);
        assert_eq!(verdict(&report(-(1 << 19))), Verdict::Good);
        assert_eq!(verdict(&report(-(2 << 20))), Verdict::Wrong);
        assert_eq!(verdict(&report(6 << 20)), Verdict::Incomplete);
        let mut off = report(0);
        off.rss_bytes += 1;
        assert_eq!(verdict(&off), Verdict::Wrong);
        assert_eq!(report(0).rss_without_driver_bytes(), 60 << 20);
    }

    #[test]
    fn an_alarm_is_wrong_even_where_the_rows_add_up() {
        let mut alarmed = report(1 << 20);
        alarmed.alarms = vec!["sqlite has more in use than its pages hold".to_owned()];
        assert_eq!(verdict(&alarmed), Verdict::Wrong);
        let text = verdict_text(&alarmed);
        assert!(text.contains("not all of it fits together"), "{text}");
        assert!(verdict_text(&report(-(2 << 20))).contains("2.00 MB are counted twice"));
    }
}
