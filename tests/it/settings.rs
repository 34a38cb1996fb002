//! Settings that the window changes, through the engine's messages.

use std::path::Path;

use kobako::engine::EngineConfig;
use kobako::message::{Event, Request, SettingValue, SettingsEvent, SettingsList, SettingsRequest};
use kobako::settings::Settings;

use crate::fixture::Engine;

fn library_with(dir: &Path, settings: &str) -> EngineConfig {
    let library = dir.join("library");
    std::fs::create_dir_all(&library).unwrap();
    std::fs::write(library.join("settings.toml"), settings).unwrap();
    EngineConfig {
        create: true,
        ..EngineConfig::load(library)
    }
}

#[track_caller]
fn list_where(engine: &mut Engine, is_it: impl Fn(&SettingsList) -> bool) -> SettingsList {
    engine.wait(|it| match it {
        Event::Settings(SettingsEvent::List(list)) if is_it(&list) => Some(*list),
        _ => None,
    })
}

fn set(engine: &mut Engine, name: &str, value: SettingValue) {
    engine.ask(Request::Settings(SettingsRequest::Set {
        name: name.to_owned(),
        value,
    }));
}

fn value<'a>(list: &'a SettingsList, name: &str) -> &'a SettingValue {
    &list
        .settings
        .iter()
        .find(|it| it.name == name)
        .unwrap()
        .value
}

#[test]
fn what_is_set_is_kept_beside_what_nobody_knows() {
    let dir = tempfile::tempdir().unwrap();
    let config = library_with(
        dir.path(),
        "# mine\ncolour = \"pink\"\nui_scale = 150 # large\n\n[keys]\n\"old.name\" = [\"F4\"] # once\n",
    );
    let path = config.library.join("settings.toml");
    let mut engine = Engine::with(config);
    engine.ask(Request::Settings(SettingsRequest::List));
    let list = list_where(&mut engine, |it| !it.problems.is_empty());
    assert_eq!(list.path, path);
    assert!(list.problems[0].message.contains("“colour”"));
    assert_eq!(value(&list, "ui_scale"), &SettingValue::Number(150));
    assert_eq!(list.window.keys["old.name"], ["F4"]);

    set(&mut engine, "ui_scale", SettingValue::Number(200));
    let theme = SettingValue::Text("dark".to_owned());
    set(&mut engine, "theme", theme.clone());
    engine.ask(Request::Settings(SettingsRequest::SetKeys {
        action: "view.memory".to_owned(),
        keys: Some(vec!["F3".to_owned()]),
    }));
    let list = list_where(&mut engine, |it| it.window.keys.len() == 2);
    assert_eq!(value(&list, "theme"), &theme);
    set(&mut engine, "ui_scale", SettingValue::Number(5_000));
    let refused = engine.wait(|it| match it {
        Event::Settings(SettingsEvent::Refused { name, reason }) => Some((name, reason)),
        _ => None,
    });
    assert_eq!(refused.0, "ui_scale");
    assert!(refused.1.contains("100 to 300"), "{}", refused.1);
    engine.stop();

    let text = std::fs::read_to_string(&path).unwrap();
    for kept in [
        "# mine",
        "colour = \"pink\"",
        "# large",
        "\"old.name\" = [\"F4\"] # once",
    ] {
        assert!(text.contains(kept), "{kept} in {text}");
    }
    let (settings, _) = Settings::load(path.parent().unwrap());
    assert_eq!((settings.ui_scale, &*settings.theme), (200, "dark"));
    assert_eq!(settings.keys["view.memory"], ["F3"]);
}

#[test]
fn a_budget_and_a_cap_count_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = Engine::with(library_with(dir.path(), ""));
    set(&mut engine, "texture_memory_mb", SettingValue::Number(9));
    let limit = engine.wait(|it| match it {
        Event::TextureLimit(bytes) if bytes == 9 << 20 => Some(bytes),
        _ => None,
    });
    assert_eq!(limit, 9 << 20);
    // Far too little: the window is asked to give back.
    set(&mut engine, "memory_budget_mb", SettingValue::Number(1));
    engine.wait(|it| matches!(it, Event::GiveBack { .. }).then_some(()));
    engine.ask(Request::Settings(SettingsRequest::Reset {
        name: "memory_budget_mb".to_owned(),
    }));
    let list = list_where(&mut engine, |it| {
        value(it, "memory_budget_mb") == &SettingValue::Number(0)
    });
    assert_eq!(value(&list, "texture_memory_mb"), &SettingValue::Number(9));
    engine.stop();
}
