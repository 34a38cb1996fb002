//! The search bar and the list below it.

use eframe::egui::{
    Align2, EventFilter, Id, Key, Modifiers, TextBuffer, TextEdit, Ui, text::CCursor,
    text_selection::CCursorRange, vec2,
};

use crate::app::command::Command;
use crate::app::link::Link;
use crate::app::text;

use super::list_ui::list_ui;
use super::rows_ui::row_ui;
use super::{CompletionList, SearchState};

const BAR_ID: &str = "search bar";

/// What a key did to the list, found before the text field sees the key.
#[derive(Clone, Copy, Debug, Default)]
struct Keys {
    down: bool,
    up: bool,
    accept: bool,
    enter: bool,
    escape: bool,
}

pub fn search_bar_ui(
    ui: &mut Ui,
    search: &mut SearchState,
    link: &mut Link,
    commands: &mut Vec<Command>,
) {
    let id = Id::unique(BAR_ID);
    let is_asked_for = std::mem::take(&mut search.wants_focus);
    if is_asked_for {
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    if let Some(cursor) = search.move_cursor_to.take() {
        let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
        let range = CCursorRange::one(CCursor::new(cursor));
        state.cursor.set_char_range(Some(range));
        TextEdit::store_state(ui.ctx(), id, state);
    }
    let keys = if ui.memory(|memory| memory.has_focus(id)) {
        take_keys(ui, search)
    } else {
        Keys::default()
    };
    let filter = event_filter(search);
    search.colors.follow(&search.text, link);
    let is_typed = ui.memory(|memory| memory.has_focus(id));
    let colors = &search.colors;
    let mut layouter =
        |ui: &Ui, text: &dyn TextBuffer, _: f32| colors.galley(ui, text.as_str(), is_typed);
    let hint = if search.is_without_tags {
        text::search::HINT_WITHOUT_TAGS
    } else {
        text::SEARCH_HINT
    };
    let output = TextEdit::singleline(&mut search.text)
        .layouter(&mut layouter)
        .id(id)
        .hint_text(hint)
        .desired_width(ui.available_width())
        .margin(vec2(8.0, 4.0))
        .align(Align2::LEFT_CENTER)
        .event_filter(filter)
        .show(ui);
    let response = output.response.response.accessible_name(text::SEARCH_LABEL);
    // What was over all else in the frame before keeps the focus for this one.
    let is_refused = is_asked_for && !response.has_focus();
    if is_refused && !search.was_refused {
        search.wants_focus = true;
        ui.ctx().request_repaint();
    }
    search.was_refused = is_refused;
    if response.changed() {
        let cursor = output
            .cursor_range
            .map_or(usize::MAX, |range| range.primary.index.0);
        search.edited(cursor, link);
    }
    if (is_asked_for || response.gained_focus() || response.clicked())
        && search.is_blank()
        && search.completions.is_none()
    {
        search.offer_kept(link);
    }
    // After the text field, which may have been typed into in the same frame.
    apply_keys(ui, id, search, link, commands, keys);
    if response.has_focus() {
        // What Tab does at the next frame is decided before that is painted.
        let filter = event_filter(search);
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    }

    let Some(list) = &search.completions else {
        return;
    };
    let scrolls = keys.down || keys.up;
    let pointed = list_ui(&response, &list.items, list.selected, scrolls, row_ui);
    if let Some(index) = pointed.clicked {
        commands.extend(search.choose(index, link).map(Command::Search));
    } else if !response.has_focus() && !pointed.is_hovered {
        search.close_completions(link);
    }
}

/// The keys that are the search bar's while it has the focus.
fn event_filter(search: &SearchState) -> EventFilter {
    EventFilter {
        tab: takes_tab(search),
        horizontal_arrows: true,
        vertical_arrows: true,
        escape: true,
    }
}

fn takes_tab(search: &SearchState) -> bool {
    search
        .completions
        .as_ref()
        .is_some_and(CompletionList::takes_tab)
}

fn take_keys(ui: &Ui, search: &SearchState) -> Keys {
    let is_open = search.completions.is_some();
    let takes_tab = takes_tab(search);
    ui.input_mut(|input| Keys {
        down: (is_open || search.is_blank()) && input.consume_key(Modifiers::NONE, Key::ArrowDown),
        up: is_open && input.consume_key(Modifiers::NONE, Key::ArrowUp),
        accept: takes_tab && input.consume_key(Modifiers::NONE, Key::Tab),
        enter: input.consume_key(Modifiers::NONE, Key::Enter),
        escape: input.consume_key(Modifiers::NONE, Key::Escape),
    })
}

fn apply_keys(
    ui: &Ui,
    id: Id,
    search: &mut SearchState,
    link: &mut Link,
    commands: &mut Vec<Command>,
    keys: Keys,
) {
    if keys.down {
        if search.completions.is_none() {
            search.offer_kept(link);
        }
        search.move_selection(true);
    }
    if keys.up {
        search.move_selection(false);
    }
    let selected = search.completions.as_ref().and_then(|it| it.selected);
    if keys.accept {
        search.accept(selected.unwrap_or(0), link);
    }
    if keys.enter {
        match selected {
            Some(index) => {
                if let Some(query) = search.choose(index, link) {
                    ui.memory_mut(|memory| memory.surrender_focus(id));
                    commands.push(Command::Search(query));
                }
            }
            None => {
                ui.memory_mut(|memory| memory.surrender_focus(id));
                commands.push(Command::SearchTyped);
            }
        }
    }
    if keys.escape {
        if search.completions.is_some() {
            search.close_completions(link);
        } else {
            ui.memory_mut(|memory| memory.surrender_focus(id));
        }
    }
}
