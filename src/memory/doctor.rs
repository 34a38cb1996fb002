//! Says what could be saved, and what that would cost, with today's figures.

use super::figures::size;
use super::{Component, Finding, Report, Row, jemalloc};

/// Less than this is not worth advice, bytes.
const WORTH_BYTES: u64 = 4 << 20;
/// What freed memory is worth giving back at, bytes: it costs nothing.
const SLACK_BYTES: u64 = 4 << 20;
/// SQLite's page caches serve well with this much, bytes.
const SMALL_SQLITE_CACHE: u64 = 2 << 20;

/// Advice from a report alone; the settings that it names are read at the next start.
pub(super) fn advice(report: &Report) -> Vec<Finding> {
    // What the driver frees it needs again for the next frame.
    let components = Component::ALL
        .into_iter()
        .filter(|it| *it != Component::Driver);
    let slack: u64 = components.map(jemalloc::dirty_bytes).sum();
    let mut found = Vec::new();
    found.extend(sqlite(report));
    found.extend(tag_cache(report));
    found.extend(thumbnails(report));
    found.extend(similarity(report));
    if slack >= SLACK_BYTES {
        found.push(Finding {
            row: "allocator slack".to_owned(),
            text: format!(
                "Freed memory of {} is still kept for reuse: releasing it saves that now, and \
                 what is needed again comes from the kernel, page by page",
                size(slack)
            ),
            is_alarm: false,
        });
    }
    found
}

fn sqlite(report: &Report) -> Option<Finding> {
    let row = report.row(Component::Sqlite.name())?;
    let cached: u64 = row
        .children
        .iter()
        .filter(|it| it.name.ends_with("page cache"))
        .map(|it| it.bytes)
        .sum();
    let saved = cached.checked_sub(SMALL_SQLITE_CACHE)?;
    advise(row, saved, || {
        format!(
            "SQLite's page caches hold {}: sqlite_cache_mb = {} would save {}, and look-ups would \
             read more from the file",
            size(cached),
            SMALL_SQLITE_CACHE >> 20,
            size(saved)
        )
    })
}

fn tag_cache(report: &Report) -> Option<Finding> {
    let row = report.row(Component::TagCache.name())?;
    // What is mapped already is reclaimable.
    let held = ["names", "postings", "post columns", "texts", "counts"];
    let held = row
        .children
        .iter()
        .filter(|it| held.contains(&it.name.as_str()))
        .map(|it| it.bytes)
        .sum();
    advise(row, held, || {
        format!(
            "The tag cache holds {}: tag_cache_held_mb = 0 would map it from its file instead, so \
             that the kernel can take back what no search touches; the first searches would \
             read the file",
            size(held)
        )
    })
}

fn thumbnails(report: &Report) -> Option<Finding> {
    let row = report.row("thumbnails")?;
    let saved = row.bytes / 2;
    advise(row, saved, || {
        format!(
            "Thumbnails take {}: half of texture_memory_mb would save {}, and what was scrolled \
             away would be decoded again sooner, a millisecond each",
            size(row.bytes),
            size(saved)
        )
    })
}

fn similarity(report: &Report) -> Option<Finding> {
    let row = report.row(Component::Similarity.name())?;
    advise(row, row.bytes, || {
        format!(
            "The similarity index takes {}: unloading it saves that, and the next search for \
             similar pictures loads it first",
            size(row.bytes)
        )
    })
}

fn advise(row: &Row, saved_bytes: u64, text: impl FnOnce() -> String) -> Option<Finding> {
    (saved_bytes >= WORTH_BYTES).then(|| Finding {
        row: row.name.clone(),
        text: text(),
        is_alarm: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, bytes: u64, children: Vec<Row>) -> Row {
        Row {
            name: name.to_owned(),
            bytes,
            children,
            ..Row::default()
        }
    }

    fn advised(row: Row) -> Vec<(String, String)> {
        let report = Report {
            rows: vec![row],
            ..Report::default()
        };
        advice(&report)
            .into_iter()
            .filter(|it| it.row != "allocator slack")
            .map(|it| (it.row, it.text))
            .collect()
    }

    #[test]
    fn advice_has_todays_figures() {
        let pages = |bytes| row("reader · page cache", bytes, vec![]);
        let found = advised(row(
            "sqlite",
            12 << 20,
            vec![pages(8 << 20), pages(2 << 20)],
        ));
        assert_eq!(found[0].0, "sqlite");
        assert!(found[0].1.contains("hold 10.0 MB"), "{}", found[0].1);
        assert!(found[0].1.contains("save 8.00 MB"), "{}", found[0].1);
        let textures = vec![row("thumbnails", 32 << 20, vec![])];
        let found = advised(row("textures", 40 << 20, textures));
        assert!(found[0].1.contains("save 16.0 MB"), "{}", found[0].1);
    }

    #[test]
    fn little_is_not_worth_advice() {
        assert_eq!(advised(row("sqlite", 3 << 20, vec![])), []);
        assert_eq!(
            advised(row(
                "tag cache",
                6 << 20,
                vec![row("names", 1 << 20, vec![])]
            )),
            []
        );
    }
}
