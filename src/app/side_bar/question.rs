//! What is asked before folders change, and the change that runs.

use std::path::PathBuf;

use crate::app::import_panel::Dialog;

/// Asked in a bar, never in a dialog.
pub enum Question {
    /// What becomes of the posts?
    TakeOut { folder: PathBuf, is_root: bool },
    /// Which library, or which folder for one?
    Library(PathAnswer),
    /// Where is it now?
    Moved { from: PathBuf, to: PathAnswer },
}

/// A path that is asked for.
pub struct PathAnswer {
    /// As it is typed.
    pub path: String,
    pub wants_focus: bool,
    /// The desktop's, while it is open.
    pub dialog: Option<Dialog>,
}

impl Default for PathAnswer {
    fn default() -> Self {
        Self {
            path: String::new(),
            wants_focus: true,
            dialog: None,
        }
    }
}

impl Question {
    /// The path that it asks for.
    pub fn path_answer(&mut self) -> Option<&mut PathAnswer> {
        match self {
            Self::TakeOut { .. } => None,
            Self::Library(answer) | Self::Moved { to: answer, .. } => Some(answer),
        }
    }
}

impl std::fmt::Debug for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TakeOut { folder, .. } => write!(f, "TakeOut({})", folder.display()),
            Self::Library(_) => write!(f, "Library"),
            Self::Moved { from, .. } => write!(f, "Moved({})", from.display()),
        }
    }
}

/// How far a change is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningChange {
    pub what: String,
    pub num_done: u64,
    /// 0 where that is not known.
    pub num_all: u64,
}
