//! The main menu: a section for each [`Menu`], each action with its key.

use eframe::egui::{Button, Popup, Ui};

use super::{Action, Menu, all};
use crate::app::KobakoApp;
use crate::app::command::Command;
use crate::app::text;

impl KobakoApp {
    /// A button that opens the menu; `opens` opens it with the focus on it.
    pub(in crate::app) fn main_menu_ui(
        &self,
        ui: &mut Ui,
        opens: bool,
        commands: &mut Vec<Command>,
    ) {
        let scopes = self.scopes(ui.ctx());
        let menu = ui.menu_button(text::MENU, |ui| {
            for menu in Menu::ALL {
                let actions: Vec<&Action> = all()
                    .filter(|it| it.menu == menu && scopes.contains(&it.scope))
                    .collect();
                if actions.is_empty() {
                    continue;
                }
                ui.menu_button(menu.title(), |ui| {
                    for action in actions {
                        let can = self.can_do(action, scopes);
                        let button =
                            Button::new(action.title).shortcut_text(self.keymap.shown(action.id));
                        let entry = ui.add_enabled(can, button).accessible_name(action.title);
                        if entry.clicked() {
                            commands.push((action.command)());
                            ui.close();
                        }
                    }
                });
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
}
