//! What results are sorted by.

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;

use super::Bench;

#[test]
fn results_are_sorted_by_the_list_beside_their_number() {
    let mut bench = Bench::with_posts(10);
    bench.search("even");
    bench.click("Sorted: newest first");
    bench.click("Highest score first");
    assert_eq!(bench.searches().last(), Some(&"even order:score"));
    assert!(bench.has("Sorted: highest score first"), "it says so");
    assert!(!bench.has("Lowest score first"), "the list is closed");
    bench.click("Sorted: highest score first");
    bench.click("In random order");
    assert_eq!(bench.search_text(), "even order:random");
    bench.click("Sorted: in random order");
    bench.click("Newest first");
    assert_eq!(bench.searches().last(), Some(&"even"));
}

#[test]
fn the_list_of_orders_is_opened_and_used_by_keys() {
    let mut bench = Bench::with_posts(10);
    bench.press_with(Modifiers::SHIFT, Key::S);
    assert!(bench.has("Oldest first"));
    bench.press(Key::ArrowDown);
    bench.press(Key::Enter);
    assert_eq!(bench.searches().last(), Some(&"order:oldest"));

    // What is not in the list is said as it was typed.
    bench.search("order:gentags");
    assert!(bench.has("Sorted: gentags"));
    bench.press_with(Modifiers::COMMAND, Key::P);
    bench.type_text("sort the");
    bench.press(Key::Enter);
    let list = bench.window.query_by_label("Tall ones first");
    assert!(list.is_some(), "the palette opens it too");
}
