//! Paints the figures that stand above every view.

use eframe::egui::{
    self, Align, Align2, Color32, Layout, Rect, RichText, Role, Sense, Shape, Stroke, TextStyle,
    Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::rows::{button_width, text_width};
use crate::app::{text, theme};
use crate::memory::Action;

use super::MemoryPanel;
use super::head::{BudgetBar, Head, Tile};
use super::verdict::{UNEXPLAINED_SHARE, Verdict, action_name, is_as_predicted};

const TILE_HEIGHT: f32 = 36.0;
/// Tiles are no narrower than this, points.
const TILE_WIDTH: f32 = 94.0;
const BAR_HEIGHT: f32 = 18.0;
/// Below the title of a low panel, points: less is for what is listed.
const FIGURES_LEAST_HEIGHT: f32 = 230.0;
const SPARKLINE: Vec2 = vec2(90.0, 16.0);

/// In a low panel what is right is left out, and figures stand in one line.
pub fn head_ui(ui: &mut Ui, panel: &MemoryPanel, is_low: bool, commands: &mut Vec<Command>) {
    title_ui(ui, panel, commands);
    let Some(head) = &panel.head else {
        ui.weak(text::memory_panel::MEASURING);
        return;
    };
    if !is_low {
        tiles_ui(ui, &head.tiles);
    } else if ui.available_height() >= FIGURES_LEAST_HEIGHT {
        figures_ui(ui, &head.tiles);
    }
    if let Some(bar) = &head.budget
        && !is_low
    {
        budget_bar_ui(ui, bar);
    }
    // A line that is always there, so that nothing below it moves.
    let messages = messages(ui, panel, head, is_low);
    let has_room_for_both = !is_low || head.verdict == Verdict::Wrong;
    if has_room_for_both || messages.is_empty() {
        verdict_ui(ui, panel, head);
    }
    if !messages.is_empty() {
        messages_ui(ui, &messages);
    } else if !is_low {
        audit_ui(ui, head);
    }
}

/// What is done and what is wrong, the newest first.
fn messages(ui: &Ui, panel: &MemoryPanel, head: &Head, is_low: bool) -> Vec<(String, Color32)> {
    let palette = theme::palette(ui.visuals());
    let mut messages: Vec<(String, Color32)> = Vec::new();
    if let Some((action, _)) = panel.releasing {
        let said = text::memory_panel::under_way(action_name(action));
        messages.push((said, ui.visuals().weak_text_color()));
    }
    if let Some(released) = &panel.released {
        let color = if is_as_predicted(&released.report) {
            palette.good
        } else {
            palette.warning
        };
        messages.push((released.text.clone(), color));
    }
    if let Some(bar) = &head.budget
        && is_low
        && bar.is_tight()
    {
        messages.push((bar.text.clone(), palette.warning));
    }
    let warnings = head.warnings.iter();
    messages.extend(warnings.map(|it| (it.clone(), palette.warning)));
    messages
}

/// In one line; what has no room is said on hover.
fn messages_ui(ui: &mut Ui, messages: &[(String, Color32)]) {
    let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let mut line = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(rect)
            .layout(Layout::left_to_right(Align::Center)),
    );
    line.set_clip_rect(rect.intersect(ui.clip_rect()));
    line.spacing_mut().item_spacing.x = theme::GAP_LARGE;
    for (said, color) in messages {
        let label = egui::Label::new(RichText::new(said).color(*color)).truncate();
        line.add(label.selectable(false).sense(Sense::empty()));
    }
    let all: Vec<&str> = messages.iter().map(|it| it.0.as_str()).collect();
    response.on_hover_text(all.join("\n"));
}

fn title_ui(ui: &mut Ui, panel: &MemoryPanel, commands: &mut Vec<Command>) {
    let is_wrong = panel
        .head
        .as_ref()
        .is_some_and(|it| it.verdict == Verdict::Wrong);
    let mut title = RichText::new(text::MEMORY).heading();
    if is_wrong {
        title = title.color(theme::palette(ui.visuals()).error);
    }
    // The button has a row of its own where it does not fit between the two.
    let mut is_beside = true;
    ui.horizontal(|ui| {
        ui.label(title);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            close_ui(ui, commands);
            is_beside = ui.available_width() >= button_width(ui, release_label(panel));
            if is_beside {
                release_ui(ui, panel, commands);
            }
        });
    });
    if !is_beside {
        release_ui(ui, panel, commands);
    }
}

fn close_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    let close = ui.button(text::memory_panel::CLOSE);
    let close = close.on_hover_text(key_of(ui.ctx(), "view.memory"));
    if close.clicked() {
        commands.push(Command::ToggleMemory);
    }
}

fn release_label(panel: &MemoryPanel) -> &str {
    match &panel.head {
        Some(head) => head.release.as_str(),
        None => action_name(Action::ReleaseAll),
    }
}

fn release_ui(ui: &mut Ui, panel: &MemoryPanel, commands: &mut Vec<Command>) {
    let button = egui::Button::new(RichText::new(release_label(panel)).strong());
    let release = ui
        .add(button)
        .on_hover_text(text::memory_panel::GIVE_BACK_EXPLAINED);
    if release.clicked() {
        commands.push(Command::Release(Action::ReleaseAll));
    }
}

/// One after another in a line, as far as they fit.
fn figures_ui(ui: &mut Ui, tiles: &[Tile]) {
    ui.horizontal(|ui| {
        for tile in tiles {
            let said = format!("{}: {}", tile.name, tile.figure);
            if ui.available_width() < text_width(ui, &said) {
                break;
            }
            ui.label(said).on_hover_text(tile.what);
            ui.add_space(theme::GAP);
        }
    });
}

/// In as few rows as fit, as many in each, and all as wide as the row.
fn tiles_ui(ui: &mut Ui, tiles: &[Tile]) {
    let room = ui.available_width();
    let num_fitting = ((room + theme::GAP) / (TILE_WIDTH + theme::GAP)).floor() as usize;
    for row in even_rows(tiles, num_fitting.max(1)) {
        let gaps = theme::GAP * (row.len().max(1) - 1) as f32;
        let width = ((room - gaps) / row.len().max(1) as f32).floor();
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GAP;
            for tile in row {
                tile_ui(ui, tile, width);
            }
        });
    }
}

/// At most `num_fitting` in a row, and no row more than one longer than another.
fn even_rows<T>(items: &[T], num_fitting: usize) -> impl Iterator<Item = &[T]> {
    let num_rows = items.len().div_ceil(num_fitting).max(1);
    (0..num_rows).filter_map(move |row| {
        let start = row * items.len() / num_rows;
        items.get(start..(row + 1) * items.len() / num_rows)
    })
}

fn tile_ui(ui: &mut Ui, tile: &Tile, width: f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(width, TILE_HEIGHT), Sense::hover());
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Label, true, format!("{}: {}", tile.name, tile.figure))
    });
    let painter = ui.painter().with_clip_rect(rect);
    let palette = theme::palette(ui.visuals());
    painter.rect_filled(rect, theme::CELL_ROUNDING, palette.cell);
    let left = rect.left() + theme::GAP;
    painter.text(
        pos2(left, rect.top() + 3.0),
        Align2::LEFT_TOP,
        &tile.figure,
        TextStyle::Body.resolve(ui.style()),
        ui.visuals().text_color(),
    );
    painter.text(
        pos2(left, rect.bottom() - 3.0),
        Align2::LEFT_BOTTOM,
        tile.name,
        TextStyle::Small.resolve(ui.style()),
        ui.visuals().weak_text_color(),
    );
    response.on_hover_text(tile.what);
}

/// How much of the budget is taken, with the figure on it.
pub fn budget_bar_ui(ui: &mut Ui, bar: &BudgetBar) {
    let size = vec2(ui.available_width(), BAR_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Meter, true, &bar.text));
    let palette = theme::palette(ui.visuals());
    let fill = if bar.is_over() {
        palette.error_fill
    } else {
        palette.bar
    };
    let painter = ui.painter();
    painter.rect_filled(rect, 3, palette.cell);
    let width = rect.width() * bar.share.clamp(0.0, 1.0);
    painter.rect_filled(rect.with_max_x(rect.left() + width), 3, fill);
    if bar.is_tight() {
        let stroke = Stroke::new(1.0, palette.warning);
        painter.rect_stroke(rect, 3, stroke, egui::StrokeKind::Inside);
    }
    painter.text(
        rect.left_center() + vec2(theme::GAP, 0.0),
        Align2::LEFT_CENTER,
        &bar.text,
        TextStyle::Small.resolve(ui.style()),
        ui.visuals().text_color(),
    );
}

/// Whether it adds up.
fn verdict_ui(ui: &mut Ui, panel: &MemoryPanel, head: &Head) {
    let palette = theme::palette(ui.visuals());
    let color = verdict_color(ui, head.verdict);
    if head.verdict == Verdict::Wrong {
        egui::Frame::new()
            .fill(palette.error_fill)
            .corner_radius(theme::CELL_ROUNDING)
            .inner_margin(egui::Margin::symmetric(8, 4))
            .show(ui, |ui| {
                ui.set_min_width(ui.available_width());
                ui.colored_label(color, RichText::new(&head.verdict_text).strong());
                if let Some(news) = &panel.news {
                    for alarm in &news.report.alarms {
                        ui.colored_label(color, alarm);
                    }
                }
            });
    } else {
        ui.colored_label(color, &head.verdict_text);
    }
}

fn verdict_color(ui: &Ui, verdict: Verdict) -> Color32 {
    let palette = theme::palette(ui.visuals());
    match verdict {
        Verdict::Good => palette.good,
        Verdict::Incomplete => palette.warning,
        Verdict::Wrong => palette.error,
    }
}

/// How well it added up so far.
fn audit_ui(ui: &mut Ui, head: &Head) {
    ui.horizontal(|ui| {
        ui.weak(&head.audit)
            .on_hover_text(text::memory_panel::UNEXPLAINED_IS);
        if head.shares.len() > 1 {
            let color = verdict_color(ui, head.verdict);
            sparkline_ui(ui, &head.shares, SPARKLINE, color);
        }
    });
}

/// Shares of RSS that were unexplained, oldest first, under the line of what is promised.
pub fn sparkline_ui(ui: &mut Ui, shares: &[f32], size: Vec2, color: Color32) {
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| {
        WidgetInfo::labeled(
            Role::Image,
            true,
            text::memory_panel::UNEXPLAINED_SHARE_OVER_TIME,
        )
    });
    let limit = UNEXPLAINED_SHARE as f32;
    let most = shares.iter().copied().fold(limit, f32::max) * 1.1;
    let height_of = |share: f32| rect.bottom() - rect.height() * (share.max(0.0) / most);
    let painter = ui.painter().with_clip_rect(rect);
    let y = height_of(limit);
    let weak = Stroke::new(1.0, ui.visuals().weak_text_color().gamma_multiply(0.4));
    painter.hline(rect.x_range(), y, weak);
    let step = rect.width() / (shares.len().saturating_sub(1)).max(1) as f32;
    let points = shares
        .iter()
        .enumerate()
        .map(|(index, share)| pos2(rect.left() + step * index as f32, height_of(*share)))
        .collect();
    painter.add(Shape::line(points, Stroke::new(1.5, color)));
}

/// How a figure was got, on a patch of colour.
pub fn badge_ui(ui: &mut Ui, label: &str, what: &str) {
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui
        .painter()
        .layout_no_wrap(label.to_owned(), font, ui.visuals().text_color());
    let size = galley.size() + vec2(2.0 * theme::GAP, 4.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response
        .widget_info(|| WidgetInfo::labeled(Role::Label, true, text::memory_panel::method(label)));
    let palette = theme::palette(ui.visuals());
    ui.painter().rect_filled(rect, 3, palette.info_fill);
    let corner = Rect::from_center_size(rect.center(), galley.size()).min;
    ui.painter()
        .galley(corner, galley, ui.visuals().text_color());
    response.on_hover_text(what);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tile_stands_alone_below_a_full_row() {
        let lengths = |num: usize, num_fitting| -> Vec<usize> {
            even_rows(&vec![(); num], num_fitting)
                .map(<[()]>::len)
                .collect()
        };
        assert_eq!(lengths(5, 5), [5]);
        assert_eq!(lengths(5, 4), [2, 3]);
        assert_eq!(lengths(6, 5), [3, 3]);
        assert_eq!(lengths(5, 1), [1, 1, 1, 1, 1]);
        assert_eq!(lengths(0, 3), [0]);
    }
}
