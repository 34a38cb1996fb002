//! The keys of the table and of the icicle, while they have the focus.

use eframe::egui::{self, EventFilter, Id, Key, Modifiers};

use crate::app::command::Command;

use super::{MemoryCommand, MemoryPanel, Step};

const STEPS: [(Key, Step); 8] = [
    (Key::ArrowUp, Step::Up),
    (Key::ArrowDown, Step::Down),
    (Key::ArrowLeft, Step::Left),
    (Key::ArrowRight, Step::Right),
    (Key::Home, Step::First),
    (Key::End, Step::Last),
    (Key::PageUp, Step::PageUp),
    (Key::PageDown, Step::PageDown),
];

/// The ids under which table and icicle, each as a whole, take the focus.
pub fn table_id() -> Id {
    Id::unique("memory table keys")
}

pub fn icicle_id() -> Id {
    Id::unique("memory icicle keys")
}

/// Arrows stay inside; Escape does where it leads out of a zoom.
pub fn hold_focus(ui: &egui::Ui, id: Id, holds_escape: bool) {
    ui.memory_mut(|memory| {
        memory.set_focus_lock_filter(
            id,
            EventFilter {
                tab: false,
                horizontal_arrows: true,
                vertical_arrows: true,
                escape: holds_escape,
            },
        );
    });
}

/// Takes the keys that are for the panel, before the grid and the viewer do.
pub fn memory_keys(ctx: &egui::Context, panel: &MemoryPanel, commands: &mut Vec<Command>) {
    let focused = ctx.memory(egui::Memory::focused);
    let is_icicle = focused == Some(icicle_id());
    if !panel.is_open() || !(is_icicle || focused == Some(table_id())) {
        return;
    }
    let mut push = |command| commands.push(Command::Memory(command));
    ctx.input_mut(|input| {
        let mut count = |key| input.count_and_consume_key(Modifiers::NONE, key);
        for (key, step) in STEPS {
            for _ in 0..count(key) {
                push(if is_icicle {
                    MemoryCommand::StepInIcicle(step)
                } else {
                    MemoryCommand::StepInTable(step)
                });
            }
        }
        if count(Key::Space) > 0 {
            push(MemoryCommand::Explain(!panel.is_explained()));
        }
        if is_icicle {
            if count(Key::Enter) > 0 {
                push(MemoryCommand::ZoomIn);
            }
            if panel.is_zoomed() && count(Key::Backspace) + count(Key::Escape) > 0 {
                push(MemoryCommand::ZoomOut);
            }
        } else if count(Key::Enter) > 0 {
            push(MemoryCommand::Explain(!panel.is_explained()));
        }
    });
}
