//! Asks, in a bar below the pictures, whether files are to go to the trash.

use eframe::egui::{Frame, Margin, RichText, Ui};

use super::actions::key_of;
use super::command::Command;
use super::grid::GridCommand;
use super::rows::{button_width, start_row_unless};
use super::trash::TrashQuestion;
use super::{text, theme};

pub fn trash_ui(ui: &mut Ui, question: &mut TrashQuestion, commands: &mut Vec<Command>) {
    let palette = theme::palette(ui.visuals());
    Frame::new()
        .fill(palette.error_fill)
        .corner_radius(theme::WIDGET_ROUNDING)
        .inner_margin(Margin::symmetric(8, 4))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let name = question.name.clone().or_else(|| {
                let only = question.only()?;
                Some(text::viewer::post_in_sentence(&only.to_string()))
            });
            ui.horizontal_wrapped(|ui| {
                let said = match &name {
                    Some(name) => {
                        text::grid::ask_trash_of(&text::on_screen(&text::middle(name, 80)))
                    }
                    None => text::grid::ask_trash(question.num_posts()),
                };
                ui.label(RichText::new(said).color(palette.error).strong());
                // Yes and no stand in one row.
                let buttons = [text::grid::CONFIRM_TRASH, text::grid::KEEP_FILES];
                let width: f32 = buttons.iter().map(|it| button_width(ui, it)).sum();
                start_row_unless(ui, width + ui.spacing().item_spacing.x);
                let undo = key_of(ui.ctx(), "edit.undo");
                let hint = text::actions::with_key(text::grid::TRASH_IS, &undo);
                let send = ui.button(text::grid::CONFIRM_TRASH).on_hover_text(hint);
                if std::mem::take(&mut question.wants_focus) {
                    send.request_focus();
                }
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
