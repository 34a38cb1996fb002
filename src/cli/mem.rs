//! `kobako mem`: where the memory of an engine with this library goes.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use crate::engine::EngineConfig;
use crate::memory::{Report, Row};
use crate::message::{Event, Request};

use super::search;
use super::session::Session;

const EXAMPLES: &str = "\
Examples:
  kobako mem
  kobako mem --json --query 1girl --query '*_hair order:size'

The rows and what is unexplained add up to the memory that the kernel counts for
this process (RSS). Each row says how it was measured: kernel (resident pages),
exact (counted by its owner), or estimate.

With --json: {\"rss_bytes\",\"peak_rss_bytes\",
  \"components\":[{\"name\",\"bytes\",\"method\",\"children\"}],\"unexplained_bytes\"}
and more about the rows.";

/// Say where the memory goes
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct MemArgs {
    /// Search this first; may be given several times
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    query: Vec<String>,

    /// Write the report as JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(library: PathBuf, args: &MemArgs) -> anyhow::Result<()> {
    let (mut session, _) = Session::open(EngineConfig::load(library))?;
    for query in &args.query {
        search::find(&mut session, query, 0)?;
    }
    session.ask(Request::WatchMemory { watch: true });
    let news = loop {
        if let Event::Memory(news) = session.next()? {
            break news;
        }
    };
    session.check()?;
    let report = &news.report;
    for alarm in &report.alarms {
        eprintln!("kobako: {alarm}");
    }
    let mut stdout = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut stdout, report)?;
        writeln!(stdout)?;
    } else {
        print_report(&mut stdout, report)?;
    }
    Ok(())
}

fn print_report(out: &mut impl std::io::Write, report: &Report) -> std::io::Result<()> {
    let rows: Vec<_> = report.rows.iter().flat_map(|it| lines(it, 0)).collect();
    let width = rows.iter().map(|it| it.0.chars().count()).max();
    let width = width.unwrap_or_default().max("unexplained".len());
    for (name, bytes, method) in &rows {
        writeln!(
            out,
            "{name:<width$}  {:>10}  {method}",
            megabytes(*bytes as f64)
        )?;
    }
    let unexplained = megabytes(report.unexplained_bytes as f64);
    writeln!(out, "{:<width$}  {unexplained:>10}", "unexplained")?;
    writeln!(
        out,
        "{:<width$}  {:>10}  kernel (peak {})",
        "RSS",
        megabytes(report.rss_bytes as f64),
        megabytes(report.peak_rss_bytes as f64).trim_start()
    )
}

/// A row and all below it, indented by depth.
fn lines(row: &Row, depth: usize) -> Vec<(String, u64, &'static str)> {
    let name = format!("{:indent$}{}", "", row.name, indent = depth * 2);
    let mut all = vec![(name, row.bytes, row.method.name())];
    all.extend(row.children.iter().flat_map(|it| lines(it, depth + 1)));
    all
}

fn megabytes(bytes: f64) -> String {
    format!("{:.2} MB", bytes / f64::from(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Method;

    fn row(name: &str, bytes: u64, children: Vec<Row>) -> Row {
        Row {
            name: name.to_owned(),
            bytes,
            method: Method::Exact,
            children,
            ..Row::default()
        }
    }

    #[test]
    fn the_tree_is_printed_with_children_below_their_row() {
        let report = Report {
            rss_bytes: 3 << 20,
            peak_rss_bytes: 4 << 20,
            rows: vec![row(
                "tag cache",
                2 << 20,
                vec![row("names", 1 << 19, vec![])],
            )],
            unexplained_bytes: 1 << 20,
            ..Report::default()
        };
        let mut out = Vec::new();
        print_report(&mut out, &report).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "tag cache       2.00 MB  exact\n  \
               names         0.50 MB  exact\n\
             unexplained     1.00 MB\n\
             RSS             3.00 MB  kernel (peak 4.00 MB)\n"
        );
    }
}
