//! A line a step: columns for people, or the whole report as JSON.

use std::io::Write as _;
use std::time::Duration;

use serde::Serialize;

use crate::cli::printable;
use crate::cli::report_view::{ReportView, megabytes};
use crate::memory::Report;
use crate::message::ReleaseReport;

/// Columns that a step's text may take.
const STEP_WIDTH: usize = 28;

/// Beside the step and its time, MB, except for the share.
const COLUMNS: [&str; 9] = [
    "RSS",
    "no driver",
    "anonymous",
    "tag cache",
    "sqlite",
    "pictures",
    "similarity",
    "unexpl. %",
    "peak",
];

pub(super) struct Output {
    json: bool,
    is_begun: bool,
}

/// A step that was done.
pub(super) struct Done<'a> {
    pub line: usize,
    pub text: &'a str,
    pub duration: Duration,
    pub report: &'a Report,
    pub view: &'a ReportView,
    /// Only of a step that released.
    pub released: Option<&'a ReleaseReport>,
    /// What is worth knowing about it.
    pub note: &'a str,
}

#[derive(Serialize)]
struct DoneJson<'a> {
    line: usize,
    step: &'a str,
    seconds: f64,
    note: &'a str,
    released: Option<ReleasedJson>,
    report: &'a Report,
}

#[derive(Serialize)]
struct ReleasedJson {
    predicted_bytes: u64,
    freed_bytes: i64,
}

impl Output {
    pub fn new(json: bool) -> Self {
        Self {
            json,
            is_begun: false,
        }
    }

    pub fn write(&mut self, done: &Done<'_>) -> anyhow::Result<()> {
        let mut stdout = std::io::stdout().lock();
        if self.json {
            let released = done.released.map(|it| ReleasedJson {
                predicted_bytes: it.predicted_bytes,
                freed_bytes: it.freed_bytes,
            });
            let json = DoneJson {
                line: done.line,
                step: done.text,
                seconds: done.duration.as_secs_f64(),
                note: done.note,
                released,
                report: done.report,
            };
            serde_json::to_writer(&mut stdout, &json)?;
            writeln!(stdout)?;
        } else {
            if !self.is_begun {
                writeln!(stdout, "{}", head())?;
            }
            writeln!(stdout, "{}", line(done))?;
        }
        self.is_begun = true;
        stdout.flush()?;
        Ok(())
    }
}

fn head() -> String {
    let mut head = format!("{:STEP_WIDTH$}  {:>8}", "step (MB)", "seconds");
    for name in COLUMNS {
        head.push_str(&format!("  {name:>10}"));
    }
    head
}

fn line(done: &Done<'_>) -> String {
    let view = done.view;
    let mut text = printable(done.text);
    if text.chars().count() > STEP_WIDTH {
        text = text.chars().take(STEP_WIDTH - 1).chain(['…']).collect();
    }
    let mut line = format!("{text:STEP_WIDTH$}  {:>8.3}", done.duration.as_secs_f64());
    let mb = |bytes: u64| megabytes(bytes as f64);
    let cells = [
        mb(view.rss_bytes),
        mb(view.without_driver_bytes()),
        mb(view.anonymous_bytes),
        mb(view.bytes_of(&["tag cache"])),
        mb(view.bytes_of(&["sqlite"])),
        mb(view.bytes_of(&["pictures", "import"])),
        mb(view.bytes_of(&["similarity"])),
        format!(
            "{} {:>4.1}",
            megabytes(view.unexplained_bytes as f64),
            100.0 * view.unexplained_share()
        ),
        mb(view.peak_rss_bytes),
    ];
    for cell in cells {
        line.push_str(&format!("  {cell:>10}"));
    }
    if !done.note.is_empty() {
        line.push_str("  ");
        line.push_str(&printable(done.note));
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_stands_below_its_head() {
        let view = ReportView::read(json!({
            "rss_bytes": 10 << 20, "peak_rss_bytes": 12 << 20, "anonymous_bytes": 5 << 20,
            "unexplained_bytes": 1 << 19,
            "components": [
                {"name": "pictures", "bytes": 1 << 20}, {"name": "import", "bytes": 1 << 20},
                {"name": "graphics driver", "bytes": 1 << 20, "is_driver": true},
            ],
        }))
        .unwrap();
        let line = line(&Done {
            line: 3,
            text: "query something that is far too long for its column",
            duration: Duration::from_millis(1234),
            report: &Report::default(),
            view: &view,
            released: None,
            note: "3 found",
        });
        let words: Vec<_> = line.split_whitespace().rev().take(13).collect();
        let words: Vec<_> = words.into_iter().rev().collect();
        assert_eq!(
            words,
            [
                "1.234", "10.00", "9.00", "5.00", "0.00", "0.00", "2.00", "0.00", "0.50", "5.0",
                "12.00", "3", "found"
            ]
        );
        assert!(line.starts_with("query something that is far…  "), "{line}");
        let end = head().chars().count();
        assert_eq!(
            line.chars()
                .take(end)
                .collect::<String>()
                .trim_end()
                .chars()
                .count(),
            end
        );
    }
}
