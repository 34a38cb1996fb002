//! The search bar and the list below it.

use eframe::egui::{
    self, Align2, EventFilter, Id, Key, Modifiers, Popup, PopupCloseBehavior, Rect, Role, Sense,
    TextEdit, TextStyle, Ui, WidgetInfo, text::CCursor, text_selection::CCursorRange, vec2,
};

use crate::app::command::Command;
use crate::app::link::Link;
use crate::app::{text, theme};
use crate::message::{Completion, CompletionKind};

use super::SearchState;

const BAR_ID: &str = "search bar";
const ROW_HEIGHT: f32 = 22.0;

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
    if std::mem::take(&mut search.wants_focus) {
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    if let Some(cursor) = search.move_cursor_to.take() {
        let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
        let range = CCursorRange::one(CCursor::new(cursor));
        state.cursor.set_char_range(Some(range));
        TextEdit::store_state(ui.ctx(), id, state);
    }
    let is_open = search.completions.is_some();
    let keys = if ui.memory(|memory| memory.has_focus(id)) {
        take_keys(ui, is_open)
    } else {
        Keys::default()
    };
    let output = TextEdit::singleline(&mut search.text)
        .id(id)
        .hint_text(text::SEARCH_HINT)
        .desired_width(ui.available_width())
        .margin(vec2(8.0, 5.0))
        .event_filter(EventFilter {
            tab: is_open,
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
        })
        .show(ui);
    let response = output.response.response.accessible_name(text::SEARCH_LABEL);
    if response.changed() {
        let cursor = output
            .cursor_range
            .map_or(usize::MAX, |range| range.primary.index.0);
        search.edited(cursor, link);
    }
    // After the text field, which may have been typed into in the same frame.
    apply_keys(ui, id, search, link, commands, keys);

    let Some(list) = &search.completions else {
        return;
    };
    let mut clicked = None;
    let popup = Popup::from_response(&response)
        .id(id.with("completions"))
        .open(true)
        .close_behavior(PopupCloseBehavior::IgnoreClicks)
        .width(response.rect.width().min(520.0))
        .accessible_name("Completions")
        .show(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (index, item) in list.items.iter().enumerate() {
                if completion_ui(ui, item, list.selected == Some(index)) {
                    clicked = Some(index);
                }
            }
        });
    if let Some(index) = clicked {
        search.accept(index, link);
    } else if !response.has_focus() && !popup.is_some_and(|popup| popup.response.contains_pointer())
    {
        search.close_completions(link);
    }
}

fn take_keys(ui: &Ui, is_open: bool) -> Keys {
    ui.input_mut(|input| Keys {
        down: is_open && input.consume_key(Modifiers::NONE, Key::ArrowDown),
        up: is_open && input.consume_key(Modifiers::NONE, Key::ArrowUp),
        accept: is_open && input.consume_key(Modifiers::NONE, Key::Tab),
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
            Some(index) => search.accept(index, link),
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

/// One line of the list; `true` when it was clicked.
fn completion_ui(ui: &mut Ui, item: &Completion, is_selected: bool) -> bool {
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::CLICK);
    let count = text::count(u64::from(item.count));
    response.widget_info(|| {
        let label = match &item.kind {
            CompletionKind::Metatag => item.text.clone(),
            CompletionKind::Tag(_) => format!("{}, {count}", item.text),
            CompletionKind::Alias { alias, .. } => format!("{alias} → {}, {count}", item.text),
        };
        WidgetInfo::selected(Role::Button, true, is_selected, label)
    });
    let visuals = ui.visuals();
    let palette = theme::palette(visuals);
    if is_selected {
        ui.painter().rect_filled(rect, 3, visuals.selection.bg_fill);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 3, palette.cell_hovered);
    }
    let font = TextStyle::Body.resolve(ui.style());
    let inner = rect.shrink2(vec2(6.0, 0.0));
    let weak = visuals.weak_text_color();
    let mut right = inner.right();
    if item.count > 0 {
        let painted = ui.painter().text(
            inner.right_center(),
            Align2::RIGHT_CENTER,
            count,
            font.clone(),
            weak,
        );
        right = painted.left() - 8.0;
    }
    let (color, prefix) = match &item.kind {
        CompletionKind::Tag(category) => (theme::category_color(*category, visuals), None),
        CompletionKind::Alias { alias, category } => {
            (theme::category_color(*category, visuals), Some(alias))
        }
        CompletionKind::Metatag => (visuals.text_color(), None),
    };
    let painter = ui.painter().with_clip_rect(Rect::from_min_max(
        inner.min,
        egui::pos2(right, inner.bottom()),
    ));
    let mut left = inner.left_center();
    if let Some(alias) = prefix {
        let painted = painter.text(
            left,
            Align2::LEFT_CENTER,
            format!("{alias} → "),
            font.clone(),
            weak,
        );
        left.x = painted.right();
    }
    painter.text(left, Align2::LEFT_CENTER, &item.text, font, color);
    response.clicked()
}
