//! Every view for someone who does not see it: whatever can be pressed or set has a
//! name. And for someone without a mouse: every command can be chosen in the palette.

use std::time::Duration;

use eframe::egui::accesskit::{Action, Role};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{AccessKitNode, NodeT as _};

use super::Bench;

/// What can be used and has no name, described by its role and the named thing around it.
fn unnamed(bench: &Bench) -> Vec<String> {
    let nodes = bench.window.root().children_recursive();
    nodes
        .map(|it| it.accesskit_node())
        .filter(|it| {
            let data = it.data();
            let actions = [Action::Click, Action::SetValue, Action::Increment];
            // Text says itself what it is, and bars are known by their role.
            let needs_name = match data.role() {
                Role::Label | Role::ScrollBar => false,
                Role::TextInput => !data.is_read_only(),
                _ => true,
            };
            let is_used = actions.into_iter().any(|it| data.supports_action(it));
            needs_name && is_used && !it.is_hidden()
        })
        .filter(|it| {
            let is_blank = |text: Option<String>| text.is_none_or(|it| it.trim().is_empty());
            let placeholder = it.data().placeholder().map(str::to_owned);
            is_blank(it.label()) && is_blank(placeholder)
        })
        .map(|it| {
            let mut around = std::iter::successors(it.parent(), AccessKitNode::parent);
            let inside = around.find_map(|it| it.label()).unwrap_or_default();
            format!("{:?} inside “{inside}”", it.role())
        })
        .collect()
}

/// What a person does to get to a view.
type Step = fn(&mut Bench);

fn assert_named(bench: &Bench, view: &str) {
    let unnamed = unnamed(bench);
    assert!(unnamed.is_empty(), "{view}: {}", unnamed.join(", "));
}

#[test]
fn everything_in_every_view_has_a_name() {
    let views: [(&str, Step); 17] = [
        ("results", |_| {}),
        ("a selection", |it| {
            it.press_with(Modifiers::COMMAND, Key::A);
        }),
        ("a list of a search", |it| {
            it.press_with(Modifiers::COMMAND, Key::F);
            it.type_text("ca");
        }),
        ("the side bar", |it| {
            it.press_with(Modifiers::COMMAND, Key::B);
        }),
        ("tabs", |it| {
            it.press_with(Modifiers::COMMAND, Key::T);
            it.press_with(Modifiers::COMMAND, Key::T);
        }),
        ("going to a number", |it| it.press(Key::G)),
        ("the question of the trash", |it| {
            it.press(Key::ArrowRight);
            it.press(Key::Delete);
        }),
        ("an open post", |it| it.open("picture 3.png")),
        ("an open post without facts", |it| {
            it.open("picture 3.png");
            it.press(Key::I);
        }),
        ("two compared", |it| {
            it.press(Key::ArrowRight);
            it.press_with(Modifiers::SHIFT, Key::ArrowRight);
            it.press(Key::C);
        }),
        ("what is like a post", |it| {
            it.press(Key::ArrowRight);
            it.press(Key::S);
        }),
        ("duplicates", |it| {
            it.press(Key::F7);
            it.click("Find duplicates");
        }),
        ("two duplicates", |it| {
            it.press(Key::F7);
            it.click("Find duplicates");
            it.click("Group 1: 2 posts, 97 % alike");
        }),
        ("memory", |it| it.press(Key::F12)),
        ("settings", |it| {
            it.press_with(Modifiers::COMMAND, Key::Comma);
        }),
        ("keys", |it| it.press(Key::F1)),
        ("the palette", |it| {
            it.press_with(Modifiers::COMMAND, Key::P);
        }),
    ];
    for (name, open) in views {
        let mut bench = Bench::with_posts(10);
        open(&mut bench);
        assert_named(&bench, name);
    }
    assert_named(&Bench::with_posts(0), "an empty library");
}

#[test]
fn every_part_of_the_memory_panel_has_names() {
    for part in [
        "Table",
        "Blocks",
        "History",
        "Advice",
        "Budget",
        "On screen",
    ] {
        let mut bench = Bench::with_posts(10);
        bench.press(Key::F12);
        bench.click(part);
        assert_named(&bench, part);
    }
}

/// The entries of the palette that can be chosen, as they are read out.
fn entries(bench: &mut Bench) -> Vec<String> {
    bench.press_with(Modifiers::COMMAND, Key::P);
    let nodes = bench.window.root().children_recursive();
    let entries = nodes
        .map(|it| it.accesskit_node())
        .skip_while(|it| it.label().as_deref() != Some("Find a command"))
        // What can't be done now stands at the end, and stays there.
        .filter(|it| it.role() == Role::Button && !it.is_disabled())
        .filter_map(|it| it.label());
    entries.collect()
}

/// A dialog of the desktop, and what does not go idle: it waits for the next picture.
const NEVER_CHOSEN: [&str; 2] = ["Open or make a library…", "Slideshow"];

/// Whatever the palette offers in a view is chosen in it: the window goes idle after
/// it, and what it shows then has names.
fn choose_each(open: Step) {
    let mut bench = Bench::with_posts(10);
    open(&mut bench);
    let entries = entries(&mut bench);
    assert!(entries.len() > 5, "{entries:?}");
    for (place, entry) in entries.iter().enumerate() {
        if NEVER_CHOSEN.iter().any(|it| entry.starts_with(it)) {
            continue;
        }
        let mut bench = Bench::with_posts(10);
        open(&mut bench);
        bench.press_with(Modifiers::COMMAND, Key::P);
        for _ in 0..place {
            bench.window.key_press(Key::ArrowDown);
        }
        bench.settle();
        if entry.starts_with("Search again") {
            // Once a second at most.
            std::thread::sleep(Duration::from_millis(1100));
        }
        bench.press(Key::Enter);
        assert!(!bench.has("Find a command"), "{entry} was not chosen");
        assert_named(&bench, entry);
    }
}

#[test]
fn every_command_works_in_the_results_by_keys_alone() {
    choose_each(|it| it.press(Key::ArrowRight));
}

#[test]
fn every_command_works_in_an_open_post_by_keys_alone() {
    choose_each(|it| {
        it.press(Key::ArrowRight);
        it.press(Key::Enter);
    });
}
