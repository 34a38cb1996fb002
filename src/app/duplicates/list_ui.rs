//! Paints the list of groups, those on screen only.

use eframe::egui::{
    self, Align2, Color32, Id, Popup, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, TextStyle,
    Ui, WidgetInfo, pos2, vec2,
};

use crate::app::command::Command;
use crate::app::textures::{Look, TextureCache, fitted};
use crate::app::{text, theme};
use crate::message::DuplicateGroup;
use crate::model::PostId;

use super::look::Side;
use super::{DuplicateCommand, Duplicates, apart_text, group_text};

/// Of a group that is shown whole; more are in the strip above its pictures.
pub const MAX_UNFOLDED: usize = 100;
/// What opens the rest of a group, points.
const MORE_WIDTH: f32 = 34.0;
/// The rest of a group, points.
const REST_WIDTH: f32 = 300.0;

pub fn list_ui(
    ui: &mut Ui,
    duplicates: &mut Duplicates,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) {
    let height = row_height(ui);
    let pitch = height + ui.spacing().item_spacing.y;
    let mut area = ScrollArea::vertical()
        .id_salt("groups of duplicates")
        .auto_shrink([false, false]);
    if let Some(index) = duplicates.scroll_to.take()
        && !duplicates.is_whole_on_screen(index)
    {
        let middle = (ui.available_height() - pitch).max(0.0) / 2.0;
        area = area.vertical_scroll_offset((index as f32 * pitch - middle).max(0.0));
    }
    let mut shown = 0..0;
    let mut unfolded = None;
    let width = ui.available_width() - 2.0 * theme::GAP;
    duplicates.num_fitting = num_fitting(width, usize::MAX);
    area.show_rows(ui, height, duplicates.num_groups(), |ui, rows| {
        shown = rows.clone();
        for index in rows {
            if row_ui(ui, duplicates, index, height, textures, commands) {
                unfolded = Some(index);
            }
        }
    });
    duplicates.unfolded = unfolded;
    duplicates.shown = shown;
}

impl Duplicates {
    /// The first and the last of what is on screen may be cut off.
    fn is_whole_on_screen(&self, index: usize) -> bool {
        let (start, end) = (self.shown.start, self.shown.end);
        (index > start || index == 0 && start == 0) && index + 1 < end
            || index + 1 == self.num_groups() && index + 1 == end
    }
}

fn row_height(ui: &Ui) -> f32 {
    theme::GROUP_THUMBNAIL_EDGE + ui.text_style_height(&TextStyle::Small) + 3.0 * theme::GAP
}

/// Thumbnails of `num_posts` that stand beside each other, with room for what opens
/// the others.
fn num_fitting(width: f32, num_posts: usize) -> usize {
    let pitch = theme::GROUP_THUMBNAIL_EDGE + theme::GAP;
    let num = ((width + theme::GAP) / pitch).max(0.0) as usize;
    if num_posts <= num {
        return num_posts;
    }
    (((width - MORE_WIDTH) / pitch).max(0.0) as usize).max(1)
}

/// Returns whether all of the group is shown.
fn row_ui(
    ui: &mut Ui,
    duplicates: &Duplicates,
    index: usize,
    height: f32,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) -> bool {
    let Some(group) = duplicates.group(index) else {
        return false;
    };
    let size = vec2(ui.available_width(), height);
    let (rect, _) = ui.allocate_exact_size(size, Sense::empty());
    let response = ui.interact(
        rect,
        Id::unique(("group of duplicates", index)),
        Sense::CLICK,
    );
    let is_selected = duplicates
        .review
        .as_ref()
        .is_some_and(|it| it.group == index);
    let decision = duplicates.decision_of(index);
    let palette = theme::palette(ui.visuals());
    let fill = if is_selected || response.hovered() {
        palette.cell_hovered
    } else {
        palette.cell
    };
    ui.painter().rect_filled(rect, theme::CELL_ROUNDING, fill);
    if is_selected || response.has_focus() {
        let stroke = Stroke::new(2.0, palette.selection);
        ui.painter()
            .rect_stroke(rect, theme::CELL_ROUNDING, stroke, StrokeKind::Inside);
    }
    let inner = rect.shrink(theme::GAP);
    let tint = if decision.is_some() {
        Color32::from_white_alpha(90)
    } else {
        Color32::WHITE
    };
    let left = thumbnails_ui(ui, group, inner, tint, textures);
    let said = group_text(group);
    let (line, color) = match decision {
        Some(decision) => (first_line(decision).to_owned(), palette.good),
        None => (said.clone(), ui.visuals().text_color()),
    };
    let galley = ui.painter().layout_job(egui::text::LayoutJob {
        wrap: egui::text::TextWrapping::truncate_at_width(inner.width()),
        ..egui::text::LayoutJob::simple_singleline(
            line,
            TextStyle::Small.resolve(ui.style()),
            color,
        )
    });
    let at = Align2::LEFT_BOTTOM.anchor_size(inner.left_bottom(), galley.size());
    ui.painter().galley(at.min, galley, color);

    let number = index as u64 + 1;
    let name = match decision {
        Some(decision) => text::duplicates::group_decided(number, &said, first_line(decision)),
        None => text::duplicates::group(number, &said),
    };
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_selected, &name));
    if response.clicked() {
        commands.push(Command::Duplicates(DuplicateCommand::Review(index)));
    }
    response.on_hover_text(name);
    let num_shown = num_fitting(inner.width(), group.posts.len());
    if num_shown >= group.posts.len() {
        return false;
    }
    let size = vec2(inner.right() - left, theme::GROUP_THUMBNAIL_EDGE);
    let more = Rect::from_min_size(pos2(left, inner.top()), size);
    more_ui(ui, more, index, group, num_shown, textures, commands)
}

/// `+5`, which opens the other five. Returns whether they are open.
fn more_ui(
    ui: &mut Ui,
    rect: Rect,
    index: usize,
    group: &DuplicateGroup,
    num_shown: usize,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) -> bool {
    let id = Id::unique(("rest of duplicates", index));
    let response = ui.interact(rect, id, Sense::CLICK);
    let num_more = group.posts.len() - num_shown;
    let name = text::duplicates::more_of_group(num_more as u64, index as u64 + 1);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let visuals = ui.style().interact(&response);
    ui.painter()
        .rect_filled(rect, theme::CELL_ROUNDING, visuals.weak_bg_fill);
    ui.painter().text(
        rect.center(),
        Align2::CENTER_CENTER,
        format!("+{num_more}"),
        TextStyle::Small.resolve(ui.style()),
        visuals.text_color(),
    );
    let response = response.on_hover_text(&name);
    let opened = Popup::menu(&response).show(|ui| {
        ui.set_max_width(REST_WIDTH);
        ui.horizontal_wrapped(|ui| {
            let rest = group.posts.iter().enumerate().skip(num_shown);
            for (member, post) in rest.take(MAX_UNFOLDED) {
                let edge = theme::GROUP_THUMBNAIL_EDGE;
                let (rect, response) =
                    ui.allocate_exact_size(egui::Vec2::splat(edge), Sense::CLICK);
                let palette = theme::palette(ui.visuals());
                let fill = if response.hovered() || response.has_focus() {
                    palette.cell_hovered
                } else {
                    palette.cell
                };
                ui.painter().rect_filled(rect, theme::CELL_ROUNDING, fill);
                thumbnail_ui(ui, post.post, rect.shrink(2.0), Color32::WHITE, textures);
                let mut name = text::duplicates::member(&post.post.to_string());
                if let Some(apart) = apart_text(post) {
                    name = format!("{name}, {apart}");
                }
                response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
                if response.on_hover_text(&name).clicked() {
                    let place = DuplicateCommand::Place(Side::Right, member);
                    for command in [DuplicateCommand::Review(index), place] {
                        commands.push(Command::Duplicates(command));
                    }
                    ui.close();
                }
            }
        });
    });
    opened.is_some()
}

/// A decision may say more than has room here.
fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Returns where the row goes on.
fn thumbnails_ui(
    ui: &Ui,
    group: &DuplicateGroup,
    inner: Rect,
    tint: Color32,
    textures: &mut TextureCache,
) -> f32 {
    let edge = theme::GROUP_THUMBNAIL_EDGE;
    let mut left = inner.left();
    let num_shown = num_fitting(inner.width(), group.posts.len());
    for post in group.posts.iter().take(num_shown) {
        let cell = Rect::from_min_size(pos2(left, inner.top()), egui::Vec2::splat(edge));
        left += edge + theme::GAP;
        thumbnail_ui(ui, post.post, cell, tint, textures);
    }
    left
}

fn thumbnail_ui(ui: &Ui, post: PostId, cell: Rect, tint: Color32, textures: &mut TextureCache) {
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    match textures.look(post) {
        Look::Ready { texture, size, .. } => {
            let image = Rect::from_center_size(cell.center(), fitted(size, cell.size(), 1.0));
            ui.painter().image(texture, image, whole, tint);
        }
        Look::Failed { .. } => {
            ui.painter().text(
                cell.center(),
                Align2::CENTER_CENTER,
                "?",
                TextStyle::Body.resolve(ui.style()),
                ui.visuals().weak_text_color(),
            );
        }
        Look::Loading => {}
    }
}
