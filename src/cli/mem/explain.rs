//! Everything that a row says of itself.

use std::fmt::Write as _;

use anyhow::bail;

use super::table::{grouped, wrapped};
use crate::cli::printable;
use crate::cli::report_view::{ReportView, RowView, megabytes};

/// What the rows of this name, or the one of this path, are.
pub(super) fn explain(
    report: &ReportView,
    name: &str,
    width: Option<usize>,
) -> anyhow::Result<String> {
    let found = report.find(name);
    if found.is_empty() {
        let names: Vec<_> = report.rows.iter().map(|it| it.name.as_str()).collect();
        bail!(
            "there is no row {name:?}; the rows are {}, and what is below them (below a/b)",
            names.join(", ")
        );
    }
    let texts = found
        .iter()
        .map(|(path, row)| one(report, path, row, width));
    Ok(texts.collect::<Vec<_>>().join("\n"))
}

fn one(report: &ReportView, path: &str, row: &RowView, width: Option<usize>) -> String {
    let mut text = String::new();
    let mut say = |what: &str, said: &str| {
        if said.is_empty() {
            return;
        }
        for line in wrapped(&printable(&format!("{what:<15} {said}")), width) {
            text.push_str(&line);
            text.push('\n');
        }
    };
    let mb = |bytes: u64| format!("{} MB", megabytes(bytes as f64));
    say("row", path);
    say("what it is", &row.what);
    let share = 100.0 * row.bytes as f64 / report.rss_bytes.max(1) as f64;
    let bytes = grouped(row.bytes);
    say(
        "size",
        &format!("{}, {bytes} bytes, {share:.1} % of RSS", mb(row.bytes)),
    );
    if row.num_items > 0 {
        let each = row.bytes as f64 / row.num_items as f64;
        let items = grouped(row.num_items);
        say("items", &format!("{items}, {each:.2} bytes each"));
    }
    say("measured", &measured(row));
    say("formula", &row.formula);
    let kinds = row.kinds;
    say(
        "kinds",
        &format!(
            "{} private and changed, {} private and clean, {} shared",
            mb(kinds.private_dirty),
            mb(kinds.private_clean),
            mb(kinds.shared)
        ),
    );
    if row.is_reclaimable {
        say(
            "reclaimable",
            "the kernel can take it back and read it again",
        );
    }
    if row.is_driver {
        say("whose", "the graphics driver's; not in the budget");
    }
    say("without it", &row.without);
    for offer in &row.offers {
        let action = action_name(&offer.action);
        let frees = mb(offer.frees_bytes);
        say(
            "can be done",
            &format!("{action}: frees {frees}. {}", offer.costs),
        );
    }
    say("cache", row.cache.as_deref().unwrap_or_default());
    let children: Vec<_> = row
        .children
        .iter()
        .map(|it| format!("{} {}", it.name, mb(it.bytes)))
        .collect();
    say("is made of", &children.join(", "));
    text
}

fn measured(row: &RowView) -> String {
    let how = match row.method.as_str() {
        "kernel" => "resident pages, counted by the kernel",
        "exact" => "counted to the byte by its owner",
        "estimate" => "computed, and may be off",
        _ => "",
    };
    let mut text = row.method_text();
    if !how.is_empty() {
        let _ = write!(text, " ({how})");
    }
    text
}

/// `"release_all"`, or `{"give_back":"sqlite"}`.
fn action_name(action: &serde_json::Value) -> String {
    let words = match action {
        serde_json::Value::String(name) => name.clone(),
        serde_json::Value::Object(of) => of
            .iter()
            .map(|(name, on)| format!("{name} {}", on.as_str().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join(", "),
        _ => String::new(),
    };
    words.replace('_', " ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report() -> ReportView {
        ReportView::read(json!({
            "rss_bytes": 4 << 20,
            "components": [
                {"name": "sqlite", "bytes": 1 << 20, "method": "kernel", "what": "Databases",
                 "cache": "sqlite", "without": "Nothing could be found",
                 "offers": [{"action": {"give_back": "sqlite"}, "frees_bytes": 1 << 19,
                             "costs": "Pages are read again"}],
                 "children": [{"name": "slack", "bytes": 7, "method": "estimate",
                               "bound_bytes": 1 << 20, "num_items": 7}]},
                {"name": "engine", "bytes": 9, "children": [{"name": "slack", "bytes": 9}]},
            ],
        }))
        .unwrap()
    }

    #[test]
    fn a_row_says_all_it_has() {
        let text = explain(&report(), "SQLite", None).unwrap();
        for said in [
            "row             sqlite\n",
            "Databases",
            "1.00 MB, 1,048,576 bytes, 25.0 % of RSS",
            "kernel (resident pages, counted by the kernel)",
            "without it      Nothing could be found",
            "give back sqlite: frees 0.50 MB. Pages are read again",
            "slack 0.00 MB",
        ] {
            assert!(text.contains(said), "{said}\n{text}");
        }
    }

    #[test]
    fn a_name_may_be_of_several_rows_and_a_path_is_of_one() {
        let both = explain(&report(), "slack", None).unwrap();
        assert!(both.contains("sqlite/slack") && both.contains("engine/slack"));
        let one = explain(&report(), "sqlite/slack", None).unwrap();
        assert!(!one.contains("engine"), "{one}");
        assert!(one.contains("estimate ± 1.00 MB (computed, and may be off)"));
        assert!(one.contains("7, 1.00 bytes each"));
        let err = explain(&report(), "slick", None).unwrap_err().to_string();
        assert!(err.contains("sqlite, engine"), "{err}");
    }
}
