//! Paints the cells that are on screen, and only those.

use std::ops::Range;

use eframe::egui::{
    self, Align2, Color32, EventFilter, Id, Modifiers, PointerButton, Popup, Pos2, Rect, Response,
    Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use crate::app::command::Command;
use crate::app::link::Link;
use crate::app::textures::{Look, STORED_EDGE, TextureCache, fitted};
use crate::app::{text, theme};
use crate::message::PostMarks;

use super::badges_ui::{badges_ui, with_marks};
use super::band::{band_logic, band_ui};
use super::layout::{Layout, Top};
use super::menu_ui::{menu_ui, open_menu};
use super::number_ui::number_ui;
use super::preview_ui::{preview_bounds, preview_ui};
use super::scroll::{focus_id, wheel_delta};
use super::{Cells, GridCommand, GridState};

/// How a cell is, besides its picture.
#[derive(Clone, Copy, Debug)]
struct CellState {
    index: usize,
    is_selected: bool,
    /// The keyboard is at it.
    is_cursor: bool,
    marks: Option<PostMarks>,
    has_tooltip: bool,
}

/// What was done with the pointer.
#[derive(Clone, Copy, Debug)]
enum Clicked {
    Once(usize),
    Twice(usize),
    ForMenu(usize, Pos2),
}

#[derive(Clone, Copy, Debug)]
struct CellResponse {
    clicked: Option<Clicked>,
    is_hovered: bool,
}

/// The cells that a frame painted.
struct Painted {
    shown: Range<usize>,
    rects: Vec<Rect>,
    hovered: Option<usize>,
    /// Nothing scrolls.
    is_still: bool,
}

pub fn grid_ui(
    ui: &mut Ui,
    grid: &mut GridState,
    results: &dyn Cells,
    textures: &mut TextureCache,
    link: &mut Link,
    commands: &mut Vec<Command>,
) {
    let rect = ui.available_rect_before_wrap();
    ui.allocate_rect(rect, Sense::empty());
    let bar_rect = Rect::from_min_max(
        pos2(rect.right() - theme::SCROLL_BAR_WIDTH, rect.top()),
        rect.max,
    );
    let view_rect = rect.with_max_x(bar_rect.left() - 2.0);
    let cell_edge = grid.options.thumbnail_size as f32;
    let layout = Layout::new(view_rect.width(), cell_edge, results.len());
    let focus = focus_ui(ui, view_rect, results);
    zoom_ui(ui, grid, view_rect, commands);
    place_ui(ui, grid, &layout, view_rect);
    let background = ui.interact(
        view_rect,
        Id::unique("grid background"),
        Sense::CLICK | Sense::DRAG,
    );
    band_logic(ui, grid, &background, &layout, view_rect, results.len());
    grid.scroll.bar_ui(ui, bar_rect, layout.content_height());
    let is_still = follow_scroll(grid, &layout);

    let rows = layout.visible_rows(grid.scroll.offset(), view_rect.height());
    let shown = rows.start * layout.num_columns..(rows.end * layout.num_columns).min(results.len());
    grid.ask(shown.clone(), results, textures, link);
    if is_still {
        let edge = (layout.edge - 2.0 * theme::CELL_PADDING) * ui.ctx().pixels_per_point();
        grid.ask_larger(shown.clone(), edge, results, textures, link);
    } else {
        // What scrolls by is not read.
        ui.ctx().request_repaint();
    }

    let mut cells = ui.new_child(egui::UiBuilder::new().max_rect(view_rect));
    cells.set_clip_rect(view_rect.intersect(ui.clip_rect()));
    let mut clicked = None;
    let mut hovered = None;
    let mut rects = Vec::with_capacity(shown.len());
    for index in shown.clone() {
        let row = index / layout.num_columns;
        let column = index % layout.num_columns;
        let top = (row as f64 * layout.row_height() - grid.scroll.offset()) as f32;
        let left = column as f32 * (layout.edge + theme::CELL_GAP);
        let rect = Rect::from_min_size(
            view_rect.min + vec2(left, top),
            egui::Vec2::splat(layout.edge),
        );
        rects.push(rect);
        let is_cursor = grid.cursor == Some(index);
        let state = CellState {
            index,
            is_selected: grid.selection.contains(index),
            is_cursor,
            marks: grid.marks_at(index, results),
            // The preview says it too.
            has_tooltip: grid.band.is_none() && !grid.options.has_previews,
        };
        if is_cursor && std::mem::take(&mut grid.opens_menu) {
            open_menu(ui, grid, rect.center(), true);
        }
        let cell = cell_ui(&cells, rect, state, results, textures);
        clicked = clicked.or(cell.clicked);
        if cell.is_hovered {
            hovered = Some(index);
        }
    }
    grid.opens_menu = false;
    band_ui(ui, grid, view_rect);
    // Over the cells, which would hide it.
    if focus.has_focus() {
        let stroke = Stroke::new(2.0, theme::palette(ui.visuals()).accent);
        ui.painter()
            .rect_stroke(view_rect, 2, stroke, StrokeKind::Inside);
    }
    if let Some(clicked) = clicked {
        take_click(ui, grid, clicked, results, commands);
    }
    let cells = Painted {
        shown,
        rects,
        hovered,
        is_still,
    };
    peek_ui(ui, grid, cells, results, textures, link);
    grid.measure.follow(ui, &grid.selection, results, link);
    menu_ui(ui, grid, results, commands);
    number_ui(ui, grid, results, view_rect, commands);
}

/// The larger picture beside a cell, where one is to be shown.
fn peek_ui(
    ui: &Ui,
    grid: &mut GridState,
    cells: Painted,
    results: &dyn Cells,
    textures: &mut TextureCache,
    link: &mut Link,
) {
    let Painted {
        shown,
        rects,
        hovered,
        is_still,
    } = cells;
    let is_on = grid.options.has_previews && grid.band.is_none() && !Popup::is_any_open(ui.ctx());
    let target = grid
        .preview
        .target(ui, hovered, grid.cursor, !is_still, is_on)
        .filter(|index| shown.contains(index))
        .and_then(|index| Some((index, results.get(index)?)));
    let rect_of = |index: usize| rects.get(index.wrapping_sub(shown.start));
    let bounds = target.and_then(|it| rect_of(it.0)).map(|cell| {
        let bounds = preview_bounds(ui.ctx(), *cell);
        bounds * ui.ctx().pixels_per_point()
    });
    let bounds = bounds.unwrap_or_default();
    let size = [bounds.x, bounds.y].map(|it| it.round().max(1.0) as u32);
    grid.preview.show(target, size, link);
    if let Some(peeked) = grid.preview.shown()
        && let Some(rect) = rect_of(peeked.index)
    {
        preview_ui(ui, peeked, *rect, results.hint(peeked.index), textures);
    }
}

fn take_click(
    ui: &Ui,
    grid: &mut GridState,
    clicked: Clicked,
    results: &dyn Cells,
    commands: &mut Vec<Command>,
) {
    // The keys are for the grid from now on.
    ui.memory_mut(|memory| {
        if let Some(focused) = memory.focused() {
            memory.surrender_focus(focused);
        }
    });
    let held = ui.input(|input| input.modifiers);
    match clicked {
        Clicked::Once(index) => grid.click(index, held, results),
        Clicked::Twice(index) if held == Modifiers::NONE => commands.push(results.open(index)),
        Clicked::Twice(index) => grid.click(index, held, results),
        Clicked::ForMenu(index, at) => {
            grid.click_for_menu(index, results);
            open_menu(ui, grid, at, false);
        }
    }
}

/// The grid as one thing for Tab and screen readers; arrows stay inside.
fn focus_ui(ui: &Ui, rect: Rect, results: &dyn Cells) -> Response {
    let response = ui.interact(rect, focus_id(), Sense::FOCUSABLE);
    response.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, results.title()));
    ui.memory_mut(|memory| {
        memory.set_focus_lock_filter(
            focus_id(),
            EventFilter {
                tab: false,
                horizontal_arrows: true,
                vertical_arrows: true,
                escape: false,
            },
        );
    });
    response
}

/// Ctrl and the wheel, or two fingers, make cells larger or smaller.
fn zoom_ui(ui: &Ui, grid: &GridState, view_rect: Rect, commands: &mut Vec<Command>) {
    if !ui.rect_contains_pointer(view_rect) {
        return;
    }
    let zoom = ui.input(egui::InputState::zoom_delta);
    if zoom != 1.0 {
        let before = grid.options.thumbnail_size as f32;
        let size = before * zoom;
        // Never less than a point, or slow wheels would do nothing.
        let size = if zoom > 1.0 {
            size.ceil()
        } else {
            size.floor()
        };
        commands.push(Command::Grid(GridCommand::SetSize(size.max(1.0) as u32)));
    }
}

/// Moves the view: by wheel, to the cursor, and with the size of the window.
fn place_ui(ui: &Ui, grid: &mut GridState, layout: &Layout, view_rect: Rect) {
    let view = view_rect.height();
    if !grid.layout.is_same_shape(layout) {
        // What stood at the top stays there.
        if grid.layout.num_columns > 0 {
            grid.scroll.to(grid.top.offset(layout));
            grid.scroll.clamp(layout.content_height(), view);
        }
        grid.placed_at = grid.scroll.offset();
    }
    grid.layout = *layout;
    if let Some(index) = grid.show_from.take() {
        let row = index / layout.num_columns;
        grid.scroll.to(row as f64 * layout.row_height());
    }
    grid.page_rows = (f64::from(view) / layout.row_height()).floor().max(1.0) as usize;
    grid.scroll.by(wheel_delta(ui, view_rect));
    if std::mem::take(&mut grid.scroll_to_cursor)
        && let Some(index) = grid.cursor
    {
        let top = (index / layout.num_columns) as f64 * layout.row_height();
        grid.scroll.show(top, top + f64::from(layout.edge), view);
    }
    grid.scroll.clamp(layout.content_height(), view);
}

/// Another cell is at the top once the view was moved by hand, and not by the layout.
/// Returns whether it was not.
fn follow_scroll(grid: &mut GridState, layout: &Layout) -> bool {
    let offset = grid.scroll.offset();
    if offset == grid.placed_at {
        return true;
    }
    grid.placed_at = offset;
    grid.top = Top::at(offset, layout);
    false
}

fn cell_ui(
    ui: &Ui,
    rect: Rect,
    state: CellState,
    results: &dyn Cells,
    textures: &mut TextureCache,
) -> CellResponse {
    let CellState {
        index,
        is_selected,
        is_cursor,
        marks,
        has_tooltip,
    } = state;
    let response = ui.interact(rect, Id::unique(("cell", index)), Sense::CLICK);
    let palette = theme::palette(ui.visuals());
    let fill = if response.hovered() {
        palette.cell_hovered
    } else {
        palette.cell
    };
    let painter = ui.painter();
    painter.rect_filled(rect, theme::CELL_ROUNDING, fill);
    if is_selected {
        // Below the picture, whose colours it would change.
        let tint = palette.selection.gamma_multiply(0.25);
        painter.rect_filled(rect, theme::CELL_ROUNDING, tint);
    }
    let post = results.get(index);
    let look = post.map_or(Look::Loading, |post| textures.look(post));
    let name = match post {
        Some(post) => text::grid::post(post),
        None => text::grid::result(index + 1),
    };
    let name = match look {
        Look::Ready {
            texture,
            size,
            shade,
            label,
        } => {
            let inner = rect.shrink(theme::CELL_PADDING);
            // A picture that is smaller than that is not enlarged.
            let max_scale = if size.max_elem() < STORED_EDGE {
                1.0
            } else {
                f32::INFINITY
            };
            let image =
                Rect::from_center_size(rect.center(), fitted(size, inner.size(), max_scale));
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            if let Some(ground) = theme::ground_behind(shade, ui.visuals()) {
                painter.rect_filled(image, theme::CELL_ROUNDING, ground);
            }
            painter.image(texture, image, whole, Color32::WHITE);
            if label.is_empty() {
                name
            } else {
                label.to_owned()
            }
        }
        Look::Failed { reason } => {
            painter.text(
                rect.center(),
                Align2::CENTER_CENTER,
                text::grid::NO_PREVIEW,
                TextStyle::Small.resolve(ui.style()),
                ui.visuals().weak_text_color(),
            );
            text::grid::no_preview(&name, reason)
        }
        Look::Loading => name,
    };
    let score = results.score(index);
    if let Some(score) = &score {
        badge_ui(ui, rect, score);
    }
    if let Some(marks) = marks {
        badges_ui(ui, rect, marks);
    }
    response.widget_info(|| {
        let mut label = name.clone();
        if let Some(score) = &score {
            label = text::grid::with_score(&label, score);
        }
        if let Some(marks) = marks {
            label = with_marks(label, marks);
        }
        WidgetInfo::selected(Role::Image, true, is_selected, label)
    });
    frame_ui(ui, rect, is_selected, is_cursor);
    let clicked = if response.double_clicked() {
        Some(Clicked::Twice(index))
    } else if response.clicked() {
        Some(Clicked::Once(index))
    } else if response.clicked_by(PointerButton::Secondary) {
        let at = response.interact_pointer_pos().unwrap_or(rect.center());
        Some(Clicked::ForMenu(index, at))
    } else {
        None
    };
    let is_hovered = response.hovered();
    if has_tooltip {
        match results.hint(index) {
            Some(hint) => response.on_hover_text(format!("{name}\n{hint}")),
            None => response.on_hover_text(name),
        };
    }
    CellResponse {
        clicked,
        is_hovered,
    }
}

/// What is selected has a broad frame; where the keyboard is, a thin one inside it.
fn frame_ui(ui: &Ui, rect: Rect, is_selected: bool, is_cursor: bool) {
    let palette = theme::palette(ui.visuals());
    let rounding = theme::CELL_ROUNDING;
    let painter = ui.painter();
    if is_selected {
        let stroke = Stroke::new(3.0, palette.selection);
        painter.rect_stroke(rect, rounding, stroke, StrokeKind::Inside);
    }
    if is_cursor {
        let inner = rect.shrink(if is_selected { 3.0 } else { 0.0 });
        let stroke = Stroke::new(1.5, ui.visuals().strong_text_color());
        painter.rect_stroke(inner, rounding, stroke, StrokeKind::Inside);
    }
}

/// A figure in the lower right corner, over the picture.
pub fn badge_ui(ui: &Ui, rect: Rect, badge: &str) {
    let palette = theme::palette(ui.visuals());
    let galley = ui.painter().layout_no_wrap(
        badge.to_owned(),
        TextStyle::Small.resolve(ui.style()),
        palette.badge_text,
    );
    let at = Align2::RIGHT_BOTTOM.anchor_size(
        rect.right_bottom() - vec2(4.0, 4.0),
        galley.size() + vec2(8.0, 3.0),
    );
    ui.painter()
        .rect_filled(at, theme::CELL_ROUNDING, palette.badge);
    let text_at = at.min + vec2(4.0, 1.5);
    ui.painter().galley(text_at, galley, palette.badge_text);
}
