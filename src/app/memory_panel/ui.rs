//! Lays the panel out: the head, a row of views, and the view.

use crate::app::text;
use eframe::egui::{self, Panel, Ui};

use crate::app::command::Command;
use crate::app::theme;

use super::advice_ui::advice_ui;
use super::budget_ui::budget_ui;
use super::cost_ui::cost_ui;
use super::explain_ui::explain_ui;
use super::head_ui::head_ui;
use super::history_ui::history_ui;
use super::icicle_ui::icicle_ui;
use super::table_ui::table_ui;
use super::{Grouping, MemoryCommand, MemoryPanel, View, ViewFigures};

/// As wide as this, table and icicle stand side by side, points.
const WIDE: f32 = 780.0;
/// A panel lower than this has a head of few lines, points.
const LOW: f32 = 430.0;

/// `figures` are of what is on screen, where that is asked about.
pub fn memory_panel_ui(
    ui: &mut Ui,
    panel: &mut MemoryPanel,
    figures: Option<&ViewFigures>,
    commands: &mut Vec<Command>,
) {
    panel.is_pointed = ui.rect_contains_pointer(ui.max_rect());
    ui.add_space(2.0);
    let is_low = ui.available_height() < LOW;
    head_ui(ui, panel, is_low, commands);
    if panel.news.is_none() {
        return;
    }
    views_ui(ui, panel, commands);
    if is_low {
        ui.spacing_mut().item_spacing.y = 2.0;
    } else {
        ui.separator();
    }
    if matches!(panel.view, View::Table | View::Icicle) {
        groupings_ui(ui, panel, commands);
    }
    view_ui(ui, panel, figures, commands);
}

fn views_ui(ui: &mut Ui, panel: &MemoryPanel, commands: &mut Vec<Command>) {
    ui.add_space(2.0);
    ui.horizontal_wrapped(|ui| {
        for view in View::ALL {
            // One that has no room goes into the next row as a whole.
            let choice = egui::Button::selectable(view == panel.view, view.name());
            let choice = choice.wrap_mode(egui::TextWrapMode::Extend);
            if ui.add(choice).clicked() {
                commands.push(Command::Memory(MemoryCommand::Show(view)));
            }
        }
    });
}

fn groupings_ui(ui: &mut Ui, panel: &MemoryPanel, commands: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        let choices = [
            (
                Grouping::Component,
                text::memory_panel::BY_COMPONENT,
                text::memory_panel::BY_COMPONENT_EXPLAINED,
            ),
            (
                Grouping::Kind,
                text::memory_panel::BY_KIND,
                text::memory_panel::BY_KIND_EXPLAINED,
            ),
        ];
        ui.spacing_mut().item_spacing.x = theme::GAP_CHOICES;
        for (grouping, name, what) in choices {
            if ui
                .radio(grouping == panel.grouping, name)
                .on_hover_text(what)
                .clicked()
            {
                commands.push(Command::Memory(MemoryCommand::Group(grouping)));
            }
        }
        let mut is_compared = panel.baseline.is_some();
        if ui
            .checkbox(&mut is_compared, text::memory_panel::CHANGES)
            .on_hover_text(text::memory_panel::CHANGES_EXPLAINED)
            .changed()
        {
            commands.push(Command::Memory(MemoryCommand::Compare(is_compared)));
        }
        if ui
            .link(text::memory_panel::COPY)
            .on_hover_text(text::memory_panel::COPY_THE_WHOLE_REPORT)
            .clicked()
            && let Some(json) = panel.report_json()
        {
            commands.push(Command::Copy(json));
        }
    });
}

fn view_ui(
    ui: &mut Ui,
    panel: &mut MemoryPanel,
    figures: Option<&ViewFigures>,
    commands: &mut Vec<Command>,
) {
    match panel.view {
        View::Table | View::Icicle => rows_ui(ui, panel, commands),
        View::History => history_ui(ui, panel, commands),
        View::Advice => advice_ui(ui, panel, commands),
        View::Budget => budget_ui(ui, panel, commands),
        View::OnScreen => cost_ui(ui, panel, figures),
    }
}

/// Table or icicle, both where there is room; below them what is selected.
fn rows_ui(ui: &mut Ui, panel: &mut MemoryPanel, commands: &mut Vec<Command>) {
    let height = ui.available_height();
    if panel.explanation.is_some() {
        Panel::bottom("memory explanation")
            .resizable(true)
            .default_size((height * 0.42).min(250.0))
            .size_range(60.0..=(height * 0.6).max(60.0))
            .frame(egui::Frame::new().inner_margin(egui::Margin {
                top: theme::GAP as i8,
                ..egui::Margin::ZERO
            }))
            .show(ui, |ui| explain_ui(ui, panel, commands));
    }
    if ui.available_width() >= WIDE {
        let size = egui::vec2(ui.available_width() / 2.0, ui.available_height());
        ui.horizontal_top(|ui| {
            let half = egui::vec2(size.x - theme::GAP_LARGE / 2.0, size.y);
            let layout = egui::Layout::top_down(egui::Align::Min);
            ui.allocate_ui_with_layout(half, layout, |ui| table_ui(ui, panel, commands));
            ui.add_space(theme::GAP_LARGE / 2.0);
            ui.allocate_ui_with_layout(half, layout, |ui| icicle_ui(ui, panel, commands));
        });
    } else if panel.view == View::Table {
        table_ui(ui, panel, commands);
    } else {
        icicle_ui(ui, panel, commands);
    }
}
