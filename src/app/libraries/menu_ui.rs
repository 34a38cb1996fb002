//! Which library is open, and the others: a menu at the top of the side bar.

use eframe::egui::{Button, RichText, Ui, vec2};

use crate::app::KobakoApp;
use crate::app::command::Command;
use crate::app::side_bar::paint_sign;
use crate::app::text;
use crate::message::KnownLibrary;

use super::{LibraryChoice, LibraryCommand, name};

const MENU_WIDTH: f32 = 300.0;

pub fn library_menu_ui(ui: &mut Ui, app: &KobakoApp, commands: &mut Vec<Command>) {
    if app.libraries.connect.is_none() {
        return;
    }
    let current = &app.library.path;
    // With room for the triangle.
    let title = RichText::new(format!(
        "{}     ",
        text::on_screen(&text::middle(&name(current), 28))
    ));
    let menu = ui.menu_button(title, |ui| {
        ui.set_width(MENU_WIDTH);
        ui.weak(current.display().to_string());
        ui.separator();
        let mut push = |command| commands.push(Command::Libraries(command));
        for known in &app.libraries.known {
            let KnownLibrary { path, is_missing } = known;
            if path == current {
                continue;
            }
            ui.horizontal(|ui| {
                let open = ui
                    .add_enabled(
                        !is_missing,
                        Button::new(text::on_screen(&text::middle(&name(path), 30)).as_ref()),
                    )
                    .on_hover_text(path.display().to_string())
                    .on_disabled_hover_text(text::libraries::is_gone(&path.display().to_string()));
                let open = open.accessible_name(text::libraries::open(&path.display().to_string()));
                if open.clicked() {
                    push(LibraryCommand::Open(LibraryChoice::At(path.clone())));
                    ui.close();
                }
                let forget = ui
                    .add(Button::new("×").small().frame_when_inactive(false))
                    .on_hover_text(text::libraries::FORGET_IS);
                let forget =
                    forget.accessible_name(text::libraries::forget(&path.display().to_string()));
                if forget.clicked() {
                    push(LibraryCommand::Forget(path.clone()));
                }
            });
        }
        if app.libraries.known.len() > 1 {
            ui.separator();
        }
        if ui.button(text::libraries::OPEN_OR_MAKE).clicked() {
            push(LibraryCommand::AskFolder);
            ui.close();
        }
        if ui.button(text::libraries::OPEN_DEMO).clicked() {
            push(LibraryCommand::Open(LibraryChoice::Demo));
            ui.close();
        }
    });
    let sign = menu.response.rect.right_center() - vec2(12.0, 0.0);
    paint_sign(ui, sign, true, ui.visuals().text_color());
    menu.response
        .accessible_name(text::libraries::library(&current.display().to_string()))
        .on_hover_text(current.display().to_string());
}
