//! Actions that open the pages, and those of theme and size.

use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;
use crate::app::theme::ThemeChoice;
use crate::app::view::View;

use super::OptionsCommand;

pub const ACTIONS: &[Action] = &[
    Action {
        id: "window.settings",
        title: "Settings…",
        scope: Scope::Window,
        menu: Menu::Library,
        keys: &["Ctrl+,"],
        command: || Command::Options(OptionsCommand::TogglePage(View::Settings)),
    },
    Action {
        id: "window.keys",
        title: "Keys…",
        scope: Scope::Window,
        menu: Menu::Help,
        keys: &["F1", "?"],
        command: || Command::Options(OptionsCommand::TogglePage(View::Keys)),
    },
    Action {
        id: "view.larger",
        title: "Everything larger",
        scope: Scope::Window,
        menu: Menu::View,
        keys: &["Ctrl+Plus", "Ctrl+Shift+Plus", "Ctrl+="],
        command: || Command::Options(OptionsCommand::ScaleBy(1)),
    },
    Action {
        id: "view.smaller",
        title: "Everything smaller",
        scope: Scope::Window,
        menu: Menu::View,
        keys: &["Ctrl+-"],
        command: || Command::Options(OptionsCommand::ScaleBy(-1)),
    },
    Action {
        id: "view.normal_size",
        title: "Everything at its normal size",
        scope: Scope::Window,
        menu: Menu::View,
        keys: &["Ctrl+0"],
        command: || Command::Options(OptionsCommand::ResetScale),
    },
    Action {
        id: "view.theme_system",
        title: "Light or dark as the system",
        scope: Scope::Window,
        menu: Menu::View,
        keys: &[],
        command: || Command::SetTheme(ThemeChoice::System),
    },
    Action {
        id: "view.theme_light",
        title: "Light",
        scope: Scope::Window,
        menu: Menu::View,
        keys: &[],
        command: || Command::SetTheme(ThemeChoice::Light),
    },
    Action {
        id: "view.theme_dark",
        title: "Dark",
        scope: Scope::Window,
        menu: Menu::View,
        keys: &[],
        command: || Command::SetTheme(ThemeChoice::Dark),
    },
    Action {
        id: "view.theme_contrast",
        title: "High contrast",
        scope: Scope::Window,
        menu: Menu::View,
        keys: &[],
        command: || Command::SetTheme(ThemeChoice::HighContrast),
    },
];
