//! Paints the memory table.

use eframe::egui::{
    self, Align, Layout, Rect, RichText, Role, Sense, Shape, Stroke, TextStyle, Ui, WidgetInfo,
    pos2, vec2,
};
use egui_extras::{Column, TableBuilder};

use crate::app::command::Command;
use crate::app::{text, theme};
use crate::memory::{Action, Method, Offer, Report};

use super::{Line, MemoryPanel, Verdict, action_name, released_text, verdict, verdict_text};

const FOLD_WIDTH: f32 = 14.0;

pub fn memory_panel_ui(ui: &mut Ui, panel: &MemoryPanel, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        let is_wrong = panel
            .news
            .as_ref()
            .is_some_and(|it| verdict(&it.report) == Verdict::Wrong);
        let mut title = RichText::new(text::MEMORY).heading();
        if is_wrong {
            title = title.color(theme::palette(ui.visuals()).error);
        }
        ui.label(title);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button("Close").on_hover_text("F12").clicked() {
                commands.push(Command::ToggleMemory);
            }
            if ui
                .button(action_name(Action::ReleaseAll))
                .on_hover_text("Give back everything that can be made again")
                .clicked()
            {
                commands.push(Command::Release(Action::ReleaseAll));
            }
        });
    });
    let Some(news) = &panel.news else {
        ui.weak("Measuring…");
        return;
    };
    let report = &news.report;
    head_ui(ui, report);
    if let Some(released) = &panel.released {
        ui.label(released_text(released));
    }
    ui.separator();
    table_ui(ui, &panel.lines, commands);
}

fn head_ui(ui: &mut Ui, report: &Report) {
    egui::Grid::new("memory head")
        .num_columns(2)
        .spacing(vec2(theme::GAP_LARGE, 2.0))
        .show(ui, |ui| {
            let mut figure = |name: &str, bytes: u64, what: &str| {
                ui.label(name).on_hover_text(what);
                ui.label(RichText::new(text::bytes(bytes)).strong());
                ui.end_row();
            };
            figure(
                "Resident (RSS)",
                report.rss_bytes,
                "Physical memory of this process, as the kernel counts it",
            );
            figure(
                "Without the graphics driver",
                report.rss_without_driver_bytes(),
                "What Kobako itself takes",
            );
            figure("Peak", report.peak_rss_bytes, "The most it ever was");
            if report.gpu_texture_bytes > 0 {
                figure(
                    "On the graphics card",
                    report.gpu_texture_bytes,
                    "Textures; not part of RSS",
                );
            }
        });
    let palette = theme::palette(ui.visuals());
    let color = match verdict(report) {
        Verdict::Good => palette.good,
        Verdict::Incomplete => palette.warning,
        Verdict::Wrong => palette.error,
    };
    ui.colored_label(color, verdict_text(report));
    for alarm in &report.alarms {
        ui.colored_label(color, alarm);
    }
}

fn table_ui(ui: &mut Ui, lines: &[Line], commands: &mut Vec<Command>) {
    TableBuilder::new(ui)
        .id_salt("memory table")
        .striped(true)
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::remainder().at_least(120.0).clip(true))
        .column(Column::exact(90.0))
        .column(Column::exact(58.0))
        .column(Column::exact(118.0))
        .auto_shrink([false, false])
        .min_scrolled_height(0.0)
        .animate_scrolling(false)
        .header(theme::TABLE_ROW_HEIGHT, |mut header| {
            for title in ["What", "MB", "Method", ""] {
                header.col(|ui| {
                    if title == "MB" {
                        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                            ui.add_space(theme::GAP);
                            ui.strong(title);
                        });
                    } else {
                        ui.strong(title);
                    }
                });
            }
        })
        .body(|body| {
            body.rows(theme::TABLE_ROW_HEIGHT, lines.len(), |mut row| {
                let Some(line) = lines.get(row.index()) else {
                    return;
                };
                row.col(|ui| name_ui(ui, line, commands));
                row.col(|ui| bytes_ui(ui, line));
                row.col(|ui| method_ui(ui, line.method));
                row.col(|ui| action_ui(ui, line, commands));
            });
        });
}

fn name_ui(ui: &mut Ui, line: &Line, commands: &mut Vec<Command>) {
    ui.add_space(line.depth as f32 * 14.0);
    if line.has_children {
        fold_ui(ui, line, commands);
    } else {
        ui.add_space(FOLD_WIDTH + ui.spacing().item_spacing.x);
    }
    let mut name = RichText::new(&line.name);
    if line.method.is_none() {
        name = name.italics();
        if line.bytes < 0 {
            name = name.color(theme::palette(ui.visuals()).error);
        }
    }
    let label = egui::Label::new(name)
        .truncate()
        .show_tooltip_when_elided(line.what.is_empty());
    let label = ui.add(label);
    if !line.what.is_empty() {
        label.on_hover_text(format!("{}: {}", line.name, line.what));
    }
}

/// A triangle that points to what it would show.
fn fold_ui(ui: &mut Ui, line: &Line, commands: &mut Vec<Command>) {
    let (rect, response) = ui.allocate_exact_size(vec2(FOLD_WIDTH, 16.0), Sense::click());
    let verb = if line.is_expanded { "Fold" } else { "Unfold" };
    response
        .widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{verb} {}", line.name)));
    let color = ui.style().interact(&response).fg_stroke.color;
    let center = rect.center();
    let corners = if line.is_expanded {
        [vec2(-4.0, -2.5), vec2(4.0, -2.5), vec2(0.0, 3.5)]
    } else {
        [vec2(-2.5, -4.0), vec2(3.5, 0.0), vec2(-2.5, 4.0)]
    };
    let points = corners.map(|corner| center + corner).to_vec();
    ui.painter()
        .add(Shape::convex_polygon(points, color, Stroke::NONE));
    if response.clicked() {
        commands.push(Command::ToggleMemoryRow(line.key.clone()));
    }
}

/// The figure, right-aligned, over a bar as long as its share of RSS.
fn bytes_ui(ui: &mut Ui, line: &Line) {
    let size = ui.available_size() - vec2(theme::GAP, 0.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let figure = text::megabytes(line.bytes);
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Label, true, format!("{}: {figure} MB", line.name))
    });
    let width = rect.width() * line.share.clamp(0.0, 1.0);
    let bar = Rect::from_min_max(pos2(rect.right() - width, rect.bottom() - 4.0), rect.max);
    let color = theme::palette(ui.visuals()).bar;
    ui.painter().rect_filled(bar, 1, color);
    ui.painter().text(
        rect.right_center() - vec2(2.0, 1.0),
        egui::Align2::RIGHT_CENTER,
        figure,
        TextStyle::Monospace.resolve(ui.style()),
        ui.visuals().text_color(),
    );
}

fn method_ui(ui: &mut Ui, method: Option<Method>) {
    let Some(method) = method else {
        return;
    };
    let what = match method {
        Method::Kernel => "Resident pages, counted by the kernel",
        Method::Exact => "Counted to the byte by its owner",
        Method::Estimate => "Computed; may be off",
    };
    ui.label(RichText::new(method.name()).small().weak())
        .on_hover_text(what);
}

fn action_ui(ui: &mut Ui, line: &Line, commands: &mut Vec<Command>) {
    let Some(offer) = &line.offer else {
        return;
    };
    let Offer {
        action,
        frees_bytes,
        costs,
    } = offer;
    let bytes = text::bytes(*frees_bytes);
    let button = ui
        .small_button(action_name(*action))
        .on_hover_text(format!("Gives back {bytes}. {costs}"));
    if button.clicked() {
        commands.push(Command::Release(*action));
    }
}
