//! Whether a report is as a scenario expects it.

use std::collections::BTreeMap;

use super::step::{Expect, Metric, Value};
use crate::cli::report_view::{ReportView, megabytes};
use crate::message::ReleaseReport;

/// What is known after a step.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub report: ReportView,
    /// The last release until then.
    pub released: Option<ReleaseReport>,
}

impl Taken {
    fn measure(&self, metric: &Metric) -> Result<f64, String> {
        let report = &self.report;
        Ok(match metric {
            Metric::Rss => report.rss_bytes as f64,
            Metric::WithoutDriver => report.without_driver_bytes() as f64,
            Metric::Anonymous => report.anonymous_bytes as f64,
            Metric::Unexplained => report.unexplained_bytes.unsigned_abs() as f64,
            Metric::Peak => report.peak_rss_bytes as f64,
            Metric::Alarms => report.alarms.len() as f64,
            Metric::Misprediction => {
                let released = self.released()?;
                (released.freed_bytes as f64 - released.predicted_bytes as f64).abs()
            }
            Metric::Row(name) => {
                let found = report.find(name);
                let bytes: u64 = found.iter().map(|(_, row)| row.bytes).sum();
                bytes as f64
            }
        })
    }

    /// What a share is a share of.
    fn whole(&self, metric: &Metric) -> Result<f64, String> {
        Ok(match metric {
            Metric::Misprediction => self.released()?.predicted_bytes as f64,
            _ => self.report.rss_bytes as f64,
        })
    }

    fn released(&self) -> Result<&ReleaseReport, String> {
        let released = self.released.as_ref();
        released.ok_or_else(|| "there was no release before".to_owned())
    }
}

/// The error says what was found.
pub(super) fn check(
    expect: &Expect,
    last: &Taken,
    marks: &BTreeMap<String, Taken>,
) -> Result<(), String> {
    let Expect {
        metric,
        operator,
        values,
    } = expect;
    let found = last.measure(metric)?;
    let mut limits = Vec::with_capacity(values.len());
    for value in values {
        let wanted = match value {
            Value::Plain(number) | Value::Bytes(number) => *number,
            Value::Share(share) => last.whole(metric)? * share,
            Value::Mark {
                name,
                factor,
                bytes,
            } => {
                let mark = marks.get(name).ok_or_else(|| {
                    let known: Vec<_> = marks.keys().map(String::as_str).collect();
                    format!("there is no mark {name}; marks are: {}", known.join(", "))
                })?;
                mark.measure(metric)? * factor + bytes
            }
        };
        if operator.holds(found, wanted) {
            return Ok(());
        }
        limits.push(wanted);
    }
    let limits: Vec<_> = limits.iter().map(|it| text_of(metric, *it)).collect();
    let mut said = format!("found {}", text_of(metric, found));
    if let Ok(whole) = last.whole(metric)
        && whole > 0.0
        && !matches!(metric, Metric::Alarms)
    {
        let of = match metric {
            Metric::Misprediction => "what was predicted",
            _ => "RSS",
        };
        said.push_str(&format!(" ({:.2} % of {of})", 100.0 * found / whole));
    }
    said.push_str(&format!("; the limit is {}", limits.join(" or ")));
    for alarm in &last.report.alarms {
        said.push_str(&format!("; {alarm}"));
    }
    Err(said)
}

fn text_of(metric: &Metric, found: f64) -> String {
    match metric {
        Metric::Alarms => format!("{found}"),
        _ => format!("{} MB", megabytes(found)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::parse;
    use super::super::step::Step;
    use super::*;
    use crate::memory::Action;

    fn taken(rss_mb: u64, unexplained: i64) -> Taken {
        let report = json!({
            "rss_bytes": rss_mb << 20,
            "anonymous_bytes": rss_mb << 19,
            "unexplained_bytes": unexplained,
            "components": [
                {"name": "sqlite", "bytes": 3 << 20},
                {"name": "graphics driver", "bytes": 1 << 20, "is_driver": true},
            ],
        });
        Taken {
            report: ReportView::read(report).unwrap(),
            released: Some(ReleaseReport {
                action: Action::ReleaseAll,
                predicted_bytes: 10 << 20,
                freed_bytes: 9 << 20,
            }),
        }
    }

    fn outcome(text: &str) -> Result<(), String> {
        let lines = parse::parse("f", text).unwrap();
        let Step::Expect(expect) = &lines[0].step else {
            panic!("{text} is no expectation");
        };
        let marks = BTreeMap::from([("start".to_owned(), taken(8, 0))]);
        check(expect, &taken(10, -(1 << 18)), &marks)
    }

    #[test]
    fn what_holds_is_found_to_hold() {
        for text in [
            "expect rss <= 10MB",
            "expect rss >= 10MB",
            "expect without-driver < 9.1MB",
            "expect unexplained <= 2.5%",
            "expect row \"sqlite\" <= 3072KB",
            "expect row \"nothing\" < 1KB",
            "expect alarms <= 0",
            "expect misprediction <= 10%",
            "expect misprediction <= 1KB or 1MB",
            "expect anonymous <= start+25%",
            "expect anonymous >= start",
            "expect rss <= start+2MB",
        ] {
            assert_eq!(outcome(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_does_not_hold_says_what_was_found() {
        for (text, says) in [
            (
                "expect rss < 10MB",
                "found 10.00 MB (100.00 % of RSS); the limit is 10.00 MB",
            ),
            ("expect unexplained <= 2%", "found 0.25 MB (2.50 % of RSS)"),
            ("expect rss <= start+1MB or 9MB", "9.00 MB or 9.00 MB"),
            (
                "expect misprediction <= 9%",
                "10.00 % of what was predicted",
            ),
            ("expect rss <= end", "marks are: start"),
        ] {
            let said = outcome(text).unwrap_err();
            assert!(said.contains(says), "{text}: {said}");
        }
    }
}
