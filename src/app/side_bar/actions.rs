use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;

use super::SideBarCommand;

pub const ACTIONS: &[Action] = &[Action {
    id: "side_bar.toggle",
    title: "Side bar",
    scope: Scope::Window,
    menu: Menu::View,
    keys: &["Ctrl+B"],
    command: || Command::SideBar(SideBarCommand::Toggle),
}];
