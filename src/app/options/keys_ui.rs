//! The page of keys: every action, where it means something, and what starts it.

use eframe::egui::{Align, Button, Layout, RichText, TextWrapMode, Ui};

use crate::app::actions::{self, Action, Keymap, Scope, Trigger};
use crate::app::command::Command;
use crate::app::view::View;
use crate::app::{text, theme};

use super::page_ui::{head_ui, page_ui, search_ui};
use super::{Asking, Options, OptionsCommand};

pub fn keys_page_ui(
    ui: &mut Ui,
    options: &mut Options,
    keymap: &Keymap,
    commands: &mut Vec<Command>,
) {
    page_ui(ui, "keys", |ui| {
        head_ui(ui, text::options::KEYS, View::Keys, commands);
        ui.horizontal_wrapped(|ui| {
            let search = &mut options.keys_search;
            let search = search_ui(ui, search, text::options::SEARCH_KEYS);
            if std::mem::take(&mut options.keys_search_wants_focus) {
                search.request_focus();
            }
            let is_any_own = actions::all().any(|it| !keymap.has_defaults(it));
            let reset = ui.add_enabled(is_any_own, Button::new(text::options::RESET_ALL_KEYS));
            if reset.clicked() {
                commands.push(Command::Options(OptionsCommand::ResetKeys));
            }
        });
        ui.weak(text::options::KEYS_ARE);
        let search = options.keys_search.to_lowercase();
        let mut num_found = 0;
        for scope in Scope::ALL {
            let found: Vec<&'static Action> = actions::all()
                .filter(|it| it.scope == scope && is_found(it, keymap, &search))
                .collect();
            if found.is_empty() {
                continue;
            }
            num_found += found.len();
            ui.add_space(theme::GAP_LARGE);
            ui.heading(scope.title());
            ui.separator();
            for action in found {
                action_ui(ui, options, keymap, action, commands);
            }
        }
        if num_found == 0 {
            ui.add_space(theme::GAP_LARGE);
            ui.weak(text::PALETTE_EMPTY);
        }
        ui.add_space(theme::GAP_LARGE);
        ui.heading(text::options::KEYS_FIXED);
        ui.separator();
        for (keys, said) in text::options::FIXED_KEYS {
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(keys).strong());
                ui.label(said);
            });
        }
        ui.add_space(theme::GAP_LARGE);
    });
}

/// A row narrower than this has its title above its keys, points.
const NARROW_ROW: f32 = 560.0;

fn action_ui(
    ui: &mut Ui,
    options: &Options,
    keymap: &Keymap,
    action: &'static Action,
    commands: &mut Vec<Command>,
) {
    let mut push = |command| commands.push(Command::Options(command));
    ui.horizontal_wrapped(|ui| {
        // In a narrow window a title has a line of its own, so that none is torn.
        let room = ui.available_width();
        if room >= NARROW_ROW {
            let width = room * 0.45;
            let size = eframe::egui::vec2(width, theme::BUTTON_HEIGHT);
            ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(width);
                ui.label(action.title);
            });
        } else {
            ui.label(action.title);
            ui.end_row();
        }
        for key in keymap.of(action.id) {
            let button = Button::new(RichText::new(format!("{key}  ×")).monospace());
            let button = button.wrap_mode(TextWrapMode::Extend);
            let name = text::options::remove_key(&key.to_string(), action.title);
            if ui
                .add(button)
                .accessible_name(&name)
                .on_hover_text(&name)
                .clicked()
            {
                push(OptionsCommand::RemoveKey(action.id, key));
            }
        }
        match &options.asking {
            Some(asking) if asking.action == action.id => asking_ui(ui, asking, &mut push),
            _ => {
                let add = Button::new(text::options::ADD_KEY).wrap_mode(TextWrapMode::Extend);
                let add = ui
                    .add(add)
                    .accessible_name(text::options::add_key(action.title));
                if add.clicked() {
                    push(OptionsCommand::Ask(action.id));
                }
                if !keymap.has_defaults(action) {
                    let reset = ui
                        .button(text::RESET)
                        .accessible_name(text::options::reset_keys(action.title));
                    if reset.clicked() {
                        push(OptionsCommand::ResetKeysOf(action.id));
                    }
                }
            }
        }
    });
}

/// Asks for a key, or what is to become of one that already starts something.
fn asking_ui(ui: &mut Ui, asking: &Asking, push: &mut impl FnMut(OptionsCommand)) {
    let palette = theme::palette(ui.visuals());
    match &asking.taken {
        None => {
            ui.colored_label(palette.accent, text::options::PRESS_KEY);
        }
        Some((key, other)) => {
            let said = text::options::key_is_taken(&key.to_string(), other.title);
            ui.colored_label(palette.warning, said);
            if ui.button(text::options::TAKE_KEY).clicked() {
                push(OptionsCommand::TakeKey);
            }
        }
    }
    if ui.button(text::CANCEL).clicked() {
        push(OptionsCommand::CancelKey);
    }
}

/// Every word is in the title, or is one of the keys; `search` is in lower case.
fn is_found(action: &Action, keymap: &Keymap, search: &str) -> bool {
    let title = action.title.to_lowercase();
    let keys: Vec<String> = keymap
        .of(action.id)
        .map(|key: Trigger| key.to_string().to_lowercase())
        .collect();
    search
        .split_whitespace()
        .all(|word| title.contains(word) || keys.iter().any(|key| key == word))
}
