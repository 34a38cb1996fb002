//! The saved searches in the side bar.

use eframe::egui::{Button, Ui};

use crate::app::command::Command;
use crate::app::search::SearchState;
use crate::app::tabs::TabCommand;
use crate::app::text;
use crate::model::SavedSearch;

use super::SideBarCommand;

pub fn searches_ui(
    ui: &mut Ui,
    search: &SearchState,
    read_only: Option<&str>,
    commands: &mut Vec<Command>,
) {
    let saved = search.kept.saved();
    if saved.is_empty() {
        ui.weak(text::NOTHING_SAVED);
    }
    for (index, search_saved) in saved.iter().enumerate() {
        let SavedSearch { name, query } = search_saved;
        let is_current = search.query == *query;
        let row = ui
            .add(
                Button::selectable(is_current, text::on_screen(name).as_ref())
                    .truncate()
                    .min_size(eframe::egui::vec2(ui.available_width(), 0.0)),
            )
            .on_hover_text(query);
        let row = row.accessible_name(text::side_bar::saved_search(name));
        if row.clicked() {
            commands.push(Command::Search(query.clone()));
        }
        let open = Command::Tabs(TabCommand::Open(query.clone()));
        if row.middle_clicked() {
            commands.push(open.clone());
        }
        row.context_menu(|ui| {
            let is_enabled = read_only.is_none();
            let mut item = |ui: &mut Ui, label: &str, is_enabled: bool, command: Command| {
                if ui.add_enabled(is_enabled, Button::new(label)).clicked() {
                    commands.push(command);
                    ui.close();
                }
            };
            let moved = |index| {
                let name = name.clone();
                Command::SideBar(SideBarCommand::MoveSaved { name, index })
            };
            item(ui, text::side_bar::SHOW_IN_NEW_TAB, true, open);
            let rename = Command::RenameSaved(name.clone());
            item(ui, text::side_bar::RENAME, is_enabled, rename);
            let up = moved(index.saturating_sub(1));
            item(ui, text::side_bar::MOVE_UP, is_enabled && index > 0, up);
            let is_last = index + 1 >= saved.len();
            item(
                ui,
                text::side_bar::MOVE_DOWN,
                is_enabled && !is_last,
                moved(index + 1),
            );
            let remove = Command::RemoveSaved(name.clone());
            item(ui, text::side_bar::REMOVE, is_enabled, remove);
        });
    }
}
