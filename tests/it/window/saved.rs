//! Recent and saved searches: the list below an empty search bar, the star,
//! the menu.

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kobako::message::{Event, Request};
use kobako::model::SavedSearch;

use super::Bench;

impl Bench {
    fn remembered(&self) -> Vec<&str> {
        let asked = self.engine.asked.iter();
        asked
            .filter_map(|request| match request {
                Request::RememberSearch { query } => Some(query.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Puts lists into the library, as if they were from before.
    fn keep(&mut self, saved: &[(&str, &str)], recent: &[&str]) {
        let saved = saved.iter().map(|(name, query)| SavedSearch {
            name: (*name).to_owned(),
            query: (*query).to_owned(),
        });
        self.engine.saved = saved.collect();
        self.engine.recent = recent.iter().map(|it| (*it).to_owned()).collect();
        let (saved, recent) = (self.engine.saved.clone(), self.engine.recent.clone());
        self.engine.tell(Event::Searches { saved, recent });
        self.settle();
    }

    fn is_disabled(&self, name: &str) -> bool {
        let node = self.window.get_by_label(name);
        node.accesskit_node().is_disabled()
    }
}

#[test]
fn what_was_submitted_and_ran_is_remembered() {
    let mut bench = Bench::with_posts(20);
    assert_eq!(bench.remembered(), [""; 0], "everything is no search");
    bench.search("even");
    bench.search("even (");
    bench.search(" none ");
    bench.click("Clear search");
    bench.search("even");
    assert_eq!(bench.remembered(), ["even", "none", "even"]);
    // Following the library is nobody's search.
    let summary = bench.engine.summary();
    bench.change(summary);
    assert_eq!(bench.remembered().len(), 3);
}

#[test]
fn an_empty_search_bar_offers_what_was_searched() {
    let mut bench = Bench::with_posts(20);
    bench.keep(&[("evens", "even")], &["none", "even", "order:random"]);
    bench.press_with(Modifiers::COMMAND, Key::F);
    assert!(bench.has("none, recent search"));
    assert!(bench.has("evens, saved search"));
    assert!(!bench.has("even, recent search"), "it has a name");

    // Typing and taking it back brings the list back.
    bench.type_text("x");
    assert!(!bench.has("none, recent search"));
    bench.press(Key::Backspace);
    assert!(bench.has("none, recent search"));

    bench.press(Key::Escape);
    assert!(!bench.has("none, recent search"));
    assert!(bench.window.get_by_label("Search").is_focused());
    bench.press(Key::ArrowDown);
    bench.press(Key::ArrowDown);
    bench.press(Key::ArrowDown);
    bench.press(Key::Enter);
    assert_eq!(bench.search_text(), "even");
    assert_eq!(bench.searches().last(), Some(&"even"));
    assert!(bench.has("10 results"));
    assert!(!bench.has("evens, saved search"), "the list is gone");
}

#[test]
fn the_list_is_as_long_as_there_is_room_for() {
    let mut bench = Bench::with_posts(20);
    let recent: Vec<String> = (0..8).map(|it| format!("order:{it}")).collect();
    let recent: Vec<&str> = recent.iter().map(String::as_str).collect();
    bench.keep(&[], &recent);
    bench.press_with(Modifiers::COMMAND, Key::F);
    bench.type_text("evang");
    assert!(bench.has_part("evangelion_(series)"), "a short one before");
    bench.press_with(Modifiers::COMMAND, Key::A);
    bench.press(Key::Backspace);
    bench.click("order:7, recent search");
    assert_eq!(bench.searches().last(), Some(&"order:7"));

    bench.click("Clear search");
    bench.window.set_size([500.0, 200.0].into());
    bench.press_with(Modifiers::COMMAND, Key::F);
    let bar = bench.window.get_by_label("Search").rect();
    let first = bench.window.get_by_label("order:7, recent search").rect();
    assert!(first.top() >= bar.bottom(), "{first} below {bar}");
    for _ in 0..8 {
        bench.press(Key::ArrowDown);
    }
    // What was searched last has come first.
    let last = bench.window.get_by_label("order:6, recent search").rect();
    assert!(
        last.top() >= bar.bottom() && last.bottom() <= 200.0,
        "{last}"
    );
}

#[test]
fn tab_takes_what_is_highlighted_to_be_edited_and_goes_on_otherwise() {
    let mut bench = Bench::with_posts(20);
    bench.keep(&[], &["none", "even"]);
    bench.press_with(Modifiers::COMMAND, Key::F);
    bench.press(Key::Tab);
    assert!(!bench.window.get_by_label("Search").is_focused());
    assert!(!bench.has("none, recent search"));

    bench.press_with(Modifiers::COMMAND, Key::F);
    bench.press(Key::ArrowDown);
    bench.press(Key::Tab);
    assert_eq!(bench.search_text(), "none");
    assert!(bench.window.get_by_label("Search").is_focused());
    assert_eq!(bench.searches().len(), 1, "nothing was searched yet");
    bench.type_text(" even");
    bench.press(Key::Enter);
    assert_eq!(bench.searches().last(), Some(&"none even"));
}

#[test]
fn a_recent_search_runs_by_click_and_is_offered_while_typing() {
    let mut bench = Bench::with_posts(20);
    bench.keep(&[], &["even", "even order:random", "none"]);
    bench.window.get_by_label("Search").click();
    bench.settle();
    bench.click("none, recent search");
    assert_eq!(bench.searches().last(), Some(&"none"));
    assert!(bench.has("No post matches"));
    assert!(!bench.has("none, recent search"));

    bench.press_with(Modifiers::COMMAND, Key::F);
    bench.press_with(Modifiers::COMMAND, Key::A);
    bench.type_text("eve");
    assert!(bench.has("even, 6,500,123"), "tags come first");
    assert!(
        !bench.has("even, recent search"),
        "a tag alone is there once"
    );
    bench.press(Key::ArrowUp);
    bench.press(Key::Enter);
    assert_eq!(bench.searches().last(), Some(&"even order:random"));
}

#[test]
fn the_star_saves_under_a_name_and_removes() {
    let mut bench = Bench::with_posts(20);
    assert!(bench.is_disabled("Save this search"), "there is nothing");
    bench.search("even");
    bench.click("Save this search");
    let field = bench.window.get_by_label("Name of the saved search");
    assert!(field.is_focused());
    assert_eq!(field.value().as_deref(), Some("even"), "by default");
    // It is selected, so typing takes its place.
    bench.type_text("my evens");
    bench.press(Key::Enter);
    assert!(!bench.has("Name of the saved search"));
    assert_eq!(bench.engine.saved[0].name, "my evens");
    assert_eq!(bench.engine.saved[0].query, "even");

    bench.search("none");
    assert!(bench.has("Save this search"), "another search is not saved");
    bench.search("even");
    bench.click("Remove from saved searches");
    assert_eq!(bench.engine.saved, []);
    assert!(bench.has("Save this search"));

    bench.click("Save this search");
    bench.press(Key::Escape);
    assert!(!bench.has("Name of the saved search"));
    assert_eq!(bench.engine.saved, []);
}

#[test]
fn the_menu_runs_renames_and_deletes() {
    let mut bench = Bench::with_posts(20);
    bench.keep(&[("evens", "even"), ("nothing", "none")], &["even"]);
    bench.click("Saved");
    bench.click("Run nothing");
    assert_eq!(bench.searches().last(), Some(&"none"));
    assert!(!bench.has("Run nothing"), "the menu is closed");

    bench.click("Saved");
    bench.click("Rename nothing");
    bench.type_text("evens");
    assert!(bench.has("There is a saved search “evens” already"));
    assert!(bench.is_disabled("Rename"));
    bench.press(Key::Enter);
    assert!(bench.has("Name of the saved search"), "it is asked again");
    bench.press_with(Modifiers::COMMAND, Key::A);
    bench.type_text("void");
    bench.press(Key::Enter);
    assert_eq!(bench.engine.saved[1].name, "void");

    bench.click("Saved");
    bench.click("Remove evens");
    assert_eq!(bench.engine.saved.len(), 1);
    assert!(bench.has("Run void"), "the menu stays for more");
    bench.click("Forget recent searches");
    assert_eq!(bench.engine.recent, [""; 0]);
}

#[test]
fn in_a_library_that_is_only_read_nothing_is_saved_or_remembered() {
    let mut bench = Bench::with_posts(20);
    bench.keep(&[("evens", "even")], &["none"]);
    let mut summary = bench.engine.summary();
    summary.read_only = Some("another Kobako has it open".to_owned());
    bench.change(summary);
    bench.search("none");
    assert_eq!(bench.remembered(), [""; 0]);
    assert!(bench.is_disabled("Save this search"));
    bench.window.get_by_label("Save this search").hover();
    bench.settle();
    assert!(bench.has_part("another Kobako has it open"));
    bench.click("Saved");
    assert!(bench.is_disabled("Remove evens") && bench.is_disabled("Rename evens"));
    bench.click("Run evens");
    assert_eq!(bench.searches().last(), Some(&"even"));
}
