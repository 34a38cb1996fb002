//! Keys that move in a grid and select; they belong to the grid as arrows belong to
//! a list, and are no actions.

use eframe::egui::{self, Event, Key, Modifiers};

use crate::app::command::Command;

use super::{Cells, GridState, Move, Reach, grid_focus_id};

const MOVES: [(Key, Move); 8] = [
    (Key::ArrowLeft, Move::Left),
    (Key::ArrowRight, Move::Right),
    (Key::ArrowUp, Move::Up),
    (Key::ArrowDown, Move::Down),
    (Key::PageUp, Move::PageUp),
    (Key::PageDown, Move::PageDown),
    (Key::Home, Move::Home),
    (Key::End, Move::End),
];

/// Keys of a grid; only where nothing else has the focus. `open` opens the post that
/// the keyboard is at.
pub fn grid_keys(
    ctx: &egui::Context,
    grid: &mut GridState,
    cells: &dyn Cells,
    open: &Command,
    commands: &mut Vec<Command>,
) {
    let focused = ctx.memory(egui::Memory::focused);
    if focused.is_some_and(|id| id != grid_focus_id()) {
        return;
    }
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } = event
            else {
                return true;
            };
            let is_plain = modifiers.is_none();
            if let Some((_, to)) = MOVES.iter().find(|it| it.0 == *key)
                && let Some(reach) = reach(*modifiers)
            {
                grid.move_cursor(*to, reach, cells);
                return false;
            }
            match key {
                Key::Enter if is_plain => commands.push(open.clone()),
                Key::Space if is_plain || modifiers.matches_exact(Modifiers::COMMAND) => {
                    grid.toggle_cursor(cells);
                }
                _ => return true,
            }
            false
        });
    });
}

/// What is selected on the way, by what is held; `None` where the key is another's.
fn reach(modifiers: Modifiers) -> Option<Reach> {
    if modifiers.alt {
        return None;
    }
    Some(match (modifiers.command, modifiers.shift) {
        (false, false) => Reach::One,
        (false, true) => Reach::Range,
        (true, false) => Reach::Cursor,
        (true, true) => Reach::AddRange,
    })
}
