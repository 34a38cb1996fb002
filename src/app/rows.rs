//! Rows of text and buttons that wrap: how wide what comes next will be.

use eframe::egui::{Color32, TextStyle, Ui};

/// In a row that wraps, begins the next one where less than `width` points are left of
/// this: what follows is not torn apart.
pub fn start_row_unless(ui: &mut Ui, width: f32) {
    if ui.available_size_before_wrap().x < width {
        ui.end_row();
    }
}

/// As wide as a line of text will be.
pub fn text_width(ui: &Ui, text: &str) -> f32 {
    let font = TextStyle::Body.resolve(ui.style());
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    galley.size().x
}

/// As wide as a button with this text will be.
pub fn button_width(ui: &Ui, label: &str) -> f32 {
    let font = TextStyle::Button.resolve(ui.style());
    let galley = ui
        .painter()
        .layout_no_wrap(label.to_owned(), font, Color32::PLACEHOLDER);
    galley.size().x + 2.0 * ui.spacing().button_padding.x
}
