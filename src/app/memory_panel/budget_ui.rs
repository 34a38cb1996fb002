//! Paints the budget: how much, in which order it is kept, what it costs.

use eframe::egui::{
    Align, Button, DragValue, Layout, RichText, Role, ScrollArea, Shape, Stroke, Ui, WidgetInfo,
    vec2,
};

use crate::app::command::Command;
use crate::app::{text, theme};
use crate::memory::{BudgetReport, BudgetWish, Cache};

use super::budget::{LEAST_BYTES, suggested_bytes, with_moved, with_pin};
use super::explain_ui::cap_ui;
use super::head_ui::budget_bar_ui;
use super::verdict::cache_name;
use super::{MemoryCommand, MemoryPanel};

const MB: u64 = 1 << 20;
const NAME_WIDTH: f32 = 120.0;

pub fn budget_ui(ui: &mut Ui, panel: &MemoryPanel, commands: &mut Vec<Command>) {
    let Some(news) = &panel.news else {
        return;
    };
    let budget = &news.report.budget;
    let wish = panel.budget.wish(budget);
    ScrollArea::vertical()
        .id_salt("memory budget")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            limit_ui(ui, panel, &wish, commands);
            if wish.limit_bytes.is_some()
                && let Some(bar) = panel.head.as_ref().and_then(|it| it.budget.as_ref())
            {
                budget_bar_ui(ui, bar);
            }
            ui.add_space(theme::GAP_LARGE);
            order_ui(ui, panel, &wish, commands);
            ui.add_space(theme::GAP_LARGE);
            permits_ui(ui, budget);
            for what in &budget.degraded {
                ui.colored_label(theme::palette(ui.visuals()).warning, what);
            }
        });
}

/// Whether there is a budget, and how much.
fn limit_ui(ui: &mut Ui, panel: &MemoryPanel, wish: &BudgetWish, commands: &mut Vec<Command>) {
    let Some(news) = &panel.news else {
        return;
    };
    let with_limit = |limit_bytes| {
        Command::SetBudget(BudgetWish {
            limit_bytes,
            ..wish.clone()
        })
    };
    ui.horizontal_wrapped(|ui| {
        let mut is_on = wish.limit_bytes.is_some();
        if ui
            .checkbox(&mut is_on, text::memory_panel::KEEP_A_BUDGET)
            .changed()
        {
            let limit = is_on.then(|| suggested_bytes(&news.report));
            commands.push(with_limit(limit));
        }
        if let Some(limit) = wish.limit_bytes {
            let mut mb = panel.budget.draft_limit.unwrap_or(limit) / MB;
            let drag = DragValue::new(&mut mb)
                .range(LEAST_BYTES / MB..=1 << 20)
                .suffix(" MB")
                .update_while_editing(false);
            let field = ui.add(drag).accessible_name(text::memory_panel::BUDGET_MB);
            if field.dragged() {
                if field.changed() {
                    let draft = MemoryCommand::DraftLimit(mb * MB);
                    commands.push(Command::Memory(draft));
                }
            } else if field.changed() || field.drag_stopped() {
                commands.push(with_limit(Some(mb * MB)));
            }
        }
    });
    ui.weak(text::memory_panel::budget_is(
        LEAST_BYTES,
        suggested_bytes(&news.report),
    ));
}

/// What goes first when the budget is tight; what is pinned never goes.
fn order_ui(ui: &mut Ui, panel: &MemoryPanel, wish: &BudgetWish, commands: &mut Vec<Command>) {
    let caps = panel.news.as_ref().map(|it| it.report.budget.caps.iter());
    let cap_of = |cache| {
        caps.clone()
            .and_then(|mut it| it.find(|it| it.cache == cache))
    };
    ui.strong(text::memory_panel::ORDER_OF_GIVING_BACK);
    let free: Vec<Cache> = wish
        .order
        .iter()
        .copied()
        .filter(|it| !wish.pinned.contains(it))
        .collect();
    for (index, cache) in free.iter().enumerate() {
        row_ui(ui, |ui| {
            let place = RichText::new(format!("{}", index + 1)).weak().monospace();
            ui.label(place);
            let name = cache_name(*cache);
            for (is_earlier, is_possible) in [(true, index > 0), (false, index + 1 < free.len())] {
                if arrow_ui(ui, name, is_earlier, is_possible) {
                    let moved = with_moved(wish.clone(), *cache, is_earlier);
                    commands.push(Command::SetBudget(moved));
                }
            }
            name_ui(ui, *cache);
            pin_ui(ui, wish, *cache, commands);
            if let Some(cap) = cap_of(*cache) {
                ui.weak(text::memory_panel::AT_MOST);
                cap_ui(ui, panel, cap, commands);
            }
        });
    }
    if wish.pinned.is_empty() {
        return;
    }
    ui.add_space(theme::GAP);
    ui.strong(text::memory_panel::NEVER_GIVEN_BACK);
    for cache in &wish.pinned {
        row_ui(ui, |ui| {
            name_ui(ui, *cache);
            pin_ui(ui, wish, *cache, commands);
            if let Some(cap) = cap_of(*cache) {
                ui.weak(text::memory_panel::AT_MOST);
                cap_ui(ui, panel, cap, commands);
            }
        });
    }
}

fn row_ui(ui: &mut Ui, add_contents: impl FnOnce(&mut Ui)) {
    ui.horizontal_wrapped(|ui| {
        ui.set_min_height(theme::TABLE_ROW_HEIGHT);
        add_contents(ui);
    });
}

/// As wide for all, so that what is beside them is aligned.
fn name_ui(ui: &mut Ui, cache: Cache) {
    let size = vec2(NAME_WIDTH, theme::TABLE_ROW_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(NAME_WIDTH);
        ui.label(cache_name(cache)).on_hover_text(cache.costs());
    });
}

fn pin_ui(ui: &mut Ui, wish: &BudgetWish, cache: Cache, commands: &mut Vec<Command>) {
    let mut is_pinned = wish.pinned.contains(&cache);
    let name = cache_name(cache);
    let pin = ui
        .checkbox(&mut is_pinned, text::memory_panel::PIN)
        .accessible_name(text::memory_panel::pin(name));
    if pin.changed() {
        commands.push(Command::SetBudget(with_pin(wish.clone(), cache, is_pinned)));
    }
}

/// A button with a triangle that points up or down.
fn arrow_ui(ui: &mut Ui, name: &str, is_earlier: bool, is_possible: bool) -> bool {
    let size = vec2(theme::TABLE_ROW_HEIGHT, theme::TABLE_ROW_HEIGHT);
    let button = Button::new("").min_size(size);
    let response = ui.add_enabled(is_possible, button);
    let said = if is_earlier {
        text::memory_panel::give_back_earlier(name)
    } else {
        text::memory_panel::give_back_later(name)
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_possible, &said));
    let color = if is_possible {
        ui.style().interact(&response).fg_stroke.color
    } else {
        ui.visuals().weak_text_color().gamma_multiply(0.5)
    };
    let y = if is_earlier { -1.0 } else { 1.0 };
    let corners = [
        vec2(-4.0, -2.5 * y),
        vec2(4.0, -2.5 * y),
        vec2(0.0, 3.0 * y),
    ];
    let points = corners.map(|it| response.rect.center() + it).to_vec();
    ui.painter()
        .add(Shape::convex_polygon(points, color, Stroke::NONE));
    response.clicked()
}

/// Bytes that were granted before they were allocated.
fn permits_ui(ui: &mut Ui, budget: &BudgetReport) {
    let BudgetReport {
        permits_used_bytes,
        permits_limit_bytes,
        ..
    } = budget;
    if *permits_limit_bytes == 0 {
        return;
    }
    ui.label(text::memory_panel::permits(
        *permits_used_bytes,
        *permits_limit_bytes,
    ))
    .on_hover_text(text::memory_panel::BUDGET_EXPLAINED);
}
