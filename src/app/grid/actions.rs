//! What can be asked for by name in a grid.

use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;
use crate::app::text;
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
        text::grid::UNDO,
        Scope::Window,
        Menu::Edit,
        &["Ctrl+Z"],
        || Command::Grid(GridCommand::Undo),
    ),
    action(
        "edit.redo",
        text::grid::REDO,
        Scope::Window,
        Menu::Edit,
        &["Ctrl+Shift+Z", "Ctrl+Y"],
        || Command::Grid(GridCommand::Redo),
    ),
    action(
        "grid.select_all",
        text::grid::SELECT_ALL,
        Scope::Posts,
        Menu::Edit,
        &["Ctrl+A"],
        || Command::Grid(GridCommand::SelectAll),
    ),
    action(
        "grid.invert_selection",
        text::grid::INVERT_SELECTION,
        Scope::Posts,
        Menu::Edit,
        &["Ctrl+Shift+I"],
        || Command::Grid(GridCommand::InvertSelection),
    ),
    action(
        "grid.select_nothing",
        text::grid::SELECT_NOTHING,
        Scope::Posts,
        Menu::Edit,
        &["Ctrl+Shift+A"],
        || Command::Grid(GridCommand::SelectNothing),
    ),
    action(
        "grid.larger",
        text::grid::LARGER_THUMBNAILS,
        Scope::Posts,
        Menu::View,
        &["+"],
        || Command::Grid(GridCommand::Larger),
    ),
    action(
        "grid.smaller",
        text::grid::SMALLER_THUMBNAILS,
        Scope::Posts,
        Menu::View,
        &["-"],
        || Command::Grid(GridCommand::Smaller),
    ),
    action(
        "grid.badges",
        text::grid::BADGES,
        Scope::Posts,
        Menu::View,
        &["B"],
        || Command::Grid(GridCommand::ToggleBadges),
    ),
    action(
        "grid.hover_preview",
        text::grid::HOVER_PREVIEW,
        Scope::Posts,
        Menu::View,
        &["Shift+P"],
        || Command::Grid(GridCommand::ToggleHoverPreview),
    ),
    action(
        "grid.peek",
        text::grid::PREVIEW_OF_SELECTED,
        Scope::Posts,
        Menu::View,
        &["P"],
        || Command::Grid(GridCommand::Peek),
    ),
    action(
        "grid.go_to",
        text::grid::GO_TO_NUMBER,
        Scope::Posts,
        Menu::View,
        &["G", "Ctrl+G"],
        || Command::Grid(GridCommand::AskNumber),
    ),
    action(
        "grid.menu",
        text::grid::MENU_OF_SELECTION,
        Scope::Posts,
        Menu::Post,
        &["Menu", "Shift+F10"],
        || Command::Grid(GridCommand::OpenMenu),
    ),
    action(
        "post.copy_paths",
        text::grid::COPY_PATH,
        Scope::Post,
        Menu::Post,
        &["Ctrl+Shift+C"],
        || Command::Grid(GridCommand::Copy(PostFact::Path)),
    ),
    action(
        "post.copy_md5s",
        text::grid::COPY_MD5,
        Scope::Post,
        Menu::Post,
        &["Ctrl+Shift+H"],
        || Command::Grid(GridCommand::Copy(PostFact::Md5)),
    ),
    action(
        "post.copy_tags",
        text::grid::COPY_TAGS,
        Scope::Post,
        Menu::Post,
        &["Ctrl+Shift+K"],
        || Command::Grid(GridCommand::Copy(PostFact::Tags)),
    ),
    action(
        "post.favorite",
        text::grid::FAVOURITE,
        Scope::Post,
        Menu::Post,
        &["F"],
        || Command::Grid(GridCommand::ToggleFavorite),
    ),
    action(
        "post.rate_general",
        text::grid::RATE_GENERAL,
        Scope::Post,
        Menu::Post,
        &["1"],
        || rate(Some(Rating::General)),
    ),
    action(
        "post.rate_sensitive",
        text::grid::RATE_SENSITIVE,
        Scope::Post,
        Menu::Post,
        &["2"],
        || rate(Some(Rating::Sensitive)),
    ),
    action(
        "post.rate_questionable",
        text::grid::RATE_QUESTIONABLE,
        Scope::Post,
        Menu::Post,
        &["3"],
        || rate(Some(Rating::Questionable)),
    ),
    action(
        "post.rate_explicit",
        text::grid::RATE_EXPLICIT,
        Scope::Post,
        Menu::Post,
        &["4"],
        || rate(Some(Rating::Explicit)),
    ),
    action(
        "posts.trash",
        text::grid::SEND_TO_TRASH,
        Scope::Posts,
        Menu::Post,
        &["Del"],
        || Command::Grid(GridCommand::AskTrash),
    ),
    action(
        "post.remove",
        text::grid::REMOVE,
        Scope::Post,
        Menu::Post,
        &["Shift+Del"],
        || Command::Grid(GridCommand::Remove),
    ),
    action(
        "post.unrate",
        text::grid::UNRATE,
        Scope::Post,
        Menu::Post,
        &["0"],
        || rate(None),
    ),
];

fn rate(rating: Option<Rating>) -> Command {
    Command::Grid(GridCommand::Rate(rating))
}
