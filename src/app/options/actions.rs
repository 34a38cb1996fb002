//! Actions that open the pages, and those of theme and size.

use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;
use crate::app::text;
use crate::app::theme::ThemeChoice;
use crate::app::view::View;

use super::OptionsCommand;

pub const ACTIONS: &[Action] = &[
    Action {
        id: "window.settings",
        title: text::options::ASK_SETTINGS,
        scope: Scope::Window,
        menu: Menu::Library,
        keys: &["Ctrl+,"],
        command: || Command::Options(OptionsCommand::TogglePage(View::Settings)),
    },
    Action {
        id: "window.keys",
        title: text::options::ASK_KEYS,
        scope: Scope::Window,
        menu: Menu::Help,
        keys: &["F1", "?"],
        command: || Command::Options(OptionsCommand::TogglePage(View::Keys)),
    },
    Action {
        id: "view.larger",
        title: text::options::EVERYTHING_LARGER,
        scope: Scope::Window,
        menu: Menu::View,
        keys: &["Ctrl+Plus", "Ctrl+Shift+Plus", "Ctrl+="],
        command: || Command::Options(OptionsCommand::ScaleBy(1)),
    },
    Action {
        id: "view.smaller",
        title: text::options::EVERYTHING_SMALLER,
        scope: Scope::Window,
        menu: Menu::View,
        keys: &["Ctrl+-"],
        command: || Command::Options(OptionsCommand::ScaleBy(-1)),
    },
    Action {
        id: "view.normal_size",
        title: text::options::EVERYTHING_AT_ITS_NORMAL_SIZE,
        scope: Scope::Window,
        menu: Menu::View,
        keys: &["Ctrl+0"],
        command: || Command::Options(OptionsCommand::ResetScale),
    },
    Action {
        id: "view.theme_system",
        title: text::options::THEME_AS_THE_SYSTEM,
        scope: Scope::Window,
        menu: Menu::View,
        keys: &["Ctrl+Alt+1"],
        command: || Command::SetTheme(ThemeChoice::System),
    },
    Action {
        id: "view.theme_light",
        title: text::options::LIGHT,
        scope: Scope::Window,
        menu: Menu::View,
        keys: &["Ctrl+Alt+2"],
        command: || Command::SetTheme(ThemeChoice::Light),
    },
    Action {
        id: "view.theme_dark",
        title: text::options::DARK,
        scope: Scope::Window,
        menu: Menu::View,
        keys: &["Ctrl+Alt+3"],
        command: || Command::SetTheme(ThemeChoice::Dark),
    },
    Action {
        id: "view.theme_contrast",
        title: text::options::HIGH_CONTRAST,
        scope: Scope::Window,
        menu: Menu::View,
        keys: &["Ctrl+Alt+4"],
        command: || Command::SetTheme(ThemeChoice::HighContrast),
    },
    Action {
        id: "view.theme_contrast_light",
        title: text::options::HIGH_CONTRAST_LIGHT,
        scope: Scope::Window,
        menu: Menu::View,
        keys: &["Ctrl+Alt+5"],
        command: || Command::SetTheme(ThemeChoice::HighContrastLight),
    },
];
