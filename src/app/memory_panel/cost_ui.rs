//! Paints what the things on screen cost.

use eframe::egui::{self, Align, Layout, RichText, ScrollArea, Ui};

use crate::app::{text, theme};

use super::cost::{Cost, costs};
use super::{MemoryPanel, ViewFigures};

pub fn cost_ui(ui: &mut Ui, panel: &MemoryPanel, figures: Option<&ViewFigures>) {
    let Some(figures) = figures else {
        return;
    };
    ui.weak(text::memory_panel::ON_SCREEN_EXPLAINED);
    ScrollArea::vertical()
        .id_salt("memory on screen")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let costs = costs(figures);
            let sum: u64 = costs.iter().map(|it| it.bytes).sum();
            for cost in &costs {
                line_ui(ui, cost);
            }
            ui.separator();
            ui.horizontal(|ui| {
                ui.strong(text::memory_panel::TOGETHER);
                figure_ui(ui, sum);
            });
            let window = panel
                .news
                .as_ref()
                .and_then(|it| it.report.row("window"))
                .map(|it| it.bytes);
            if let Some(bytes) = window {
                ui.add_space(theme::GAP);
                ui.weak(text::memory_panel::window_besides(bytes));
            }
        });
}

fn line_ui(ui: &mut Ui, cost: &Cost) {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.horizontal(|ui| {
            ui.label(cost.name);
            figure_ui(ui, cost.bytes);
        });
        ui.add(egui::Label::new(RichText::new(&cost.how).small().weak()).wrap());
    });
    ui.add_space(theme::GAP);
}

fn figure_ui(ui: &mut Ui, bytes: u64) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.add_space(theme::GAP);
        ui.label(RichText::new(text::bytes(bytes)).monospace());
    });
}
