//! What is typed fast goes where it is meant to go.

use eframe::egui::{Event as Input, Key, Modifiers};
use kobako::message::{LibrarySummary, Request};

use super::Bench;

fn key(modifiers: Modifiers, key: Key) -> Input {
    Input::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers,
    }
}

/// As a keyboard gives it: the key, then the letter.
fn typed(text: &str) -> Vec<Input> {
    let mut events = Vec::new();
    for letter in text.chars() {
        let name = letter.to_uppercase().to_string();
        events.extend(Key::from_name(&name).map(|it| key(Modifiers::NONE, it)));
        events.push(Input::Text(letter.to_string()));
    }
    events
}

fn num_edits(bench: &Bench) -> usize {
    let asked = bench.engine.asked.iter();
    asked.filter(|it| matches!(it, Request::Edit(_))).count()
}

#[test]
fn what_is_typed_right_after_asking_for_a_field_is_its() {
    let ask = [
        key(Modifiers::COMMAND, Key::F),
        key(Modifiers::COMMAND, Key::T),
        Input::Text("/".to_owned()),
    ];
    for asked in ask {
        for frames_between in 0..3 {
            let mut bench = Bench::with_posts(30);
            bench.click("picture 3.png");
            bench.press_with(Modifiers::COMMAND, Key::A);
            bench.window.event(asked.clone());
            for _ in 0..frames_between {
                bench.window.step();
            }
            for event in typed("4girls f-") {
                bench.window.event(event);
            }
            bench.settle();
            assert_eq!(num_edits(&bench), 0, "{asked:?}");
            assert_eq!(
                bench.search_text(),
                "4girls f-",
                "{asked:?}, {frames_between} frames"
            );
        }
    }
}

#[test]
fn what_is_typed_right_after_asking_for_a_command_finds_one() {
    let mut bench = Bench::with_posts(30);
    bench.click("picture 3.png");
    bench.window.event(key(Modifiers::COMMAND, Key::P));
    for event in typed("4f") {
        bench.window.event(event);
    }
    bench.settle();
    assert_eq!(num_edits(&bench), 0);
    assert!(bench.has("No command says that"));
}

#[test]
fn keys_are_those_of_the_window_again_where_no_field_comes() {
    let mut bench = Bench::with_posts(30);
    bench.click("picture 3.png");
    // Opens and closes at once.
    bench.press_with(Modifiers::COMMAND, Key::P);
    bench.press_with(Modifiers::COMMAND, Key::P);
    bench.press(Key::Num4);
    assert_eq!(num_edits(&bench), 1);
}

#[test]
fn a_search_that_fails_keeps_what_is_typed_next() {
    let mut bench = Bench::with_posts(30);
    bench.search("broken(");
    assert!(bench.has_part("parenthesis"));
    for event in typed("f") {
        bench.window.event(event);
    }
    bench.settle();
    assert_eq!(num_edits(&bench), 0);
    assert!(bench.search_text().contains('f'), "{}", bench.search_text());
}

#[test]
fn more_can_be_typed_behind_what_was_searched() {
    let mut bench = Bench::with_posts(30);
    bench.search("solo");
    bench.press_with(Modifiers::COMMAND, Key::F);
    bench.type_text("smile");
    assert_eq!(bench.search_text(), "solo smile");
}

#[test]
fn a_key_that_can_change_nothing_says_why() {
    let mut bench = Bench::with_posts(10);
    let summary = LibrarySummary {
        read_only: Some("open in another Kobako".to_owned()),
        ..bench.engine.summary()
    };
    bench.change(summary);
    bench.click("picture 3.png");
    bench.press(Key::ArrowRight);
    assert!(!bench.has_part("can't be changed"));
    bench.press(Key::F);
    assert!(bench.has_part("The library can't be changed: open in another Kobako"));
    assert_eq!(num_edits(&bench), 0);
}

#[test]
fn a_key_for_posts_asks_for_one() {
    let mut bench = Bench::with_posts(10);
    bench.press(Key::E);
    assert!(bench.has_part("Select a post first"));
    assert_eq!(num_edits(&bench), 0);
}
