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

mod keymap;
mod trigger;

pub use keymap::Keymap;
pub use trigger::{Trigger, TriggerError};

use super::command::Command;

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

/// The actions of all parts, in the order of menus.
pub fn all() -> impl Iterator<Item = &'static Action> {
    PARTS.iter().flat_map(|part| part.iter())
}

const PARTS: &[&[Action]] = &[
    super::libraries::ACTIONS,
    super::tabs::ACTIONS,
    super::side_bar::ACTIONS,
];
