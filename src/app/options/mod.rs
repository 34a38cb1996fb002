//! The settings page and the page of keys: what the engine says can be set, and
//! what is being changed of it.
//!
//! ```text
//!  SettingsEvent::List ──▶ list ──▶ page_ui, keys_ui ──▶ OptionsCommand ──▶ SettingsRequest
//!                      └─▶ theme, scale, keys of this window
//! ```

mod actions;
mod keys;
mod keys_ui;
mod logic;
mod page_ui;
mod setting_ui;

pub use actions::ACTIONS;
pub use keys::take_key;
pub use keys_ui::keys_page_ui;
pub use page_ui::{head_ui, page_ui, search_ui, settings_page_ui};

use std::path::Path;

use crate::message::{SettingValue, SettingsList};

use super::actions::{Action, Trigger};
use super::view::View;

/// What can be done about settings and keys.
#[derive(Clone, Debug, PartialEq)]
pub enum OptionsCommand {
    /// Open a page, or close it.
    TogglePage(View),
    Set {
        name: &'static str,
        value: SettingValue,
    },
    Reset(&'static str),
    /// Use what the file says now.
    ReadFile,
    /// The next or the last size of everything before this one.
    ScaleBy(isize),
    ResetScale,
    /// The next key that is pressed starts this action.
    Ask(&'static str),
    /// This key was pressed.
    Pressed(Trigger),
    /// Take the key that was pressed from what it starts now.
    TakeKey,
    CancelKey,
    /// Take this key from the action.
    RemoveKey(&'static str, Trigger),
    ResetKeysOf(&'static str),
    ResetKeys,
}

/// Everything about settings that the window holds.
#[derive(Default)]
pub struct Options {
    /// As the engine told it last.
    list: Option<SettingsList>,
    /// What is searched for, on each page.
    settings_search: String,
    keys_search: String,
    /// The page of keys opened: its search has the focus from the next frame on.
    keys_search_wants_focus: bool,
    /// What is being typed, by the setting's name.
    draft: Option<(&'static str, SettingValue)>,
    /// Why the last value was not taken, by the setting's name.
    refused: Option<(String, String)>,
    asking: Option<Asking>,
    /// Another library was opened: theme, size and keys are to be those that its
    /// settings say.
    follows_library: bool,
}

/// A key that is asked for.
#[derive(Clone, Copy, Debug)]
struct Asking {
    action: &'static str,
    /// What was pressed, where that already starts something.
    taken: Option<(Trigger, &'static Action)>,
}

impl Options {
    /// Of a library that was opened in a window that has other settings.
    pub fn of_other_library() -> Self {
        Self {
            follows_library: true,
            ..Self::default()
        }
    }

    /// Where settings are kept, once the engine has told.
    pub fn path(&self) -> Option<&Path> {
        self.list.as_ref().map(|it| it.path.as_path())
    }

    /// A key is asked for, or what is to become of one that is taken.
    pub fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    /// The page that asks for a key goes.
    pub fn asking_ends(&mut self) {
        self.asking = None;
    }

    /// The next key is for the page of keys.
    pub fn wants_key(&self) -> bool {
        self.asking.is_some_and(|it| it.taken.is_none())
    }
}
