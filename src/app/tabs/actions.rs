use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;

use super::TabCommand;

const fn action(
    id: &'static str,
    title: &'static str,
    keys: &'static [&'static str],
    command: fn() -> Command,
) -> Action {
    Action {
        id,
        title,
        scope: Scope::Window,
        menu: Menu::Search,
        keys,
        command,
    }
}

#[rustfmt::skip]
pub const ACTIONS: &[Action] = &[
    action("tabs.back", "Back to the search before", &["Alt+Left"], || Command::Tabs(TabCommand::Back)),
    action("tabs.forward", "Forward to the search after", &["Alt+Right"], || Command::Tabs(TabCommand::Forward)),
    action("tabs.new", "New tab", &["Ctrl+T"], || Command::Tabs(TabCommand::New)),
    action("tabs.close", "Close tab", &["Ctrl+W"], || Command::Tabs(TabCommand::CloseActive)),
    action("tabs.reopen", "Open closed tab again", &["Ctrl+Shift+T"], || Command::Tabs(TabCommand::Reopen)),
    action("tabs.next", "Next tab", &["Ctrl+Tab", "Ctrl+PageDown"], || Command::Tabs(TabCommand::Next)),
    action("tabs.previous", "Previous tab", &["Ctrl+Shift+Tab", "Ctrl+PageUp"], || Command::Tabs(TabCommand::Previous)),
    action("tabs.show_1", "Tab 1", &["Ctrl+1"], || Command::Tabs(TabCommand::Show(0))),
    action("tabs.show_2", "Tab 2", &["Ctrl+2"], || Command::Tabs(TabCommand::Show(1))),
    action("tabs.show_3", "Tab 3", &["Ctrl+3"], || Command::Tabs(TabCommand::Show(2))),
    action("tabs.show_4", "Tab 4", &["Ctrl+4"], || Command::Tabs(TabCommand::Show(3))),
    action("tabs.show_5", "Tab 5", &["Ctrl+5"], || Command::Tabs(TabCommand::Show(4))),
    action("search.toggle_filter", "Default filter on or off", &["Ctrl+Shift+F"], || Command::Tabs(TabCommand::ToggleFilter)),
    action("search.use_as_filter", "Use this search as default filter", &["Ctrl+Alt+F"], || Command::Tabs(TabCommand::UseAsFilter)),
];
