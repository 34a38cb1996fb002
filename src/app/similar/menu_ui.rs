//! The menu in the bar at the top.

use eframe::egui::{Button, Ui};

use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::text;
use crate::app::view::View;

use super::{Similar, SimilarCommand};

pub fn similar_menu_ui(ui: &mut Ui, similar: &Similar, view: View, commands: &mut Vec<Command>) {
    let menu = ui.menu_button(text::SIMILAR, |ui| {
        let find = Button::new(text::FIND_SIMILAR)
            .selected(view == View::Similar)
            .shortcut_text(key_of(ui.ctx(), "similar.page"));
        let find = ui.add(find).accessible_name(text::FIND_SIMILAR);
        if find.clicked() {
            // As its key does: with a post at hand, that is what is asked about.
            if view != View::Similar {
                commands.push(Command::Similar(SimilarCommand::TogglePage));
            }
            ui.close();
        }
        let duplicates = Button::new(text::FIND_DUPLICATES)
            .selected(view == View::Duplicates)
            .shortcut_text(key_of(ui.ctx(), "duplicates.page"));
        let duplicates = ui.add(duplicates).accessible_name(text::FIND_DUPLICATES);
        if duplicates.clicked() {
            commands.push(Command::Show(View::Duplicates));
            ui.close();
        }
        ui.separator();
        let mut is_shown = similar.strip.is_shown;
        let strip = ui
            .checkbox(&mut is_shown, text::similar::STRIP_BELOW_A_POST)
            .on_hover_text(key_of(ui.ctx(), "similar.strip"));
        if strip.changed() {
            commands.push(Command::Similar(SimilarCommand::ToggleStrip));
            ui.close();
        }
    });
    menu.response.on_hover_text(text::similar::MENU_IS);
}
