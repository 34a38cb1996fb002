//! Paints the table of rows.

use crate::app::text;
use eframe::egui::{
    self, Align, Align2, Id, Layout, Rect, RichText, Role, Sense, Shape, Stroke, StrokeKind,
    TextStyle, Ui, WidgetInfo, pos2, vec2,
};
use egui_extras::{Column, TableBuilder};

use crate::app::command::Command;
use crate::app::theme;
use crate::memory::{Method, Offer};

use super::explain::method_what;
use super::keys::{hold_focus, table_id};
use super::tree::Node;
use super::verdict::action_name;
use super::{MemoryCommand, MemoryPanel};

const FOLD_WIDTH: f32 = 14.0;
const INDENT: f32 = 14.0;
const TITLE_MARGIN: f32 = 3.0;
/// Points.
const FIGURE_WIDTH: f32 = 84.0;
const CHANGE_WIDTH: f32 = 62.0;
const METHOD_WIDTH: f32 = 56.0;
const ACTION_WIDTH: f32 = 118.0;
/// What names have at least, points.
const NAME_WIDTH: f32 = 110.0;
/// Where names would have less, other columns are left to the explanation, points.
const GOOD_NAME_WIDTH: f32 = 160.0;

/// What there is room for besides name and figure.
#[derive(Clone, Copy, Debug)]
struct Columns {
    has_change: bool,
    has_method: bool,
    has_action: bool,
}

impl Columns {
    fn fitting(width: f32, has_change: bool) -> Self {
        let mut room = width - GOOD_NAME_WIDTH - FIGURE_WIDTH;
        if has_change {
            room -= CHANGE_WIDTH;
        }
        let mut fits = |width: f32| {
            let fits = room >= width;
            if fits {
                room -= width;
            }
            fits
        };
        let has_action = fits(ACTION_WIDTH);
        Self {
            has_change,
            has_method: fits(METHOD_WIDTH),
            has_action,
        }
    }
}

pub fn table_ui(ui: &mut Ui, panel: &mut MemoryPanel, commands: &mut Vec<Command>) {
    let wants_selected = std::mem::take(&mut panel.wants_selected);
    let panel = &*panel;
    let rect = ui.available_rect_before_wrap();
    let focus = ui.interact(rect, table_id(), Sense::FOCUSABLE);
    focus.widget_info(|| WidgetInfo::labeled(Role::Tree, true, text::memory_panel::ROWS));
    hold_focus(ui, table_id(), false);
    let columns = Columns::fitting(rect.width(), panel.baseline.is_some());
    let selected = panel.selected.and_then(|it| panel.tree.find(it));

    let mut table = TableBuilder::new(ui)
        .id_salt("memory table")
        .striped(true)
        .sense(Sense::CLICK)
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::remainder().at_least(NAME_WIDTH).clip(true))
        .column(Column::exact(FIGURE_WIDTH))
        .auto_shrink([false, false])
        .min_scrolled_height(0.0)
        .max_scroll_height(f32::INFINITY)
        .animate_scrolling(false);
    let Columns {
        has_change,
        has_method,
        has_action,
    } = columns;
    let mut titles = vec![text::memory_panel::WHAT, "MB"];
    let more = [
        (has_change, CHANGE_WIDTH, text::memory_panel::CHANGE),
        (has_method, METHOD_WIDTH, text::memory_panel::METHOD),
        (has_action, ACTION_WIDTH, text::memory_panel::GIVES_BACK),
    ];
    for (is_there, width, title) in more {
        if is_there {
            table = table.column(Column::exact(width));
            titles.push(title);
        }
    }
    let line = selected.and_then(|it| panel.lines.iter().position(|line| *line == it));
    if wants_selected && let Some(line) = line {
        table = table.scroll_to_row(line, None);
    }
    table
        .header(theme::TABLE_ROW_HEIGHT, |mut header| {
            for title in &titles {
                header.col(|ui| title_ui(ui, title));
            }
        })
        .body(|body| {
            body.rows(theme::TABLE_ROW_HEIGHT, panel.lines.len(), |mut row| {
                let index = panel.lines.get(row.index()).copied();
                let Some((index, node)) = index.and_then(|it| Some((it, panel.tree.get(it)?)))
                else {
                    return;
                };
                let is_selected = selected == Some(index);
                row.set_selected(is_selected);
                row.col(|ui| name_ui(ui, panel, index, node, commands));
                row.col(|ui| bytes_ui(ui, node));
                if has_change {
                    row.col(|ui| change_ui(ui, node));
                }
                if has_method {
                    row.col(|ui| method_ui(ui, node.method));
                }
                if has_action {
                    row.col(|ui| action_ui(ui, node, commands));
                }
                let response = row.response();
                response.widget_info(|| {
                    WidgetInfo::selected(Role::TreeItem, true, is_selected, &node.label)
                });
                if response.clicked() {
                    commands.push(Command::Memory(MemoryCommand::Select(node.key)));
                    focus.request_focus();
                }
            });
        });
    if focus.has_focus() {
        let stroke = Stroke::new(1.5, theme::palette(ui.visuals()).accent);
        ui.painter()
            .rect_stroke(rect, 2, stroke, StrokeKind::Inside);
    }
}

fn title_ui(ui: &mut Ui, title: &str) {
    if matches!(title, "MB" | text::memory_panel::CHANGE) {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(theme::GAP);
            ui.strong(title);
        });
    } else {
        ui.add_space(TITLE_MARGIN);
        ui.strong(title);
    }
}

fn name_ui(
    ui: &mut Ui,
    panel: &MemoryPanel,
    index: usize,
    node: &Node,
    commands: &mut Vec<Command>,
) {
    ui.add_space(node.depth as f32 * INDENT);
    if panel.tree.has_children(index) {
        let is_expanded = panel.tree.is_expanded(index, &panel.toggled);
        fold_ui(ui, node, is_expanded, commands);
    } else {
        ui.add_space(FOLD_WIDTH + ui.spacing().item_spacing.x);
    }
    swatch_ui(ui, node);
    let mut name = RichText::new(&node.name);
    if node.method.is_none() {
        name = name.italics();
        if node.bytes < 0 {
            name = name.color(theme::palette(ui.visuals()).error);
        }
    }
    let label = egui::Label::new(name).truncate().selectable(false);
    ui.add(label);
}

/// The colour that the icicle has for it.
fn swatch_ui(ui: &mut Ui, node: &Node) {
    let (rect, _) = ui.allocate_exact_size(vec2(5.0, 14.0), Sense::hover());
    let mut color = theme::memory_color(node.hue, ui.visuals());
    if node.depth > 0 {
        color = color.gamma_multiply(0.7);
    }
    ui.painter().rect_filled(rect, 1, color);
}

/// A triangle that points to what it would show.
fn fold_ui(ui: &mut Ui, node: &Node, is_expanded: bool, commands: &mut Vec<Command>) {
    let (rect, _) = ui.allocate_exact_size(vec2(FOLD_WIDTH, 16.0), Sense::hover());
    // The keyboard folds by arrows: Tab need not come by each.
    let response = ui.interact(rect, Id::unique(("memory fold", node.key)), Sense::CLICK);
    let said = if is_expanded {
        text::memory_panel::fold(&node.name)
    } else {
        text::memory_panel::unfold(&node.name)
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
    let color = ui.style().interact(&response).fg_stroke.color;
    let center = rect.center();
    let corners = if is_expanded {
        [vec2(-4.0, -2.5), vec2(4.0, -2.5), vec2(0.0, 3.5)]
    } else {
        [vec2(-2.5, -4.0), vec2(3.5, 0.0), vec2(-2.5, 4.0)]
    };
    let points = corners.map(|corner| center + corner).to_vec();
    ui.painter()
        .add(Shape::convex_polygon(points, color, Stroke::NONE));
    if response.clicked() {
        commands.push(Command::Memory(MemoryCommand::Fold(node.key)));
        // The click took the focus from the table.
        ui.memory_mut(|memory| memory.request_focus(table_id()));
    }
}

/// The figure, right-aligned, over a bar as long as its share of RSS.
fn bytes_ui(ui: &mut Ui, node: &Node) {
    let size = ui.available_size() - vec2(theme::GAP, 0.0);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let width = rect.width() * node.share.clamp(0.0, 1.0);
    let bar = Rect::from_min_max(pos2(rect.right() - width, rect.bottom() - 4.0), rect.max);
    let palette = theme::palette(ui.visuals());
    ui.painter().rect_filled(bar, 1, palette.bar);
    let color = if node.bytes < 0 {
        palette.error
    } else {
        ui.visuals().text_color()
    };
    ui.painter().text(
        rect.right_center() - vec2(2.0, 1.0),
        Align2::RIGHT_CENTER,
        &node.figure,
        TextStyle::Monospace.resolve(ui.style()),
        color,
    );
}

/// What was gained or lost, right-aligned as the figure is.
fn change_ui(ui: &mut Ui, node: &Node) {
    if node.change.is_empty() {
        return;
    }
    let size = ui.available_size() - vec2(theme::GAP, 0.0);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let palette = theme::palette(ui.visuals());
    let color = if node.change.starts_with('+') {
        palette.warning
    } else {
        palette.good
    };
    ui.painter().text(
        rect.right_center() - vec2(2.0, 1.0),
        Align2::RIGHT_CENTER,
        &node.change,
        TextStyle::Monospace.resolve(ui.style()),
        color,
    );
}

fn method_ui(ui: &mut Ui, method: Option<Method>) {
    let Some(method) = method else {
        return;
    };
    let label = egui::Label::new(RichText::new(method.name()).small().weak());
    ui.add(label.selectable(false))
        .on_hover_text(method_what(method));
}

fn action_ui(ui: &mut Ui, node: &Node, commands: &mut Vec<Command>) {
    let Some(offer) = &node.offer else {
        return;
    };
    let Offer {
        action,
        frees_bytes,
        costs,
    } = offer;
    let button = ui.small_button(action_name(*action)).on_hover_ui(|ui| {
        let bytes = text::bytes(*frees_bytes);
        ui.label(text::memory_panel::gives_back(&bytes, costs));
    });
    if button.clicked() {
        commands.push(Command::Release(*action));
    }
}
