//! Paints the icicle: a rectangle for each row, beside its parent.

use crate::app::text;
use eframe::egui::{
    Align2, Color32, Id, Painter, Rect, Response, Role, Sense, Stroke, StrokeKind, TextStyle,
    TextWrapMode, Ui, WidgetInfo, WidgetText, pos2, vec2,
};

use crate::app::command::Command;
use crate::app::theme;

use super::icicle::Block;
use super::keys::{hold_focus, icicle_id};
use super::tree::Node;
use super::{MemoryCommand, MemoryPanel};

const ROOT_HEIGHT: f32 = 24.0;
/// Lower rectangles are not painted, and those below the second can't be clicked, points.
const LEAST_HEIGHT: f32 = 0.75;
const LEAST_CLICKED: f32 = 4.0;
/// A label's own height, and where it starts, points.
const LABEL_HEIGHT: f32 = 14.0;
const LABEL_MARGIN: f32 = 5.0;
/// Wider rectangles show their figure too, points.
const FIGURE_WIDTH: f32 = 110.0;
/// Between the lines that mark the driver's rows, points.
const HATCH: f32 = 9.0;

pub fn icicle_ui(ui: &mut Ui, panel: &MemoryPanel, commands: &mut Vec<Command>) {
    root_ui(ui, panel, commands);
    let rect = ui.available_rect_before_wrap();
    ui.allocate_rect(rect, Sense::empty());
    let focus = ui.interact(rect, icicle_id(), Sense::FOCUSABLE);
    focus.widget_info(|| {
        WidgetInfo::labeled(Role::Tree, true, text::memory_panel::ROWS_AS_RECTANGLES)
    });
    hold_focus(ui, icicle_id(), panel.is_zoomed());

    let width = rect.width() / panel.icicle.num_columns.max(1) as f32;
    let mut selected = None;
    for block in &panel.icicle.blocks {
        let Some(node) = panel.tree.get(block.node) else {
            continue;
        };
        let place = place(block, rect, width);
        if place.height() < LEAST_HEIGHT {
            continue;
        }
        if panel.selected == Some(node.key) {
            selected = Some(place);
        }
        if let Some(response) = block_ui(ui, panel, block.node, node, place) {
            if response.clicked() {
                commands.push(Command::Memory(MemoryCommand::Select(node.key)));
                if panel.tree.has_children(block.node) {
                    commands.push(Command::Memory(MemoryCommand::Zoom(node.key)));
                }
                focus.request_focus();
            }
            response.on_hover_ui_at_pointer(|ui| hover_ui(ui, node));
        }
    }
    let palette = theme::palette(ui.visuals());
    if let Some(place) = selected {
        let place = place.expand2(vec2(0.0, (3.0 - place.height()).max(0.0) / 2.0));
        let stroke = Stroke::new(2.0, palette.selection);
        ui.painter()
            .rect_stroke(place, 2, stroke, StrokeKind::Inside);
    }
    if focus.has_focus() {
        let stroke = Stroke::new(1.5, palette.accent);
        ui.painter()
            .rect_stroke(rect.expand(1.0), 2, stroke, StrokeKind::Outside);
    }
}

/// What the whole height stands for; leads out of it.
fn root_ui(ui: &mut Ui, panel: &MemoryPanel, commands: &mut Vec<Command>) {
    let root = panel.zoom.and_then(|it| panel.tree.find(it));
    let size = vec2(ui.available_width(), ROOT_HEIGHT);
    let sense = if root.is_some() {
        Sense::click()
    } else {
        Sense::hover()
    };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let node = root.and_then(|it| panel.tree.get(it));
    let figure = panel
        .head
        .as_ref()
        .and_then(|it| it.tiles.first())
        .map_or("", |it| it.figure.as_str());
    let (label, color) = match node {
        Some(node) => (
            format!("‹ {}, {} MB", node.name, node.figure),
            theme::memory_color(node.hue, ui.visuals()),
        ),
        None => (
            text::memory_panel::resident(figure),
            theme::palette(ui.visuals()).cell,
        ),
    };
    response.widget_info(|| match node {
        Some(node) => WidgetInfo::labeled(
            Role::Button,
            true,
            text::memory_panel::zoom_out_of(&node.name),
        ),
        None => WidgetInfo::labeled(Role::Label, true, &label),
    });
    let painter = ui.painter();
    painter.rect_filled(rect, 2, color);
    let text_color = if node.is_some() {
        theme::memory_text_color(ui.visuals())
    } else {
        ui.visuals().text_color()
    };
    painter.text(
        rect.left_center() + vec2(LABEL_MARGIN, 0.0),
        Align2::LEFT_CENTER,
        label,
        TextStyle::Body.resolve(ui.style()),
        text_color,
    );
    if response.has_focus() || response.hovered() && node.is_some() {
        let stroke = Stroke::new(1.5, theme::palette(ui.visuals()).accent);
        painter.rect_stroke(rect, 2, stroke, StrokeKind::Inside);
    }
    if response.clicked() {
        commands.push(Command::Memory(MemoryCommand::ZoomOut));
    }
    if node.is_some() {
        response.on_hover_text(text::memory_panel::ZOOM_OUT_BACKSPACE);
    }
}

fn place(block: &Block, rect: Rect, width: f32) -> Rect {
    let left = rect.left() + width * block.column as f32;
    let y = |share: f32| rect.top() + rect.height() * share;
    Rect::from_min_max(
        pos2(left, y(block.top)),
        pos2(left + width - 1.0, y(block.bottom)),
    )
}

/// `None` for what is too low to be hit.
fn block_ui(
    ui: &Ui,
    panel: &MemoryPanel,
    index: usize,
    node: &Node,
    place: Rect,
) -> Option<Response> {
    let response = (place.height() >= LEAST_CLICKED).then(|| {
        let id = Id::unique(("memory block", node.key));
        // The keyboard moves the selection: Tab need not come by each.
        let response = ui.interact(place, id, Sense::CLICK);
        let is_selected = panel.selected == Some(node.key);
        response.widget_info(|| {
            let name = block_name(node);
            WidgetInfo::selected(Role::TreeItem, true, is_selected, name)
        });
        response
    });
    let mut color = theme::memory_color(node.hue, ui.visuals());
    if node.depth > 0 && index % 2 == 1 {
        // Neighbours of one colour are told apart.
        color = color.lerp_to_gamma(theme::memory_text_color(ui.visuals()), 0.07);
    }
    if response.as_ref().is_some_and(Response::hovered) {
        color = color.lerp_to_gamma(theme::memory_text_color(ui.visuals()), 0.15);
    }
    let inner = if place.height() > LEAST_CLICKED {
        place.with_max_y(place.bottom() - 1.0)
    } else {
        place
    };
    ui.painter().rect_filled(inner, 1, color);
    if node.is_driver {
        hatch(ui.painter(), inner, ui.visuals().panel_fill);
    }
    if inner.height() >= LABEL_HEIGHT {
        label(ui, node, inner);
    }
    response
}

/// As screen readers hear it: name, figure, share.
fn block_name(node: &Node) -> String {
    text::memory_panel::block(&node.name, &node.figure, 100.0 * f64::from(node.share))
}

/// Thin lines across: memory that is not Kobako's to give.
fn hatch(painter: &Painter, rect: Rect, color: Color32) {
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let stroke = Stroke::new(1.0, color.gamma_multiply(0.4));
    let mut x = rect.left() - rect.height() - rect.left().rem_euclid(HATCH);
    while x < rect.right() {
        let from = pos2(x, rect.bottom());
        let to = pos2(x + rect.height(), rect.top());
        painter.line_segment([from, to], stroke);
        x += HATCH;
    }
}

/// The name, cut where it does not fit, and the figure where there is room.
fn label(ui: &Ui, node: &Node, rect: Rect) {
    let color = theme::memory_text_color(ui.visuals());
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let y = if rect.height() > 2.5 * LABEL_HEIGHT {
        rect.top() + LABEL_HEIGHT / 2.0 + 3.0
    } else {
        rect.center().y
    };
    let mut room = rect.width() - 2.0 * LABEL_MARGIN;
    if rect.width() >= FIGURE_WIDTH {
        let figure = painter.text(
            pos2(rect.right() - LABEL_MARGIN, y),
            Align2::RIGHT_CENTER,
            &node.figure,
            TextStyle::Small.resolve(ui.style()),
            color,
        );
        room -= figure.width() + LABEL_MARGIN;
    }
    let name = WidgetText::from(node.name.as_str()).into_galley(
        ui,
        Some(TextWrapMode::Truncate),
        room.max(0.0),
        TextStyle::Small,
    );
    let corner = pos2(rect.left() + LABEL_MARGIN, y - name.size().y / 2.0);
    painter.galley_with_override_text_color(corner, name, color);
}

fn hover_ui(ui: &mut Ui, node: &Node) {
    ui.strong(&node.name);
    ui.label(text::memory_panel::figure(
        &node.figure,
        100.0 * f64::from(node.share),
    ));
    if let Some(method) = node.method {
        ui.weak(super::explain::method_what(method));
    }
    if node.is_driver {
        ui.weak(text::memory_panel::THE_GRAPHICS_DRIVERS);
    }
    ui.set_max_width(320.0);
}
