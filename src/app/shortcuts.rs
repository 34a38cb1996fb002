//! The keys of the whole window. A key goes to a text field first, then to the
//! widget that has the focus, then here.

use std::sync::LazyLock;

use eframe::egui::{self, Event, Key, Modifiers};

use super::actions::{Keymap, Scope};
use super::command::Command;
use super::duplicates::DuplicateCommand;
use super::grid::{Cells, GridState, Move, grid_focus_id};
use super::similar::SimilarCommand;

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
        if input.consume_key(Modifiers::NONE, Key::F6) {
            commands.push(Command::Similar(SimilarCommand::TogglePage));
        }
        if input.consume_key(Modifiers::NONE, Key::F7) {
            commands.push(Command::Duplicates(DuplicateCommand::TogglePage));
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

/// Makes cut, copy and paste of the keys that ask for them. A text field gets what
/// is pasted as ever; elsewhere the key goes on to the page, which looks into the
/// clipboard without keeping the window waiting.
pub fn clipboard_keys(ctx: &egui::Context, raw_input: &mut egui::RawInput) {
    let is_typing = ctx.text_edit_focused();
    raw_input.events.retain_mut(|event| {
        let Event::Key {
            key,
            pressed: true,
            modifiers,
            ..
        } = event
        else {
            return true;
        };
        match (*key, modifiers.command_only()) {
            (Key::Cut, _) | (Key::X, true) => *event = Event::Cut,
            (Key::Copy, _) | (Key::C, true) => *event = Event::Copy,
            (Key::Paste, _) | (Key::V, true) if is_typing => {
                ctx.send_viewport_cmd(egui::ViewportCommand::RequestPaste);
                return false;
            }
            _ => {}
        }
        true
    });
}

/// The key that finds what is like the post at hand, where nobody types.
pub fn find_similar_key(ctx: &egui::Context, commands: &mut Vec<Command>) {
    if !ctx.text_edit_focused() && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::S))
    {
        commands.push(Command::Similar(SimilarCommand::FindThis));
    }
}

/// Keys of a grid; only where nothing else has the focus. `open` opens what is
/// selected.
pub fn grid_keys(
    ctx: &egui::Context,
    grid: &mut GridState,
    results: &dyn Cells,
    open: Command,
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
            commands.push(open);
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
    static KEYS: LazyLock<Keymap> = LazyLock::new(Keymap::default);
    let is_held = ctx.memory(egui::Memory::focused).is_some();
    KEYS.take(ctx, &[Scope::Viewer, Scope::Window], is_held, commands);
    if ctx.text_edit_focused() {
        return;
    }
    ctx.input_mut(|input| {
        let mut key = |key, command: Command| {
            for _ in 0..input.count_and_consume_key(Modifiers::NONE, key) {
                commands.push(command.clone());
            }
        };
        key(Key::PageDown, Command::NextPost);
        key(Key::PageUp, Command::PreviousPost);
        key(Key::Escape, Command::CloseViewer);
    });
}
