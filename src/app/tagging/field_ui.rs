//! The field and the list of completions below it.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Align2, EventFilter, Galley, Id, Key, Memory, Modifiers, Popup, Stroke, TextBuffer, TextEdit,
    TextStyle, Ui, text::CCursor, text_selection::CCursorRange, vec2,
};

use crate::app::command::Command;
use crate::app::grid::grid_focus_id;
use crate::app::link::Link;
use crate::app::search::{completion_ui, list_ui};
use crate::app::{text, theme};
use crate::message::{TagWord, TagWordKind};

use super::field::TagField;
use super::reading::Reading;
use super::{Tagger, TaggingCommand};

pub fn field_id() -> Id {
    Id::unique("tags of posts")
}

/// What a key did to the field, found before it sees the key.
#[derive(Clone, Copy, Debug, Default)]
struct Keys {
    down: bool,
    up: bool,
    accept: bool,
    enter: bool,
    escape: bool,
}

/// The field, as wide as there is room for.
pub fn field_ui(
    ui: &mut Ui,
    tagger: &mut Tagger,
    width: f32,
    link: &mut Link,
    commands: &mut Vec<Command>,
) {
    let id = field_id();
    let Tagger { field, reading, .. } = tagger;
    // Before the field, so that it takes what is typed in this frame.
    let is_asked_for = std::mem::take(&mut field.wants_focus);
    if is_asked_for {
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    if let Some(cursor) = field.move_cursor_to.take() {
        let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
        let range = CCursorRange::one(CCursor::new(cursor));
        state.cursor.set_char_range(Some(range));
        // Words for other posts are not brought back.
        if field.text.is_empty() {
            state.clear_undoer();
        }
        TextEdit::store_state(ui.ctx(), id, state);
    }
    let keys = if ui.memory(|memory| memory.has_focus(id)) {
        take_keys(ui, field)
    } else {
        Keys::default()
    };
    let filter = event_filter(field);
    let mut layouter = |ui: &Ui, text: &dyn TextBuffer, _: f32| galley(ui, text.as_str(), reading);
    let output = TextEdit::singleline(&mut field.text)
        .layouter(&mut layouter)
        .id(id)
        .hint_text(text::tagging::HINT)
        .desired_width(width)
        .margin(vec2(8.0, 4.0))
        .align(Align2::LEFT_CENTER)
        .event_filter(filter)
        .show(ui);
    let response = output.response.response;
    let response = response.accessible_name(text::tagging::FIELD);
    // What was over all else in the frame before keeps the focus for this one.
    let is_refused = is_asked_for && !response.has_focus();
    if is_refused && !field.was_refused {
        field.wants_focus = true;
        ui.ctx().request_repaint();
    }
    field.was_refused = is_refused;
    // A click on a picture chooses it, and what is typed next is for its tags.
    let focused = ui.memory(Memory::focused);
    let is_free = focused.is_none_or(|it| it == grid_focus_id());
    if is_free && !Popup::is_any_open(ui.ctx()) && ui.input(|input| input.pointer.any_click()) {
        commands.push(Command::Tagging(TaggingCommand::Focus));
    }
    if response.changed() {
        let range = output.cursor_range;
        let cursor = range.map_or(usize::MAX, |range| range.primary.index.0);
        field.edited(cursor, link);
    }
    // After the field, which may have been typed into in the same frame.
    apply_keys(field, link, commands, keys);
    if response.has_focus() {
        // What Tab does at the next frame is decided before that is painted.
        let filter = event_filter(field);
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    }
    let Some(list) = &field.list else {
        response.on_hover_text(text::tagging::HINT_IS);
        return;
    };
    let scrolls = keys.down || keys.up;
    let pointed = list_ui(
        &response,
        &list.items,
        list.selected,
        scrolls,
        completion_ui,
    );
    if let Some(index) = pointed.clicked {
        field.accept(index, link);
    } else if !response.has_focus() && !pointed.is_hovered {
        field.close_list(link);
    }
}

/// The keys that are the field's while it has the focus.
fn event_filter(field: &TagField) -> EventFilter {
    EventFilter {
        tab: field.list.is_some(),
        horizontal_arrows: true,
        vertical_arrows: true,
        escape: true,
    }
}

fn take_keys(ui: &Ui, field: &TagField) -> Keys {
    let is_open = field.list.is_some();
    ui.input_mut(|input| Keys {
        down: is_open && input.consume_key(Modifiers::NONE, Key::ArrowDown),
        up: is_open && input.consume_key(Modifiers::NONE, Key::ArrowUp),
        accept: is_open && input.consume_key(Modifiers::NONE, Key::Tab),
        enter: input.consume_key(Modifiers::NONE, Key::Enter),
        escape: input.consume_key(Modifiers::NONE, Key::Escape),
    })
}

fn apply_keys(field: &mut TagField, link: &mut Link, commands: &mut Vec<Command>, keys: Keys) {
    if keys.down {
        field.move_selection(true);
    }
    if keys.up {
        field.move_selection(false);
    }
    let selected = field.list.as_ref().and_then(|it| it.selected);
    if keys.accept {
        field.accept(selected.unwrap_or(0), link);
    }
    if keys.enter {
        match selected {
            Some(index) => field.accept(index, link),
            None => commands.push(Command::Tagging(TaggingCommand::Apply)),
        }
    }
    if keys.escape {
        if field.list.is_some() {
            field.close_list(link);
        } else {
            commands.push(Command::Tagging(TaggingCommand::Close));
        }
    }
}

/// Lays `text` out: tags in the colours of their categories, what is new or wrong
/// marked by a line too.
fn galley(ui: &Ui, text: &str, reading: &Reading) -> Arc<Galley> {
    let font = TextStyle::Body.resolve(ui.style());
    let plain = ui.visuals().text_color();
    let mut job = LayoutJob::default();
    // One line, however long.
    job.wrap.max_width = f32::INFINITY;
    job.break_on_newline = false;
    let mut append = |part: Option<&str>, format: TextFormat| {
        if let Some(part) = part.filter(|it| !it.is_empty()) {
            job.append(part, 0.0, format);
        }
    };
    let mut at = 0;
    for (range, word) in reading.known_in(text) {
        let between = TextFormat::simple(font.clone(), plain);
        append(text.get(at..range.start), between);
        let mut format = TextFormat::simple(font.clone(), plain);
        (format.color, format.underline) = looks(ui, word);
        at = range.end;
        append(text.get(range), format);
    }
    append(text.get(at..), TextFormat::simple(font, plain));
    ui.painter().layout_job(job)
}

fn looks(ui: &Ui, word: &TagWord) -> (eframe::egui::Color32, Stroke) {
    let visuals = ui.visuals();
    let palette = theme::palette(visuals);
    let category = theme::category_color(word.category, visuals);
    match word.kind {
        TagWordKind::Wrong(_) => (palette.error, Stroke::new(1.0, palette.error)),
        TagWordKind::New => (category, Stroke::new(1.0, palette.warning)),
        TagWordKind::Known | TagWordKind::Categorized => (category, Stroke::NONE),
    }
}
