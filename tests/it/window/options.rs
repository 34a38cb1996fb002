//! The settings page, the page of keys, theme and size.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::egui::{Key, Modifiers, ViewportCommand, ViewportId};
use egui_kittest::kittest::Queryable as _;
use kobako::app::{Connect, WindowOptions};
use kobako::message::{Event, Notice, Request, SettingsRequest, WindowSettings, channel};

use super::Bench;
use crate::fake_engine::FakeEngine;

fn asked(bench: &Bench) -> Vec<SettingsRequest> {
    let asked = bench.engine.asked.iter();
    asked
        .filter_map(|request| match request {
            Request::Settings(request) => Some(request.clone()),
            _ => None,
        })
        .collect()
}

/// The field of this title, which stands above it too.
fn click_field(bench: &mut Bench, title: &str) {
    bench.window.get_all_by_label(title).last().unwrap().click();
    bench.settle();
}

fn with_settings(settings: WindowSettings) -> Bench {
    let options = WindowOptions {
        settings,
        ..WindowOptions::default()
    };
    Bench::with(10, options)
}

#[test]
fn every_setting_is_there_with_its_default_and_range() {
    let mut bench = Bench::with_posts(10);
    bench.window.set_size([1200.0, 9000.0].into());
    bench.press_with(Modifiers::COMMAND, Key::Comma);
    assert!(bench.has("/library/settings.toml") && bench.has("Copy path"));
    for setting in bench.engine.settings.list() {
        assert!(bench.has(setting.name), "{}", setting.name);
    }
    assert!(bench.has("default 10 MB · 1 to 16,384 MB · takes effect at once"));
    assert!(bench.has_part("default none · 0 to 1,048,576 MB · takes effect at the next start"));
    bench.press_with(Modifiers::COMMAND, Key::Comma);
    assert!(!bench.has("Copy path"));
    assert!(bench.has("picture 1.png"), "the search is back");
}

#[test]
fn a_search_finds_settings_by_what_they_say() {
    let mut bench = Bench::with_posts(10);
    bench.press_with(Modifiers::COMMAND, Key::Comma);
    bench.click("Search settings");
    bench.type_text("scroll");
    assert!(!bench.has("sqlite_cache_mb"));
    bench.press_with(Modifiers::COMMAND, Key::A);
    bench.type_text("cache database");
    assert!(bench.has("sqlite_cache_mb") && !bench.has("ui_scale"));
    bench.press_with(Modifiers::COMMAND, Key::A);
    bench.type_text("zebra");
    assert!(bench.has("No setting says that"));
    bench.click("Clear");
    assert!(bench.has("ui_scale"));
}

#[test]
fn a_switch_is_set_and_reset() {
    let mut bench = Bench::with_posts(10);
    bench.window.set_size([1200.0, 9000.0].into());
    bench.press_with(Modifiers::COMMAND, Key::Comma);
    assert!(bench.engine.settings.embed_after_import);
    click_field(&mut bench, "Prepare new pictures for Find similar");
    assert!(!bench.engine.settings.embed_after_import);
    bench.click("Reset Prepare new pictures for Find similar");
    assert!(bench.engine.settings.embed_after_import);
}

#[test]
fn a_value_that_cannot_be_is_refused_with_what_can() {
    let mut bench = Bench::with_posts(10);
    bench.window.set_size([1200.0, 9000.0].into());
    bench.press_with(Modifiers::COMMAND, Key::Comma);
    click_field(&mut bench, "Pinned");
    bench.press_with(Modifiers::COMMAND, Key::A);
    bench.type_text("cats");
    bench.press(Key::Enter);
    assert!(bench.has_part("Not set: any of"));
    assert_eq!(bench.engine.settings.pinned, []);
    click_field(&mut bench, "Pinned");
    bench.press_with(Modifiers::COMMAND, Key::A);
    bench.type_text("sqlite, tag cache");
    bench.press(Key::Enter);
    assert!(bench.has_part("Not set: any of"), "one of them is none");
    click_field(&mut bench, "Pinned");
    bench.press_with(Modifiers::COMMAND, Key::A);
    bench.type_text("sqlite, thumbnails");
    bench.press(Key::Enter);
    assert!(!bench.has_part("Not set"));
    assert_eq!(bench.engine.settings.pinned.len(), 2);
}

#[test]
fn what_stands_in_the_file_in_vain_is_named() {
    let mut bench = Bench::with_posts(10);
    bench.engine.settings_problems = vec![Notice {
        is_error: false,
        message: "Unknown setting “colour” in /library/settings.toml, line 3".to_owned(),
        way_out: Some("It has no effect".to_owned()),
    }];
    bench.press_with(Modifiers::COMMAND, Key::Comma);
    assert!(bench.has_part("Unknown setting “colour”"));
}

#[test]
fn the_file_is_read_again_where_that_is_asked_for() {
    let mut bench = Bench::with_posts(10);
    bench.press_with(Modifiers::COMMAND, Key::Comma);
    bench.engine.settings.ui_scale = 150;
    bench.click("Read the file again");
    assert_eq!(asked(&bench).last(), Some(&SettingsRequest::ReadFile));
    assert_eq!(bench.window.ctx.zoom_factor(), 1.5);
}

#[test]
fn the_window_starts_as_it_was_set() {
    let bench = with_settings(WindowSettings {
        theme: "high_contrast".to_owned(),
        ui_scale: 200,
        ..WindowSettings::default()
    });
    let visuals = bench.window.ctx.global_style().visuals.clone();
    assert_eq!(visuals.panel_fill, eframe::egui::Color32::BLACK);
    assert_eq!(bench.window.ctx.zoom_factor(), 2.0);
}

#[test]
fn the_size_goes_by_keys_and_is_remembered() {
    let mut bench = Bench::with_posts(10);
    bench.press_with(Modifiers::COMMAND, Key::Plus);
    bench.press_with(Modifiers::COMMAND, Key::Plus);
    assert_eq!(bench.window.ctx.zoom_factor(), 1.25);
    assert_eq!(bench.engine.settings.ui_scale, 125);
    bench.press_with(Modifiers::COMMAND, Key::Minus);
    assert_eq!(bench.window.ctx.zoom_factor(), 1.1);
    bench.press_with(Modifiers::COMMAND, Key::Num0);
    assert_eq!(bench.engine.settings.ui_scale, 100);
    for _ in 0..12 {
        bench.press_with(Modifiers::COMMAND, Key::Plus);
    }
    assert_eq!(bench.engine.settings.ui_scale, 300, "and no further");
}

#[test]
fn a_theme_is_chosen_by_its_name_and_remembered() {
    let mut bench = Bench::with_posts(10);
    bench.press_with(Modifiers::COMMAND, Key::P);
    bench.type_text("high contrast");
    bench.press(Key::Enter);
    assert_eq!(bench.engine.settings.theme, "high_contrast");
    let visuals = bench.window.ctx.global_style().visuals.clone();
    assert_eq!(visuals.panel_fill, eframe::egui::Color32::BLACK);
    bench.press_with(Modifiers::COMMAND | Modifiers::ALT, Key::Num5);
    assert_eq!(bench.engine.settings.theme, "high_contrast_light");
    let visuals = bench.window.ctx.global_style().visuals.clone();
    assert_eq!(visuals.panel_fill, eframe::egui::Color32::WHITE);
    assert!(!visuals.dark_mode);
}

#[test]
fn a_number_goes_up_and_down_by_buttons() {
    let mut bench = Bench::with_posts(10);
    bench.window.set_size([1200.0, 9000.0].into());
    bench.press_with(Modifiers::COMMAND, Key::Comma);
    bench.click("More: SQLite cache");
    assert_eq!(bench.engine.settings.sqlite_cache_mb, 11);
    bench.click("Less: SQLite cache");
    bench.click("Less: SQLite cache");
    assert_eq!(bench.engine.settings.sqlite_cache_mb, 9);
    bench.click("More: Memory for thumbnails");
    assert_eq!(
        bench.engine.settings.texture_memory_mb, 42,
        "a step is a tenth"
    );
    bench.click("Less: Memory budget");
    assert_eq!(
        bench.engine.settings.memory_budget_mb, 0,
        "and never below the least"
    );
}

#[test]
fn another_library_brings_its_own_theme_size_and_keys() {
    let is_end_wanted: Arc<AtomicBool> = Arc::default();
    let (side, other_side) = channel();
    let mut other = FakeEngine::new(other_side, 7);
    other.settings.theme = "light".to_owned();
    other.settings.ui_scale = 150;
    other
        .settings
        .keys
        .insert("view.memory".to_owned(), vec!["F4".to_owned()]);
    let mut sides = vec![side];
    let connect: Connect = Box::new(move |_, _| Ok(sides.remove(0)));
    let mut bench = Bench::with(
        10,
        WindowOptions {
            settings: WindowSettings {
                theme: "dark".to_owned(),
                ui_scale: 100,
                ..WindowSettings::default()
            },
            is_end_wanted: is_end_wanted.clone(),
            ..WindowOptions::default()
        },
    );
    bench.window.state_mut().set_connect(connect);
    assert!(bench.window.ctx.global_style().visuals.dark_mode);
    bench.press_with(Modifiers::ALT, Key::Home);
    bench.engine = other;
    let summary = bench.engine.summary();
    bench.engine.tell(Event::Ready(summary));
    bench.settle();
    assert!(!bench.window.ctx.global_style().visuals.dark_mode);
    assert_eq!(bench.window.ctx.zoom_factor(), 1.5);
    bench.press(Key::F12);
    assert!(!bench.has("Rows"), "the key of the library before");
    bench.press(Key::F4);
    assert!(bench.has("Rows"));
    assert_eq!(
        bench.engine.settings.theme, "light",
        "nothing of the first is written"
    );
    assert_eq!(bench.engine.settings.ui_scale, 150);

    // Who asked to end it before asks still.
    is_end_wanted.store(true, Ordering::Relaxed);
    bench.window.step();
    let commands = &bench.window.output().viewport_output[&ViewportId::ROOT].commands;
    assert!(commands.contains(&ViewportCommand::Close));
}

#[test]
fn a_key_is_added_used_and_taken_away() {
    let mut bench = Bench::with_posts(10);
    bench.window.set_size([1200.0, 9000.0].into());
    bench.press(Key::F1);
    bench.click("Add a key to “Memory”");
    assert!(bench.has("Press the new key"));
    bench.press(Key::F4);
    assert!(bench.has("Take F4 from “Memory”"));
    let set = SettingsRequest::SetKeys {
        action: "view.memory".to_owned(),
        keys: Some(["F12", "Ctrl+M", "F4"].map(str::to_owned).to_vec()),
    };
    assert!(asked(&bench).contains(&set), "{:?}", asked(&bench));
    bench.press(Key::F4);
    assert!(bench.has("Rows"));
    bench.press(Key::F4);
    assert!(!bench.has("Rows"));
    bench.click("Take F12 from “Memory”");
    bench.press(Key::F12);
    assert!(!bench.has("Rows"));
    bench.click("Reset the keys of “Memory”");
    assert_eq!(
        bench.engine.settings.keys.len(),
        0,
        "defaults are not written"
    );
    bench.press(Key::F12);
    assert!(bench.has("Rows"));
}

#[test]
fn a_key_that_is_taken_says_by_what() {
    let mut bench = Bench::with_posts(10);
    bench.window.set_size([1200.0, 9000.0].into());
    bench.press(Key::F1);
    bench.click("Add a key to “Search again”");
    bench.press_with(Modifiers::COMMAND, Key::I);
    assert!(bench.has("Ctrl+I starts “Import pictures…”"));
    assert!(!bench.has("Choose folder…"), "it did not start it");
    bench.click("Use it here instead");
    assert!(bench.has("Take Ctrl+I from “Search again”"));
    assert!(!bench.has("Take Ctrl+I from “Import pictures…”"));
    let keys = &bench.engine.settings.keys;
    assert_eq!(keys["library.import"], [""; 0]);
    bench.click("Reset all keys");
    assert!(bench.has("Take Ctrl+I from “Import pictures…”"));
    // Escape takes the question back.
    bench.click("Add a key to “Search again”");
    bench.press(Key::Escape);
    assert!(!bench.has("Press the new key"));
    assert!(bench.has("Search commands and keys"), "the page stays");
    bench.press(Key::Escape);
    assert!(!bench.has("Search commands and keys"));
}

#[test]
fn keys_of_the_settings_count_from_the_start_and_unknown_ones_are_named() {
    let keys = |list: &[(&str, &str)]| {
        list.iter()
            .map(|(id, key)| ((*id).to_owned(), vec![(*key).to_owned()]))
            .collect()
    };
    let mut bench = with_settings(WindowSettings {
        keys: keys(&[("view.memory", "Ctrl+K"), ("old.name", "Ctrl+L")]),
        ..WindowSettings::default()
    });
    assert!(bench.has_part("“old.name”"));
    bench.press(Key::F12);
    assert!(!bench.has("Rows"));
    bench.press_with(Modifiers::COMMAND, Key::K);
    assert!(bench.has("Rows"));
    // Naming is all: it stays in the settings when another key changes.
    bench.press(Key::F1);
    assert!(
        bench
            .window
            .query_by_label("Search commands and keys")
            .is_some()
    );
}

#[test]
fn the_page_of_keys_begins_in_its_search_and_closes_after_its_question() {
    let mut bench = Bench::with_posts(10);
    bench.press(Key::F1);
    bench.type_text("real size");
    let searched = |bench: &Bench| {
        let field = bench.window.get_by_label("Search commands and keys");
        field.value().unwrap_or_default()
    };
    assert_eq!(searched(&bench), "real size");
    bench.press(Key::Escape);
    assert!(!bench.has("Search commands and keys"), "one Escape closes");
    bench.press(Key::F1);
    assert_eq!(searched(&bench), "");

    bench.type_text("memory F12");
    bench.click("Add a key to “Memory”");
    bench.press(Key::Escape);
    assert!(!bench.has("Press the new key") && bench.has("Search commands and keys"));
    bench.click("Add a key to “Memory”");
    bench.press_with(Modifiers::COMMAND, Key::F);
    assert!(bench.has("Use it here instead"));
    bench.press(Key::Escape);
    assert!(!bench.has("Use it here instead") && bench.has("Search commands and keys"));
    bench.press(Key::Escape);
    assert!(!bench.has("Search commands and keys"));
}
