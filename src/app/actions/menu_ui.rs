//! The main menu: a section for each [`Menu`], each action with its key.

use eframe::egui::style::ScrollStyle;
use eframe::egui::{Button, Popup, ScrollArea, Ui};

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
                    scopes.contains(&it.scope) && !TOP.contains(&it.id)
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
        let button = Button::new(action.title).shortcut_text(self.keymap.shown(action.id));
        let entry = ui.add_enabled(self.can_do(action, scopes), button);
        if entry.accessible_name(action.title).clicked() {
            commands.push((action.command)());
            ui.close();
        }
    }
}

/// Stand in no section, so that they are found at once.
const TOP: [&str; 3] = ["window.settings", "window.keys", PALETTE];
