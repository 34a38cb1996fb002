//! Actions of the strip and of the page.

use crate::app::KobakoApp;
use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;
use crate::app::text;
use crate::app::window::EngineState;
use crate::message::SimilarMode;

use super::SimilarCommand;

pub const ACTIONS: &[Action] = &[
    Action {
        id: "similar.find",
        title: text::similar::FIND_WHAT_IS_LIKE_THIS,
        scope: Scope::Post,
        menu: Menu::Post,
        keys: &["S"],
        command: || Command::Similar(SimilarCommand::FindThis),
    },
    Action {
        id: "similar.page",
        title: text::similar::FIND_SIMILAR,
        scope: Scope::Window,
        menu: Menu::Tools,
        keys: &["F6"],
        command: || Command::Similar(SimilarCommand::TogglePage),
    },
    Action {
        id: "similar.strip",
        title: text::similar::STRIP_OF_SIMILAR_POSTS,
        scope: Scope::Viewer,
        menu: Menu::View,
        keys: &["T"],
        command: || Command::Similar(SimilarCommand::ToggleStrip),
    },
    Action {
        id: "similar.go_back",
        title: text::similar::BACK_TO_THE_POST_BEFORE,
        scope: Scope::Viewer,
        menu: Menu::Post,
        keys: &["Backspace"],
        command: || Command::Similar(SimilarCommand::GoBack),
    },
    Action {
        id: "similar.open",
        title: text::similar::OPEN,
        scope: Scope::Similar,
        menu: Menu::Post,
        keys: &["Enter"],
        command: || Command::Similar(SimilarCommand::OpenSelected),
    },
    Action {
        id: "similar.choose",
        title: text::similar::CHOOSE_A_PICTURE_TO_COMPARE,
        scope: Scope::Similar,
        menu: Menu::Tools,
        keys: &["O"],
        command: || Command::Similar(SimilarCommand::ChooseFile),
    },
    Action {
        id: "similar.paste",
        title: text::similar::COMPARE_THE_PICTURE_IN_THE_CLIPBOARD,
        scope: Scope::Similar,
        menu: Menu::Tools,
        keys: &["Ctrl+V"],
        command: || Command::Similar(SimilarCommand::Paste),
    },
    Action {
        id: "similar.within",
        title: text::similar::ONLY_POSTS_OF_THE_SEARCH,
        scope: Scope::Similar,
        menu: Menu::Tools,
        keys: &["W"],
        command: || Command::Similar(SimilarCommand::ToggleWithin),
    },
    Action {
        id: "similar.blended",
        title: text::similar::COMPARE_BY_EVERYTHING,
        scope: Scope::Similar,
        menu: Menu::Tools,
        keys: &["Alt+1"],
        command: || Command::Similar(SimilarCommand::SetMode(SimilarMode::Blended)),
    },
    Action {
        id: "similar.semantic",
        title: text::similar::COMPARE_BY_WHAT_IS_IN_THE_PICTURE,
        scope: Scope::Similar,
        menu: Menu::Tools,
        keys: &["Alt+2"],
        command: || Command::Similar(SimilarCommand::SetMode(SimilarMode::Semantic)),
    },
    Action {
        id: "similar.visual",
        title: text::similar::COMPARE_BY_LOOKS,
        scope: Scope::Similar,
        menu: Menu::Tools,
        keys: &["Alt+3"],
        command: || Command::Similar(SimilarCommand::SetMode(SimilarMode::Visual)),
    },
    Action {
        id: "similar.tags",
        title: text::similar::COMPARE_BY_TAGS,
        scope: Scope::Similar,
        menu: Menu::Tools,
        keys: &["Alt+4"],
        command: || Command::Similar(SimilarCommand::SetMode(SimilarMode::Tags)),
    },
];

impl KobakoApp {
    /// Whether a command about what is alike can be carried out now.
    pub(in crate::app) fn can_similar(&self, command: &SimilarCommand) -> bool {
        let page = &self.similar.page;
        match command {
            SimilarCommand::FindThis => self.post_at_hand().is_some(),
            SimilarCommand::GoBack => {
                let viewer = self.viewer.as_ref();
                viewer.is_some_and(|it| !it.trail.is_empty())
            }
            SimilarCommand::OpenSelected => self.post_at_hand().is_some(),
            SimilarCommand::ToggleWithin => {
                page.within.is_some() || !self.search.current_query().trim().is_empty()
            }
            SimilarCommand::TogglePage => self.engine == EngineState::Ready,
            _ => true,
        }
    }
}
