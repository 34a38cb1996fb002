//! What is asked before folders change, and the change that runs.

use std::path::PathBuf;

use crate::app::import_panel::Dialog;

/// Asked in a bar, never in a dialog.
pub enum Question {
    /// What becomes of the posts?
    TakeOut { folder: PathBuf, is_root: bool },
    /// Where is it now?
    Moved {
        from: PathBuf,
        /// As it is typed.
        to: String,
        wants_focus: bool,
        dialog: Option<Dialog>,
    },
}

impl std::fmt::Debug for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TakeOut { folder, .. } => write!(f, "TakeOut({})", folder.display()),
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
