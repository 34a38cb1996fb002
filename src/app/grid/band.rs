//! The rectangle that is dragged to select what it touches.

use eframe::egui::{Modifiers, PointerButton, Pos2, Rect, Response, Stroke, StrokeKind, Ui, pos2};

use crate::app::theme;

use super::GridState;
use super::layout::Layout;
use super::selection::Selection;

/// How fast the view follows a pointer that leaves it, of the distance, a frame.
const FOLLOW: f32 = 0.25;

#[derive(Debug)]
pub struct Band {
    /// Where it began, points of the content.
    from: (f32, f64),
    /// What was selected before, and stays so.
    base: Selection,
}

/// Drags it and selects; a click beside all cells selects nothing.
pub fn band_logic(
    ui: &Ui,
    grid: &mut GridState,
    background: &Response,
    layout: &Layout,
    view_rect: Rect,
    num_posts: usize,
) {
    let held = ui.input(|input| input.modifiers);
    let adds = |held: Modifiers| held.command || held.shift;
    if background.clicked() && !adds(held) {
        grid.select_nothing();
    }
    if background.drag_started_by(PointerButton::Primary)
        && let Some(origin) = ui.input(|input| input.pointer.press_origin())
    {
        let base = if adds(held) {
            grid.selection.snapshot()
        } else {
            Selection::default()
        };
        let offset = grid.scroll.offset();
        let from = content_pos(origin, view_rect, offset);
        grid.band = Some(Band { from, base });
    }
    if !background.dragged_by(PointerButton::Primary) {
        grid.band = None;
        return;
    }
    let (Some(band), Some(pointer)) = (&grid.band, background.interact_pointer_pos()) else {
        return;
    };
    let beyond = pointer.y - pointer.y.clamp(view_rect.top(), view_rect.bottom());
    if beyond != 0.0 {
        grid.scroll.by(beyond * FOLLOW);
        grid.scroll
            .clamp(layout.content_height(), view_rect.height());
        ui.ctx().request_repaint();
    }
    let to = content_pos(pointer, view_rect, grid.scroll.offset());
    let columns = layout.columns_between(band.from.0, to.0);
    let rows = layout.rows_between(band.from.1, to.1);
    grid.selection.copy_from(&band.base);
    for row in rows {
        let first = row * layout.num_columns + columns.start;
        let end = (row * layout.num_columns + columns.end).min(num_posts);
        if first < end {
            grid.selection.add_range(first, end - 1);
        }
    }
}

fn content_pos(pos: Pos2, view_rect: Rect, offset: f64) -> (f32, f64) {
    let x = pos.x - view_rect.left();
    (x, f64::from(pos.y - view_rect.top()) + offset)
}

/// Paints it over the cells.
pub fn band_ui(ui: &Ui, grid: &GridState, view_rect: Rect) {
    let (Some(band), Some(pointer)) = (&grid.band, ui.input(|input| input.pointer.interact_pos()))
    else {
        return;
    };
    let top = band.from.1 - grid.scroll.offset();
    let view = f64::from(view_rect.height());
    let from = pos2(
        view_rect.left() + band.from.0,
        // So far away that f32 could not tell it is beyond the view all the same.
        view_rect.top() + top.clamp(-view, 2.0 * view) as f32,
    );
    let rect = Rect::from_two_pos(from, pointer).intersect(view_rect);
    let color = theme::palette(ui.visuals()).selection;
    let painter = ui.painter().with_clip_rect(view_rect);
    painter.rect_filled(rect, 0, color.gamma_multiply(0.18));
    painter.rect_stroke(rect, 0, Stroke::new(1.0, color), StrokeKind::Inside);
}
