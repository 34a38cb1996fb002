use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;
use crate::app::text;

use super::SideBarCommand;

pub const ACTIONS: &[Action] = &[Action {
    id: "side_bar.toggle",
    title: text::side_bar::SIDE_BAR,
    scope: Scope::Window,
    menu: Menu::View,
    keys: &["Ctrl+B"],
    command: || Command::SideBar(SideBarCommand::Toggle),
}];
