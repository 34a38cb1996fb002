//! The bars that ask before folders change, and that say how far a change is.

use eframe::egui::{self, Key, ProgressBar, TextEdit, Ui};

use crate::app::command::Command;
use crate::app::{text, theme};
use crate::message::Fate;

use super::question::{PathAnswer, Question};
use super::{SideBar, SideBarCommand};

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
                        format!("Take {path} out of the library? Its files stay as they are.")
                    } else {
                        format!("Leave {path} out from now on? Its files stay as they are.")
                    };
                    ui.label(question);
                    let keep = ui.button("Keep the posts").on_hover_text(
                        "Posts of these files stay with their tags and ratings, and count as \
                         missing",
                    );
                    if keep.clicked() {
                        push(SideBarCommand::TakeOut(Fate::Stay));
                    }
                    let remove = ui.button("Remove the posts").on_hover_text(
                        "Posts that have no other file leave the library, with what you said \
                         about them",
                    );
                    if remove.clicked() {
                        push(SideBarCommand::TakeOut(Fate::Leave));
                    }
                    if ui.button("Cancel").clicked() {
                        push(SideBarCommand::CancelQuestion);
                    }
                }
                Question::Library(answer) => {
                    ui.label("Folder of the library, or an empty one for a new library");
                    path_ui(
                        ui,
                        answer,
                        "Open this library",
                        "Path of the library",
                        &mut push,
                    );
                }
                Question::Moved { from, to } => {
                    let path = from.display().to_string();
                    ui.label(format!("Where is {} now?", text::middle(&path, 60)));
                    let name = "New path of the folder";
                    path_ui(ui, to, "Use this folder", name, &mut push);
                    ui.weak("Kobako looks whether the files are there before it changes anything");
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
                .hint_text("Path of the folder")
                .desired_width(320.0),
        )
        .accessible_name(name);
    let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if std::mem::take(wants_focus) {
        field.request_focus();
    }
    let choose = egui::Button::new("Choose…");
    if ui.add_enabled(dialog.is_none(), choose).clicked() {
        push(SideBarCommand::ChoosePath);
    }
    let is_path = !path.trim().is_empty();
    let done = ui.add_enabled(is_path, egui::Button::new(done));
    if done.clicked() || (is_entered && is_path) {
        push(SideBarCommand::TakePath);
    }
    if ui.button("Cancel").clicked() {
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
            let done = text::count(change.num_done);
            let all = text::count(change.num_all);
            ui.add(
                ProgressBar::new(share)
                    .desired_width(220.0)
                    .text(format!("{done} of {all}")),
            );
        } else if change.num_done > 0 {
            ui.weak(text::counted(change.num_done, "file", "files"));
        }
        if ui.button("Stop").clicked() {
            commands.push(Command::SideBar(SideBarCommand::StopChange));
        }
    });
}
