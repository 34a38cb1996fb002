//! The memory panel: its views, its keys, and what it asks of the engine.

use std::sync::Arc;

use eframe::egui::Key;
use eframe::egui::accesskit::Toggled;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kobako::memory::{Action, BudgetWish, Cache, Report, WorkerUse};
use kobako::message::{Event, MemoryNews, Request};

use super::Bench;
use crate::fake_memory::{memory_history, memory_report};

fn open() -> Bench {
    let mut bench = Bench::with_posts(10);
    bench.press(Key::F12);
    bench
}

fn tell(bench: &mut Bench, report: Report) {
    let news = MemoryNews {
        report,
        history: memory_history(),
    };
    bench.engine.tell(Event::Memory(Arc::new(news)));
    bench.settle();
}

/// The figure of the one row of this name, megabytes.
fn figure(bench: &Bench, name: &str) -> f64 {
    let part = format!("{name}: ");
    let node = bench.window.get_by_label_contains(&part);
    let label = node.accesskit_node().label().unwrap_or_default();
    let figure = label.trim_start_matches(&part).trim_end_matches(" MB");
    figure.parse().expect("a figure")
}

fn last_wish(bench: &Bench) -> BudgetWish {
    let wish = bench.engine.asked.iter().rev().find_map(|it| match it {
        Request::SetBudget(wish) => Some(wish.clone()),
        _ => None,
    });
    wish.expect("a budget was asked for")
}

fn focus_table(bench: &mut Bench) {
    bench.window.get_by_label("Rows").focus();
    bench.settle();
}

#[test]
fn the_views_show_what_they_are_named_after() {
    let mut bench = open();
    for (view, sight) in [
        ("Blocks", "textures, 11.72 MB, "),
        ("History", "Memory over time"),
        ("Advice", "Show page cache"),
        ("Budget", "Keep a budget"),
        ("On screen", "Together"),
        ("Table", "textures: 11.72 MB"),
    ] {
        assert!(!bench.has_part(sight), "{view} is not chosen yet");
        bench.click(view);
        assert!(bench.has_part(sight), "{view}");
    }
}

#[test]
fn kinds_are_the_same_bytes() {
    let mut bench = open();
    bench.click("By kind");
    let kinds = [
        "Kept by Kobako",
        "Can be read again",
        "Shared or cached files",
    ];
    let sum: f64 = kinds.into_iter().map(|it| figure(&bench, it)).sum();
    let rss = memory_report().rss_bytes as f64 / f64::from(1 << 20);
    assert!((sum - rss).abs() < 0.02, "{sum} and {rss}");
    // Each kind is grouped by component.
    let parts = bench
        .window
        .query_all_by_label_contains("graphics driver: ");
    assert_eq!(parts.count(), 3);
    bench.click("By part");
    assert_eq!(figure(&bench, "graphics driver"), 59.57);
}

#[test]
fn the_table_is_gone_through_by_keyboard() {
    let mut bench = open();
    focus_table(&mut bench);
    bench.press(Key::ArrowDown);
    bench.press(Key::Enter);
    assert!(bench.has_part("59.57 MB, 55.7 % of all"), "the first row");
    bench.press(Key::End);
    assert!(bench.has("All 107.03 − rows 106.05 MB"));
    bench.press(Key::Home);
    bench.press(Key::ArrowLeft);
    assert!(!bench.has_part("driver heap: "), "folded");
    bench.press(Key::ArrowRight);
    assert!(bench.has_part("driver heap: "), "unfolded");
    bench.press(Key::ArrowRight);
    assert!(bench.has("graphics driver › driver libraries"));
    bench.press(Key::ArrowLeft);
    bench.press(Key::Enter);
    assert!(!bench.has("Close explanation"), "Enter closes it again");
    // The grid did not hear any of it.
    assert!(!bench.has("Close picture") && bench.has("picture 1.png"));
}

#[test]
fn a_row_explains_itself() {
    let mut bench = open();
    focus_table(&mut bench);
    bench.window.get_by_label_contains("names: ").click();
    bench.settle();
    assert!(bench.has("tag cache › names"));
    assert!(bench.has_part("137,183 names, 18.4 B each"));
    assert!(bench.has("22.4 B for each of 137,183"));
    assert!(bench.has("Tags could not be shown or typed"));
    assert!(bench.has("Method: exact"));
    bench.click("Unfold postings");
    bench.press(Key::ArrowDown);
    bench.press(Key::ArrowDown);
    assert!(bench.has("postings › overlay"));
    assert!(bench.has("Method: estimate ± 300 KB"));
}

#[test]
fn the_icicle_zooms_in_and_out_by_mouse_and_keyboard() {
    let mut bench = open();
    bench.click("Blocks");
    bench
        .window
        .get_by_label_contains("tag cache, 10.52 MB")
        .click();
    bench.settle();
    assert!(bench.has("Zoom out of tag cache"));
    assert!(!bench.has_part("textures, 11.72 MB"));
    // The rectangles have the focus now.
    bench.press(Key::ArrowDown);
    assert!(bench.has("tag cache › postings") || bench.has("tag cache › names"));
    bench.press(Key::Backspace);
    assert!(bench.has_part("textures, 11.72 MB"));
    bench.press(Key::Enter);
    assert!(bench.has("Zoom out of tag cache"));
    bench.press(Key::Escape);
    assert!(bench.has_part("textures, 11.72 MB"));
    bench.press(Key::Enter);
    bench.click("Zoom out of tag cache");
    assert!(bench.has_part("textures, 11.72 MB"));
    assert!(bench.has_part("Memory"), "Escape did not close the panel");
}

#[test]
fn table_and_icicle_share_the_selection() {
    let mut bench = open();
    focus_table(&mut bench);
    bench.press(Key::End);
    bench.press(Key::ArrowUp);
    bench.click("Blocks");
    let selected = bench.window.get_by_label_contains("schema, ");
    assert_eq!(selected.accesskit_node().toggled(), Some(Toggled::True));
}

#[test]
fn a_negative_remainder_makes_the_head_red() {
    let mut bench = open();
    assert!(bench.has_part("which is all of it"));
    assert!(bench.has("Unexplained 0.9 %, at most 1.1 % so far"));
    let mut report = memory_report();
    report.rss_bytes -= 9_000 << 10;
    report.unexplained_bytes -= 9_000 << 10;
    tell(&mut bench, report);
    assert!(bench.has("7.81 MB are counted twice; please report this"));
    assert!(!bench.has_part("which is all of it"));
    assert!(bench.has("Unexplained: -7.81 MB"));
}

#[test]
fn a_release_says_what_it_will_free_and_what_it_freed() {
    let mut bench = open();
    let before = "Shrink SQLite, frees 8.79 MB";
    assert!(!bench.has(before));
    focus_table(&mut bench);
    bench.press(Key::End);
    bench.press(Key::ArrowUp);
    bench.press(Key::ArrowUp);
    bench.press(Key::ArrowUp);
    bench.press(Key::Enter);
    bench.click(before);
    assert!(matches!(
        bench.engine.asked.last(),
        Some(Request::Release {
            action: Action::GiveBack(Cache::Sqlite)
        })
    ));
    assert!(bench.has_part("Shrink SQLite: 9.00 MB given back (10.0 MB predicted)"));
    // 8.79 of SQLite, 7.81 of textures, 1.95 of the tag cache.
    bench.click("Give memory back now · 18.6 MB");
    assert!(matches!(
        bench.engine.asked.last(),
        Some(Request::Release {
            action: Action::ReleaseAll
        })
    ));
    assert!(bench.has_part("Give memory back now: 9.00 MB given back"));
}

#[test]
fn the_budget_is_asked_for() {
    let mut bench = open();
    assert!(bench.has("Budget: 47.5 MB of 128 MB"));
    bench.click("Budget");
    bench.click("Keep a budget");
    assert_eq!(last_wish(&bench).limit_bytes, None);
    bench.click("Keep a budget");
    let limit = last_wish(&bench).limit_bytes.expect("a limit");
    assert!(
        limit >= 48 << 20 && limit.is_multiple_of(16 << 20),
        "{limit}"
    );

    let field = bench.window.get_by_label("Budget, MB");
    field.click();
    bench.settle();
    bench.press_with(eframe::egui::Modifiers::COMMAND, Key::A);
    bench.type_text("200");
    bench.press(Key::Enter);
    assert_eq!(last_wish(&bench).limit_bytes, Some(200 << 20));
}

#[test]
fn the_order_of_eviction_can_be_changed_by_keyboard() {
    let mut bench = open();
    bench.click("Budget");
    let up = "Give back similarity index earlier";
    bench.window.get_by_label(up).focus();
    bench.settle();
    bench.press(Key::Enter);
    let expected = [
        Cache::Picture,
        Cache::Similarity,
        Cache::Thumbnails,
        Cache::Sqlite,
        Cache::TagCache,
    ];
    assert_eq!(last_wish(&bench).order, expected);
    assert_eq!(last_wish(&bench).limit_bytes, Some(128 << 20));
    // A second step goes from where the first one led.
    bench.window.get_by_label(up).click();
    bench.settle();
    assert_eq!(last_wish(&bench).order[0], Cache::Similarity);
    assert!(bench.window.get_by_label(up).accesskit_node().is_disabled());

    bench.click("Pin thumbnails");
    assert_eq!(last_wish(&bench).pinned, [Cache::Thumbnails]);
    assert!(bench.has("Never given back"));
    bench.click("Pin thumbnails");
    assert!(last_wish(&bench).pinned.is_empty());
}

#[test]
fn a_cap_is_asked_for_and_says_when_it_is_heeded() {
    let mut bench = open();
    focus_table(&mut bench);
    bench.press(Key::End);
    for _ in 0..3 {
        bench.press(Key::ArrowUp);
    }
    bench.press(Key::Enter);
    assert!(bench.has("heeded at the next start"));
    bench
        .window
        .get_by_label("Cap of SQLite's caches, MB")
        .click();
    bench.settle();
    bench.press_with(eframe::egui::Modifiers::COMMAND, Key::A);
    bench.type_text("24");
    bench.press(Key::Enter);
    assert!(bench.engine.asked.iter().any(|it| matches!(
        it,
        Request::SetCap {
            cache: Cache::Sqlite,
            bytes
        } if *bytes == 24 << 20
    )));
    bench.click("Pin SQLite's caches");
    assert_eq!(last_wish(&bench).pinned, [Cache::Sqlite]);
}

#[test]
fn a_budget_that_does_not_hold_says_so() {
    let mut bench = open();
    let mut report = memory_report();
    report.budget.shortfall_bytes = 5 << 20;
    report.budget.degraded = vec!["thumbnails are smaller than they could be".to_owned()];
    tell(&mut bench, report);
    assert!(
        bench
            .has("The budget is 5.00 MB too small to decode pictures inside it, and may be passed")
    );
    assert!(bench.has("For the budget: thumbnails are smaller than they could be"));
}

#[test]
fn nothing_moves_when_there_is_something_to_say() {
    let mut bench = open();
    let place = |bench: &Bench| bench.window.get_by_label("Table").rect();
    let before = place(&bench);
    bench.click("Give memory back now · 18.6 MB");
    assert!(bench.has_part("Give memory back now: 9.00 MB given back"));
    assert_eq!(place(&bench), before, "what was given back is said");
    let mut report = memory_report();
    report.worker = Some(WorkerUse {
        pid: 4711,
        rss_bytes: 77 << 20,
    });
    report.budget.shortfall_bytes = 5 << 20;
    assert!(bench.has("Helper process: not running"));
    tell(&mut bench, report);
    assert!(bench.has("Helper process: 77.0 MB"));
    assert_eq!(place(&bench), before, "the worker came");
    tell(&mut bench, memory_report());
    assert_eq!(place(&bench), before, "and went");
}

#[test]
fn rows_change_places_only_while_nobody_points_at_them() {
    let mut bench = open();
    let rows = |bench: &Bench| {
        let top = |name: &str| bench.window.get_by_label_contains(name).rect().top();
        (top("textures: "), top("sqlite: "))
    };
    let before = rows(&bench);
    assert!(before.0 < before.1, "{before:?}");
    let mut report = memory_report();
    report.rows.reverse();
    let over = bench.window.get_by_label_contains("textures: ").rect();
    bench.window.hover_at(over.center());
    bench.settle();
    tell(&mut bench, report.clone());
    assert_eq!(rows(&bench), before);
    bench.window.hover_at(eframe::egui::pos2(2.0, 2.0));
    bench.settle();
    tell(&mut bench, report);
    let after = rows(&bench);
    assert!(after.0 > after.1, "{after:?}");
}

#[test]
fn the_history_names_causes_and_bands_can_be_hidden() {
    let mut bench = open();
    bench.click("History");
    assert!(bench.has_part("similarity index loaded by Find similar, +14.6 MB"));
    assert!(bench.has_part("similarity index unloaded after 5 idle minutes, −14.6 MB"));
    let is_shown = |bench: &Bench| {
        let band = bench.window.get_by_label("similarity");
        band.accesskit_node().toggled() == Some(Toggled::True)
    };
    assert!(is_shown(&bench));
    bench.click("similarity");
    assert!(!is_shown(&bench));
    bench.click("similarity");
    assert!(is_shown(&bench));
    bench.click("Session");
    assert!(bench.has("Memory over time"));
}

#[test]
fn advice_leads_to_its_row() {
    let mut bench = open();
    bench.click("Advice");
    assert!(bench.has_part("4 MB would serve this library"));
    assert!(bench.has("Measured 312 times, 0 with more than 3 % unexplained or an alarm"));
    bench.click("Show page cache");
    assert!(bench.has("sqlite › page cache"));
}

#[test]
fn what_is_on_screen_has_a_price() {
    let mut bench = open();
    bench.click("On screen");
    assert!(bench.has("everything: 10 ids × 4 bytes"));
    bench.search("even");
    assert!(bench.has("“even”: 5 ids × 4 bytes"));
    bench.open("picture 2.png");
    assert!(bench.has("Open picture"));
    assert!(bench.has_part("in its file"));
}

#[test]
fn a_narrow_window_still_shows_every_view() {
    let mut bench = open();
    for size in [[360.0, 700.0], [700.0, 320.0]] {
        bench.window.set_size(size.into());
        bench.settle();
        for view in [
            "Blocks",
            "History",
            "Advice",
            "Budget",
            "On screen",
            "Table",
        ] {
            bench.click(view);
            let tab = bench.window.get_by_label(view).rect();
            assert!(tab.right() <= size[0], "{view}: {tab}");
        }
        assert!(bench.has("tag cache: 10.52 MB"));
    }
}

#[test]
fn at_twice_the_size_the_table_has_all_its_columns_and_figures() {
    let mut bench = open();
    bench.window.set_size([600.0, 370.0].into());
    bench.settle();
    assert!(bench.has("To give back") && bench.has("Method"));
    assert!(bench.has_part("Without driver: "));
    let close = bench.window.get_by_label("Close").rect();
    let release = bench.window.get_by_label_contains("Give memory back now");
    assert!(close.left() > release.rect().right() && close.right() > 560.0);
    assert!((close.center().y - release.rect().center().y).abs() < 1.0);
}

#[test]
fn changes_since_a_moment_are_listed() {
    let mut bench = open();
    bench.click("Changes");
    assert!(bench.has("sqlite: 10.25 MB"), "nothing changed yet");
    let mut report = memory_report();
    let sqlite = report.rows.iter_mut().find(|it| it.name == "sqlite");
    sqlite.expect("it is there").bytes += 2 << 20;
    report.rss_bytes += 2 << 20;
    tell(&mut bench, report);
    assert!(bench.has("sqlite: 12.25 MB, +2.00 MB"));
    assert!(bench.has("schema: 1.46 MB"));
    tell(&mut bench, memory_report());
    assert!(bench.has("sqlite: 10.25 MB"));
    bench.click("Changes");
    assert!(!bench.has("Change"));
}

#[test]
fn the_report_can_be_copied() {
    let mut bench = open();
    bench.window.get_by_label("Copy").click();
    bench.window.step();
    let mut copied = String::new();
    for _ in 0..4 {
        let commands = &bench.window.output().platform_output.commands;
        for command in commands {
            if let eframe::egui::OutputCommand::CopyText(text) = command {
                copied.clone_from(text);
            }
        }
        bench.window.step();
    }
    let json: serde_json::Value = serde_json::from_str(&copied).expect("JSON");
    assert_eq!(json["rss_bytes"], memory_report().rss_bytes);
}

#[test]
fn the_status_bar_says_what_the_search_holds() {
    let mut bench = Bench::with_posts(10);
    bench.window.get_by_label("10 results").hover();
    bench.settle();
    assert!(bench.has_part("10 post ids"));
}

#[test]
fn a_wide_panel_has_table_and_icicle_side_by_side() {
    let mut bench = open();
    bench.window.set_size([2000.0, 800.0].into());
    bench.settle();
    assert!(bench.has("Rows") && !bench.has("Rows as rectangles"));
    let edge = bench.window.get_by_label("Rows").rect().left() - 8.0;
    let from = eframe::egui::pos2(edge, 500.0);
    bench.window.drag_at(from);
    bench.window.step();
    bench.window.hover_at(eframe::egui::pos2(900.0, 500.0));
    bench.window.step();
    bench.window.drop_at(eframe::egui::pos2(900.0, 500.0));
    bench.settle();
    assert!(bench.has("Rows") && bench.has("Rows as rectangles"));
}
