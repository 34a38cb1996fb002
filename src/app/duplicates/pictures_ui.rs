//! Paints the two pictures: side by side, one in the place of the other, or
//! where they differ; and the members of a larger group.

use crate::app::text;
use eframe::egui::{
    Align2, Color32, Id, Key, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, TextStyle,
    TextureId, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::textures::{Look as Thumbnail, TextureCache, fitted};
use crate::app::theme;
use crate::model::PostId;

use super::difference::Difference;
use super::look::{Look, Side};
use super::review::Review;
use super::{DuplicateCommand, apart_detail, apart_text, file_name};

/// A small picture grows to no more than this.
const MAX_ENLARGEMENT: f32 = 4.0;
/// Of a file name on a picture, characters.
const MAX_NAME: usize = 40;

pub fn pictures_ui(
    ui: &mut Ui,
    review: &mut Review,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) {
    let rect = ui.available_rect_before_wrap();
    ui.allocate_rect(rect, Sense::empty());
    let pixels_per_point = ui.pixels_per_point();
    let max_side = ui.input(|input| input.max_texture_side) as f32;
    let edge = |points: f32| (points * pixels_per_point).clamp(1.0, max_side) as u32;
    review.has_room([edge(rect.width()), edge(rect.height())]);
    match review.look {
        Look::SideBySide => {
            let half = (rect.width() - theme::GAP) / 2.0;
            let left = rect.with_max_x(rect.left() + half);
            let right = rect.with_min_x(rect.right() - half);
            for (side, rect) in [(Side::Left, left), (Side::Right, right)] {
                picture_ui(ui, review, side, rect, textures, commands);
            }
        }
        Look::Flicker => {
            let is_held = !ui.ctx().text_edit_focused()
                && ui.input(|input| input.keys_down.contains(&Key::B));
            let side = if review.is_flipped == is_held {
                Side::Left
            } else {
                Side::Right
            };
            picture_ui(ui, review, side, rect, textures, commands);
        }
        Look::Difference => difference_ui(ui, review, rect),
    }
}

fn paint(ui: &Ui, rect: Rect, texture: TextureId, size: Vec2) {
    let image = Rect::from_center_size(rect.center(), size);
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().image(texture, image, whole, Color32::WHITE);
}

/// Both are as large as the larger one would be, so that they can be compared.
fn shown_size(ui: &Ui, review: &Review, rect: Rect) -> Option<Vec2> {
    let sizes = Side::BOTH
        .into_iter()
        .filter_map(|side| Some(review.picture(side)?.ok()?.full_size));
    let largest = sizes.max_by(|a, b| (a.x * a.y).total_cmp(&(b.x * b.y)))?;
    let points = largest / ui.pixels_per_point();
    Some(fitted(points, rect.size(), MAX_ENLARGEMENT))
}

fn picture_ui(
    ui: &Ui,
    review: &Review,
    side: Side,
    rect: Rect,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) {
    let Some(member) = review.member(side) else {
        return;
    };
    let palette = theme::palette(ui.visuals());
    ui.painter()
        .rect_filled(rect, theme::CELL_ROUNDING, palette.picture_background);
    let response = ui.interact(rect, Id::unique(("duplicate", side)), Sense::CLICK);
    let post = member.post;
    let mut name = text::duplicates::picture_of(side.name(), &post.to_string());
    match review.picture(side) {
        Some(Ok(shown)) => {
            let largest = shown_size(ui, review, rect).unwrap_or(rect.size());
            let size = fitted(shown.full_size, largest, f32::INFINITY);
            paint(ui, rect, shown.texture.id(), size);
            if let Some(degraded) = &shown.degraded {
                name = format!("{name}, {degraded}");
            }
        }
        Some(Err(reason)) => {
            let galley = ui.painter().layout(
                reason.to_owned(),
                TextStyle::Body.resolve(ui.style()),
                palette.error,
                (rect.width() - 2.0 * theme::GAP_LARGE).max(40.0),
            );
            let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
            ui.painter().galley(at.min, galley, palette.error);
            name = format!("{name}: {reason}");
        }
        None => {
            if let Thumbnail::Ready { texture, size, .. } = textures.look(post) {
                paint(ui, rect, texture, fitted(size, rect.size(), f32::INFINITY));
            }
            name = text::duplicates::loading(&name);
        }
    }
    caption_ui(ui, rect, side, review);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    if response.clicked() {
        commands.push(Command::Duplicates(DuplicateCommand::Open(post)));
    }
    let response = response.on_hover_text(text::duplicates::OPEN_IT_LARGE);
    if review.place(side) > 0
        && let Some(detail) = apart_detail(member)
    {
        response.on_hover_text(detail);
    }
}

/// In a corner: which of the two it is, and how far it is from the first.
fn caption_ui(ui: &Ui, rect: Rect, side: Side, review: &Review) {
    let Some(member) = review.member(side) else {
        return;
    };
    let palette = theme::palette(ui.visuals());
    let mut said = text::duplicates::caption(side.name(), &member.post.to_string());
    if let Some(Ok(details)) = review.details(member.post)
        && let Some(file) = details.files.first()
    {
        let name = file_name(&file.path);
        let name = text::middle(&name, MAX_NAME);
        said += &format!(" · {}", text::on_screen(&name));
    }
    if review.place(side) > 0
        && let Some(apart) = apart_text(member)
    {
        said += &format!(" · {apart}");
    }
    if review.best == Some(member.post) {
        said += text::duplicates::AND_BEST;
    }
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(said, font, palette.badge_text);
    let back = Rect::from_min_size(rect.min + vec2(4.0, 4.0), galley.size() + vec2(8.0, 4.0));
    ui.painter()
        .rect_filled(back, theme::CELL_ROUNDING, palette.badge);
    ui.painter()
        .galley(back.min + vec2(4.0, 2.0), galley, palette.badge_text);
}

fn difference_ui(ui: &Ui, review: &Review, rect: Rect) {
    let response = ui.interact(rect, Id::unique("difference of duplicates"), Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(rect, theme::CELL_ROUNDING, Color32::BLACK);
    let said = match &review.difference {
        Some(Difference::Shown { texture, text, .. }) => {
            let size = shown_size(ui, review, rect).unwrap_or(rect.size());
            paint(
                ui,
                rect,
                texture.id(),
                fitted(texture.size_vec2(), size, f32::INFINITY),
            );
            response.widget_info(|| {
                WidgetInfo::labeled(Role::Image, true, text::duplicates::difference(text))
            });
            return;
        }
        Some(Difference::Failed { reason, .. }) => reason.clone(),
        Some(Difference::Computing { .. }) => text::duplicates::COMPUTING_THE_DIFFERENCE.to_owned(),
        None => {
            let failed = Side::BOTH
                .into_iter()
                .find_map(|side| review.picture(side)?.err().map(str::to_owned));
            failed.unwrap_or_else(|| text::duplicates::WAITING_FOR_BOTH_PICTURES.to_owned())
        }
    };
    let font = TextStyle::Body.resolve(ui.style());
    let width = (rect.width() - 2.0 * theme::GAP_LARGE).max(40.0);
    let galley = painter.layout(said.clone(), font, Color32::LIGHT_GRAY, width);
    let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
    painter.galley(at.min, galley, Color32::LIGHT_GRAY);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
}

/// The members of a group of more than two: a click puts one on the right side.
pub fn members_ui(
    ui: &mut Ui,
    review: &Review,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) {
    ScrollArea::horizontal()
        .id_salt("members of a group")
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                for index in 0..review.members.len() {
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 2.0;
                        member_ui(ui, review, index, textures, commands);
                    });
                }
            });
        });
}

fn member_ui(
    ui: &mut Ui,
    review: &Review,
    index: usize,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) {
    let Some(member) = review.members.get(index) else {
        return;
    };
    let edge = theme::GROUP_THUMBNAIL_EDGE;
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(edge), Sense::empty());
    let id = Id::unique(("member of a group", index));
    let response = ui.interact(rect, id, Sense::CLICK);
    let palette = theme::palette(ui.visuals());
    let side = Side::BOTH.into_iter().find(|it| review.place(*it) == index);
    let is_ticked = review.ticked.contains(&member.post);
    let is_best = review.best == Some(member.post);
    ui.painter()
        .rect_filled(rect, theme::CELL_ROUNDING, palette.cell);
    if let Thumbnail::Ready { texture, size, .. } = textures.look(member.post) {
        let size = fitted(size, rect.shrink(3.0).size(), 1.0);
        let image = Rect::from_center_size(rect.center(), size);
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        let tint = if is_ticked {
            Color32::WHITE
        } else {
            Color32::from_white_alpha(110)
        };
        ui.painter().image(texture, image, whole, tint);
    }
    if side.is_some() || response.has_focus() {
        let stroke = Stroke::new(2.0, palette.selection);
        ui.painter()
            .rect_stroke(rect, theme::CELL_ROUNDING, stroke, StrokeKind::Inside);
    }
    let apart = apart_text(member).filter(|_| index > 0);
    if is_best {
        badge_ui(ui, rect, text::duplicates::BEST);
    }
    let name = member_name(member.post, side, apart, is_best, is_ticked);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, side.is_some(), &name));
    if response.clicked() {
        let command = DuplicateCommand::Place(Side::Right, index);
        commands.push(Command::Duplicates(command));
    }
    response.context_menu(|ui| {
        let mut item = |label: &str, command| {
            if ui.button(label).clicked() {
                commands.push(Command::Duplicates(command));
                ui.close();
            }
        };
        item(
            text::duplicates::PUT_LEFT,
            DuplicateCommand::Place(Side::Left, index),
        );
        item(
            text::duplicates::PUT_RIGHT,
            DuplicateCommand::Place(Side::Right, index),
        );
        item(
            text::duplicates::NO_DUPLICATE,
            DuplicateCommand::SingleOut(member.post),
        );
    });
    let keys = ["duplicates.member", "duplicates.tick_right"].map(|id| key_of(ui.ctx(), id));
    let [next, tick] = &keys;
    let mut hint = text::duplicates::member_hint(&name, next, tick);
    if is_best {
        hint = format!("{hint}\n{}", text::duplicates::BEST_IS);
    }
    response.on_hover_text(hint);
    let mut is_kept = is_ticked;
    let tick = ui
        .checkbox(&mut is_kept, text::duplicates::KEEP)
        .accessible_name(text::duplicates::keep_member(&member.post.to_string()));
    if tick.changed() {
        commands.push(Command::Duplicates(DuplicateCommand::Tick(member.post)));
    }
}

/// A word on a patch at the lower edge of a thumbnail.
fn badge_ui(ui: &Ui, cell: Rect, said: &str) {
    let palette = theme::palette(ui.visuals());
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui
        .painter()
        .layout_no_wrap(said.to_owned(), font, palette.badge_text);
    let size = galley.size() + vec2(6.0, 2.0);
    let at = Align2::CENTER_BOTTOM.align_size_within_rect(size, cell.shrink(2.0));
    ui.painter()
        .rect_filled(at, theme::CELL_ROUNDING, palette.badge);
    ui.painter()
        .galley(at.min + vec2(3.0, 1.0), galley, palette.badge_text);
}

fn member_name(
    post: PostId,
    side: Option<Side>,
    apart: Option<String>,
    is_best: bool,
    is_ticked: bool,
) -> String {
    let mut parts = vec![text::duplicates::member(&post.to_string())];
    parts.extend(side.map(|it| it.inline().to_owned()));
    parts.extend(apart);
    if is_best {
        parts.push(text::duplicates::BEST.to_owned());
    }
    if is_ticked {
        parts.push(text::duplicates::IS_KEPT.to_owned());
    }
    parts.join(", ")
}
