//! Paints the strip: thumbnails of what is like the open post, the most alike
//! first, in one row that scrolls sideways.

use eframe::egui::{
    self, Align2, Color32, Id, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind,
    TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::grid::badge_ui;
use crate::app::textures::{Look, TextureCache, fitted};
use crate::app::{text, theme};
use crate::message::SimilarPost;

use super::found::{Found, measures_text, score_text};
use super::strip::Strip;
use super::{Similar, SimilarCommand};

/// Digits that open one of the first.
const NUM_KEYS: usize = 9;

pub fn strip_ui(
    ui: &mut Ui,
    similar: &Similar,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) {
    let strip = &similar.strip;
    ui.add_space(2.0);
    head_ui(ui, similar, commands);
    let edge = Strip::edge(ui.ctx().content_rect().height());
    ScrollArea::horizontal()
        .id_salt("similar strip")
        .auto_shrink([false, true])
        .min_scrolled_height(edge)
        .show(ui, |ui| {
            ui.set_min_height(edge);
            match &strip.finder.found {
                Some(found) if !found.result.posts.is_empty() => {
                    cells_ui(ui, found, edge, textures, commands);
                }
                _ => nothing_ui(ui, strip, commands),
            }
        });
}

fn head_ui(ui: &mut Ui, similar: &Similar, commands: &mut Vec<Command>) {
    let finder = &similar.strip.finder;
    egui::Sides::new().shrink_left().truncate().show(
        ui,
        |ui| {
            ui.strong(text::similar::SIMILAR_POSTS_TITLE);
            if let Some(found) = &finder.found {
                found_ui(ui, found);
            }
            if finder.is_slow(ui.ctx()) {
                ui.weak(text::SEARCHING);
            }
        },
        |ui| {
            let hide = ui
                .small_button(text::similar::HIDE)
                .on_hover_text(key_of(ui.ctx(), "similar.strip"));
            if hide.accessible_name(text::similar::HIDE_SIMILAR).clicked() {
                commands.push(Command::Similar(SimilarCommand::ToggleStrip));
            }
            let find = ui
                .small_button(text::FIND_SIMILAR)
                .on_hover_text(key_of(ui.ctx(), "similar.find"));
            if find.clicked() {
                commands.push(Command::Similar(SimilarCommand::FindThis));
            }
        },
    );
}

/// What is to be said of the answer.
fn found_ui(ui: &mut Ui, found: &Found) {
    let result = &found.result;
    if result.is_stale {
        let color = theme::palette(ui.visuals()).warning;
        ui.label(RichText::new(text::similar::REMEMBERED_BEING_FOUND_AGAIN).color(color))
            .on_hover_text(text::similar::LIBRARY_CHANGED_SINCE);
    } else if result.is_remembered {
        ui.weak(text::similar::REMEMBERED);
    } else {
        ui.weak(text::similar::took(&text::elapsed(result.elapsed_us)));
    }
    for note in &result.notes {
        ui.label(RichText::new(note).color(theme::palette(ui.visuals()).warning));
    }
}

fn nothing_ui(ui: &mut Ui, strip: &Strip, commands: &mut Vec<Command>) {
    if let Some(failure) = &strip.finder.failure {
        ui.vertical(|ui| {
            ui.colored_label(theme::palette(ui.visuals()).error, &failure.message);
            if let Some(way_out) = &failure.way_out {
                ui.label(way_out);
            }
            if ui.small_button(text::similar::TRY_AGAIN).clicked() {
                commands.push(Command::Similar(SimilarCommand::Retry));
            }
        });
    } else if strip.finder.found.is_some() && !strip.finder.is_waiting() {
        ui.weak(text::similar::NOTHING_SIMILAR_WAS_FOUND);
    }
}

fn cells_ui(
    ui: &mut Ui,
    found: &Found,
    edge: f32,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::CELL_GAP;
        for (index, post) in found.result.posts.iter().enumerate() {
            cell_ui(ui, index, post, edge, textures, commands);
        }
    });
}

fn cell_ui(
    ui: &mut Ui,
    index: usize,
    similar: &SimilarPost,
    edge: f32,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) {
    let (rect, _) = ui.allocate_exact_size(vec2(edge, edge), Sense::empty());
    let id = Id::unique(("similar in strip", index));
    let response = ui.interact(rect, id, Sense::CLICK);
    // What is scrolled away is not looked at, so that its texture may go.
    let is_visible = ui.is_rect_visible(rect);
    let palette = theme::palette(ui.visuals());
    let fill = if response.hovered() {
        palette.cell_hovered
    } else {
        palette.cell
    };
    let painter = ui.painter();
    painter.rect_filled(rect, theme::CELL_ROUNDING, fill);
    let look = if is_visible {
        textures.look(similar.post)
    } else {
        Look::Loading
    };
    let mut name = text::similar::post(&similar.post.to_string());
    match look {
        Look::Ready {
            texture,
            size,
            shade,
            label,
        } => {
            let inner = rect.shrink(3.0);
            let image = Rect::from_center_size(rect.center(), fitted(size, inner.size(), 1.0));
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            if let Some(ground) = theme::ground_behind(shade, ui.visuals()) {
                painter.rect_filled(image, theme::CELL_ROUNDING, ground);
            }
            painter.image(texture, image, whole, Color32::WHITE);
            if !label.is_empty() {
                name = label.to_owned();
            }
        }
        Look::Failed { reason } => {
            painter.text(
                rect.center(),
                Align2::CENTER_CENTER,
                text::similar::NO_PREVIEW,
                TextStyle::Small.resolve(ui.style()),
                ui.visuals().weak_text_color(),
            );
            name = text::similar::no_preview(&name, reason);
        }
        Look::Loading => {}
    }
    let score = score_text(similar);
    badge_ui(ui, rect, &score);
    if response.has_focus() {
        let stroke = Stroke::new(2.0, palette.accent);
        ui.painter()
            .rect_stroke(rect, theme::CELL_ROUNDING, stroke, StrokeKind::Inside);
        ui.scroll_to_rect(rect, None);
    }
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Button, true, text::similar::cell(&name, &score))
    });
    if response.clicked() {
        commands.push(Command::Similar(SimilarCommand::OpenInStrip(index)));
    }
    let measures = measures_text(similar);
    response.on_hover_text(if index < NUM_KEYS {
        text::similar::cell_hint_with_key(&name, &measures, index + 1)
    } else {
        text::similar::cell_hint(&name, &measures)
    });
}
