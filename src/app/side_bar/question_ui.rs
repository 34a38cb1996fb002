//! The bars that ask before folders change, and that say how far a change is.

use eframe::egui::{self, Key, ProgressBar, TextEdit, Ui};

use crate::app::command::Command;
use crate::app::{text, theme};
use crate::message::Fate;

use super::question::{PathAnswer, Question};
use super::{SideBar, SideBarCommand};

/// Of a field for a path, points.
const PATH_WIDTH: f32 = 260.0;

/// The question that is open, if any.
pub fn question_ui(ui: &mut Ui, side_bar: &mut SideBar, commands: &mut Vec<Command>) {
    let Some(question) = &mut side_bar.question else {
        return;
    };
    let mut push = |command| commands.push(Command::SideBar(command));
    let palette = theme::palette(ui.visuals());
    egui::Frame::new()
        .fill(palette.info_fill)
        .corner_radius(4)
        .inner_margin(egui::Margin::symmetric(8, 4))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_wrapped(|ui| match question {
                Question::TakeOut { folder, is_root } => {
                    let path = folder.display().to_string();
                    let path = text::middle(&path, 80);
                    let question = if *is_root {
                        text::side_bar::ask_take_out(&path)
                    } else {
                        text::side_bar::ask_leave_out(&path)
                    };
                    ui.label(question);
                    let keep = ui
                        .button(text::side_bar::KEEP_POSTS)
                        .on_hover_text(text::side_bar::KEEP_POSTS_IS);
                    if keep.clicked() {
                        push(SideBarCommand::TakeOut(Fate::Stay));
                    }
                    let remove = ui
                        .button(text::side_bar::REMOVE_POSTS)
                        .on_hover_text(text::side_bar::REMOVE_POSTS_IS);
                    if remove.clicked() {
                        push(SideBarCommand::TakeOut(Fate::Leave));
                    }
                    if ui.button(text::side_bar::CANCEL).clicked() {
                        push(SideBarCommand::CancelQuestion);
                    }
                }
                Question::Library(answer) => {
                    ui.label(text::side_bar::WHICH_LIBRARY);
                    path_ui(
                        ui,
                        answer,
                        text::side_bar::OPEN_LIBRARY,
                        text::side_bar::PATH_OF_LIBRARY,
                        &mut push,
                    );
                }
                Question::Moved { from, to } => {
                    let path = from.display().to_string();
                    ui.label(text::side_bar::where_is(&text::middle(&path, 60)));
                    let name = text::side_bar::NEW_PATH;
                    path_ui(ui, to, text::side_bar::USE_FOLDER, name, &mut push);
                    ui.weak(text::side_bar::NOTHING_CHANGES_BEFORE);
                }
            });
        });
}

/// A field for a path, a button for the desktop's dialog, and what ends it.
fn path_ui(
    ui: &mut Ui,
    answer: &mut PathAnswer,
    done: &str,
    name: &str,
    push: &mut dyn FnMut(SideBarCommand),
) {
    let PathAnswer {
        path,
        wants_focus,
        dialog,
    } = answer;
    let field = ui
        .add(
            TextEdit::singleline(path)
                .hint_text(text::side_bar::PATH_OF_FOLDER)
                .desired_width(PATH_WIDTH.min(ui.available_width())),
        )
        .accessible_name(name);
    let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if std::mem::take(wants_focus) {
        field.request_focus();
    }
    let choose = egui::Button::new(text::side_bar::CHOOSE);
    if ui.add_enabled(dialog.is_none(), choose).clicked() {
        push(SideBarCommand::ChoosePath);
    }
    let is_path = !path.trim().is_empty();
    let done = ui.add_enabled(is_path, egui::Button::new(done));
    if done.clicked() || (is_entered && is_path) {
        push(SideBarCommand::TakePath);
    }
    if ui.button(text::side_bar::CANCEL).clicked() {
        push(SideBarCommand::CancelQuestion);
    }
}

/// How far the change is that runs.
pub fn change_ui(ui: &mut Ui, side_bar: &SideBar, commands: &mut Vec<Command>) {
    let Some(change) = &side_bar.change else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(text::middle(&change.what, 90).as_ref());
        if change.num_all > 0 {
            let share = change.num_done as f32 / change.num_all as f32;
            ui.add(
                ProgressBar::new(share)
                    .desired_width(220.0)
                    .text(text::side_bar::done_of(change.num_done, change.num_all)),
            );
        } else if change.num_done > 0 {
            ui.weak(text::side_bar::files(change.num_done));
        }
        if ui.button(text::side_bar::STOP).clicked() {
            commands.push(Command::SideBar(SideBarCommand::StopChange));
        }
    });
}
