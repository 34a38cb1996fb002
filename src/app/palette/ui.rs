//! The palette as it is seen: a field, and below it what fits.

use eframe::egui::{
    self, Align2, Button, Id, Key, Layout, Modal, Modifiers, RichText, ScrollArea, TextEdit, Ui,
    vec2,
};

use crate::app::actions::{Action, Keymap};
use crate::app::command::Command;
use crate::app::{text, theme};

use super::Palette;

const WIDTH: f32 = 560.0;
const NUM_ROWS: f32 = 12.0;
const PAGE: isize = 10;

/// Shows the palette while it is open. `why_not` says why an action can't be done now,
/// where that is so.
pub fn palette_ui(
    ctx: &egui::Context,
    palette: &mut Palette,
    keymap: &Keymap,
    why_not: &dyn Fn(&Action) -> Option<&'static str>,
    commands: &mut Vec<Command>,
) {
    if !palette.is_open {
        return;
    }
    let can = &|action: &Action| why_not(action).is_none();
    if palette.found.is_empty() && palette.text.is_empty() {
        palette.find(can);
    }
    let screen = ctx.content_rect();
    let id = Id::unique("palette");
    let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, screen.height() * 0.1));
    let mut chosen = None;
    let modal = Modal::new(id).area(area).show(ctx, |ui| {
        ui.set_width(WIDTH.min(screen.width() - 40.0));
        chosen = field_ui(ui, palette, can);
        ui.add_space(theme::GAP);
        let row_height = ui.spacing().interact_size.y + ui.spacing().item_spacing.y;
        let height = (row_height * NUM_ROWS).min(screen.height() * 0.9 - 90.0);
        ScrollArea::vertical()
            .max_height(height.max(row_height))
            .auto_shrink([false, true])
            .show(ui, |ui| {
                chosen = chosen.or(rows_ui(ui, palette, keymap, why_not));
            });
        if palette.found.is_empty() {
            ui.weak(text::PALETTE_EMPTY);
        }
    });
    if let Some(action) = chosen {
        if can(action) {
            commands.push(palette.choose(action));
        }
    } else if modal.should_close() {
        palette.toggle();
    }
}

/// The field; gives what Enter chose.
fn field_ui(
    ui: &mut Ui,
    palette: &mut Palette,
    can: &dyn Fn(&Action) -> bool,
) -> Option<&'static Action> {
    let id = Id::unique("palette field");
    let mut is_entered = false;
    if ui.memory(|memory| memory.has_focus(id)) {
        ui.input_mut(|input| {
            for (key, by) in [
                (Key::ArrowDown, 1),
                (Key::ArrowUp, -1),
                (Key::PageDown, PAGE),
                (Key::PageUp, -PAGE),
            ] {
                for _ in 0..input.count_and_consume_key(Modifiers::NONE, key) {
                    palette.select(by);
                }
            }
            is_entered = input.consume_key(Modifiers::NONE, Key::Enter);
        });
    }
    let field = TextEdit::singleline(&mut palette.text)
        .id(id)
        .hint_text(text::PALETTE_HINT)
        .desired_width(f32::INFINITY)
        .margin(vec2(8.0, 6.0));
    let field = ui.add(field).accessible_name(text::PALETTE);
    if std::mem::take(&mut palette.wants_focus) {
        field.request_focus();
    }
    if field.changed() {
        palette.find(can);
    }
    is_entered
        .then(|| palette.found.get(palette.selected).copied())
        .flatten()
}

/// A row for each action that fits; gives the one that was clicked.
fn rows_ui(
    ui: &mut Ui,
    palette: &mut Palette,
    keymap: &Keymap,
    why_not: &dyn Fn(&Action) -> Option<&'static str>,
) -> Option<&'static Action> {
    let mut clicked = None;
    let scrolls = std::mem::take(&mut palette.scrolls);
    ui.with_layout(Layout::top_down_justified(egui::Align::Min), |ui| {
        for (index, action) in palette.found.iter().enumerate() {
            let is_selected = index == palette.selected;
            let reason = why_not(action);
            // What can't be done has the reason in the place of its menu.
            let beside = reason.map_or_else(|| action.menu.title().to_owned(), in_brackets);
            let button = Button::new((action.title, RichText::new(beside).weak()))
                .selected(is_selected && reason.is_none())
                .frame_when_inactive(is_selected)
                .shortcut_text(keymap.shown(action.id))
                .truncate();
            let row = ui.add_enabled(reason.is_none(), button);
            if is_selected && scrolls {
                row.scroll_to_me(None);
            }
            let row = row.accessible_name(row_name(action, keymap, reason));
            if row.clicked() {
                clicked = Some(*action);
            }
        }
    });
    clicked
}

fn in_brackets(reason: &str) -> String {
    format!("({reason})")
}

/// `Import pictures…, Ctrl+I`, and why not.
fn row_name(action: &Action, keymap: &Keymap, reason: Option<&str>) -> String {
    let mut name = match keymap.shown(action.id) {
        keys if keys.is_empty() => action.title.to_owned(),
        keys => format!("{}, {keys}", action.title),
    };
    if let Some(reason) = reason {
        name = format!("{name} {}", in_brackets(reason));
    }
    name
}
