//! Actions of the page.

use crate::app::KobakoApp;
use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;
use crate::app::text;
use crate::app::window::EngineState;

use super::DuplicateCommand;
use super::look::{Look, Side};
use super::review::Review;

const fn action(
    id: &'static str,
    title: &'static str,
    keys: &'static [&'static str],
    command: fn() -> Command,
) -> Action {
    Action {
        id,
        title,
        scope: Scope::Duplicates,
        menu: Menu::Tools,
        keys,
        command,
    }
}

pub const ACTIONS: &[Action] = &[
    Action {
        id: "duplicates.page",
        title: text::duplicates::ASK_FIND_DUPLICATES,
        scope: Scope::Window,
        menu: Menu::Tools,
        keys: &["F7"],
        command: || Command::Duplicates(DuplicateCommand::TogglePage),
    },
    action(
        "duplicates.find",
        text::duplicates::FIND_DUPLICATES_NOW,
        &["F"],
        || Command::Duplicates(DuplicateCommand::Find),
    ),
    action(
        "duplicates.back",
        text::duplicates::STOP_LOOKING_OR_ANSWER_NO,
        &["Esc"],
        || Command::Duplicates(DuplicateCommand::Back),
    ),
    action(
        "duplicates.confirm",
        text::duplicates::ANSWER_YES,
        &["Enter"],
        || Command::Duplicates(DuplicateCommand::Confirm),
    ),
    action(
        "duplicates.next",
        text::duplicates::NEXT_GROUP,
        &["N", "Down"],
        || Command::Duplicates(DuplicateCommand::Step(1)),
    ),
    action(
        "duplicates.previous",
        text::duplicates::PREVIOUS_GROUP,
        &["P", "Up"],
        || Command::Duplicates(DuplicateCommand::Step(-1)),
    ),
    action(
        "duplicates.side_by_side",
        text::duplicates::SIDE_BY_SIDE,
        &["1"],
        || Command::Duplicates(DuplicateCommand::Look(Look::SideBySide)),
    ),
    action(
        "duplicates.flicker",
        text::duplicates::FLICKER,
        &["2"],
        || Command::Duplicates(DuplicateCommand::Look(Look::Flicker)),
    ),
    action(
        "duplicates.difference",
        text::duplicates::DIFFERENCE,
        &["3"],
        || Command::Duplicates(DuplicateCommand::Look(Look::Difference)),
    ),
    action(
        "duplicates.flip",
        text::duplicates::SHOW_THE_OTHER,
        &["Space"],
        || Command::Duplicates(DuplicateCommand::Flip),
    ),
    action(
        "duplicates.keep_left",
        text::duplicates::KEEP_THE_LEFT,
        &["L"],
        || Command::Duplicates(DuplicateCommand::Keep(Side::Left)),
    ),
    action(
        "duplicates.keep_right",
        text::duplicates::KEEP_THE_RIGHT,
        &["R"],
        || Command::Duplicates(DuplicateCommand::Keep(Side::Right)),
    ),
    action(
        "duplicates.keep_ticked",
        text::duplicates::KEEP_THE_TICKED,
        &["K"],
        || Command::Duplicates(DuplicateCommand::KeepTicked),
    ),
    action(
        "duplicates.dismiss",
        text::duplicates::NOT_DUPLICATES,
        &["X"],
        || Command::Duplicates(DuplicateCommand::NotDuplicates),
    ),
    action(
        "duplicates.trash",
        text::duplicates::MOVE_FILES_TO_THE_TRASH_TOO,
        &["T"],
        || Command::Duplicates(DuplicateCommand::ToggleTrash),
    ),
    action(
        "duplicates.member",
        text::duplicates::NEXT_OF_THE_GROUP,
        &["M"],
        || Command::Duplicates(DuplicateCommand::NextMember),
    ),
    action(
        "duplicates.tick_left",
        text::duplicates::TICK_THE_LEFT,
        &["Shift+L"],
        || Command::Duplicates(DuplicateCommand::TickSide(Side::Left)),
    ),
    action(
        "duplicates.tick_right",
        text::duplicates::TICK_THE_RIGHT,
        &["Shift+R"],
        || Command::Duplicates(DuplicateCommand::TickSide(Side::Right)),
    ),
    action(
        "duplicates.single_out",
        text::duplicates::SINGLE_THE_RIGHT_OUT,
        &["O"],
        || Command::Duplicates(DuplicateCommand::SingleOutRight),
    ),
    action(
        "duplicates.undo",
        text::duplicates::UNDO_THE_DECISION,
        &["Ctrl+Z"],
        || Command::Duplicates(DuplicateCommand::Undo),
    ),
];

impl KobakoApp {
    /// Whether a command about duplicates can be carried out now.
    pub(in crate::app) fn can_duplicates(&self, command: &DuplicateCommand) -> bool {
        let duplicates = &self.duplicates;
        let review = duplicates.review.as_ref();
        let is_writable = self.library.read_only.is_none();
        match command {
            DuplicateCommand::TogglePage | DuplicateCommand::Find => {
                self.engine == EngineState::Ready
            }
            DuplicateCommand::Back => {
                duplicates.confirmation.is_some() || duplicates.finding.is_some()
            }
            DuplicateCommand::Confirm => duplicates.confirmation.is_some(),
            DuplicateCommand::Step(_) => duplicates.num_groups() > 0,
            DuplicateCommand::Look(_) => review.is_some(),
            DuplicateCommand::TrashFiles(_) | DuplicateCommand::ToggleTrash => review.is_some(),
            DuplicateCommand::Flip => review.is_some_and(|it| it.look == Look::Flicker),
            DuplicateCommand::Keep(_) | DuplicateCommand::NotDuplicates => {
                is_writable && review.is_some()
            }
            DuplicateCommand::NextMember | DuplicateCommand::TickSide(_) => {
                review.is_some_and(Review::has_more_than_two)
            }
            DuplicateCommand::KeepTicked | DuplicateCommand::SingleOutRight => {
                is_writable && review.is_some_and(Review::has_more_than_two)
            }
            DuplicateCommand::Undo => {
                is_writable && duplicates.undo.is_some() && duplicates.sent.is_none()
            }
            _ => true,
        }
    }
}
