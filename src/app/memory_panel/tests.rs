//! State of the panel: folding, selection, zoom, kinds, releases.

use std::sync::Arc;

use super::tree::{Kind, Source};
use super::verdict::{Verdict, verdict, verdict_text};
use super::*;
use crate::memory::{Kinds, Report, Row};
use crate::message::{WindowSide, channel};

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

/// An open panel that shows this.
fn open(report: Report) -> MemoryPanel {
    let (window, _engine): (WindowSide, _) = channel();
    let mut panel = MemoryPanel::new();
    panel.toggle(&mut Link::new(window));
    panel.take_news(news(report));
    panel
}

fn close(panel: &mut MemoryPanel) {
    let (window, _engine): (WindowSide, _) = channel();
    panel.toggle(&mut Link::new(window));
}

fn names(panel: &MemoryPanel) -> Vec<&str> {
    let lines = panel.lines.iter();
    lines
        .map(|it| panel.tree.nodes[*it].name.as_str())
        .collect()
}

fn key(panel: &MemoryPanel, name: &str) -> RowKey {
    let found = panel.tree.nodes.iter().find(|it| it.name == name);
    found.expect("a row of this name").key
}

fn selected(panel: &MemoryPanel) -> &str {
    let index = panel.selected.and_then(|it| panel.tree.find(it));
    index.map_or("", |it| panel.tree.nodes[it].name.as_str())
}

#[test]
fn lines_fold_and_end_with_the_unexplained_rest() {
    let mut panel = open(report(5));
    assert_eq!(names(&panel), ["heap", "a", "driver", "Unexplained"]);
    panel.carry_out(MemoryCommand::Fold(key(&panel, "a")));
    assert_eq!(
        names(&panel),
        ["heap", "a", "deep", "driver", "Unexplained"]
    );
    panel.carry_out(MemoryCommand::Fold(key(&panel, "heap")));
    assert_eq!(names(&panel), ["heap", "driver", "Unexplained"]);
    close(&mut panel);
    assert_eq!(panel.lines.capacity(), 0, "a closed panel holds nothing");
    assert_eq!(panel.tree.nodes.capacity(), 0);
}

#[test]
fn long_lists_are_folded_at_first() {
    let files = (0..50).map(|number| row(&format!("lib{number}.so"), 1, vec![]));
    let mut panel = open(Report {
        rss_bytes: 50,
        rows: vec![row("libraries", 50, files.collect())],
        ..Report::default()
    });
    assert_eq!(panel.lines.len(), 2);
    panel.carry_out(MemoryCommand::Fold(key(&panel, "libraries")));
    assert_eq!(panel.lines.len(), 52);
}

#[test]
fn keys_move_fold_and_unfold() {
    let mut panel = open(report(5));
    let mut step = |step, expected: &str| {
        panel.carry_out(MemoryCommand::StepInTable(step));
        assert_eq!(selected(&panel), expected, "{step:?}");
    };
    step(Step::Down, "heap");
    step(Step::Down, "a");
    step(Step::Right, "a");
    step(Step::Right, "deep");
    step(Step::Left, "a");
    step(Step::Left, "a");
    step(Step::Down, "driver");
    step(Step::Last, "Unexplained");
    step(Step::Down, "Unexplained");
    step(Step::First, "heap");
    step(Step::Up, "heap");
    step(Step::Left, "heap");
    step(Step::Down, "driver");
}

#[test]
fn what_hides_a_selected_row_is_unfolded() {
    let mut panel = open(report(5));
    panel.carry_out(MemoryCommand::Fold(key(&panel, "heap")));
    panel.carry_out(MemoryCommand::Select(key(&panel, "deep")));
    assert_eq!(
        names(&panel),
        ["heap", "a", "deep", "driver", "Unexplained"]
    );
}

#[test]
fn the_icicle_has_each_row_inside_its_parent() {
    let mut panel = open(report(10 << 20));
    let block = |panel: &MemoryPanel, name: &str| {
        let blocks = panel.icicle.blocks.iter();
        let mut named = blocks.filter(|it| panel.tree.nodes[it.node].name == name);
        named.next().map(|it| (it.column, it.top, it.bottom))
    };
    assert_eq!(block(&panel, "heap"), Some((0, 0.0, 0.6)));
    assert_eq!(block(&panel, "deep"), Some((2, 0.0, 0.4)));
    let (_, top, bottom) = block(&panel, "Unexplained").unwrap();
    assert!((top - 0.9).abs() < 1e-6 && (bottom - 1.0).abs() < 1e-6);

    panel.carry_out(MemoryCommand::Select(key(&panel, "a")));
    panel.carry_out(MemoryCommand::ZoomIn);
    assert_eq!(block(&panel, "deep"), Some((0, 0.0, 1.0)));
    assert_eq!(block(&panel, "heap"), None);
    panel.carry_out(MemoryCommand::ZoomOut);
    assert_eq!(selected(&panel), "a");
    assert_eq!(block(&panel, "a").map(|it| it.0), Some(0), "one level out");
    panel.carry_out(MemoryCommand::ZoomOut);
    assert!(!panel.is_zoomed());
}

#[test]
fn keys_in_the_icicle_go_along_columns_and_rows() {
    let mut panel = open(report(5));
    let mut step = |step, expected: &str| {
        panel.carry_out(MemoryCommand::StepInIcicle(step));
        assert_eq!(selected(&panel), expected, "{step:?}");
    };
    step(Step::Down, "heap");
    step(Step::Down, "driver");
    step(Step::Up, "heap");
    step(Step::Right, "a");
    step(Step::Right, "deep");
    step(Step::Right, "deep");
    step(Step::Left, "a");
    step(Step::Left, "heap");
    step(Step::Left, "heap");
}

fn with_kinds() -> Report {
    let kinds = |private_dirty, private_clean, shared| Kinds {
        private_dirty,
        private_clean,
        shared,
    };
    let row = |name: &str, kinds: Kinds, children| Row {
        kinds,
        ..row(name, kinds.total(), children)
    };
    let leaf = row("leaf", kinds(300, 0, 20), vec![]);
    Report {
        rss_bytes: 1000,
        rows: vec![
            row("heap", kinds(500, 0, 20), vec![leaf]),
            row("code", kinds(0, 180, 200), vec![]),
        ],
        unexplained_bytes: 100,
        kinds: kinds(600, 180, 220),
        ..Report::default()
    }
}

#[test]
fn kinds_are_the_same_bytes_in_other_groups() {
    let mut panel = open(with_kinds());
    panel.carry_out(MemoryCommand::Select(key(&panel, "leaf")));
    panel.carry_out(MemoryCommand::Group(Grouping::Kind));
    assert_eq!(selected(&panel), "leaf", "it stays selected");
    let tree = &panel.tree;
    let top: Vec<(&str, i64)> = tree
        .children(None)
        .map(|it| (tree.nodes[it].name.as_str(), tree.nodes[it].bytes))
        .collect();
    assert_eq!(
        top,
        [
            ("Kept by Kobako", 600),
            ("Can be read again", 180),
            ("Shared or cached files", 220)
        ]
    );
    for index in tree.children(None) {
        let below = tree.children(Some(index));
        let sum: i64 = below.map(|it| tree.nodes[it].bytes).sum();
        assert_eq!(sum, tree.nodes[index].bytes);
    }
    assert!(matches!(
        tree.nodes[0].source,
        Source::Kind(Kind::PrivateDirty)
    ));
    let shared = &tree.nodes[tree.children(None).nth(2).unwrap() + 1];
    assert_eq!((shared.name.as_str(), shared.bytes), ("code", 200));
}

#[test]
fn rows_of_one_name_are_told_apart() {
    let twins = || row("twin", 10, vec![row("part", 10, vec![])]);
    let panel = open(Report {
        rss_bytes: 20,
        rows: vec![twins(), twins()],
        ..Report::default()
    });
    let keys: HashSet<RowKey> = panel.tree.nodes.iter().map(|it| it.key).collect();
    assert_eq!(keys.len(), panel.tree.nodes.len());
}

#[test]
fn an_explanation_has_a_formula_even_where_the_row_has_none() {
    let mut panel = open(report(5));
    panel.carry_out(MemoryCommand::Select(key(&panel, "heap")));
    let facts = &panel.explanation.as_ref().unwrap().facts;
    assert_eq!(
        facts[0],
        ("Formula", "a 40.00 + the rest 20.00 MB".to_owned())
    );
    panel.carry_out(MemoryCommand::Select(key(&panel, "Unexplained")));
    let facts = &panel.explanation.as_ref().unwrap().facts;
    assert_eq!(facts[0].1, "All 90.00 − rows 90.00 MB");
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
