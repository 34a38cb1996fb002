//! What can be asked for by name: by a key, from a menu, in the palette.
//!
//! An action is a [`Command`] that needs nothing more to be said, with a title, a
//! place in a menu and keys. Each part of the window lists its own in a constant
//! `ACTIONS`, and [`all`] lists those lists; keys, menus and the palette are made
//! of that alone, so nothing has a key without an entry.
//!
//! ```text
//!  part::ACTIONS ──▶ all() ──▶ Keymap (defaults, then the user's) ──▶ Command
//!                       ├────▶ menus
//!                       └────▶ palette
//! ```

mod basics;
mod dispatch;
mod keymap;
mod menu_ui;
mod menus;
mod state;
mod trigger;
mod type_ahead;

pub use keymap::{Keymap, key_of};
pub use trigger::Trigger;
pub use type_ahead::TypeAhead;

use super::command::Command;
use super::text;

/// Where an action means something. More than one is open at a time; the first in
/// [`super::KobakoApp`]'s list that has a key gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere.
    Window,
    /// Wherever a post or several are at hand: an open one, or what is selected.
    Post,
    /// The grid of what was searched.
    Posts,
    /// An open post.
    Viewer,
    /// The page that finds what is alike.
    Similar,
    /// The review of duplicates.
    Duplicates,
}

impl Scope {
    /// Whether both can be open at a time.
    pub fn meets(self, other: Self) -> bool {
        let holds_posts = |it| matches!(it, Self::Posts | Self::Viewer | Self::Similar);
        match (self, other) {
            (Self::Window, _) | (_, Self::Window) => true,
            (Self::Post, other) | (other, Self::Post) => other == Self::Post || holds_posts(other),
            _ => self == other,
        }
    }

    /// Of two that are open at a time, the one with the lower number is nearer, and its
    /// keys are asked first.
    pub fn distance(self) -> u8 {
        match self {
            Self::Posts | Self::Viewer | Self::Similar | Self::Duplicates => 0,
            Self::Post => 1,
            Self::Window => 2,
        }
    }

    /// Where that is, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Window => text::SCOPE_WINDOW,
            Self::Post => text::SCOPE_POST,
            Self::Posts => text::SCOPE_POSTS,
            Self::Viewer => text::SCOPE_VIEWER,
            Self::Similar => text::SCOPE_SIMILAR,
            Self::Duplicates => text::SCOPE_DUPLICATES,
        }
    }

    pub const ALL: [Self; 6] = [
        Self::Window,
        Self::Posts,
        Self::Post,
        Self::Viewer,
        Self::Similar,
        Self::Duplicates,
    ];
}

/// The menu in which an action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Menu {
    Library,
    Edit,
    Search,
    View,
    Post,
    Tools,
    Help,
}

impl Menu {
    pub const ALL: [Self; 7] = [
        Self::Library,
        Self::Edit,
        Self::Search,
        Self::View,
        Self::Post,
        Self::Tools,
        Self::Help,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Library => text::MENU_LIBRARY,
            Self::Edit => text::MENU_EDIT,
            Self::Search => text::MENU_SEARCH,
            Self::View => text::MENU_VIEW,
            Self::Post => text::MENU_POST,
            Self::Tools => text::MENU_TOOLS,
            Self::Help => text::MENU_HELP,
        }
    }
}

/// Something that can be asked for by name.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// What it is in the user's list of keys: `viewer.next`. Never changes.
    pub id: &'static str,
    /// In menus and in the palette; sentence case, `…` where more is asked.
    pub title: &'static str,
    pub scope: Scope,
    pub menu: Menu,
    /// As [`Trigger`] reads them; the first is shown.
    pub keys: &'static [&'static str],
    pub command: fn() -> Command,
}

/// What opens the palette; it does not list itself.
pub const PALETTE: &str = "window.palette";

/// The actions of all parts, in the order of menus.
pub fn all() -> impl Iterator<Item = &'static Action> {
    PARTS.iter().flat_map(|part| part.iter())
}

/// The action of this id.
pub fn named(id: &str) -> Option<&'static Action> {
    all().find(|it| it.id == id)
}

const PARTS: &[&[Action]] = &[
    basics::ACTIONS,
    super::libraries::ACTIONS,
    super::tabs::ACTIONS,
    super::options::ACTIONS,
    super::help::ACTIONS,
    super::side_bar::ACTIONS,
    super::grid::ACTIONS,
    super::tagging::ACTIONS,
    super::viewer::ACTIONS,
    super::similar::ACTIONS,
    super::duplicates::ACTIONS,
];
