use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;
use crate::app::text;

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
    action("tabs.back", text::tabs::PREVIOUS_SEARCH, &["Alt+Left"], || Command::Tabs(TabCommand::Back)),
    action("tabs.forward", text::tabs::NEXT_SEARCH, &["Alt+Right"], || Command::Tabs(TabCommand::Forward)),
    action("tabs.new", text::tabs::NEW_TAB, &["Ctrl+T"], || Command::Tabs(TabCommand::New)),
    action("tabs.close", text::tabs::CLOSE_TAB, &["Ctrl+W"], || Command::Tabs(TabCommand::CloseActive)),
    action("tabs.reopen", text::tabs::REOPEN_TAB, &["Ctrl+Shift+T"], || Command::Tabs(TabCommand::Reopen)),
    action("tabs.next", text::tabs::NEXT_TAB, &["Ctrl+Tab", "Ctrl+PageDown"], || Command::Tabs(TabCommand::Next)),
    action("tabs.previous", text::tabs::PREVIOUS_TAB, &["Ctrl+Shift+Tab", "Ctrl+PageUp"], || Command::Tabs(TabCommand::Previous)),
    action("tabs.show_1", text::tabs::SHOW_TAB_1, &["Ctrl+1"], || Command::Tabs(TabCommand::Show(0))),
    action("tabs.show_2", text::tabs::SHOW_TAB_2, &["Ctrl+2"], || Command::Tabs(TabCommand::Show(1))),
    action("tabs.show_3", text::tabs::SHOW_TAB_3, &["Ctrl+3"], || Command::Tabs(TabCommand::Show(2))),
    action("tabs.show_4", text::tabs::SHOW_TAB_4, &["Ctrl+4"], || Command::Tabs(TabCommand::Show(3))),
    action("tabs.show_5", text::tabs::SHOW_TAB_5, &["Ctrl+5"], || Command::Tabs(TabCommand::Show(4))),
    action("search.toggle_filter", text::tabs::TOGGLE_FILTER, &["Ctrl+Shift+F"], || Command::Tabs(TabCommand::ToggleFilter)),
    action("search.use_as_filter", text::tabs::USE_AS_FILTER, &["Ctrl+Alt+F"], || Command::Tabs(TabCommand::UseAsFilter)),
];
