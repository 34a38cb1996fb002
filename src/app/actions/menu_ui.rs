//! The main menu: a section for each [`Menu`], each action with its key.

use eframe::egui::style::ScrollStyle;
use eframe::egui::{Button, Popup, Rect, Role, ScrollArea, Shape, Stroke, Ui, WidgetInfo, vec2};

use super::menus::groups_of;
use super::{Action, Menu, PALETTE, Scope, named};
use crate::app::KobakoApp;
use crate::app::command::Command;
use crate::app::text;

/// Share of the window that a section of the menu takes at most.
const MOST_HEIGHT: f32 = 0.85;

impl KobakoApp {
    /// A button that opens the menu; `opens` opens it with the focus on it.
    pub(in crate::app) fn main_menu_ui(
        &self,
        ui: &mut Ui,
        opens: bool,
        commands: &mut Vec<Command>,
    ) {
        let scopes = self.scopes();
        let menu = ui.menu_button(text::MENU, |ui| {
            for menu in Menu::ALL {
                let groups = groups_of(menu, |it| {
                    // Of tabs there are seldom as many as could be.
                    let is_there = !it.id.starts_with(TABS) || self.can_do(it, scopes);
                    scopes.contains(&it.scope) && !TOP.contains(&it.id) && is_there
                });
                if groups.is_empty() {
                    continue;
                }
                ui.menu_button(menu.title(), |ui| {
                    // Longer than a window is high, where everything is large.
                    let height = ui.ctx().content_rect().height() * MOST_HEIGHT;
                    // A bar that is seen says that there is more.
                    ui.spacing_mut().scroll = ScrollStyle::solid();
                    let area = ScrollArea::vertical()
                        .max_height(height)
                        .min_scrolled_height(height);
                    area.show(ui, |ui| {
                        ui.spacing_mut().button_padding.x = TICK_ROOM;
                        for (index, group) in groups.iter().enumerate() {
                            if index > 0 {
                                ui.separator();
                            }
                            for action in group {
                                self.entry_ui(ui, action, scopes, commands);
                            }
                        }
                    });
                });
            }
            ui.separator();
            for id in TOP {
                if let Some(action) = named(id) {
                    self.entry_ui(ui, action, scopes, commands);
                }
            }
        });
        let button = menu
            .response
            .on_hover_text(self.keymap.hint(text::MENU, "window.menu"));
        if opens {
            button.request_focus();
            Popup::open_id(ui.ctx(), Popup::default_response_id(&button));
        }
    }

    /// The entry of the action of this id, in another menu.
    pub(in crate::app) fn named_entry_ui(
        &self,
        ui: &mut Ui,
        id: &str,
        commands: &mut Vec<Command>,
    ) {
        if let Some(action) = named(id) {
            self.entry_ui(ui, action, self.scopes(), commands);
        }
    }

    fn entry_ui(
        &self,
        ui: &mut Ui,
        action: &Action,
        scopes: &[Scope],
        commands: &mut Vec<Command>,
    ) {
        let command = (action.command)();
        let is_on = self.is_on(&command);
        let can = self.can_do(action, scopes);
        let button = Button::new(action.title).shortcut_text(self.keymap.shown(action.id));
        let entry = ui.add_enabled(can, button);
        if is_on == Some(true) {
            tick_ui(ui, entry.rect);
        }
        if let Some(is_on) = is_on {
            let title = action.title;
            entry.widget_info(|| WidgetInfo::selected(Role::Button, can, is_on, title));
        }
        if entry.accessible_name(action.title).clicked() {
            commands.push(command);
            ui.close();
        }
    }
}

/// Before the titles of a section, points.
const TICK_ROOM: f32 = 24.0;

/// In front of an entry that is on.
fn tick_ui(ui: &Ui, entry: Rect) {
    let at = entry.left_center() + vec2(TICK_ROOM / 2.0 + 1.0, 0.0);
    let points = [vec2(-4.5, 0.0), vec2(-1.5, 3.5), vec2(4.5, -4.0)].map(|it| at + it);
    let stroke = Stroke::new(1.8, ui.visuals().text_color());
    ui.painter().add(Shape::line(points.to_vec(), stroke));
}

/// Shows the tab of a number.
const TABS: &str = "tabs.show_";

/// Stand in no section, so that they are found at once.
const TOP: [&str; 3] = ["window.settings", "window.keys", PALETTE];
