//! The menu of what is selected, at the pointer or at the keyboard's cell.

use eframe::egui::{
    Align, Button, Id, Layout, Popup, PopupAnchor, PopupKind, Pos2, RectAlign, Response, Ui,
};

use crate::app::command::Command;
use crate::app::similar::SimilarCommand;
use crate::app::text;
use crate::message::PostFact;
use crate::model::Rating;

use super::copy::MAX_COPIED;
use super::{Cells, GridCommand, GridState};

fn menu_id() -> Id {
    Id::unique("grid menu")
}

/// Opens it with the next frame; opened by a key, it has the keys.
pub fn open_menu(ui: &Ui, grid: &mut GridState, at: Pos2, is_by_key: bool) {
    grid.menu_at = at;
    grid.focuses_menu = is_by_key;
    Popup::open_id(ui.ctx(), menu_id());
}

/// The menu, where it is open.
pub fn menu_ui(ui: &Ui, grid: &mut GridState, results: &dyn Cells, commands: &mut Vec<Command>) {
    if !Popup::is_id_open(ui.ctx(), menu_id()) {
        return;
    }
    Popup::new(
        menu_id(),
        ui.ctx().clone(),
        PopupAnchor::Position(grid.menu_at),
        ui.layer_id(),
    )
    .kind(PopupKind::Menu)
    .layout(Layout::top_down_justified(Align::Min))
    .style(eframe::egui::containers::menu::menu_style)
    .align(RectAlign::BOTTOM_START)
    .open_memory(None)
    .show(|ui| {
        let first = items_ui(ui, grid, results, commands);
        // The arrows have a place to go from.
        if std::mem::take(&mut grid.focuses_menu)
            && let Some(first) = first
        {
            first.request_focus();
        }
    });
}

/// Returns the first item.
fn items_ui(
    ui: &mut Ui,
    grid: &GridState,
    results: &dyn Cells,
    commands: &mut Vec<Command>,
) -> Option<Response> {
    let num_selected = grid.num_selected();
    if num_selected > 1 {
        ui.weak(format!("{} selected", text::count(num_selected)));
    }
    let open = grid.selected().map(|index| results.open(index));
    let mut first = None;
    if let Some(open) = open {
        let button = item(ui, "Open", "Enter");
        if button.clicked() {
            commands.push(open);
        }
        first = Some(button);
        if item(ui, text::FIND_SIMILAR, "S").clicked() {
            commands.push(Command::Similar(SimilarCommand::FindThis));
        }
        ui.separator();
        if item(ui, "Favourite", "F").clicked() {
            commands.push(Command::Grid(GridCommand::ToggleFavorite));
        }
        ui.menu_button("Rating", |ui| rating_ui(ui, grid, commands));
        ui.menu_button("Copy", |ui| copy_ui(ui, num_selected, commands));
        if item(ui, "Take out of the library", "Shift+Del").clicked() {
            commands.push(Command::Grid(GridCommand::Remove));
        }
        if item(ui, "Send to trash…", "Del").clicked() {
            commands.push(Command::Grid(GridCommand::AskTrash));
        }
        ui.separator();
    }
    for (title, key, command) in [
        ("Select all", "Ctrl+A", GridCommand::SelectAll),
        (
            "Invert selection",
            "Ctrl+Shift+I",
            GridCommand::InvertSelection,
        ),
        ("Select nothing", "Esc", GridCommand::SelectNothing),
    ] {
        if item(ui, title, key).clicked() {
            commands.push(Command::Grid(command));
        }
    }
    first
}

fn rating_ui(ui: &mut Ui, grid: &GridState, commands: &mut Vec<Command>) {
    let marks = (grid.num_selected() <= 1)
        .then(|| grid.marks.of(grid.cursor_post?))
        .flatten();
    for (rating, key) in Rating::ALL.into_iter().zip(["1", "2", "3", "4"]) {
        let name = format!("Rate {}", rating.name());
        let is_it = marks.is_some_and(|it| it.rating == Some(rating));
        let button = Button::new(name.as_str())
            .selected(is_it)
            .shortcut_text(key);
        if ui.add(button).accessible_name(name).clicked() {
            commands.push(Command::Grid(GridCommand::Rate(Some(rating))));
        }
    }
    if item(ui, "Take the rating away", "0").clicked() {
        commands.push(Command::Grid(GridCommand::Rate(None)));
    }
}

fn copy_ui(ui: &mut Ui, num_selected: u64, commands: &mut Vec<Command>) {
    let is_one = num_selected <= 1;
    for (one, many, fact) in [
        ("Copy path", "Copy paths", PostFact::Path),
        ("Copy MD5", "Copy MD5s", PostFact::Md5),
        ("Copy tags", "Copy tags of each", PostFact::Tags),
    ] {
        let title = if is_one { one } else { many };
        if item(ui, title, "").clicked() {
            commands.push(Command::Grid(GridCommand::Copy(fact)));
        }
    }
    if num_selected > MAX_COPIED {
        ui.weak(format!("Of the first {}", text::count(MAX_COPIED)));
    }
}

fn item(ui: &mut Ui, title: &str, key: &str) -> Response {
    let button = ui.add(Button::new(title).shortcut_text(key));
    button.accessible_name(title)
}
