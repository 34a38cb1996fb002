//! Several libraries, one open at a time, and the page of one that is empty.

mod actions;
mod logic;
mod menu_ui;
mod welcome_ui;

pub use actions::ACTIONS;
pub use menu_ui::library_menu_ui;
pub use welcome_ui::welcome_ui;

use std::path::{Path, PathBuf};

use crate::app::text;
use crate::message::{KnownLibrary, Notice, SuggestedFolder, Wake, WindowSide};

/// Which library to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LibraryChoice {
    /// The one in this folder; made where there is none.
    At(PathBuf),
    /// Where the library is when nobody says.
    Usual,
    /// The one with the pictures that come with the program.
    Demo,
}

/// Starts an engine for a library, and gives the window's ends of its channels.
pub type Connect = Box<dyn FnMut(&LibraryChoice, Wake) -> std::io::Result<WindowSide>>;

/// What can be done with libraries.
#[derive(Clone, Debug, PartialEq)]
pub enum LibraryCommand {
    /// Close this one and open another.
    Open(LibraryChoice),
    /// Ask which folder.
    AskFolder,
    /// Leave it out of the list.
    Forget(PathBuf),
}

#[derive(Default)]
pub struct Libraries {
    /// `None` where the window can't open another.
    pub(super) connect: Option<Connect>,
    /// The latest first.
    known: Vec<KnownLibrary>,
    /// `None` until they were told.
    suggested: Option<Vec<SuggestedFolder>>,
    has_asked_suggestions: bool,
    has_asked_known: bool,
}

impl std::fmt::Debug for Libraries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Libraries")
            .field("known", &self.known)
            .finish_non_exhaustive()
    }
}

/// Says that `missing` is not there, and what is open instead.
pub fn missing_library(missing: &Path, open: &Path) -> Notice {
    let path = missing.display().to_string();
    let (message, way_out) = if missing == open {
        (
            text::libraries::made_anew(&path),
            text::libraries::MADE_ANEW_WAY_OUT,
        )
    } else {
        (
            text::libraries::last_is_missing(&path, &name(open)),
            text::libraries::LAST_IS_MISSING_WAY_OUT,
        )
    };
    Notice {
        is_error: false,
        message,
        way_out: Some(way_out.to_owned()),
    }
}

/// Of the window of a library.
pub fn title(choice: &LibraryChoice) -> String {
    match choice {
        LibraryChoice::At(path) => text::libraries::title_of(&name(path)),
        LibraryChoice::Usual => text::NAME.to_owned(),
        LibraryChoice::Demo => text::libraries::TITLE_OF_DEMO.to_owned(),
    }
}

/// The name of a library: that of its folder.
pub fn name(path: &Path) -> String {
    match path.file_name() {
        Some(name) => name.to_string_lossy().into_owned(),
        None => path.display().to_string(),
    }
}
