use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;

use super::{LibraryChoice, LibraryCommand};

pub const ACTIONS: &[Action] = &[
    Action {
        id: "library.open",
        title: "Open or make a library…",
        scope: Scope::Window,
        menu: Menu::Library,
        keys: &["Ctrl+O"],
        command: || Command::Libraries(LibraryCommand::AskFolder),
    },
    Action {
        id: "library.usual",
        title: "Open your usual library",
        scope: Scope::Window,
        menu: Menu::Library,
        keys: &["Alt+Home"],
        command: || Command::Libraries(LibraryCommand::Open(LibraryChoice::Usual)),
    },
    Action {
        id: "library.demo",
        title: "Open the demo library",
        scope: Scope::Window,
        menu: Menu::Library,
        keys: &["Ctrl+Shift+D"],
        command: || Command::Libraries(LibraryCommand::Open(LibraryChoice::Demo)),
    },
];
