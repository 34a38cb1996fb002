//! The star beside the search bar, the menu of saved searches, and the line
//! that asks for a name.

use eframe::egui::containers::menu::{MenuButton, MenuConfig, SubMenuButton};
use eframe::egui::{
    Align, Button, Key, Layout, PopupCloseBehavior, Response, ScrollArea, TextEdit, Ui,
    text::CCursor, text_selection::CCursorRange, vec2,
};

use crate::app::command::Command;
use crate::app::star::paint_star;
use crate::app::{text, theme};
use crate::model::SavedSearch;

use super::SearchState;
use super::kept::{KeptSearches, NamingTask};

const MENU_WIDTH: f32 = 340.0;
const MENU_MAX_HEIGHT: f32 = 360.0;
/// Of the buttons that stand right of a name in the menu, points.
const EDIT_WIDTH: f32 = 128.0;
/// Of a longer name or query the middle is left out where it is asked about.
const MAX_NAMED: usize = 40;

/// `read_only` says why nothing can be saved, where that is so.
pub fn star_ui(
    ui: &mut Ui,
    search: &SearchState,
    read_only: Option<&str>,
    commands: &mut Vec<Command>,
) {
    let query = search.text.trim();
    let is_saved = search.kept.is_saved(query);
    let (name, command) = if is_saved {
        (text::UNSAVE_SEARCH, Command::UnsaveSearch)
    } else {
        (text::SAVE_SEARCH, Command::NameSearch)
    };
    let is_enabled = read_only.is_none() && !query.is_empty();
    let button = Button::new("").min_size(vec2(theme::STAR_BUTTON_WIDTH, 0.0));
    let response = ui
        .add_enabled(is_enabled, button)
        .accessible_name(name)
        .on_hover_text(name);
    let response = with_reason(response, read_only, text::NOTHING_TO_SAVE);
    let visuals = ui.visuals();
    let color = if is_saved {
        theme::palette(visuals).star
    } else if is_enabled {
        visuals.text_color()
    } else {
        visuals.disable(visuals.text_color())
    };
    let center = response.rect.center();
    paint_star(ui.painter(), center, theme::STAR_RADIUS, color, is_saved);
    if response.clicked() {
        commands.push(command);
    }
}

/// Why a disabled button is: the library's reason, or `otherwise`.
fn with_reason(response: Response, read_only: Option<&str>, otherwise: &str) -> Response {
    match read_only {
        Some(reason) => response.on_disabled_hover_text(text::search::read_only(reason)),
        None => response.on_disabled_hover_text(otherwise),
    }
}

pub fn saved_menu_ui(
    ui: &mut Ui,
    search: &SearchState,
    read_only: Option<&str>,
    commands: &mut Vec<Command>,
) {
    let (saved, _) = MenuButton::new(text::SAVED)
        .config(menu_config())
        .ui(ui, |ui| items_ui(ui, search, read_only, commands));
    saved.on_hover_text(text::search::SAVED_IS);
}

/// The same as an entry of another menu.
pub fn saved_submenu_ui(
    ui: &mut Ui,
    search: &SearchState,
    read_only: Option<&str>,
    commands: &mut Vec<Command>,
) {
    SubMenuButton::new(text::SAVED)
        .config(menu_config())
        .ui(ui, |ui| items_ui(ui, search, read_only, commands));
}

/// Of several, more than one may be taken out.
fn menu_config() -> MenuConfig {
    MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside)
}

fn items_ui(
    ui: &mut Ui,
    search: &SearchState,
    read_only: Option<&str>,
    commands: &mut Vec<Command>,
) {
    let width = ui.ctx().content_rect().width() - 2.0 * theme::GAP_LARGE;
    ui.set_width(MENU_WIDTH.min(width));
    let kept = &search.kept;
    if kept.saved().is_empty() {
        ui.weak(text::NOTHING_SAVED);
    }
    let query = search.text.trim();
    ScrollArea::vertical()
        .max_height(MENU_MAX_HEIGHT)
        .show(ui, |ui| {
            for saved in kept.saved() {
                saved_ui(ui, saved, saved.query == query, read_only, commands);
            }
        });
    ui.separator();
    let is_enabled = kept.has_recent() && read_only.is_none();
    let forget = ui.add_enabled(is_enabled, Button::new(text::FORGET_HISTORY));
    if with_reason(forget, read_only, text::search::NONE_RECENT).clicked() {
        commands.push(Command::ForgetHistory);
        ui.close();
    }
}

fn saved_ui(
    ui: &mut Ui,
    saved: &SavedSearch,
    is_current: bool,
    read_only: Option<&str>,
    commands: &mut Vec<Command>,
) {
    let SavedSearch { name, query } = saved;
    ui.horizontal(|ui| {
        let size = vec2(
            ui.available_width() - EDIT_WIDTH,
            ui.spacing().interact_size.y,
        );
        let run = ui
            .allocate_ui_with_layout(size, Layout::top_down_justified(Align::LEFT), |ui| {
                ui.add(Button::selectable(is_current, name.as_str()).truncate())
            })
            .inner
            .accessible_name(text::search::run(name))
            .on_hover_text(query);
        if run.clicked() {
            commands.push(Command::Search(query.clone()));
            ui.close();
        }
        let is_enabled = read_only.is_none();
        let rename = ui
            .add_enabled(is_enabled, Button::new(text::search::ASK_RENAME).small())
            .accessible_name(text::search::rename(name));
        if with_reason(rename, read_only, "").clicked() {
            commands.push(Command::RenameSaved(name.clone()));
            ui.close();
        }
        let remove = ui
            .add_enabled(is_enabled, Button::new(text::search::REMOVE).small())
            .accessible_name(text::search::remove(name));
        if with_reason(remove, read_only, "").clicked() {
            commands.push(Command::RemoveSaved(name.clone()));
        }
    });
}

/// Asks for a name, while one is wanted.
pub fn naming_ui(ui: &mut Ui, kept: &mut KeptSearches, commands: &mut Vec<Command>) {
    let problem = kept.name_problem();
    let Some(naming) = &kept.naming else {
        return;
    };
    let name = naming.name.trim();
    let (question, done) = match &naming.task {
        NamingTask::Save { query } if kept.has_name(name) && !kept.is_named(name, query) => {
            let question = text::search::save_as(&text::middle(query, MAX_NAMED));
            (question, text::search::REPLACE)
        }
        NamingTask::Save { query } => {
            let question = text::search::save_as(&text::middle(query, MAX_NAMED));
            (question, text::search::SAVE)
        }
        NamingTask::Rename { from } => {
            let question = text::search::rename_to(&text::middle(from, MAX_NAMED));
            (question, text::search::RENAME)
        }
    };
    let Some(naming) = &mut kept.naming else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(question);
        let field = ui
            .add(TextEdit::singleline(&mut naming.name).desired_width(240.0))
            .accessible_name(text::SEARCH_NAME);
        let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if std::mem::take(&mut naming.wants_focus) {
            field.request_focus();
            // What is typed then takes its place.
            let mut state = TextEdit::load_state(ui.ctx(), field.id).unwrap_or_default();
            let end = CCursor::new(naming.name.chars().count());
            let range = CCursorRange::two(CCursor::new(0), end);
            state.cursor.set_char_range(Some(range));
            TextEdit::store_state(ui.ctx(), field.id, state);
        }
        let button = ui.add_enabled(problem.is_none(), Button::new(done));
        if button.clicked() || (is_entered && problem.is_none()) {
            commands.push(Command::FinishNaming);
        } else if is_entered {
            field.request_focus();
        }
        if ui.button(text::search::CANCEL).clicked() {
            commands.push(Command::CancelNaming);
        }
        if let Some(problem) = &problem {
            ui.colored_label(theme::palette(ui.visuals()).warning, problem);
        } else if done == text::search::REPLACE {
            ui.weak(text::NAME_TAKEN);
        }
    });
}
