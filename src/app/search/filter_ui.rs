//! The default filter beside the search bar: what it is, and whether it is in use.

use eframe::egui::{Button, RichText, Ui};

use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::tabs::TabCommand;
use crate::app::{text, theme};

use super::SearchState;

/// Longer filters are shortened in the middle; more so in the narrowest windows.
const MAX_CHARS: usize = 24;
const FEWEST_CHARS: usize = 7;

/// The text of the chip; `None` where there is no filter.
pub fn chip_label(ui: &Ui, search: &SearchState) -> Option<String> {
    let query = search.filter.query.trim();
    let is_narrow = ui.ctx().content_rect().width() < theme::NARROWEST_WIDTH;
    let max_chars = if is_narrow { FEWEST_CHARS } else { MAX_CHARS };
    (!query.is_empty()).then(|| text::middle(query, max_chars).into_owned())
}

/// A click puts the filter aside in this tab, or uses it again.
pub fn chip_ui(ui: &mut Ui, search: &SearchState, commands: &mut Vec<Command>) {
    let Some(label) = chip_label(ui, search) else {
        return;
    };
    let palette = theme::palette(ui.visuals());
    let mut label = RichText::new(label);
    if search.filter.problem.is_some() {
        label = label.color(palette.error);
    } else if search.is_filter_off {
        label = label.weak().strikethrough();
    }
    let is_used = search.is_filtered();
    let response = ui.add(Button::new(label).selected(is_used));
    let name = if is_used {
        text::search::filter_in_use(&search.filter.query)
    } else {
        text::search::filter_aside(&search.filter.query)
    };
    let response = response.accessible_name(name).on_hover_ui(|ui| {
        ui.label(text::search::filter_is(&search.filter.query));
        match (&search.filter.problem, is_used) {
            (Some(problem), _) => {
                ui.colored_label(palette.error, problem);
            }
            (None, true) => {
                ui.weak(text::search::DEFAULT_FILTER_IN_USE);
            }
            (None, false) => {
                ui.weak(text::search::DEFAULT_FILTER_ASIDE);
            }
        }
        ui.weak(key_of(ui.ctx(), "search.toggle_filter"));
    });
    if response.clicked() {
        commands.push(Command::Tabs(TabCommand::ToggleFilter));
    }
    response.context_menu(|ui| {
        let typed = search.text.trim();
        let use_typed = Button::new(text::search::USE_TYPED_AS_FILTER);
        if ui.add_enabled(!typed.is_empty(), use_typed).clicked() {
            commands.push(Command::Tabs(TabCommand::UseAsFilter));
            ui.close();
        }
        if ui.button(text::search::REMOVE_FILTER).clicked() {
            commands.push(Command::Tabs(TabCommand::SetFilter(String::new())));
            ui.close();
        }
    });
}
