//! The drop-down beside the number of results: what they are sorted by.

use eframe::egui::style::ScrollStyle;
use eframe::egui::{Atom, Button, Id, IdSalt, Popup, ScrollArea, TextWrapMode, Ui, Vec2};

use super::command::Command;
use super::side_bar::paint_sign;
use super::{actions::key_of, text};
use crate::message::SORT_ORDERS;

/// Of the triangle that says that there is a list, points.
const SIGN_EDGE: f32 = 9.0;

/// Share of the window that the list takes at most.
const MOST_HEIGHT: f32 = 0.8;

/// Of the drop-down, for who opens it from elsewhere.
pub fn sort_menu_id() -> Id {
    Id::unique("sort the results")
}

/// `order` is what is in force, as the search said.
pub fn sort_ui(ui: &mut Ui, order: &str, commands: &mut Vec<Command>) {
    let id = sort_menu_id();
    let hint = text::actions::with_key(text::sort::SORT_IS, &key_of(ui.ctx(), "search.sort"));
    let sorted = text::sort::sorted(order);
    let sign = IdSalt::new("sign of the sorting");
    let button = Button::new((
        text::sort::title(order),
        Atom::custom(sign, Vec2::splat(SIGN_EDGE)),
    ));
    let button = button.small().atom_ui(ui);
    let rect = button.rect(sign);
    let button = button.response.on_hover_text(hint).accessible_name(sorted);
    if let Some(rect) = rect {
        let color = ui.style().interact(&button).text_color();
        paint_sign(ui, rect.center(), true, color);
    }
    let was_open: bool = ui.data_mut(|data| data.get_temp(id)).unwrap_or_default();
    let popup = Popup::menu(&button).id(id).show(|ui| {
        // Of a low window, or where everything is large.
        let height = ui.ctx().content_rect().height() * MOST_HEIGHT;
        ui.spacing_mut().scroll = ScrollStyle::solid();
        ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
        let area = ScrollArea::vertical().max_height(height);
        area.min_scrolled_height(height).show(ui, |ui| {
            for name in SORT_ORDERS {
                let is_it = name == order || (order.is_empty() && name == SORT_ORDERS[0]);
                let entry = ui.selectable_label(is_it, text::sort::title(name));
                // The arrows have a place to go from.
                if is_it && !was_open {
                    entry.request_focus();
                }
                if entry.clicked() {
                    commands.push(Command::SortBy(name));
                    ui.close();
                }
            }
        });
    });
    ui.data_mut(|data| data.insert_temp(id, popup.is_some()));
}
