//! Paints the cells that are on screen, and only those.

use std::ops::Range;

use eframe::egui::{
    self, Align2, Color32, EventFilter, Id, Rect, Response, Role, Sense, Stroke, StrokeKind,
    TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use crate::app::command::Command;
use crate::app::link::Link;
use crate::app::textures::{Look, TextureCache, fitted};
use crate::app::theme;

use super::scroll::{focus_id, wheel_delta};
use super::{Cells, GridState};

/// Where cells are, in points of the content.
#[derive(Clone, Copy, Debug)]
struct Layout {
    num_columns: usize,
    num_rows: usize,
    edge: f32,
}

impl Layout {
    fn new(width: f32, num_posts: usize) -> Self {
        let pitch = theme::CELL_EDGE + theme::CELL_GAP;
        let num_columns = (((width + theme::CELL_GAP) / pitch).floor() as usize).max(1);
        let gaps = theme::CELL_GAP * (num_columns - 1) as f32;
        Self {
            num_columns,
            num_rows: num_posts.div_ceil(num_columns),
            edge: ((width - gaps) / num_columns as f32).floor().max(16.0),
        }
    }

    fn row_height(&self) -> f64 {
        f64::from(self.edge + theme::CELL_GAP)
    }

    fn content_height(&self) -> f64 {
        (self.row_height() * self.num_rows as f64 - f64::from(theme::CELL_GAP)).max(0.0)
    }

    /// The rows of which any part is between `offset` and `offset + view`.
    fn visible_rows(&self, offset: f64, view: f32) -> Range<usize> {
        let first = (offset / self.row_height()).floor() as usize;
        let end = ((offset + f64::from(view)) / self.row_height()).ceil() as usize;
        first.min(self.num_rows)..end.min(self.num_rows)
    }
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
    let layout = Layout::new(view_rect.width(), results.len());
    let focus = focus_ui(ui, view_rect, results);
    place_ui(ui, grid, &layout, view_rect);
    grid.scroll.bar_ui(ui, bar_rect, layout.content_height());

    let rows = layout.visible_rows(grid.scroll.offset(), view_rect.height());
    let shown = rows.start * layout.num_columns..(rows.end * layout.num_columns).min(results.len());
    grid.ask(shown.clone(), results, textures, link);

    let mut cells = ui.new_child(egui::UiBuilder::new().max_rect(view_rect));
    cells.set_clip_rect(view_rect.intersect(ui.clip_rect()));
    for index in shown {
        let row = index / layout.num_columns;
        let column = index % layout.num_columns;
        let top = (row as f64 * layout.row_height() - grid.scroll.offset()) as f32;
        let left = column as f32 * (layout.edge + theme::CELL_GAP);
        let cell = Rect::from_min_size(
            view_rect.min + vec2(left, top),
            egui::Vec2::splat(layout.edge),
        );
        let is_selected = grid.selected == Some(index);
        cell_ui(
            &cells,
            cell,
            index,
            is_selected,
            results,
            textures,
            commands,
        );
    }
    // Over the cells, which would hide it.
    if focus.has_focus() {
        let stroke = Stroke::new(2.0, theme::palette(ui.visuals()).accent);
        ui.painter()
            .rect_stroke(view_rect, 2, stroke, StrokeKind::Inside);
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

/// Moves the view: by wheel, to the selection, and with the size of the window.
fn place_ui(ui: &Ui, grid: &mut GridState, layout: &Layout, view_rect: Rect) {
    let view = view_rect.height();
    if grid.num_columns != layout.num_columns {
        // The first row that was shown stays the first.
        if grid.num_columns > 0 {
            let row = grid.shown.start / layout.num_columns;
            grid.scroll.to(row as f64 * layout.row_height());
        }
        grid.num_columns = layout.num_columns;
    }
    if let Some(index) = grid.show_from.take() {
        let row = index / layout.num_columns;
        grid.scroll.to(row as f64 * layout.row_height());
    }
    grid.page_rows = (f64::from(view) / layout.row_height()).floor().max(1.0) as usize;
    grid.scroll.by(wheel_delta(ui, view_rect));
    if std::mem::take(&mut grid.scroll_to_selected)
        && let Some(index) = grid.selected
    {
        let top = (index / layout.num_columns) as f64 * layout.row_height();
        grid.scroll.show(top, top + f64::from(layout.edge), view);
    }
    grid.scroll.clamp(layout.content_height(), view);
}

fn cell_ui(
    ui: &Ui,
    rect: Rect,
    index: usize,
    is_selected: bool,
    results: &dyn Cells,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) {
    let response = ui.interact(rect, Id::unique(("cell", index)), Sense::CLICK);
    let palette = theme::palette(ui.visuals());
    let fill = if response.hovered() {
        palette.cell_hovered
    } else {
        palette.cell
    };
    let painter = ui.painter();
    painter.rect_filled(rect, theme::CELL_ROUNDING, fill);
    let post = results.get(index);
    let look = post.map_or(Look::Loading, |post| textures.look(post));
    let name = match post {
        Some(post) => format!("Post {post}"),
        None => format!("Result {}", index + 1),
    };
    let name = match look {
        Look::Ready {
            texture,
            size,
            label,
        } => {
            let inner = rect.shrink(theme::CELL_PADDING);
            let image = Rect::from_center_size(rect.center(), fitted(size, inner.size(), 1.0));
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
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
                "No preview",
                TextStyle::Small.resolve(ui.style()),
                ui.visuals().weak_text_color(),
            );
            format!("{name}, no preview: {reason}")
        }
        Look::Loading => name,
    };
    let score = results.score(index);
    if let Some(score) = &score {
        badge_ui(ui, rect, score);
    }
    response.widget_info(|| {
        let label = match &score {
            Some(score) => format!("{name}, score {score}"),
            None => name.clone(),
        };
        WidgetInfo::selected(Role::Image, true, is_selected, label)
    });
    if is_selected {
        painter.rect_stroke(
            rect,
            theme::CELL_ROUNDING,
            Stroke::new(3.0, palette.selection),
            StrokeKind::Inside,
        );
    }
    if response.clicked() {
        commands.push(results.open(index));
    }
    match results.hint(index) {
        Some(hint) => response.on_hover_text(format!("{name}\n{hint}")),
        None => response.on_hover_text(name),
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_visible_row_and_no_other_is_painted() {
        let layout = Layout::new(1000.0, 1_000_000);
        assert_eq!(layout.num_columns, 5);
        let height = layout.row_height();
        assert_eq!(layout.visible_rows(0.0, 600.0), 0..3);
        assert_eq!(layout.visible_rows(height * 10.5, height as f32), 10..12);
        let end = layout.content_height() - 600.0;
        assert_eq!(layout.visible_rows(end, 600.0).end, 200_000);
    }

    #[test]
    fn a_narrow_window_has_one_column() {
        let layout = Layout::new(90.0, 3);
        assert_eq!((layout.num_columns, layout.num_rows), (1, 3));
    }
}
