//! Asks, in a bar, whether the files of selected posts are to go to the trash.

use eframe::egui::{Frame, Margin, Ui};

use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::{text, theme};

use super::GridCommand;

/// `num_posts` are asked about.
pub fn trash_question_ui(ui: &mut Ui, num_posts: usize, commands: &mut Vec<Command>) {
    let palette = theme::palette(ui.visuals());
    Frame::new()
        .fill(palette.error_fill)
        .corner_radius(4)
        .inner_margin(Margin::symmetric(8, 4))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_wrapped(|ui| {
                ui.label(text::grid::ask_trash(num_posts as u64));
                let undo = key_of(ui.ctx(), "edit.undo");
                let hint = text::actions::with_key(text::grid::TRASH_IS, &undo);
                let send = ui.button(text::grid::CONFIRM_TRASH).on_hover_text(hint);
                if send.clicked() {
                    commands.push(Command::Grid(GridCommand::Trash));
                }
                let keep = ui
                    .button(text::grid::KEEP_FILES)
                    .on_hover_text(text::grid::KEEP_FILES_KEY);
                if keep.clicked() {
                    commands.push(Command::Grid(GridCommand::KeepFiles));
                }
            });
        });
}
