use super::TaggingCommand;
use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;
use crate::app::text;

/// The action that opens the field, which gets what is typed after its key.
pub const OPEN: &str = "post.tags";

pub const ACTIONS: &[Action] = &[Action {
    id: OPEN,
    title: text::tagging::EDIT_TAGS,
    scope: Scope::Post,
    menu: Menu::Post,
    keys: &["E"],
    command: || Command::Tagging(TaggingCommand::Open),
}];
