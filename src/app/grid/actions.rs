//! What can be asked for by name in a grid.

use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;
use crate::message::PostFact;
use crate::model::Rating;

use super::GridCommand;

const fn action(
    id: &'static str,
    title: &'static str,
    scope: Scope,
    menu: Menu,
    keys: &'static [&'static str],
    command: fn() -> Command,
) -> Action {
    Action {
        id,
        title,
        scope,
        menu,
        keys,
        command,
    }
}

pub const ACTIONS: &[Action] = &[
    action(
        "edit.undo",
        "Undo",
        Scope::Window,
        Menu::Edit,
        &["Ctrl+Z"],
        || Command::Grid(GridCommand::Undo),
    ),
    action(
        "edit.redo",
        "Redo",
        Scope::Window,
        Menu::Edit,
        &["Ctrl+Shift+Z", "Ctrl+Y"],
        || Command::Grid(GridCommand::Redo),
    ),
    action(
        "grid.select_all",
        "Select all",
        Scope::Posts,
        Menu::Edit,
        &["Ctrl+A"],
        || Command::Grid(GridCommand::SelectAll),
    ),
    action(
        "grid.invert_selection",
        "Invert selection",
        Scope::Posts,
        Menu::Edit,
        &["Ctrl+Shift+I"],
        || Command::Grid(GridCommand::InvertSelection),
    ),
    action(
        "grid.select_nothing",
        "Select nothing",
        Scope::Posts,
        Menu::Edit,
        &["Ctrl+Shift+A"],
        || Command::Grid(GridCommand::SelectNothing),
    ),
    action(
        "grid.larger",
        "Larger thumbnails",
        Scope::Posts,
        Menu::View,
        &["+"],
        || Command::Grid(GridCommand::Larger),
    ),
    action(
        "grid.smaller",
        "Smaller thumbnails",
        Scope::Posts,
        Menu::View,
        &["-"],
        || Command::Grid(GridCommand::Smaller),
    ),
    action(
        "grid.badges",
        "Badges on thumbnails",
        Scope::Posts,
        Menu::View,
        &["B"],
        || Command::Grid(GridCommand::ToggleBadges),
    ),
    action(
        "grid.hover_preview",
        "Preview where the pointer rests",
        Scope::Posts,
        Menu::View,
        &["Shift+P"],
        || Command::Grid(GridCommand::ToggleHoverPreview),
    ),
    action(
        "grid.peek",
        "Preview of the selected picture",
        Scope::Posts,
        Menu::View,
        &["P"],
        || Command::Grid(GridCommand::Peek),
    ),
    action(
        "grid.go_to",
        "Go to number…",
        Scope::Posts,
        Menu::View,
        &["G", "Ctrl+G"],
        || Command::Grid(GridCommand::AskNumber),
    ),
    action(
        "grid.menu",
        "Menu of the selection",
        Scope::Posts,
        Menu::Post,
        &["Menu", "Shift+F10"],
        || Command::Grid(GridCommand::OpenMenu),
    ),
    action(
        "post.copy_paths",
        "Copy path",
        Scope::Post,
        Menu::Post,
        &["Ctrl+Shift+C"],
        || Command::Grid(GridCommand::Copy(PostFact::Path)),
    ),
    action(
        "post.copy_md5s",
        "Copy MD5",
        Scope::Post,
        Menu::Post,
        &["Ctrl+Shift+H"],
        || Command::Grid(GridCommand::Copy(PostFact::Md5)),
    ),
    action(
        "post.copy_tags",
        "Copy tags",
        Scope::Post,
        Menu::Post,
        &["Ctrl+Shift+K"],
        || Command::Grid(GridCommand::Copy(PostFact::Tags)),
    ),
    action(
        "post.favorite",
        "Favourite",
        Scope::Post,
        Menu::Post,
        &["F"],
        || Command::Grid(GridCommand::ToggleFavorite),
    ),
    action(
        "post.rate_general",
        "Rate general",
        Scope::Post,
        Menu::Post,
        &["1"],
        || rate(Some(Rating::General)),
    ),
    action(
        "post.rate_sensitive",
        "Rate sensitive",
        Scope::Post,
        Menu::Post,
        &["2"],
        || rate(Some(Rating::Sensitive)),
    ),
    action(
        "post.rate_questionable",
        "Rate questionable",
        Scope::Post,
        Menu::Post,
        &["3"],
        || rate(Some(Rating::Questionable)),
    ),
    action(
        "post.rate_explicit",
        "Rate explicit",
        Scope::Post,
        Menu::Post,
        &["4"],
        || rate(Some(Rating::Explicit)),
    ),
    action(
        "posts.trash",
        "Send the selected to the trash…",
        Scope::Posts,
        Menu::Post,
        &["Del"],
        || Command::Grid(GridCommand::AskTrash),
    ),
    action(
        "post.remove",
        "Take out of the library",
        Scope::Post,
        Menu::Post,
        &["Shift+Del"],
        || Command::Grid(GridCommand::Remove),
    ),
    action(
        "post.unrate",
        "Take the rating away",
        Scope::Post,
        Menu::Post,
        &["0"],
        || rate(None),
    ),
];

fn rate(rating: Option<Rating>) -> Command {
    Command::Grid(GridCommand::Rate(rating))
}
