//! Actions that open the pages of the help menu.

use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;
use crate::app::options::OptionsCommand;
use crate::app::text;
use crate::app::view::View;

pub const ACTIONS: &[Action] = &[
    Action {
        id: "window.search_help",
        title: text::help::ASK_SEARCH_LANGUAGE,
        scope: Scope::Window,
        menu: Menu::Help,
        keys: &["Shift+F1"],
        command: || Command::Options(OptionsCommand::TogglePage(View::SearchHelp)),
    },
    Action {
        id: "window.about",
        title: text::help::ASK_ABOUT,
        scope: Scope::Window,
        menu: Menu::Help,
        keys: &["Ctrl+F1"],
        command: || Command::Options(OptionsCommand::TogglePage(View::About)),
    },
];
