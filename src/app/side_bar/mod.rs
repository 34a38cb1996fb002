//! The bar at the left: saved searches, folders, and the tags of what is shown.

mod actions;
mod folders;
mod folders_ui;
mod logic;
mod question;
mod question_ui;
mod searches_ui;
mod tags;
mod ui;

pub use actions::ACTIONS;
pub use folders_ui::paint_sign;
pub use question_ui::{change_ui, question_ui};
pub use ui::{side_bar_button_ui, side_bar_ui};

use std::path::PathBuf;

use crate::app::text;
use crate::message::{Fate, PlaceChange};
use crate::session::SideBarSession;

use folders::{Folders, RowPlace};
use question::{PathAnswer, Question, RunningChange};
use tags::TagList;

/// What can be done in the side bar.
#[derive(Clone, Debug, PartialEq)]
pub enum SideBarCommand {
    Toggle,
    ToggleSection(Section),
    /// List what is in a folder, or not any more.
    ToggleFolder(RowPlace),
    /// Of the lines of the same folder, this one is meant.
    ChooseRow(RowPlace),
    /// Look for new and changed files there.
    Rescan(PathBuf),
    /// Ask what becomes of the posts before a root or folder is taken out.
    AskTakeOut {
        folder: PathBuf,
        is_root: bool,
    },
    /// Ask where a folder is now.
    AskMoved(PathBuf),
    /// Ask where the folder of a file is now.
    AskFileMoved(PathBuf),
    /// Let the desktop's dialog answer that, or which library to open.
    ChoosePath,
    CancelQuestion,
    /// The answer.
    TakeOut(Fate),
    /// Use the path that was typed.
    TakePath,
    Change(PlaceChange),
    StopChange,
    /// Put a saved search at this place of the list.
    MoveSaved {
        name: String,
        index: usize,
    },
    /// More of the tags of what is shown.
    MoreTags,
}

/// A part of the bar that can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    Searches,
    Folders,
    Tags,
}

#[derive(Debug, Default)]
pub struct SideBar {
    is_open: bool,
    /// As it was dragged, points.
    width: Option<f32>,
    /// Those that are folded.
    folded: Vec<Section>,
    folders: Folders,
    tags: TagList,
    question: Option<Question>,
    change: Option<RunningChange>,
}

impl SideBar {
    pub fn new(session: &SideBarSession) -> Self {
        let SideBarSession {
            is_open,
            width,
            has_tags,
            has_folders,
            has_searches,
            open_folders,
        } = session;
        let folded = [
            (Section::Searches, has_searches),
            (Section::Folders, has_folders),
            (Section::Tags, has_tags),
        ];
        Self {
            is_open: *is_open,
            width: *width,
            folded: folded.iter().filter(|it| !it.1).map(|it| it.0).collect(),
            folders: Folders::with_open(open_folders.iter().map(PathBuf::from)),
            ..Self::default()
        }
    }

    /// Takes over how it looked in another library.
    pub fn restore(&mut self, session: &SideBarSession) {
        *self = Self::new(session);
    }

    /// As it is to look at the next start.
    pub fn session(&self) -> SideBarSession {
        SideBarSession {
            is_open: self.is_open,
            width: self.width,
            has_tags: self.has(Section::Tags),
            has_folders: self.has(Section::Folders),
            has_searches: self.has(Section::Searches),
            open_folders: self.folders.open_names(),
        }
    }

    /// Two of the tags that are listed, for examples of searches.
    pub fn example_tags(&self) -> [&str; 2] {
        let is_plain = |name: &&str| {
            let mut bytes = name.bytes();
            bytes.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
        };
        let names = self.tags.tags.iter().map(|it| it.name.as_str());
        let mut names = names.filter(is_plain);
        let [first, second] = text::help::EXAMPLE_TAGS;
        match (names.next(), names.next()) {
            (Some(a), Some(b)) => [a, b],
            _ => [first, second],
        }
    }

    /// Asks which library to open.
    pub fn ask_library(&mut self) {
        self.question = Some(Question::Library(PathAnswer::default()));
    }

    /// A question is open.
    pub fn asks(&self) -> bool {
        self.question.is_some()
    }

    /// What it shows is of another library now.
    pub fn library_changed(&mut self) {
        self.folders = Folders::default();
        self.tags = TagList::default();
        self.question = None;
        self.change = None;
    }

    /// Folders may have come or gone on the disk.
    pub fn look_again(&mut self) {
        self.folders.forget();
    }

    pub fn is_open(&self) -> bool {
        self.is_open
    }

    fn has(&self, section: Section) -> bool {
        !self.folded.contains(&section)
    }

    fn shows(&self, section: Section) -> bool {
        self.is_open && self.has(section)
    }

    fn toggle_section(&mut self, section: Section) {
        if self.has(section) {
            self.folded.push(section);
        } else {
            self.folded.retain(|it| *it != section);
        }
    }
}
