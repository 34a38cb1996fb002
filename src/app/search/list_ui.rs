//! The list of completions below a field, of searches or of tags.

use eframe::egui::{Popup, PopupCloseBehavior, Rect, Response, ScrollArea, Ui, vec2};

use crate::app::{text, theme};

use super::rows_ui::ROW_HEIGHT;

/// Width of the list, least and most, points.
const LIST_WIDTHS: [f32; 2] = [280.0, 520.0];

/// What the pointer does to the list.
pub struct ListResponse {
    /// The index of the item.
    pub clicked: Option<usize>,
    pub is_hovered: bool,
}

/// Below `field`; `row_ui` paints an item and says whether it was clicked. `scrolls`
/// brings the selected one into sight.
pub fn list_ui<T>(
    field: &Response,
    items: &[T],
    selected: Option<usize>,
    scrolls: bool,
    row_ui: impl Fn(&mut Ui, &T, bool) -> bool,
) -> ListResponse {
    let mut clicked = None;
    let room = field.ctx.content_rect();
    let popup = Popup::from_response(field)
        .id(field.id.with("completions"))
        .open(true)
        .close_behavior(PopupCloseBehavior::IgnoreClicks)
        .width(list_width(room, field.rect.width()))
        .accessible_name(text::search::COMPLETIONS)
        .show(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let height = list_height(room, field.rect.bottom());
            ScrollArea::vertical()
                .max_height(height)
                // As high as its lines, however few there were before.
                .min_scrolled_height(height)
                .show(ui, |ui| {
                    for (index, item) in items.iter().enumerate() {
                        let is_selected = selected == Some(index);
                        if is_selected && scrolls {
                            let size = vec2(ui.available_width(), ROW_HEIGHT);
                            let row = Rect::from_min_size(ui.cursor().min, size);
                            ui.scroll_to_rect(row, None);
                        }
                        if row_ui(ui, item, is_selected) {
                            clicked = Some(index);
                        }
                    }
                });
        });
    ListResponse {
        clicked,
        is_hovered: popup.is_some_and(|it| it.response.contains_pointer()),
    }
}

/// The item that is selected after a step from `selected`, around the end to none and on.
pub fn next_selected(selected: Option<usize>, num_items: usize, is_forward: bool) -> Option<usize> {
    match (selected, is_forward) {
        (None, true) => Some(0),
        (None, false) => num_items.checked_sub(1),
        (Some(index), true) => Some(index + 1).filter(|it| *it < num_items),
        (Some(index), false) => index.checked_sub(1),
    }
}

/// As wide as the bar, within what can be read; never wider than the window.
fn list_width(room: Rect, bar_width: f32) -> f32 {
    let room = room.width() - 2.0 * theme::GAP_LARGE;
    let [least, most] = LIST_WIDTHS;
    bar_width.clamp(least, most).min(room)
}

/// As high as there is room for below the bar, which it would hide otherwise.
fn list_height(room: Rect, bar_bottom: f32) -> f32 {
    let room = room.bottom() - bar_bottom - 2.0 * theme::GAP_LARGE;
    room.max(3.0 * ROW_HEIGHT)
}
