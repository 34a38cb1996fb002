//! Asks, in a bar, whether the files of selected posts are to go to the trash.

use eframe::egui::{Frame, Margin, Ui};

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
                let posts = text::counted(num_posts as u64, "post", "posts");
                ui.label(format!("Send the files of {posts} to the system's trash?"));
                let send = ui.button("Send to the trash").on_hover_text(
                    "The posts leave the library with their files; both come back by Undo (Ctrl+Z)",
                );
                if send.clicked() {
                    commands.push(Command::Grid(GridCommand::Trash));
                }
                let keep = ui.button("Keep").on_hover_text("Esc");
                if keep.clicked() {
                    commands.push(Command::Grid(GridCommand::KeepFiles));
                }
            });
        });
}
