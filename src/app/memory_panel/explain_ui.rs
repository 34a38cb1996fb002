//! Paints what the selected row says of itself, and what can be done about it.

use crate::app::text;
use eframe::egui::{self, Align, DragValue, Layout, RichText, ScrollArea, Ui};

use crate::app::command::Command;
use crate::app::theme;
use crate::memory::Cap;

use super::budget::with_pin;
use super::explain::{CacheView, Explanation};
use super::head_ui::badge_ui;
use super::verdict::cache_name;
use super::{MemoryCommand, MemoryPanel};

const MB: u64 = 1 << 20;
const NEXT_START: &str = text::memory_panel::COUNTS_AT_NEXT_START;
/// Of a cap, megabytes.
const CAP_RANGE: std::ops::RangeInclusive<u64> = 1..=65_536;

pub fn explain_ui(ui: &mut Ui, panel: &MemoryPanel, commands: &mut Vec<Command>) {
    let Some(explanation) = &panel.explanation else {
        return;
    };
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui
                .small_button(text::memory_panel::CLOSE_EXPLANATION)
                .clicked()
            {
                commands.push(Command::Memory(MemoryCommand::Explain(false)));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let title = RichText::new(&explanation.title).strong();
                ui.add(egui::Label::new(title).truncate());
            });
        });
    });
    ScrollArea::vertical()
        .id_salt("memory explanation")
        .auto_shrink([false, false])
        .show(ui, |ui| body_ui(ui, panel, explanation, commands));
}

fn body_ui(
    ui: &mut Ui,
    panel: &MemoryPanel,
    explanation: &Explanation,
    commands: &mut Vec<Command>,
) {
    let Explanation {
        title: _,
        figure,
        badge,
        badge_what,
        what,
        facts,
        offers,
        cache,
    } = explanation;
    ui.horizontal_wrapped(|ui| {
        badge_ui(ui, badge, badge_what);
        ui.label(figure);
    });
    if !what.is_empty() {
        ui.label(what);
    }
    if !offers.is_empty() || cache.is_some() {
        ui.horizontal_wrapped(|ui| {
            for offer in offers {
                let is_free = !panel.is_releasing(offer.action);
                let button = ui.add_enabled(is_free, egui::Button::new(&offer.label));
                if button.on_hover_text(&offer.costs).clicked() {
                    commands.push(Command::Release(offer.action));
                }
            }
            if let Some(cache) = cache {
                cache_ui(ui, panel, cache, commands);
            }
        });
    }
    for (name, text) in facts {
        fact_ui(ui, name, text);
    }
}

/// A name in weak letters and its text, wrapped together.
fn fact_ui(ui: &mut Ui, name: &str, text: &str) {
    ui.scope(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        ui.spacing_mut().item_spacing = egui::vec2(theme::GAP, 1.0);
        ui.horizontal_wrapped(|ui| {
            ui.weak(name);
            ui.label(text);
        });
    });
}

/// The most that a cache may take, and whether a budget may take it.
fn cache_ui(ui: &mut Ui, panel: &MemoryPanel, view: &CacheView, commands: &mut Vec<Command>) {
    let CacheView { cache, cap } = view;
    if let Some(cap) = cap {
        ui.label(text::memory_panel::AT_MOST_TITLE);
        cap_ui(ui, panel, cap, commands);
        if !cap.is_live {
            ui.weak(NEXT_START);
        }
    }
    let Some(news) = &panel.news else {
        return;
    };
    let wish = panel.budget.wish(&news.report.budget);
    let mut is_pinned = wish.pinned.contains(cache);
    let pin = ui.checkbox(&mut is_pinned, text::memory_panel::pin(cache_name(*cache)));
    if pin
        .on_hover_text(text::memory_panel::PIN_EXPLAINED)
        .changed()
    {
        commands.push(Command::SetBudget(with_pin(wish, *cache, is_pinned)));
    }
}

/// The most that a cache may take, to be dragged or typed.
pub fn cap_ui(ui: &mut Ui, panel: &MemoryPanel, cap: &Cap, commands: &mut Vec<Command>) {
    let Cap {
        cache,
        bytes,
        is_live,
    } = *cap;
    let mut mb = panel.budget.cap(cache, bytes) / MB;
    let drag = DragValue::new(&mut mb)
        .range(CAP_RANGE)
        .suffix(" MB")
        .update_while_editing(false);
    let field = ui
        .add(drag)
        .accessible_name(text::memory_panel::cap_of(cache_name(cache)));
    if field.dragged() {
        if field.changed() {
            let draft = MemoryCommand::DraftCap(cache, mb * MB);
            commands.push(Command::Memory(draft));
        }
    } else if field.changed() || field.drag_stopped() {
        commands.push(Command::SetCap(cache, mb * MB));
    }
    if !is_live {
        field.on_hover_text(NEXT_START);
    }
}
