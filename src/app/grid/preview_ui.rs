//! Paints the larger picture of a cell, and what is known of its post.

use eframe::egui::{
    self, Color32, Id, Label, Popup, PopupAnchor, PopupKind, Rect, RectAlign, RichText, Role,
    Sense, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::app::textures::{Look, STORED_EDGE, TextureCache, fitted};
use crate::app::{text, theme};
use crate::message::PostDetails;

use super::preview::Shown;

/// Longest edge of the picture, points, and of the window.
const EDGE: f32 = 480.0;
const SHARE: f32 = 0.62;
/// Room for what is said of a narrow picture, points.
const LEAST_WIDTH: f32 = 260.0;
/// Between cell, frame and picture, points.
const MARGIN: f32 = 24.0;
/// Tags that are named.
const MAX_TAGS: usize = 14;
/// Longer names are shortened in the middle.
const MAX_NAME_CHARS: usize = 160;

/// What the picture may be at most, points: as much as there is room for beside `cell`,
/// if that is more than a little.
pub fn preview_bounds(ctx: &egui::Context, cell: Rect) -> Vec2 {
    let window = ctx.content_rect();
    let share = window.size() * SHARE;
    let beside = (cell.left() - window.left()).max(window.right() - cell.right()) - MARGIN;
    let width = if beside > LEAST_WIDTH {
        beside
    } else {
        share.x
    };
    vec2(width, share.y).min(Vec2::splat(EDGE))
}

/// Beside `cell`, over the grid; `hint` is what the grid's list says of it.
pub fn preview_ui(
    ui: &Ui,
    shown: &Shown,
    cell: Rect,
    hint: Option<String>,
    textures: &mut TextureCache,
) {
    let bounds = preview_bounds(ui.ctx(), cell);
    Popup::new(
        Id::unique("grid preview"),
        ui.ctx().clone(),
        PopupAnchor::ParentRect(cell),
        ui.layer_id(),
    )
    .kind(PopupKind::Tooltip)
    .interactable(false)
    .align(RectAlign::RIGHT)
    .align_alternatives(&[
        RectAlign::LEFT,
        RectAlign::BOTTOM,
        RectAlign::TOP,
        RectAlign::RIGHT_START,
    ])
    .gap(8.0)
    .open(true)
    .show(|ui| {
        picture_ui(ui, shown, bounds, textures);
        if let Some(details) = &shown.details {
            facts_ui(ui, details);
        }
        if let Some(hint) = hint {
            ui.weak(hint);
        }
    });
}

fn picture_ui(ui: &mut Ui, shown: &Shown, bounds: Vec2, textures: &mut TextureCache) {
    ui.set_max_width(LEAST_WIDTH);
    let mut label = text::grid::post(shown.post);
    let mut picture = None;
    let mut shade = None;
    if let Look::Ready {
        texture,
        size,
        shade: of_stored,
        label: name,
    } = textures.look(shown.post)
    {
        name.clone_into(&mut label);
        picture = Some((texture, size));
        shade = of_stored;
    }
    let (texture, size) = match (&shown.picture, picture) {
        (Some(texture), _) => (texture.id(), shown.full_size),
        (None, Some((texture, size))) => (texture, size),
        (None, None) => return,
    };
    // Only what is known to be small is shown small.
    let is_small = shown.picture.is_some() || size.max_elem() < STORED_EDGE;
    let max_scale = if is_small { 1.0 } else { f32::INFINITY };
    let size = fitted(size, bounds, max_scale);
    ui.set_max_width(size.x.max(LEAST_WIDTH));
    ui.vertical_centered(|ui| {
        let (rect, response) = ui.allocate_exact_size(size, Sense::empty());
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        if let Some(ground) = theme::ground_behind(shade, ui.visuals()) {
            ui.painter().rect_filled(rect, theme::CELL_ROUNDING, ground);
        }
        ui.painter().image(texture, rect, whole, Color32::WHITE);
        let name = text::grid::preview_of(&label);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name.clone()));
    });
}

fn facts_ui(ui: &mut Ui, details: &PostDetails) {
    let name = details.files.first().and_then(|it| it.path.file_name());
    if let Some(name) = name {
        let name = name.to_string_lossy();
        let name = text::middle(&name, MAX_NAME_CHARS);
        ui.add(Label::new(RichText::new(text::on_screen(&name)).strong()).wrap());
    }
    ui.label(facts(details));
    let mut tags = details
        .tags
        .iter()
        .take(MAX_TAGS)
        .map(|tag| text::on_screen(&tag.name.replace('_', " ")).into_owned())
        .collect::<Vec<_>>()
        .join(", ");
    if details.tags.len() > MAX_TAGS {
        let more = (details.tags.len() - MAX_TAGS) as u64;
        tags = text::grid::and_more(&tags, more);
    }
    if !tags.is_empty() {
        ui.add(Label::new(RichText::new(tags).weak()).wrap());
    }
}

/// `1600 × 1000 · PNG · 2.24 MB · rated general`
fn facts(details: &PostDetails) -> String {
    let mut facts = Vec::new();
    if details.width > 0 && details.height > 0 {
        facts.push(text::grid::dimensions(details.width, details.height));
    }
    if let Some(format) = details.format {
        let format = format.extension().to_uppercase();
        facts.push(if details.is_animated {
            text::grid::animated(&format)
        } else {
            format
        });
    }
    if details.file_size > 0 {
        facts.push(text::bytes(details.file_size));
    }
    if let Some(rating) = details.rating {
        facts.push(text::grid::rated(rating));
    }
    if details.files.iter().all(|it| it.is_missing) {
        facts.push(text::grid::NO_FILE.to_owned());
    }
    facts.join(" · ")
}
