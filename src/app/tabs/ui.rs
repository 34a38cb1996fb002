//! The row of tabs, where there is more than one, and the arrows of the history.

use eframe::egui::{
    self, Align2, Button, Color32, Id, Rect, Response, Role, ScrollArea, Sense, Shape, Stroke,
    StrokeKind, TextStyle, Ui, WidgetInfo, containers::menu::MenuButton, pos2,
    scroll_area::ScrollBarVisibility, vec2,
};

use crate::app::KobakoApp;
use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::{text, theme};

use super::{TabCommand, Tabs, title};

const MAX_WIDTH: f32 = 190.0;
const MIN_WIDTH: f32 = 96.0;
const CLOSE_WIDTH: f32 = 20.0;
/// Of the list of all tabs.
const LIST_WIDTH: f32 = 30.0;

/// Width of an arrow of the history, points.
pub const ARROW_WIDTH: f32 = 24.0;

/// Back and forward.
pub fn history_ui(ui: &mut Ui, tabs: &Tabs, commands: &mut Vec<Command>) {
    let arrows = [
        (
            true,
            tabs.can_go_back(),
            text::tabs::PREVIOUS_SEARCH,
            "tabs.back",
        ),
        (
            false,
            tabs.can_go_forward(),
            text::tabs::NEXT_SEARCH,
            "tabs.forward",
        ),
    ];
    for (is_back, is_enabled, name, action) in arrows {
        let key = key_of(ui.ctx(), action);
        let button = Button::new("").min_size(vec2(ARROW_WIDTH, 0.0));
        let response = ui
            .add_enabled(is_enabled, button)
            .accessible_name(name)
            .on_hover_text(text::actions::with_key(name, &key));
        let visuals = ui.visuals();
        let color = if is_enabled {
            visuals.text_color()
        } else {
            visuals.disable(visuals.text_color())
        };
        let center = response.rect.center();
        let side = if is_back { 1.0 } else { -1.0 };
        ui.painter().add(Shape::line(
            vec![
                center + vec2(2.5 * side, -4.5),
                center + vec2(-2.5 * side, 0.0),
                center + vec2(2.5 * side, 4.5),
            ],
            Stroke::new(1.6, color),
        ));
        if response.clicked() {
            commands.push(Command::Tabs(if is_back {
                TabCommand::Back
            } else {
                TabCommand::Forward
            }));
        }
    }
}

/// Nothing where there is one tab alone.
pub fn tabs_ui(ui: &mut Ui, app: &KobakoApp, commands: &mut Vec<Command>) {
    let num = app.tabs.num();
    if num < 2 {
        return;
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        let room = ui.available_width() - 34.0;
        let is_wide_enough = num as f32 * (MIN_WIDTH + 3.0) <= room;
        let room = if is_wide_enough {
            room
        } else {
            all_tabs_ui(ui, app, commands);
            room - LIST_WIDTH - 3.0
        };
        let width = (room / num as f32 - 3.0).clamp(MIN_WIDTH, MAX_WIDTH);
        ScrollArea::horizontal()
            .id_salt("tabs")
            .max_width(room)
            .auto_shrink([true, true])
            // It would lie over the tabs; the list leads to those out of sight.
            .scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden)
            .show(ui, |ui| {
                for index in 0..num {
                    tab_ui(ui, app, index, width, commands);
                }
            });
        new_tab_button_ui(ui, commands);
    });
}

/// The list of all tabs, where they are more than there is room for.
fn all_tabs_ui(ui: &mut Ui, app: &KobakoApp, commands: &mut Vec<Command>) {
    let num = app.tabs.num();
    let button = Button::new(num.to_string()).min_size(vec2(LIST_WIDTH, 0.0));
    let menu = MenuButton::from_button(button).ui(ui, |ui| {
        ScrollArea::vertical().show(ui, |ui| {
            for index in 0..num {
                let is_active = index == app.tabs.active();
                let label = text::middle(title(query_of(app, index)), 60);
                if ui
                    .selectable_label(is_active, text::on_screen(&label).as_ref())
                    .clicked()
                {
                    commands.push(Command::Tabs(TabCommand::Show(index)));
                    ui.close();
                }
            }
        });
    });
    menu.0
        .accessible_name(text::tabs::all_tabs(num))
        .on_hover_text(text::tabs::all_tabs(num));
}

fn query_of(app: &KobakoApp, index: usize) -> &str {
    if index == app.tabs.active() {
        return app.search.current_query();
    }
    let tab = app.tabs.tabs.get(index);
    tab.map_or("", |it| it.place.query.as_str())
}

/// In the bar of the search, while there is no row of tabs that has it.
pub fn new_tab_ui(ui: &mut Ui, tabs: &Tabs, commands: &mut Vec<Command>) {
    if tabs.num() < 2 {
        new_tab_button_ui(ui, commands);
    }
}

fn new_tab_button_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    let hint = text::actions::with_key(text::tabs::NEW_TAB, &key_of(ui.ctx(), "tabs.new"));
    let new = ui
        .add(Button::new("+").min_size(vec2(ARROW_WIDTH, 0.0)))
        .accessible_name(text::tabs::NEW_TAB)
        .on_hover_text(hint);
    if new.clicked() {
        commands.push(Command::Tabs(TabCommand::New));
    }
}

fn tab_ui(ui: &mut Ui, app: &KobakoApp, index: usize, width: f32, commands: &mut Vec<Command>) {
    let is_active = index == app.tabs.active();
    let Some(tab) = app.tabs.tabs.get(index) else {
        return;
    };
    let num_tabs = app.tabs.num();
    let query = query_of(app, index);
    let label = title(query);
    let mut push = |command| commands.push(Command::Tabs(command));

    let size = vec2(width, ui.spacing().interact_size.y);
    let (rect, _) = ui.allocate_exact_size(size, Sense::empty());
    // It is the same one while it is dragged, wherever it stands.
    let response = ui.interact(rect, Id::unique(("tab", tab.id)), Sense::click_and_drag());
    response.widget_info(|| {
        WidgetInfo::selected(Role::Button, true, is_active, text::tabs::tab(label))
    });
    paint_tab(
        ui,
        rect,
        label,
        is_active,
        response.hovered(),
        response.has_focus(),
    );
    // Once, so that others can be brought into sight.
    let in_sight = Id::unique("tab brought into sight");
    if is_active && ui.data(|data| data.get_temp(in_sight)) != Some((tab.id, num_tabs)) {
        response.scroll_to_me(None);
        ui.data_mut(|data| data.insert_temp(in_sight, (tab.id, num_tabs)));
    }

    // What is seen in part is not closed by mistake.
    let is_whole = ui.clip_rect().expand(1.0).contains_rect(rect);
    let close = is_whole.then(|| close_ui(ui, rect, &response, label));

    let response = response.on_hover_ui(|ui| {
        ui.label(match query.trim() {
            "" => text::tabs::EVERYTHING,
            query => query,
        });
        ui.weak(cost(app, index));
    });
    if close.is_some_and(|it| it.clicked()) || response.middle_clicked() {
        push(TabCommand::Close(index));
    } else if response.clicked() {
        push(TabCommand::Show(index));
    }
    // Beyond its neighbour's middle, the two change places.
    if response.dragged()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        if pointer.x < rect.left() - width * 0.5 && index > 0 {
            push(TabCommand::Move {
                from: index,
                to: index - 1,
            });
        } else if pointer.x > rect.right() + width * 0.5 && index + 1 < app.tabs.num() {
            push(TabCommand::Move {
                from: index,
                to: index + 1,
            });
        }
    }
    response.context_menu(|ui| {
        ui.weak(cost(app, index));
        ui.separator();
        for (label, command) in [
            (text::tabs::CLOSE_TAB, TabCommand::Close(index)),
            (text::tabs::CLOSE_OTHER_TABS, TabCommand::CloseOthers(index)),
            (text::tabs::NEW_TAB, TabCommand::New),
            (text::tabs::REOPEN_TAB, TabCommand::Reopen),
        ] {
            if ui.button(label).clicked() {
                push(command);
                ui.close();
            }
        }
    });
}

/// The cross at the end of a tab.
fn close_ui(ui: &Ui, rect: Rect, tab: &Response, label: &str) -> Response {
    let close_rect = rect.with_min_x(rect.right() - CLOSE_WIDTH);
    let close = ui.interact(close_rect, tab.id.with("close"), Sense::click());
    let close_name = text::tabs::close(label);
    close.widget_info(|| WidgetInfo::labeled(Role::Button, true, close_name.clone()));
    let color = if close.hovered() {
        ui.visuals().strong_text_color()
    } else {
        ui.visuals().weak_text_color()
    };
    paint_cross(ui, close_rect, color);
    close
}

/// What a tab holds of memory, in words.
fn cost(app: &KobakoApp, index: usize) -> String {
    let (num, bytes) = if index == app.tabs.active() {
        (app.results.num_held(), app.results.held_bytes())
    } else {
        let parked = app.tabs.tabs.get(index).and_then(|it| it.parked.as_ref());
        match parked {
            Some(parked) => (parked.results.num_held(), parked.results.held_bytes()),
            None => return text::tabs::HOLDS_NOTHING.to_owned(),
        }
    };
    text::tabs::holds(bytes, num)
}

fn paint_tab(ui: &Ui, rect: Rect, label: &str, is_active: bool, is_hovered: bool, has_focus: bool) {
    let visuals = ui.visuals();
    let palette = theme::palette(visuals);
    let fill = if is_active {
        visuals.selection.bg_fill
    } else if is_hovered {
        palette.cell_hovered
    } else {
        palette.cell
    };
    ui.painter().rect_filled(rect, 4, fill);
    if has_focus {
        let stroke = Stroke::new(1.5, palette.accent);
        ui.painter()
            .rect_stroke(rect, 4, stroke, StrokeKind::Inside);
    }
    let color = if is_active {
        visuals.strong_text_color()
    } else {
        visuals.text_color()
    };
    let font = TextStyle::Body.resolve(ui.style());
    let mut job =
        egui::text::LayoutJob::simple_singleline(text::on_screen(label).into_owned(), font, color);
    let room = rect.width() - CLOSE_WIDTH - 10.0;
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(0.0));
    let galley = ui.painter().layout_job(job);
    let at = pos2(rect.left() + 8.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
}

fn paint_cross(ui: &Ui, rect: Rect, color: Color32) {
    let font = TextStyle::Body.resolve(ui.style());
    ui.painter()
        .text(rect.center(), Align2::CENTER_CENTER, "×", font, color);
}
