//! The keys of the whole window. A key goes to a text field first, then to the
//! widget that has the focus, then here.

use eframe::egui::{self, Event, Key, Modifiers};

use super::command::Command;
use super::grid::{GridState, Move, grid_focus_id};
use super::search::Results;

const GRID_KEYS: [(Key, Move); 8] = [
    (Key::ArrowLeft, Move::Left),
    (Key::ArrowRight, Move::Right),
    (Key::ArrowUp, Move::Up),
    (Key::ArrowDown, Move::Down),
    (Key::PageUp, Move::PageUp),
    (Key::PageDown, Move::PageDown),
    (Key::Home, Move::Home),
    (Key::End, Move::End),
];

/// Keys that work everywhere, text fields included.
pub fn global_keys(ctx: &egui::Context, commands: &mut Vec<Command>) {
    let is_typing = ctx.text_edit_focused();
    ctx.input_mut(|input| {
        if input.consume_key(Modifiers::COMMAND, Key::F) || (!is_typing && take_slash(input)) {
            commands.push(Command::FocusSearch);
        }
        if input.consume_key(Modifiers::NONE, Key::F12)
            || input.consume_key(Modifiers::COMMAND, Key::M)
        {
            commands.push(Command::ToggleMemory);
        }
        if input.consume_key(Modifiers::NONE, Key::F5) {
            commands.push(Command::Refresh);
        }
        if input.consume_key(Modifiers::COMMAND, Key::I) {
            commands.push(Command::ToggleImport);
        }
    });
}

/// By what it types and not by where the key is, for every keyboard layout;
/// taken away so that it is not typed into the field that gets the focus.
fn take_slash(input: &mut egui::InputState) -> bool {
    let num_events = input.events.len();
    input
        .events
        .retain(|event| !matches!(event, Event::Text(text) if text == "/"));
    input.events.len() < num_events
}

/// Keys of the grid; only where nothing else has the focus.
pub fn grid_keys(
    ctx: &egui::Context,
    grid: &mut GridState,
    results: &Results,
    commands: &mut Vec<Command>,
) {
    let focused = ctx.memory(egui::Memory::focused);
    if focused.is_some_and(|id| id != grid_focus_id()) {
        return;
    }
    ctx.input_mut(|input| {
        for (key, to) in GRID_KEYS {
            for _ in 0..input.count_and_consume_key(Modifiers::NONE, key) {
                grid.move_selection(to, results);
            }
        }
        if input.consume_key(Modifiers::NONE, Key::Enter) {
            commands.push(Command::OpenSelected);
        }
    });
}

/// Whether Escape was pressed, and no text field wants it.
pub fn take_escape(ctx: &egui::Context) -> bool {
    !ctx.text_edit_focused()
        && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
}

/// Keys of an open post.
pub fn viewer_keys(ctx: &egui::Context, commands: &mut Vec<Command>) {
    if ctx.text_edit_focused() {
        return;
    }
    ctx.input_mut(|input| {
        let mut key = |key, command: Command| {
            for _ in 0..input.count_and_consume_key(Modifiers::NONE, key) {
                commands.push(command.clone());
            }
        };
        key(Key::ArrowRight, Command::NextPost);
        key(Key::PageDown, Command::NextPost);
        key(Key::ArrowLeft, Command::PreviousPost);
        key(Key::PageUp, Command::PreviousPost);
        key(Key::Escape, Command::CloseViewer);
    });
}
