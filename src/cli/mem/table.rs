//! A memory report as a table for people.

use std::fmt::Write as _;

use crate::cli::printable;
use crate::cli::report_view::{ReportView, RowView, megabytes};

/// Narrower than this and names would be gone.
const LEAST_NAME: usize = 12;

/// What the columns beside the name tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum View {
    /// Who has it, how many things it holds, and how it was measured
    #[default]
    Component,
    /// What the kernel can do with it: private and changed, private and clean, shared
    Kind,
}

/// A line before its columns are as wide as they are going to be.
struct Line {
    name: String,
    cells: Vec<String>,
}

/// The whole report, at most `width` columns wide where that is given: names
/// are cut, and nothing wraps.
pub(super) fn table(report: &ReportView, view: View, width: Option<usize>) -> String {
    let mut lines = Vec::new();
    for row in &report.rows {
        add_rows(&mut lines, row, 0, view, report.rss_bytes);
    }
    let rows_end = lines.len();
    lines.extend(totals(report, view));
    let mut text = lay_out(&header(view), &lines, rows_end, width);
    let _ = write!(text, "{}", remarks(report, width));
    text
}

fn header(view: View) -> Line {
    let cells: &[&str] = match view {
        View::Component => &["MB", "% RSS", "items", "bytes/item", "method"],
        View::Kind => &["MB", "private dirty", "private clean", "shared", "method"],
    };
    Line {
        name: "row".to_owned(),
        cells: cells.iter().map(|&it| it.to_owned()).collect(),
    }
}

fn add_rows(lines: &mut Vec<Line>, row: &RowView, depth: usize, view: View, rss: u64) {
    let mark = if row.is_driver { " *" } else { "" };
    let name = format!(
        "{:indent$}{}{mark}",
        "",
        printable(&row.name),
        indent = depth * 2
    );
    lines.push(Line {
        name,
        cells: row_cells(row, view, rss),
    });
    for child in &row.children {
        add_rows(lines, child, depth + 1, view, rss);
    }
}

fn row_cells(row: &RowView, view: View, rss: u64) -> Vec<String> {
    let bytes = megabytes(row.bytes as f64);
    let method = row.method_text();
    match view {
        View::Component => {
            let (items, each) = if row.num_items == 0 {
                (String::new(), String::new())
            } else {
                let each = row.bytes as f64 / row.num_items as f64;
                let digits = if each < 100.0 { 2 } else { 0 };
                (grouped(row.num_items), format!("{each:.digits$}"))
            };
            vec![bytes, share(row.bytes as f64, rss), items, each, method]
        }
        View::Kind => {
            let kinds = row.kinds;
            let [dirty, clean, shared] = [kinds.private_dirty, kinds.private_clean, kinds.shared]
                .map(|it| megabytes(it as f64));
            vec![bytes, dirty, clean, shared, method]
        }
    }
}

/// The lines below the rows.
fn totals(report: &ReportView, view: View) -> Vec<Line> {
    let rss = report.rss_bytes;
    let line = |name: &str, bytes: f64| Line {
        name: name.to_owned(),
        cells: match view {
            View::Component => vec![megabytes(bytes), share(bytes, rss)],
            View::Kind => vec![megabytes(bytes)],
        },
    };
    let mut lines = vec![line("unexplained", report.unexplained_bytes as f64)];
    let mut whole = line("RSS", rss as f64);
    if view == View::Kind {
        let kinds = report.kinds;
        let kinds = [kinds.private_dirty, kinds.private_clean, kinds.shared];
        whole.cells.extend(kinds.map(|it| megabytes(it as f64)));
    }
    lines.push(whole);
    lines.push(line(
        "  without the driver",
        report.without_driver_bytes() as f64,
    ));
    lines.push(line("  private anonymous", report.anonymous_bytes as f64));
    lines.push(line("  peak", report.peak_rss_bytes as f64));
    if report.gpu_texture_bytes > 0 {
        lines.push(line(
            "textures on the graphics card",
            report.gpu_texture_bytes as f64,
        ));
    }
    if let Some(worker) = report.worker {
        lines.push(line(
            &format!("worker process {}", worker.pid),
            worker.rss_bytes as f64,
        ));
    }
    lines
}

fn lay_out(header: &Line, lines: &[Line], rows_end: usize, width: Option<usize>) -> String {
    let all = || std::iter::once(header).chain(lines);
    let num_cells = header.cells.len();
    // The last one is text, and is not padded.
    let widths: Vec<usize> = (0..num_cells)
        .map(|column| {
            let cells = all().filter_map(|it| it.cells.get(column));
            cells.map(|it| it.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let cells_width: usize = widths.iter().map(|it| it + 2).sum();
    let names = lines.iter().map(|it| it.name.chars().count());
    let mut name_width = names.max().unwrap_or(0);
    if let Some(width) = width {
        name_width = name_width.min(width.saturating_sub(cells_width).max(LEAST_NAME));
    }
    let mut text = String::new();
    for (index, line) in all().enumerate() {
        if index == rows_end + 1 {
            text.push('\n');
        }
        let mut out = pad_name(&line.name, name_width);
        for (column, (cell, width)) in line.cells.iter().zip(&widths).enumerate() {
            let _ = if column + 1 == num_cells {
                write!(out, "  {cell}")
            } else {
                write!(out, "  {cell:>width$}")
            };
        }
        text.push_str(cut(out.trim_end(), width));
        text.push('\n');
    }
    text
}

/// Exactly `width` columns; a name that is cut says so.
fn pad_name(name: &str, width: usize) -> String {
    if name.chars().count() <= width {
        return format!("{name:<width$}");
    }
    let mut cut: String = name.chars().take(width.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// The beginning of a line.
fn cut(line: &str, width: Option<usize>) -> &str {
    let end = width.and_then(|it| line.char_indices().nth(it));
    end.map_or(line, |(at, _)| line.get(..at).unwrap_or(line))
}

/// What is worth knowing besides: the driver's mark, alarms, findings, the budget.
fn remarks(report: &ReportView, width: Option<usize>) -> String {
    let mut lines = Vec::new();
    if report.rows.iter().any(|it| it.is_driver) {
        lines.push("* the graphics driver's".to_owned());
    }
    for alarm in &report.alarms {
        lines.push(format!("! {alarm}"));
    }
    for finding in &report.findings {
        let mark = if finding.is_alarm { "!" } else { "·" };
        lines.push(format!("{mark} {}: {}", finding.row, finding.text));
    }
    lines.extend(budget_lines(report));
    let mut text = String::new();
    if !lines.is_empty() {
        text.push('\n');
    }
    for line in lines {
        for part in wrapped(&printable(&line), width) {
            text.push_str(&part);
            text.push('\n');
        }
    }
    text
}

fn budget_lines(report: &ReportView) -> Vec<String> {
    let budget = &report.budget;
    let mb = |bytes: u64| format!("{} MB", megabytes(bytes as f64));
    let mut lines = Vec::new();
    if let Some(limit) = budget.limit_bytes {
        lines.push(format!(
            "budget {}: {} used ({:.0} %)",
            mb(limit),
            mb(budget.used_bytes),
            100.0 * budget.used_bytes as f64 / limit.max(1) as f64
        ));
    }
    if budget.permits_limit_bytes > 0 {
        lines.push(format!(
            "permits: {} of {} taken",
            mb(budget.permits_used_bytes),
            mb(budget.permits_limit_bytes)
        ));
    }
    if budget.textures_limit_bytes > 0 {
        lines.push(format!(
            "textures: up to {}",
            mb(budget.textures_limit_bytes)
        ));
    }
    for cap in &budget.caps {
        let when = if cap.is_live {
            ""
        } else {
            " from the next start on"
        };
        lines.push(format!("cap of {}: {}{when}", cap.cache, mb(cap.bytes)));
    }
    if !budget.pinned.is_empty() {
        lines.push(format!("pinned: {}", budget.pinned.join(", ")));
    }
    for what in &budget.degraded {
        lines.push(format!("given up for the budget: {what}"));
    }
    if budget.shortfall_bytes > 0 {
        lines.push(format!(
            "! the budget is {} too small to decode pictures inside it, and may be passed",
            mb(budget.shortfall_bytes)
        ));
    }
    lines
}

/// Sentences, broken between words; what follows is set in.
pub(super) fn wrapped(text: &str, width: Option<usize>) -> Vec<String> {
    let Some(width) = width else {
        return vec![text.to_owned()];
    };
    let width = width.max(LEAST_NAME * 2);
    let mut lines = vec![String::new()];
    let mut length = 0;
    for word in text.split(' ') {
        let word_length = word.chars().count();
        let Some(line) = lines.last_mut() else { break };
        if length > 2 && length + 1 + word_length > width {
            lines.push(format!("  {word}"));
            length = 2 + word_length;
        } else {
            if length > 0 {
                line.push(' ');
                length += 1;
            }
            line.push_str(word);
            length += word_length;
        }
    }
    lines
}

/// What fits on a screen of so many lines: where the rows are too many, their
/// end is left out, and what stands below them is kept.
pub(super) fn fitted(text: &str, height: Option<usize>) -> String {
    let lines: Vec<&str> = text.lines().collect();
    // One for the cursor.
    let room = height.map_or(usize::MAX, |it| it.saturating_sub(1));
    if lines.len() <= room {
        return text.to_owned();
    }
    let end = lines.iter().position(|it| it.is_empty());
    let end = end.unwrap_or(lines.len());
    let num_below = lines.len() - end;
    let num_rows = room.saturating_sub(num_below + 1).min(end);
    let mut kept: Vec<String> = Vec::with_capacity(room);
    kept.extend(lines.iter().take(num_rows).map(|&it| it.to_owned()));
    kept.push(format!("… {} more lines", end - num_rows));
    kept.extend(lines.iter().skip(end).map(|&it| it.to_owned()));
    kept.truncate(room);
    let mut text = kept.join("\n");
    text.push('\n');
    text
}

/// Percent of RSS.
fn share(bytes: f64, rss: u64) -> String {
    let text = format!("{:.1}", 100.0 * bytes / rss.max(1) as f64);
    if text == "-0.0" {
        "0.0".to_owned()
    } else {
        text
    }
}

/// `1,234,567`
pub(super) fn grouped(number: u64) -> String {
    crate::memory::figures::count(number).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report() -> ReportView {
        let mb = |number: f64| (number * f64::from(1 << 20)) as u64;
        ReportView::read(json!({
            "rss_bytes": mb(4.0), "peak_rss_bytes": mb(5.0), "anonymous_bytes": mb(2.5),
            "unexplained_bytes": mb(0.5),
            "kinds": {"private_dirty": mb(3.0), "private_clean": mb(1.0), "shared": 0},
            "components": [
                {"name": "tag cache", "bytes": mb(2.0), "method": "kernel",
                 "kinds": {"private_dirty": mb(2.0)},
                 "children": [{"name": "names of all tags", "bytes": mb(0.5), "method": "exact",
                               "num_items": 131_072}]},
                {"name": "graphics driver", "bytes": mb(1.5), "method": "estimate",
                 "bound_bytes": mb(0.25), "is_driver": true},
            ],
            "findings": [{"row": "engine", "text": "grew", "is_alarm": true}],
            "budget": {"limit_bytes": mb(8.0), "used_bytes": mb(4.0)},
        }))
        .unwrap()
    }

    #[test]
    fn the_tree_is_printed_with_children_below_their_row() {
        let text = table(&report(), View::Component, None);
        let expected = "\
row                     MB  % RSS    items  bytes/item  method
tag cache             2.00   50.0                       kernel
  names of all tags   0.50   12.5  131,072        4.00  exact
graphics driver *     1.50   37.5                       estimate ± 0.25 MB

unexplained           0.50   12.5
RSS                   4.00  100.0
  without the driver  2.50   62.5
  private anonymous   2.50   62.5
  peak                5.00  125.0

* the graphics driver's
! engine: grew
budget 8.00 MB: 4.00 MB used (50 %)
";
        assert_eq!(text, expected, "\n{text}");
    }

    #[test]
    fn by_kind_says_what_the_kernel_can_do() {
        let text = table(&report(), View::Kind, None);
        let line = |start: &str| {
            let mut lines = text.lines();
            let found = lines.find(|it| it.starts_with(start)).unwrap();
            found.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(line("tag cache"), "tag cache 2.00 2.00 0.00 0.00 kernel");
        assert_eq!(line("RSS"), "RSS 4.00 3.00 1.00 0.00");
    }

    #[test]
    fn a_narrow_terminal_cuts_names_and_wraps_no_row() {
        for width in [80, 56, 40, 20, 1] {
            let text = table(&report(), View::Component, Some(width));
            let (rows, remarks) = text.rsplit_once("\n\n").unwrap();
            for line in rows.lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
            assert!(remarks.contains("driver's"), "{remarks}");
        }
        let text = table(&report(), View::Component, Some(60));
        assert!(text.contains("\n  names of …"), "\n{text}");
        assert!(
            text.contains("0.50   12.5  131,072        4.00"),
            "\n{text}"
        );
    }

    #[test]
    fn what_does_not_fit_is_left_out_of_the_rows() {
        let text = "head\na\nb\nc\nd\n\nRSS\n";
        assert_eq!(fitted(text, None), text);
        assert_eq!(fitted(text, Some(8)), text);
        assert_eq!(fitted(text, Some(7)), "head\na\nb\n… 2 more lines\n\nRSS\n");
        for height in 1..8 {
            assert!(fitted(text, Some(height)).lines().count() < height.max(2));
        }
    }

    #[test]
    fn sentences_break_between_words() {
        assert_eq!(
            wrapped("one two three four five six seven", Some(24)),
            ["one two three four five", "  six seven"]
        );
    }
}
