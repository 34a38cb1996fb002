//! Where pictures are: folders, roots and libraries.

use std::ops::Range;
use std::path::PathBuf;

use crate::model::Category;
use crate::session::Session;

use super::Generation;

/// What can be asked about places.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaceRequest {
    /// The imported folders, and what lies directly in each folder of `open`;
    /// answered by [`PlaceEvent::Folders`]. Only the newest matters.
    ListFolders { open: Vec<PathBuf> },
    /// Change which folders the library has; answered by [`PlaceEvent::Progress`]
    /// and [`PlaceEvent::Changed`].
    Change(PlaceChange),
    /// Stop a change; what it has committed stays.
    CancelChange,
    /// Put a saved search at place `index` of the list, from 0; answered by
    /// [`super::Event::Searches`].
    MoveSavedSearch { name: String, index: usize },
    /// Put the default filter aside for the searches that follow, or use it again.
    UseFilter(bool),
    /// Give every search this filter from now on, and remember it; empty is none.
    SetFilter(String),
    /// How the parts of a query read; answered by [`PlaceEvent::Described`].
    Describe {
        generation: Generation,
        text: String,
    },
    /// Folders in which this person may have pictures; answered by
    /// [`PlaceEvent::Suggested`], as they are found.
    Suggest,
    /// The libraries that were opened before; answered by [`PlaceEvent::Libraries`].
    ListLibraries,
    /// Leave a library out of that list.
    ForgetLibrary(PathBuf),
    /// Remember how the window looks.
    KeepSession(Box<Session>),
}

/// A change of which folders the library has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceChange {
    /// Imports look there no more.
    RemoveRoot { root: PathBuf, fate: Fate },
    /// Imports pass it over, though it lies in a folder that they look into.
    Exclude { folder: PathBuf, fate: Fate },
    /// Imports look there again.
    Include { folder: PathBuf },
    /// What was in `from` is in `to` now: paths follow, all else stays. Refused
    /// where none of the files is there.
    Move { from: PathBuf, to: PathBuf },
}

/// What becomes of posts whose only files lie in a folder that is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// They stay, with their tags, and count as missing.
    Stay,
    /// They leave the library. Files are not touched, and may be imported again.
    Leave,
}

/// What is told about places.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaceEvent {
    Folders(FolderTree),
    /// Of the change that runs.
    Progress {
        what: String,
        num_done: u64,
        num_all: u64,
    },
    /// A change ended: what it did, or why it did nothing.
    Changed(Result<String, String>),
    /// What is added to every search; told before the first answer that it is part
    /// of, and whenever it changes.
    Filter(FilterState),
    Described {
        generation: Generation,
        spans: Vec<QuerySpan>,
    },
    Suggested(Vec<SuggestedFolder>),
    /// The latest first.
    Libraries(Vec<KnownLibrary>),
    /// How the window looked when it was closed; told before `Ready`, if known.
    Session(Box<Session>),
}

/// The filter that every search gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterState {
    /// Empty where there is none.
    pub query: String,
    /// Why it can't be used, where that is so.
    pub problem: Option<String>,
}

/// Folders as far as they were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderTree {
    /// In order of path.
    pub roots: Vec<RootPlace>,
    /// By the folder they lie in, each list in order of name.
    pub inside: Vec<(PathBuf, Vec<FolderPlace>)>,
    /// Those that imports leave out.
    pub excluded: Vec<PathBuf>,
}

/// A folder at the top of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootPlace {
    pub folder: FolderPlace,
    /// It was imported as a whole; else only files of it were.
    pub is_imported: bool,
    /// It can't be found: moved, or on a disk that is not there.
    pub is_missing: bool,
}

/// A folder that has files of the library, or folders that do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderPlace {
    pub path: PathBuf,
    /// Those with a file in it or below: what a search for the folder finds.
    pub num_posts: u64,
    pub has_folders: bool,
}

/// How a part of a query reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuerySpan {
    /// Bytes of the text.
    pub range: Range<usize>,
    pub kind: SpanKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    Tag(Category),
    /// No tag of the library.
    Unknown,
    Metatag,
    /// What says how others go together: `-`, `or`, parentheses.
    Sign,
}

/// A folder in which there may be pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuggestedFolder {
    pub path: PathBuf,
    pub num_pictures: u64,
    /// There may be more: counting was stopped after a while.
    pub is_part: bool,
}

/// A library that was opened before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLibrary {
    pub path: PathBuf,
    /// It can't be found.
    pub is_missing: bool,
}
