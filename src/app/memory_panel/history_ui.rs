//! Paints what memory was: stacked bands, RSS, and marks that name causes.

use crate::app::text;
use std::ops::RangeInclusive;
use std::sync::Arc;

use eframe::egui::{
    Color32, Label, Mesh, Rangef, Rect, Role, ScrollArea, Sense, Shape, Stroke, StrokeKind,
    TextStyle, Ui, Vec2, WidgetInfo, pos2, vec2,
};
use egui_plot::{
    GridInput, GridMark, Line, Plot, PlotBounds, PlotGeometry, PlotItem, PlotItemBase, PlotPoint,
    PlotPoints, PlotTransform,
};

use crate::app::command::Command;
use crate::app::theme::{self, MemoryHue};

use super::history::{BandView, Group, HistoryView, Span};
use super::{MemoryCommand, MemoryPanel, hue};

const MIN_PLOT_HEIGHT: f32 = 140.0;
const LEGEND_HEIGHT: f32 = 18.0;
const LEGEND_GAP: f32 = 4.0;
const SWATCH: f32 = 10.0;
/// Lines of the grid, each way.
const NUM_STEPS: f64 = 6.0;
/// Of the width, so that the last label fits.
const RIGHT_MARGIN: f64 = 0.04;
/// A mark this near to the pointer is named, points.
const MARK_REACH: f32 = 5.0;

pub fn history_ui(ui: &mut Ui, panel: &MemoryPanel, commands: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP_CHOICES;
        let choices = [
            (Span::Recent, text::memory_panel::TEN_MINUTES),
            (Span::Session, text::memory_panel::SESSION),
        ];
        for (span, name) in choices {
            if ui.radio(span == panel.span, name).clicked() {
                commands.push(Command::Memory(MemoryCommand::ShowSpan(span)));
            }
        }
    });
    let view = &panel.history;
    if view.rss.len() < 2 {
        ui.weak(text::memory_panel::NO_HISTORY_YET);
    } else {
        let height = (ui.available_height() * 0.55).max(MIN_PLOT_HEIGHT);
        plot_ui(ui, view, height);
        legend_ui(ui, &view.bands, commands);
    }
    marks_ui(ui, view);
}

fn group_color(group: Group, ui: &Ui) -> Color32 {
    let hue = match group {
        Group::One(band) => hue::of_band(band),
        Group::Rest => MemoryHue::Other,
    };
    theme::memory_color(hue, ui.visuals())
}

fn plot_ui(ui: &mut Ui, view: &HistoryView, height: f32) {
    let bands: Vec<Area<'_>> = view
        .bands
        .iter()
        .filter(|it| it.is_shown)
        .map(|band| Area::new(band, group_color(band.group, ui)))
        .collect();
    let color = ui.visuals().text_color();
    let weak = ui.visuals().weak_text_color();
    let plot = Plot::new("memory history")
        .height(height)
        .sense(Sense::HOVER)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .allow_axis_zoom_drag(false)
        .show_crosshair(false)
        .show_x(false)
        .show_y(false)
        .y_axis_min_width(34.0)
        .grid_color(weak.gamma_multiply(0.5))
        .grid_spacing(Rangef::new(4.0, 8.0))
        .x_grid_spacer(|input| grid(input, &MINUTES))
        .y_grid_spacer(|input| grid(input, &MEGABYTES))
        .x_axis_formatter(|mark, _: &RangeInclusive<f64>| axis_text(mark.value))
        .y_axis_formatter(|mark, _: &RangeInclusive<f64>| {
            // At the corner it would meet the time's first figure.
            if mark.value < 1.0 {
                String::new()
            } else {
                format!("{:.0} MB", mark.value)
            }
        });
    let response = plot.show(ui, |plot| {
        plot.set_plot_bounds_x(view.min_x..=-view.min_x * RIGHT_MARGIN);
        plot.set_plot_bounds_y(0.0..=view.max_y);
        for band in bands {
            plot.add(band);
        }
        let rss = Line::new("RSS", PlotPoints::Borrowed(&view.rss));
        plot.line(rss.color(color).width(1.5).allow_hover(false));
        plot.add(Marks::new(view, weak));
    });
    response.response.widget_info(|| {
        WidgetInfo::labeled(Role::Image, true, text::memory_panel::MEMORY_OVER_TIME)
    });
    let transform = response.transform;
    if let Some(pointer) = response.response.hover_pos() {
        let x = transform.value_from_position(pointer).x;
        let scale = transform.dpos_dvalue_x().abs().max(f64::EPSILON);
        let reach = f64::from(MARK_REACH) / scale;
        response.response.on_hover_ui_at_pointer(|ui| {
            for mark in view.marks.iter().filter(|it| (it.x - x).abs() <= reach) {
                ui.strong(&mark.text);
            }
            if let Some(index) = view.nearest(x) {
                ui.label(view.sample_text(index));
            }
        });
    }
}

/// Distances between lines of the grid that read well.
const MINUTES: [f64; 12] = [
    0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 360.0, 720.0, 1440.0,
];
const MEGABYTES: [f64; 12] = [
    5.0, 10.0, 20.0, 25.0, 50.0, 100.0, 200.0, 250.0, 500.0, 1000.0, 2000.0, 5000.0,
];

/// Lines at multiples of the least of `steps` that makes them few enough.
fn grid(input: GridInput, steps: &[f64]) -> Vec<GridMark> {
    let (from, to) = input.bounds;
    let fits = |step: &&f64| (to - from) / **step <= NUM_STEPS;
    let Some(step) = steps.iter().find(fits).or(steps.last()).copied() else {
        return Vec::new();
    };
    let first = (from / step).ceil() as i64;
    let last = (to / step).floor() as i64;
    (first..=last)
        .map(|it| GridMark {
            value: it as f64 * step,
            step_size: step,
        })
        .collect()
}

fn axis_text(minutes: f64) -> String {
    if minutes > -1e-9 {
        "now".to_owned()
    } else {
        let (number, unit) = if minutes > -60.0 {
            (-minutes, "min")
        } else {
            (-minutes / 60.0, "h")
        };
        // Steps are whole, or halves and quarters.
        format!("−{} {unit}", (number * 100.0).round() / 100.0)
    }
}

/// Each name shows or hides its band.
fn legend_ui(ui: &mut Ui, bands: &[BandView], commands: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(theme::GAP, 2.0);
        for band in bands.iter().rev() {
            if entry_ui(ui, band) {
                commands.push(Command::Memory(MemoryCommand::ToggleBand(band.group)));
            }
        }
    });
}

/// A patch of the band's colour, its name and figure; `true` when it was clicked.
fn entry_ui(ui: &mut Ui, band: &BandView) -> bool {
    let visuals = ui.visuals();
    let (text_color, fill) = if band.is_shown {
        (visuals.text_color(), group_color(band.group, ui))
    } else {
        let weak = visuals.weak_text_color();
        (weak.gamma_multiply(0.7), Color32::TRANSPARENT)
    };
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui
        .painter()
        .layout_no_wrap(band.label.clone(), font, text_color);
    let width = SWATCH + LEGEND_GAP + galley.size().x;
    let (rect, response) = ui.allocate_exact_size(vec2(width, LEGEND_HEIGHT), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(Role::CheckBox, true, band.is_shown, band.group.name())
    });
    let center = rect.left_center() + vec2(SWATCH / 2.0, 0.0);
    let swatch = Rect::from_center_size(center, Vec2::splat(SWATCH));
    let painter = ui.painter();
    painter.rect_filled(swatch, 2, fill);
    let outline = Stroke::new(1.0, group_color(band.group, ui));
    painter.rect_stroke(swatch, 2, outline, StrokeKind::Inside);
    let y = rect.center().y - galley.size().y / 2.0;
    painter.galley(pos2(swatch.right() + LEGEND_GAP, y), galley, text_color);
    if response.has_focus() || response.hovered() {
        let stroke = Stroke::new(1.0, theme::palette(ui.visuals()).accent);
        painter.rect_stroke(rect.expand(2.0), 2, stroke, StrokeKind::Inside);
    }
    response.clicked()
}

/// What happened, the latest first.
fn marks_ui(ui: &mut Ui, view: &HistoryView) {
    ui.separator();
    if view.marks.is_empty() {
        ui.weak(text::memory_panel::NO_MARKS_YET);
        return;
    }
    ScrollArea::vertical()
        .id_salt("memory marks")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            for mark in &view.marks {
                ui.add(Label::new(&mark.text).wrap());
            }
        });
}

/// A band between two lines, from points that were made when news came.
struct Area<'a> {
    base: PlotItemBase,
    lower: &'a [PlotPoint],
    upper: &'a [PlotPoint],
    color: Color32,
}

impl<'a> Area<'a> {
    fn new(band: &'a BandView, color: Color32) -> Self {
        Self {
            base: PlotItemBase::new(band.group.name().to_owned()),
            lower: &band.lower,
            upper: &band.upper,
            color,
        }
    }
}

impl PlotItem for Area<'_> {
    fn shapes(&self, _ui: &Ui, transform: &PlotTransform, shapes: &mut Vec<Shape>) {
        let num_points = self.lower.len().min(self.upper.len());
        let mut mesh = Mesh::default();
        mesh.reserve_vertices(num_points * 2);
        mesh.reserve_triangles(num_points * 2);
        for (lower, upper) in self.lower.iter().zip(self.upper) {
            for point in [lower, upper] {
                mesh.colored_vertex(transform.position_from_point(point), self.color);
            }
        }
        for index in (0..num_points.saturating_sub(1) as u32).map(|it| it * 2) {
            mesh.add_triangle(index, index + 1, index + 2);
            mesh.add_triangle(index + 1, index + 2, index + 3);
        }
        shapes.push(Shape::Mesh(Arc::new(mesh)));
    }

    fn initialize(&mut self, _x_range: RangeInclusive<f64>) {}

    fn color(&self) -> Color32 {
        self.color
    }

    fn geometry(&self) -> PlotGeometry<'_> {
        PlotGeometry::None
    }

    fn bounds(&self) -> PlotBounds {
        PlotBounds::NOTHING
    }

    fn base(&self) -> &PlotItemBase {
        &self.base
    }

    fn base_mut(&mut self) -> &mut PlotItemBase {
        &mut self.base
    }
}

/// A dotted line wherever something happened.
struct Marks<'a> {
    base: PlotItemBase,
    view: &'a HistoryView,
    color: Color32,
}

impl<'a> Marks<'a> {
    fn new(view: &'a HistoryView, color: Color32) -> Self {
        Self {
            base: PlotItemBase::new("events".to_owned()),
            view,
            color,
        }
    }
}

impl PlotItem for Marks<'_> {
    fn shapes(&self, _ui: &Ui, transform: &PlotTransform, shapes: &mut Vec<Shape>) {
        let frame = transform.frame();
        let stroke = Stroke::new(1.0, self.color);
        for mark in self.view.marks.iter().filter(|it| it.x >= self.view.min_x) {
            let x = transform
                .position_from_point(&PlotPoint::new(mark.x, 0.0))
                .x;
            let line = [pos2(x, frame.top()), pos2(x, frame.bottom())];
            shapes.extend(Shape::dashed_line(&line, stroke, 3.0, 3.0));
        }
    }

    fn initialize(&mut self, _x_range: RangeInclusive<f64>) {}

    fn color(&self) -> Color32 {
        self.color
    }

    fn geometry(&self) -> PlotGeometry<'_> {
        PlotGeometry::None
    }

    fn bounds(&self) -> PlotBounds {
        PlotBounds::NOTHING
    }

    fn base(&self) -> &PlotItemBase {
        &self.base
    }

    fn base_mut(&mut self) -> &mut PlotItemBase {
        &mut self.base
    }
}
