//! The keys of the page.

use eframe::egui::{self, Key, Modifiers};

use crate::app::command::Command;

use super::review::{Look, Side};
use super::{DuplicateCommand, Duplicates};

const LOOKS: [Key; 3] = [Key::Num1, Key::Num2, Key::Num3];

/// Takes the keys where no text field and no slider has the focus.
pub fn duplicate_keys(ctx: &egui::Context, duplicates: &Duplicates, commands: &mut Vec<Command>) {
    let is_focused = ctx.memory(egui::Memory::focused).is_some();
    let mut push = |command| commands.push(Command::Duplicates(command));
    if ctx.text_edit_focused() {
        return;
    }
    ctx.input_mut(|input| {
        let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
        if duplicates.confirmation.is_some() {
            // Enter belongs to a button that has the focus.
            if !is_focused && pressed(Key::Enter) {
                push(DuplicateCommand::Confirm);
            }
            if pressed(Key::Escape) {
                push(DuplicateCommand::Cancel);
            }
        }
        if pressed(Key::F) {
            push(DuplicateCommand::Find);
        }
        if duplicates.finding.is_some() && pressed(Key::Escape) {
            push(DuplicateCommand::Stop);
        }
        if !is_focused {
            for (key, by) in [(Key::ArrowDown, 1), (Key::ArrowUp, -1)] {
                if pressed(key) {
                    push(DuplicateCommand::Step(by));
                }
            }
        }
        if input.consume_key(Modifiers::COMMAND, Key::Z) {
            push(DuplicateCommand::Undo);
        }
        let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
        for (key, by) in [(Key::N, 1), (Key::P, -1)] {
            if pressed(key) {
                push(DuplicateCommand::Step(by));
            }
        }
        let Some(review) = &duplicates.review else {
            return;
        };
        for (key, look) in LOOKS.into_iter().zip(Look::ALL) {
            if pressed(key) {
                push(DuplicateCommand::Look(look));
            }
        }
        // Space presses a button that has the focus.
        if review.look == Look::Flicker && !is_focused && pressed(Key::Space) {
            push(DuplicateCommand::Flip);
        }
        for (key, side) in [(Key::L, Side::Left), (Key::R, Side::Right)] {
            if pressed(key) {
                push(DuplicateCommand::Keep(side));
            }
        }
        if pressed(Key::X) {
            push(DuplicateCommand::NotDuplicates);
        }
        if pressed(Key::T) {
            push(DuplicateCommand::TrashFiles(!duplicates.trash_files));
        }
        if review.members.len() > 2 {
            if pressed(Key::M) {
                push(DuplicateCommand::NextMember);
            }
            if pressed(Key::O)
                && let Some(post) = review.post(Side::Right)
            {
                push(DuplicateCommand::LeaveOut(post));
            }
        }
    });
}
