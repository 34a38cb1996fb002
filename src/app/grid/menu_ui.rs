//! The menu of what is selected, at the pointer or at the keyboard's cell.

use eframe::egui::{
    Align, Button, Id, Layout, Popup, PopupAnchor, PopupKind, Pos2, RectAlign, Response, Ui,
};

use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::similar::SimilarCommand;
use crate::app::tagging::TaggingCommand;
use crate::app::text;
use crate::message::{PostFact, PostMarks};
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
        ui.weak(text::grid::selected(num_selected));
    }
    let open = grid.selected().map(|index| results.open(index));
    let mut first = None;
    if let Some(open) = open {
        let button = item(ui, text::grid::OPEN, "posts.open");
        if button.clicked() {
            commands.push(open);
        }
        first = Some(button);
        if item(ui, text::similar::FIND_WHAT_IS_LIKE_THIS, "similar.find").clicked() {
            commands.push(Command::Similar(SimilarCommand::FindThis));
        }
        ui.separator();
        let is_favorite = marks_of_one(grid).is_some_and(|it| it.is_favorite);
        let favorite = Button::new(text::grid::FAVOURITE)
            .selected(is_favorite)
            .shortcut_text(key_of(ui.ctx(), "post.favorite"));
        let favorite = ui.add(favorite).accessible_name(text::grid::FAVOURITE);
        if favorite.clicked() {
            commands.push(Command::Grid(GridCommand::ToggleFavorite));
        }
        ui.menu_button(text::grid::RATING, |ui| rating_ui(ui, grid, commands));
        if item(ui, text::tagging::EDIT_TAGS, "post.tags").clicked() {
            commands.push(Command::Tagging(TaggingCommand::Open));
        }
        ui.menu_button(text::grid::COPY, |ui| copy_ui(ui, num_selected, commands));
        if item(ui, text::grid::REMOVE, "post.remove").clicked() {
            commands.push(Command::Grid(GridCommand::Remove));
        }
        if item(ui, text::grid::SEND_TO_TRASH, "posts.trash").clicked() {
            commands.push(Command::Grid(GridCommand::AskTrash));
        }
        ui.separator();
    }
    for (title, action, command) in [
        (
            text::grid::SELECT_ALL,
            "grid.select_all",
            GridCommand::SelectAll,
        ),
        (
            text::grid::INVERT_SELECTION,
            "grid.invert_selection",
            GridCommand::InvertSelection,
        ),
        (
            text::grid::SELECT_NOTHING,
            "grid.select_nothing",
            GridCommand::SelectNothing,
        ),
    ] {
        if item(ui, title, action).clicked() {
            commands.push(Command::Grid(command));
        }
    }
    first
}

/// What is known of the selected post, where it is one.
fn marks_of_one(grid: &GridState) -> Option<PostMarks> {
    let post = grid.cursor_post.filter(|_| grid.num_selected() <= 1)?;
    grid.marks.of(post)
}

fn rating_ui(ui: &mut Ui, grid: &GridState, commands: &mut Vec<Command>) {
    let marks = marks_of_one(grid);
    for rating in Rating::ALL {
        let name = text::grid::rate(rating);
        let action = match rating {
            Rating::General => "post.rate_general",
            Rating::Sensitive => "post.rate_sensitive",
            Rating::Questionable => "post.rate_questionable",
            Rating::Explicit => "post.rate_explicit",
        };
        let is_it = marks.is_some_and(|it| it.rating == Some(rating));
        let button = Button::new(name)
            .selected(is_it)
            .shortcut_text(key_of(ui.ctx(), action));
        if ui.add(button).accessible_name(name).clicked() {
            commands.push(Command::Grid(GridCommand::Rate(Some(rating))));
        }
    }
    if item(ui, text::grid::UNRATE, "post.unrate").clicked() {
        commands.push(Command::Grid(GridCommand::Rate(None)));
    }
}

fn copy_ui(ui: &mut Ui, num_selected: u64, commands: &mut Vec<Command>) {
    let is_one = num_selected <= 1;
    for (one, many, action, fact) in [
        (
            text::grid::COPY_PATH,
            text::grid::COPY_PATHS,
            "post.copy_paths",
            PostFact::Path,
        ),
        (
            text::grid::COPY_MD5,
            text::grid::COPY_MD5S,
            "post.copy_md5s",
            PostFact::Md5,
        ),
        (
            text::grid::COPY_TAGS,
            text::grid::COPY_TAGS_OF_EACH,
            "post.copy_tags",
            PostFact::Tags,
        ),
    ] {
        let title = if is_one { one } else { many };
        if item(ui, title, action).clicked() {
            commands.push(Command::Grid(GridCommand::Copy(fact)));
        }
    }
    if num_selected > MAX_COPIED {
        ui.weak(text::grid::of_the_first(MAX_COPIED));
    }
}

/// With the key of `action`, as it is set.
fn item(ui: &mut Ui, title: &str, action: &str) -> Response {
    let key = key_of(ui.ctx(), action);
    let button = ui.add(Button::new(title).shortcut_text(key));
    button.accessible_name(title)
}
