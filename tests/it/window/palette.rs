//! Actions by name: the palette, the main menu, the keys.

use eframe::egui::accesskit::Toggled;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kobako::message::LibrarySummary;

use super::Bench;

fn open_palette(bench: &mut Bench, text: &str) {
    bench.press_with(Modifiers::COMMAND, Key::P);
    bench.type_text(text);
}

#[test]
fn a_command_is_found_by_its_words_and_run_by_enter() {
    let mut bench = Bench::with_posts(10);
    open_palette(&mut bench, "memory");
    assert!(bench.has("Find a command"));
    assert!(bench.has("Memory, F12"), "its key is named");
    assert!(!bench.has_part("Import pictures"));
    bench.press(Key::Enter);
    assert!(!bench.has("Find a command"), "it closes");
    assert!(bench.has("Rows"), "and does it");
    // The latest stands first, where nothing was typed.
    bench.press_with(Modifiers::COMMAND, Key::P);
    bench.press(Key::Enter);
    assert!(!bench.has("Rows"));
}

#[test]
fn arrows_choose_and_escape_closes_the_palette_alone() {
    let mut bench = Bench::with_posts(10);
    bench.press(Key::F7);
    assert!(bench.has_part("Duplicates"));
    open_palette(&mut bench, "find");
    bench.press(Key::Escape);
    assert!(!bench.has("Find a command"));
    assert!(bench.has_part("Duplicates"), "what is below stays open");
    open_palette(&mut bench, "find similar");
    bench.press(Key::ArrowDown);
    bench.press(Key::ArrowUp);
    bench.press(Key::Enter);
    assert!(bench.has_part("Drop a picture here"));
    // The key that opens it closes it.
    bench.press_with(Modifiers::COMMAND, Key::P);
    bench.press_with(Modifiers::COMMAND, Key::P);
    assert!(!bench.has("Find a command"));
}

#[test]
fn what_cannot_be_done_says_why_and_is_not_chosen() {
    let mut bench = Bench::with_posts(10);
    open_palette(&mut bench, "rotate");
    assert!(bench.has_part("(open a post first)"));
    bench.press(Key::Enter);
    assert!(bench.has("Find a command"), "nothing was chosen");
    bench.press(Key::Escape);
    open_palette(&mut bench, "undo");
    assert!(bench.has("Undo, Ctrl+Z (nothing to undo)"));
}

#[test]
fn menus_tick_what_is_on_and_offer_what_there_is() {
    let mut bench = Bench::with_posts(10);
    let is_ticked = |bench: &Bench, name: &str| {
        let entry = bench.window.get_by_label(name);
        entry.accesskit_node().toggled() == Some(Toggled::True)
    };
    bench.click("Menu");
    bench.click("View");
    assert!(is_ticked(&bench, "Badges on thumbnails"));
    assert!(!is_ticked(&bench, "High contrast, dark"));
    bench.click("Badges on thumbnails");
    bench.click("Menu");
    bench.click("View");
    assert!(!is_ticked(&bench, "Badges on thumbnails"));
    bench.press(Key::Escape);
    let summary = LibrarySummary {
        has_failures: false,
        ..bench.engine.summary()
    };
    bench.change(summary);
    bench.click("Menu");
    bench.click("Library");
    let failed = bench.window.get_by_label("Show files that failed…");
    assert!(failed.accesskit_node().is_disabled());
}

#[test]
fn keys_do_not_reach_what_is_below_the_palette() {
    let mut bench = Bench::with_posts(10);
    bench.press(Key::ArrowRight);
    bench.press(Key::Enter);
    assert!(bench.has("Picture of post 1"));
    open_palette(&mut bench, "");
    bench.press(Key::ArrowRight);
    bench.press(Key::Escape);
    assert!(bench.has("Picture of post 1"));
    bench.press(Key::ArrowRight);
    assert!(bench.has("Picture of post 2"));
}

#[test]
fn what_cannot_be_done_is_there_and_does_nothing() {
    let mut bench = Bench::with_posts(10);
    open_palette(&mut bench, "next post");
    assert!(bench.has("Next post, PageDown (open a post first)"));
    bench.press(Key::Enter);
    assert!(bench.has("Find a command"), "no post is open");
    bench.press(Key::Escape);
}

#[test]
fn the_menu_opens_by_a_key_and_is_walked_by_arrows() {
    let mut bench = Bench::with_posts(10);
    bench.press(Key::F10);
    assert!(bench.has("Library") && bench.has("Help"));
    bench.press(Key::ArrowDown);
    bench.press(Key::ArrowRight);
    assert!(bench.has("Import pictures…"));
    bench.press(Key::Enter);
    assert!(bench.has("Choose folder…"), "the first entry is the import");
    bench.press(Key::Escape);
    assert!(!bench.has("Choose folder…"));
}

#[test]
fn arrows_and_enter_of_one_frame_open_what_they_lead_to() {
    let mut bench = Bench::with_posts(10);
    for key in [Key::ArrowRight, Key::ArrowRight, Key::Enter] {
        bench.window.key_press(key);
    }
    bench.settle();
    assert!(bench.has("Picture of post 2"));
}

#[test]
fn a_field_that_it_opens_has_the_focus() {
    let mut bench = Bench::with_posts(10);
    bench.press_with(Modifiers::COMMAND, Key::P);
    bench.type_text("type a search");
    bench.press(Key::Enter);
    bench.type_text("even");
    assert_eq!(bench.search_text(), "even");
}
