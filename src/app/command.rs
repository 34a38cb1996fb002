use std::path::PathBuf;

use crate::memory::{Action, BudgetWish, Cache};
use crate::message::JobId;

use super::duplicates::DuplicateCommand;
use super::grid::GridCommand;
use super::libraries::LibraryCommand;
use super::memory_panel::MemoryCommand;
use super::options::OptionsCommand;
use super::side_bar::SideBarCommand;
use super::similar::SimilarCommand;
use super::tabs::TabCommand;
use super::tagging::TaggingCommand;
use super::theme::ThemeChoice;
use super::view::View;
use super::viewer::ViewerCommand;

/// Everything that can be done in the window. Painting only pushes these; they
/// are carried out after the frame, by one function.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Put the text into the search bar and run it.
    Search(String),
    /// Run what stands in the search bar.
    SearchTyped,
    /// Add a tag to what is searched, and run that.
    AddTag(String),
    /// Exclude a tag from what is searched, and run that.
    ExcludeTag(String),
    /// Sort what is searched by this, one of `SORT_ORDERS`, and run that.
    SortBy(&'static str),
    /// Open the list of what results can be sorted by.
    OpenSort,
    FocusSearch,
    /// Ask for a name for what stands in the search bar.
    NameSearch,
    /// Ask for another name for the saved search of this name.
    RenameSaved(String),
    /// Take the name that was asked for.
    FinishNaming,
    CancelNaming,
    /// Remove the saved search of this name.
    RemoveSaved(String),
    /// Remove what is saved of what stands in the search bar.
    UnsaveSearch,
    ForgetHistory,
    /// Close what was opened last, in the end what stands in the place of the grid.
    Back,
    /// Show the list of all actions, or hide it.
    TogglePalette,
    /// Open the main menu, with the focus on it.
    OpenMenu,
    /// End the program.
    Quit,
    /// Run the search again.
    Refresh,
    /// Run the search again, and go to its start.
    ShowNew,
    /// Open the post at this index of the result.
    Open(usize),
    OpenSelected,
    CloseViewer,
    /// Put this into the middle of the window.
    Show(View),
    NextPost,
    PreviousPost,
    ToggleMemory,
    /// Something in a grid, or about the posts that are selected in it.
    Grid(GridCommand),
    /// Something about what is alike.
    Similar(SimilarCommand),
    /// Something in the side bar.
    SideBar(SideBarCommand),
    /// Something about settings and keys.
    Options(OptionsCommand),
    /// Something about libraries.
    Libraries(LibraryCommand),
    /// Something about tabs.
    Tabs(TabCommand),
    /// Something about the tags of posts.
    Tagging(TaggingCommand),
    /// Something about duplicates.
    Duplicates(DuplicateCommand),
    /// Something about the open post.
    Viewer(ViewerCommand),
    /// Something inside the memory panel.
    Memory(MemoryCommand),
    Release(Action),
    SetBudget(BudgetWish),
    /// Let a cache take no more than so many bytes.
    SetCap(Cache, u64),
    ToggleImport,
    /// Ask the desktop for a folder.
    ChooseFolder,
    Import(Vec<PathBuf>),
    Cancel(JobId),
    ShowFailures,
    HideFailures,
    RetryFailures,
    /// Import these, and what was taken out of the library with them.
    BringBack(Vec<PathBuf>),
    SetTheme(ThemeChoice),
    Copy(String),
    /// Have the desktop's file manager show this.
    ShowPath(PathBuf),
    DismissNotice(usize),
}
