//! Actions of the page.

use crate::app::KobakoApp;
use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;
use crate::app::window::EngineState;

use super::DuplicateCommand;
use super::review::{Look, Side};

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
        title: "Find duplicates…",
        scope: Scope::Window,
        menu: Menu::Tools,
        keys: &["F7"],
        command: || Command::Duplicates(DuplicateCommand::TogglePage),
    },
    action("duplicates.find", "Look for duplicates", &["F"], || {
        Command::Duplicates(DuplicateCommand::Find)
    }),
    action(
        "duplicates.back",
        "Stop looking, or answer no",
        &["Esc"],
        || Command::Duplicates(DuplicateCommand::Back),
    ),
    action("duplicates.confirm", "Answer yes", &["Enter"], || {
        Command::Duplicates(DuplicateCommand::Confirm)
    }),
    action("duplicates.next", "Next group", &["N", "Down"], || {
        Command::Duplicates(DuplicateCommand::Step(1))
    }),
    action(
        "duplicates.previous",
        "Previous group",
        &["P", "Up"],
        || Command::Duplicates(DuplicateCommand::Step(-1)),
    ),
    action("duplicates.side_by_side", "Side by side", &["1"], || {
        Command::Duplicates(DuplicateCommand::Look(Look::SideBySide))
    }),
    action("duplicates.flicker", "Flicker", &["2"], || {
        Command::Duplicates(DuplicateCommand::Look(Look::Flicker))
    }),
    action("duplicates.difference", "Difference", &["3"], || {
        Command::Duplicates(DuplicateCommand::Look(Look::Difference))
    }),
    action("duplicates.flip", "Show the other", &["Space"], || {
        Command::Duplicates(DuplicateCommand::Flip)
    }),
    action("duplicates.keep_left", "Keep the left", &["L"], || {
        Command::Duplicates(DuplicateCommand::Keep(Side::Left))
    }),
    action("duplicates.keep_right", "Keep the right", &["R"], || {
        Command::Duplicates(DuplicateCommand::Keep(Side::Right))
    }),
    action("duplicates.dismiss", "Not duplicates", &["X"], || {
        Command::Duplicates(DuplicateCommand::NotDuplicates)
    }),
    action(
        "duplicates.trash",
        "Move files to the trash, too",
        &["T"],
        || Command::Duplicates(DuplicateCommand::ToggleTrash),
    ),
    action("duplicates.member", "Next of the group", &["M"], || {
        Command::Duplicates(DuplicateCommand::NextMember)
    }),
    action(
        "duplicates.leave_out",
        "Leave the right out",
        &["O"],
        || Command::Duplicates(DuplicateCommand::LeaveOutRight),
    ),
    action("duplicates.undo", "Undo the decision", &["Ctrl+Z"], || {
        Command::Duplicates(DuplicateCommand::Undo)
    }),
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
            DuplicateCommand::NextMember | DuplicateCommand::LeaveOutRight => {
                review.is_some_and(|it| it.members.len() > 2)
            }
            DuplicateCommand::Undo => {
                is_writable && duplicates.undo.is_some() && duplicates.sent.is_none()
            }
            _ => true,
        }
    }
}
