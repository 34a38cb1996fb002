//! Paints what the doctor found, and the self-audit.

use eframe::egui::{self, RichText, ScrollArea, Ui, vec2};

use crate::app::command::Command;
use crate::app::{text, theme};
use crate::memory::Audit;

use super::head_ui::sparkline_ui;
use super::history::clock;
use super::{MemoryCommand, MemoryPanel};

const SPARKLINE_HEIGHT: f32 = 48.0;

pub fn advice_ui(ui: &mut Ui, panel: &MemoryPanel, commands: &mut Vec<Command>) {
    let (Some(news), Some(head)) = (&panel.news, &panel.head) else {
        return;
    };
    ScrollArea::vertical()
        .id_salt("memory advice")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let palette = theme::palette(ui.visuals());
            if news.report.findings.is_empty() {
                ui.label(text::memory_panel::NO_ADVICE);
            }
            for finding in &news.report.findings {
                let (fill, color) = if finding.is_alarm {
                    (palette.error_fill, palette.error)
                } else {
                    (palette.cell, ui.visuals().text_color())
                };
                egui::Frame::new()
                    .fill(fill)
                    .corner_radius(theme::CELL_ROUNDING)
                    .inner_margin(egui::Margin::symmetric(8, 6))
                    .show(ui, |ui| {
                        ui.set_min_width(ui.available_width());
                        ui.label(RichText::new(&finding.text).color(color));
                        if !finding.row.is_empty()
                            && ui.link(text::memory_panel::show(&finding.row)).clicked()
                        {
                            let row = MemoryCommand::SelectNamed(finding.row.clone());
                            commands.push(Command::Memory(row));
                        }
                    });
            }
            ui.add_space(theme::GAP_LARGE);
            ui.strong(text::memory_panel::SELF_AUDIT);
            audit_ui(ui, &news.history.audit);
            if head.shares.len() > 1 {
                let size = vec2(ui.available_width(), SPARKLINE_HEIGHT);
                sparkline_ui(ui, &head.shares, size, palette.accent);
                ui.weak(text::memory_panel::UNEXPLAINED_SHARE_OF_RSS);
            }
        });
}

fn audit_ui(ui: &mut Ui, audit: &Audit) {
    let Audit {
        num_walks,
        num_bad,
        worst_share,
        worst_at_ms,
        shares,
    } = audit;
    if *num_walks == 0 {
        ui.weak(text::memory_panel::NOT_AUDITED_YET);
        return;
    }
    let now_ms = shares.back().map_or(0, |it| it.0).max(*worst_at_ms);
    ui.label(text::memory_panel::walks(*num_walks, *num_bad));
    ui.label(text::memory_panel::at_worst(
        f64::from(*worst_share),
        &clock(*worst_at_ms, now_ms),
    ));
}
