//! The search bar: completion, errors, unknown tags.

use eframe::egui::{Event as Input, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use kobako::app::WindowOptions;
use kobako::message::Request;

use super::Bench;

#[test]
fn shows_everything_at_first_and_what_is_searched_then() {
    let mut bench = Bench::with_posts(100);
    assert_eq!(bench.searches(), [""]);
    assert!(bench.has("100 results"));
    assert!(bench.has("100 posts, 1,234 tags"));
    assert!(bench.has("picture 1.png"));

    bench.search("even");
    assert_eq!(bench.searches(), ["", "even"]);
    assert!(bench.has("50 results"));
    assert!(bench.has("in 640 µs"));
    assert!(!bench.has("picture 1.png") && bench.has("picture 2.png"));

    bench.click("Clear search");
    assert_eq!(bench.search_text(), "");
    assert!(bench.has("100 results"));
}

#[test]
fn a_limited_search_says_what_it_leaves_out() {
    let mut bench = Bench::with_posts(100);
    bench.search("limit:3");
    assert!(bench.has("3 of 100 results"));
    assert!(bench.has("picture 3.png") && !bench.has("Result 4"));
    bench.press(Key::End);
    bench.press(Key::Enter);
    assert!(bench.has("3 of 3"));
}

#[test]
fn starts_with_the_query_it_was_given() {
    let options = WindowOptions {
        start_query: Some("even".to_owned()),
        ..WindowOptions::default()
    };
    let bench = Bench::with(10, options);
    assert_eq!(bench.searches(), ["even"]);
    assert_eq!(bench.search_text(), "even");
}

#[test]
fn the_old_result_stays_until_the_new_one_comes() {
    let mut bench = Bench::with_posts(20);
    bench.engine.answers_searches = false;
    bench.search("even");
    assert!(bench.has("picture 1.png"));
    assert!(bench.has("Searching…"));
    // Another query before the answer: only that one is answered on screen.
    bench.search("none");
    bench.engine.answers_searches = true;
    bench.settle();
    assert!(bench.has("No post matches"));
    assert!(bench.has("0 results"));
}

#[test]
fn completes_by_keyboard() {
    let mut bench = Bench::with_posts(10);
    bench.type_text("/");
    assert!(bench.window.get_by_label("Search").is_focused());
    assert_eq!(bench.search_text(), "", "the key itself is not typed");
    bench.type_text("-eve");
    assert!(bench.has("even, 6,500,123"));
    assert!(bench.has("eve_(artist), 312"));
    bench.press(Key::ArrowDown);
    bench.press(Key::ArrowDown);
    bench.press(Key::Enter);
    assert_eq!(bench.search_text(), "-evening ");
    assert!(!bench.has("even, 6,500,123"), "the list is gone");
    assert_eq!(bench.searches().len(), 1, "nothing was searched yet");

    bench.type_text("even");
    bench.press(Key::Tab);
    assert_eq!(bench.search_text(), "-evening even ");
    assert!(bench.window.get_by_label("Search").is_focused());

    bench.type_text("eva");
    assert!(bench.has_part("evangelion_(series)"));
    bench.press(Key::Escape);
    assert!(!bench.has_part("evangelion_(series)"));
    assert!(bench.window.get_by_label("Search").is_focused());
    bench.press(Key::Enter);
    assert_eq!(bench.searches().last(), Some(&"-evening even eva"));
}

#[test]
fn completes_by_click_and_goes_on_to_values() {
    let mut bench = Bench::with_posts(10);
    bench.type_text("/");
    bench.type_text("rat");
    bench.click("rating:");
    assert_eq!(bench.search_text(), "rating:");
    assert!(bench.window.get_by_label("Search").is_focused());
    let last = bench.engine.asked.iter().rev().find_map(|it| match it {
        Request::Complete { text, cursor, .. } => Some((text.as_str(), *cursor)),
        _ => None,
    });
    assert_eq!(last, Some(("rating:", 7)));
}

#[test]
fn an_error_names_its_column_and_offers_a_way_out() {
    let mut bench = Bench::with_posts(10);
    bench.search("even (");
    assert!(bench.has("this parenthesis is never closed"));
    assert!(bench.has("10 results"), "the old result stays");
    bench.click("even");
    assert_eq!(bench.search_text(), "even");
    assert!(bench.has("5 results"));
    assert!(!bench.has_part("parenthesis"));
}

#[test]
fn an_unknown_tag_offers_the_nearest_and_the_words_as_text() {
    let mut bench = Bench::with_posts(10);
    bench.search("evezz");
    assert!(bench.has("There is no tag “evezz”"));
    bench.click("even (5)");
    assert_eq!(bench.searches().last(), Some(&"even"));
    bench.search("-evezz ozz");
    assert!(bench.has("There is no tag “ozz”"));
    bench.click("Search file names instead");
    assert_eq!(bench.searches().last(), Some(&"path:-evezz path:ozz"));
}

#[test]
fn an_unknown_metatag_offers_the_nearest_and_no_names_of_files() {
    let mut bench = Bench::with_posts(10);
    bench.search("raiting:zz");
    assert!(bench.has("There is no tag “raiting:zz”, and no metatag “raiting:”"));
    assert!(!bench.has("Search file names instead"));
    bench.click("rating:zz");
    assert_eq!(bench.searches().last(), Some(&"rating:zz"));
}

#[test]
fn several_keys_in_one_frame_are_all_taken() {
    let mut bench = Bench::with_posts(10);
    bench.search("none");
    bench.press_with(Modifiers::COMMAND, Key::F);
    bench.press_with(Modifiers::COMMAND, Key::A);
    let key = |key| Input::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let events = [
        key(Key::Backspace),
        Input::Text("even".to_owned()),
        key(Key::Enter),
    ];
    bench.window.input_mut().events.extend(events);
    bench.settle();
    assert_eq!(bench.searches().last(), Some(&"even"));
    // The first arrow selects what is on screen, the others move on.
    let right = [
        key(Key::ArrowRight),
        key(Key::ArrowRight),
        key(Key::ArrowRight),
    ];
    bench.window.input_mut().events.extend(right);
    bench.settle();
    bench.press(Key::Enter);
    assert!(bench.has("3 of 5"));
}

#[test]
fn an_error_silences_what_was_said_of_the_search_before() {
    let mut bench = Bench::with_posts(10);
    bench.search("evezz");
    assert!(bench.has("There is no tag “evezz”") && bench.has("No post matches"));
    bench.search("even (");
    assert!(bench.has_part("never closed"));
    assert!(!bench.has_part("There is no tag") && !bench.has("No post matches"));
}
