//! The pages of the help menu.

use eframe::egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::Queryable as _;
use kobako::message::{Event, HandoverFailure, Request, ShowEvent, ShowRequest};
use kobako::model::METATAGS;

use super::Bench;

/// What was put into the clipboard by the last frame.
fn copied(bench: &Bench) -> Option<String> {
    let commands = &bench.window.output().platform_output.commands;
    commands.iter().find_map(|it| match it {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

/// Clicks, and returns what was copied by it.
fn click_to_copy(bench: &mut Bench, name: &str) -> String {
    bench.window.get_by_label(name).click();
    for _ in 0..4 {
        bench.window.step();
        if let Some(text) = copied(bench) {
            bench.settle();
            return text;
        }
    }
    panic!("{name} copied nothing");
}

#[test]
fn every_word_of_the_language_is_listed_with_an_example_to_click() {
    let mut bench = Bench::with_posts(10);
    bench.window.set_size([1200.0, 6000.0].into());
    bench.press_with(Modifiers::SHIFT, Key::F1);
    for metatag in METATAGS {
        let example = format!("Search for {}:{}", metatag.name, metatag.example);
        assert!(bench.has(&example), "{example}");
    }
    assert!(bench.has("without this tag"));
    bench.type_text("parentheses");
    assert!(!bench.has_part("Search for width:"));
    bench.press_with(Modifiers::COMMAND, Key::A);
    bench.type_text("left bottom");
    assert!(bench.has("No word says that"));
    bench.press_with(Modifiers::COMMAND, Key::A);
    bench.type_text("megapix nothing");
    bench.click("Clear");
    bench.click("Search for width:>0");
    assert_eq!(bench.searches().last(), Some(&"width:>0"));
    assert_eq!(bench.search_text(), "width:>0");
    assert!(!bench.has("without this tag"), "the result is shown");
}

#[test]
fn the_page_about_the_program_says_where_things_are() {
    let mut bench = Bench::with_posts(10);
    bench.press_with(Modifiers::COMMAND, Key::F1);
    let version = env!("CARGO_PKG_VERSION");
    assert!(bench.has(&format!("Kobako {version}")));
    bench.click("Show Library");
    let library = bench.engine.summary().path;
    assert!(bench.engine.asked.iter().any(|it| matches!(
        it,
        Request::Show(ShowRequest::ShowPath { path }) if *path == library
    )));
    let path = click_to_copy(&mut bench, "Copy path of Library");
    assert_eq!(path, library.display().to_string());
    let report = click_to_copy(&mut bench, "Copy all");
    assert!(
        report.contains(&format!("Version: {version}\n")),
        "{report}"
    );
    assert!(report.contains(&format!("Library: {path}\n")), "{report}");
    assert!(report.contains("Settings: "), "{report}");
    bench.press(Key::Escape);
    assert!(bench.has("picture 1.png"));
}

#[test]
fn the_pages_are_in_menu_and_palette() {
    let mut bench = Bench::with_posts(10);
    for (title, sight) in [
        ("How to search", "without this tag"),
        ("About Kobako", "Log"),
    ] {
        bench.press_with(Modifiers::COMMAND, Key::P);
        bench.type_text(title);
        bench.press(Key::Enter);
        assert!(bench.has(sight), "{title}");
        bench.press(Key::Escape);
    }
}

#[test]
fn a_file_that_no_program_takes_names_the_way_out() {
    let mut bench = Bench::with_posts(10);
    let failure = HandoverFailure {
        reason: "/pictures/a.png can't be opened: xdg-open is not installed".to_owned(),
        way_out: Some("Set a program as “Open with” in the settings".to_owned()),
        path: Some("/pictures/a.png".into()),
    };
    bench
        .engine
        .tell(Event::Show(ShowEvent::Handed(Err(failure))));
    bench.settle();
    assert!(bench.has("/pictures/a.png can't be opened: xdg-open is not installed"));
    assert!(bench.has("Set a program as “Open with” in the settings"));
    assert_eq!(click_to_copy(&mut bench, "Copy path"), "/pictures/a.png");
    bench.click("Dismiss");
    assert!(!bench.has("Copy path"));
}
