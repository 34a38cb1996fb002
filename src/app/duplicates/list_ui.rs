//! Paints the list of groups, those on screen only.

use eframe::egui::{
    self, Align2, Color32, Id, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, TextStyle, Ui,
    WidgetInfo, pos2, vec2,
};

use crate::app::command::Command;
use crate::app::textures::{Look, TextureCache, fitted};
use crate::app::{text, theme};
use crate::message::DuplicateGroup;

use super::page_ui::MAX_THUMBNAILS;
use super::{DuplicateCommand, Duplicates, group_text};

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
    area.show_rows(ui, height, duplicates.num_groups(), |ui, rows| {
        shown = rows.clone();
        for index in rows {
            row_ui(ui, duplicates, index, height, textures, commands);
        }
    });
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

fn row_ui(
    ui: &mut Ui,
    duplicates: &Duplicates,
    index: usize,
    height: f32,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) {
    let Some(group) = duplicates.group(index) else {
        return;
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
    thumbnails_ui(ui, group, inner, tint, textures);
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
}

/// A decision may say more than has room here.
fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn thumbnails_ui(
    ui: &Ui,
    group: &DuplicateGroup,
    inner: Rect,
    tint: Color32,
    textures: &mut TextureCache,
) {
    let edge = theme::GROUP_THUMBNAIL_EDGE;
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    let mut left = inner.left();
    for post in group.posts.iter().take(MAX_THUMBNAILS) {
        if left + edge > inner.right() {
            return;
        }
        let cell = Rect::from_min_size(pos2(left, inner.top()), egui::Vec2::splat(edge));
        left += edge + theme::GAP;
        match textures.look(post.post) {
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
    let num_more = group.posts.len().saturating_sub(MAX_THUMBNAILS);
    if num_more > 0 && left < inner.right() {
        ui.painter().text(
            pos2(left, inner.top() + edge / 2.0),
            Align2::LEFT_CENTER,
            format!("+{num_more}"),
            TextStyle::Small.resolve(ui.style()),
            ui.visuals().weak_text_color(),
        );
    }
}
