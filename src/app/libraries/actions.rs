use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;
use crate::app::text;

use super::{LibraryChoice, LibraryCommand};

pub const ACTIONS: &[Action] = &[
    Action {
        id: "library.open",
        title: text::libraries::OPEN_OR_MAKE,
        scope: Scope::Window,
        menu: Menu::Library,
        keys: &["Ctrl+O"],
        command: || Command::Libraries(LibraryCommand::AskFolder),
    },
    Action {
        id: "library.usual",
        title: text::libraries::OPEN_USUAL,
        scope: Scope::Window,
        menu: Menu::Library,
        keys: &["Alt+Home"],
        command: || Command::Libraries(LibraryCommand::Open(LibraryChoice::Usual)),
    },
    Action {
        id: "library.demo",
        title: text::libraries::OPEN_DEMO,
        scope: Scope::Window,
        menu: Menu::Library,
        keys: &["Ctrl+Shift+D"],
        command: || Command::Libraries(LibraryCommand::Open(LibraryChoice::Demo)),
    },
];
