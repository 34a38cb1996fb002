//! What an action is about now: whether that is on, and why it can't be done.

use crate::app::KobakoApp;
use crate::app::command::Command;
use crate::app::duplicates::DuplicateCommand;
use crate::app::grid::GridCommand;
use crate::app::side_bar::SideBarCommand;
use crate::app::similar::SimilarCommand;
use crate::app::tabs::TabCommand;
use crate::app::text::actions as said;
use crate::app::viewer::ViewerCommand;
use crate::app::window::EngineState;

use super::{Action, Scope};

impl KobakoApp {
    /// Whether what a command switches is on; `None` where it switches nothing.
    pub(in crate::app) fn is_on(&self, command: &Command) -> Option<bool> {
        match command {
            Command::SideBar(SideBarCommand::Toggle) => Some(self.side_bar.is_open()),
            Command::ToggleMemory => Some(self.memory_panel.is_open()),
            Command::ToggleImport => Some(self.import.is_open),
            Command::SetTheme(choice) => Some(self.theme == *choice),
            Command::Show(view) => Some(self.view == *view && self.viewer.is_none()),
            Command::Grid(GridCommand::ToggleBadges) => Some(self.grid.options().has_badges),
            Command::Grid(GridCommand::ToggleHoverPreview) => {
                Some(self.grid.options().has_previews)
            }
            Command::Similar(SimilarCommand::ToggleStrip) => Some(self.similar.strip.is_shown),
            Command::Similar(SimilarCommand::SetMode(mode)) => {
                Some(self.similar.page.mode == *mode)
            }
            Command::Similar(SimilarCommand::ToggleWithin) => {
                Some(self.similar.page.within.is_some())
            }
            Command::Viewer(ViewerCommand::ToggleInfo) => Some(self.presenting.is_info_seen),
            Command::Viewer(ViewerCommand::ToggleFullscreen) => Some(self.presenting.is_fullscreen),
            Command::Viewer(ViewerCommand::ToggleSlideshow) => {
                Some(self.presenting.slideshow.is_some())
            }
            Command::Tabs(TabCommand::ToggleFilter) => Some(self.search.is_filtered()),
            _ => None,
        }
    }

    /// Why an action can't be done now, for what lists it all the same.
    pub(in crate::app) fn why_not(&self, action: &Action, scopes: &[Scope]) -> &'static str {
        if self.engine != EngineState::Ready {
            return said::NOT_OPEN_YET;
        }
        if !scopes.contains(&action.scope) {
            return match action.scope {
                Scope::Window => said::NOT_NOW,
                Scope::Post | Scope::Posts => said::SHOW_POSTS_FIRST,
                Scope::Viewer => said::OPEN_A_POST_FIRST,
                Scope::Similar => said::ON_PAGE_OF_SIMILAR,
                Scope::Duplicates => said::ON_PAGE_OF_DUPLICATES,
            };
        }
        let command = (action.command)();
        let is_writing = matches!(
            command,
            Command::RetryFailures
                | Command::ForgetHistory
                | Command::NameSearch
                | Command::Grid(
                    GridCommand::Rate(_)
                        | GridCommand::ToggleFavorite
                        | GridCommand::AskTrash
                        | GridCommand::Remove
                        | GridCommand::Undo
                        | GridCommand::Redo
                )
        );
        if is_writing && self.library.read_only.is_some() {
            return said::READ_ONLY;
        }
        match command {
            Command::ShowFailures | Command::RetryFailures => said::NO_FILE_FAILED,
            Command::NameSearch => said::TYPE_A_SEARCH_FIRST,
            Command::Back => said::NOTHING_IS_OPEN,
            Command::NextPost | Command::PreviousPost => said::NO_FURTHER_POST,
            Command::Viewer(ViewerCommand::CompareSelected) => said::SELECT_TWO_FIRST,
            Command::Show(_) => said::SHOWN_ALREADY,
            Command::Tabs(TabCommand::Back | TabCommand::Forward) => said::NO_SEARCH_THERE,
            Command::Tabs(TabCommand::Reopen) => said::NO_TAB_WAS_CLOSED,
            Command::Tabs(_) => said::NO_SUCH_TAB,
            Command::Grid(GridCommand::Undo) => said::NOTHING_TO_UNDO,
            Command::Grid(GridCommand::Redo) => said::NOTHING_TO_REDO,
            Command::Grid(
                GridCommand::SelectAll | GridCommand::InvertSelection | GridCommand::AskNumber,
            ) => said::NO_POSTS_SHOWN,
            Command::Duplicates(DuplicateCommand::Undo) => said::NOTHING_TO_UNDO,
            Command::Duplicates(_) => said::COMPARE_A_GROUP_FIRST,
            Command::Grid(_)
            | Command::OpenSelected
            | Command::Similar(_)
            | Command::Tagging(_) => said::SELECT_A_POST_FIRST,
            _ => said::NOT_NOW,
        }
    }
}
