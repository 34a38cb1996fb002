//! Paints what can be decided about a group, and what is asked before files move.

use eframe::egui::{Button, Frame, Margin, RichText, Ui};

use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::{text, theme};
use crate::model::PostId;

use super::look::Side;
use super::review::Review;
use super::{Confirmation, DuplicateCommand, Duplicates, file_name};

/// Files named in a sentence; the others are in its tooltip.
const MAX_NAMED: usize = 6;
/// Of a file name, characters.
const MAX_NAME: usize = 48;

pub fn decide_ui(
    ui: &mut Ui,
    duplicates: &Duplicates,
    read_only: Option<&str>,
    commands: &mut Vec<Command>,
) {
    let Some(review) = &duplicates.review else {
        return;
    };
    let mut push = |command| commands.push(Command::Duplicates(command));
    if let Some(reason) = read_only {
        let color = theme::palette(ui.visuals()).warning;
        ui.colored_label(color, text::duplicates::cant_be_decided(reason));
        return;
    }
    if duplicates.decision_of(review.group).is_some() {
        ui.weak(text::duplicates::THIS_GROUP_IS_DECIDED);
        return;
    }
    let is_possible = duplicates.sent.is_none();
    ui.horizontal_wrapped(|ui| {
        for side in Side::BOTH {
            let (label, id) = match side {
                Side::Left => (text::duplicates::KEEP_LEFT, "duplicates.keep_left"),
                Side::Right => (text::duplicates::KEEP_RIGHT, "duplicates.keep_right"),
            };
            let key = key_of(ui.ctx(), id);
            let button = ui.add_enabled(is_possible, Button::new(label));
            let said = if review.has_more_than_two() {
                text::duplicates::KEEP_OF_PAIR
            } else {
                text::duplicates::KEEP_OF_TWO
            };
            let button = button.on_hover_text(text::actions::with_key(said, &key));
            if button.clicked() {
                push(DuplicateCommand::Keep(side));
            }
        }
        if review.has_more_than_two() {
            let key = key_of(ui.ctx(), "duplicates.single_out");
            let said = text::duplicates::SINGLE_OUT_EXPLAINED;
            let single = Button::new(text::duplicates::RIGHT_IS_NO_DUPLICATE);
            let single = ui
                .add_enabled(is_possible, single)
                .on_hover_text(text::actions::with_key(said, &key));
            if single.clicked() {
                push(DuplicateCommand::SingleOutRight);
            }
            ui.add_space(theme::GAP_LARGE);
            ticked_ui(ui, review, is_possible, duplicates.trash_files, &mut push);
        }
        let not = ui.add_enabled(is_possible, Button::new(text::duplicates::NOT_DUPLICATES));
        let key = key_of(ui.ctx(), "duplicates.dismiss");
        let said = text::duplicates::NOT_DUPLICATES_EXPLAINED;
        let not = not.on_hover_text(text::actions::with_key(said, &key));
        if not.clicked() {
            push(DuplicateCommand::NotDuplicates);
        }
        let mut trash_files = duplicates.trash_files;
        let checkbox = ui
            .checkbox(&mut trash_files, text::duplicates::TRASH_THE_OTHERS_TOO)
            .on_hover_text(text::actions::with_key(
                text::duplicates::TRASH_IS_ASKED_ABOUT,
                &key_of(ui.ctx(), "duplicates.trash"),
            ));
        if checkbox.changed() {
            push(DuplicateCommand::TrashFiles(trash_files));
        }
    });
}

/// Keeps what is ticked, and lets the rest of the group go.
fn ticked_ui(
    ui: &mut Ui,
    review: &Review,
    is_possible: bool,
    trash_files: bool,
    push: &mut impl FnMut(DuplicateCommand),
) {
    let ticked = review.ticked_and_others();
    let num_ticked = review.ticked.len() as u64;
    let num_others = ticked.as_ref().map_or(0, |it| it.1.len()) as u64;
    let label = text::duplicates::keep_ticked(num_ticked, num_others, trash_files);
    let said = match &ticked {
        Some((keep, _)) => text::duplicates::go_onto(&keep.to_string()),
        None => text::duplicates::TICK_SOME.to_owned(),
    };
    let key = key_of(ui.ctx(), "duplicates.keep_ticked");
    let said = text::actions::with_key(&said, &key);
    let keep = ui
        .add_enabled(is_possible && ticked.is_some(), Button::new(label))
        .on_hover_text(&said)
        .on_disabled_hover_text(&said);
    if keep.clicked() {
        push(DuplicateCommand::KeepTicked);
    }
}

/// In the place of the buttons: which files go, yes or no.
pub fn confirm_ui(ui: &mut Ui, duplicates: &Duplicates, commands: &mut Vec<Command>) {
    let (Some(review), Some(confirmation)) = (&duplicates.review, &duplicates.confirmation) else {
        return;
    };
    let Confirmation { keep, others } = confirmation;
    let palette = theme::palette(ui.visuals());
    let files = Files::of(review, others);
    Frame::new()
        .fill(palette.error_fill)
        .corner_radius(4)
        .inner_margin(Margin::symmetric(8, 4))
        .show(ui, |ui| {
            ui.label(
                RichText::new(text::duplicates::ask_trash(
                    &keep.to_string(),
                    files.paths.len() as u64,
                ))
                .color(palette.error)
                .strong(),
            );
            ui.label(files.named())
                .on_hover_text(files.paths.join("\n"));
            ui.horizontal_wrapped(|ui| {
                let button = Button::new(text::duplicates::MERGE_AND_TRASH);
                let confirm = ui.add_enabled(duplicates.can_confirm(), button);
                if confirm.on_hover_text(text::duplicates::ENTER).clicked() {
                    commands.push(Command::Duplicates(DuplicateCommand::Confirm));
                }
                if ui
                    .button(text::duplicates::CANCEL)
                    .on_hover_text(text::duplicates::ESC)
                    .clicked()
                {
                    commands.push(Command::Duplicates(DuplicateCommand::Cancel));
                }
                if let Some(problem) = &files.problem {
                    ui.colored_label(palette.error, text::duplicates::leave_it_out_first(problem));
                } else if !files.is_complete {
                    ui.weak(text::duplicates::LOOKING_UP_THE_FILES);
                }
            });
        });
}

impl Duplicates {
    /// Whether the question names every file that would go, so that a yes to it is
    /// one. However it is said: by the button or by a key.
    pub fn can_confirm(&self) -> bool {
        let (Some(review), Some(confirmation)) = (&self.review, &self.confirmation) else {
            return false;
        };
        let files = Files::of(review, &confirmation.others);
        files.is_complete && files.problem.is_none() && self.sent.is_none()
    }
}

/// The files of posts, for people.
struct Files {
    paths: Vec<String>,
    names: Vec<String>,
    /// All posts have been looked up.
    is_complete: bool,
    /// Why one can't be: what is not known is not moved unseen.
    problem: Option<String>,
}

impl Files {
    fn of(review: &Review, posts: &[PostId]) -> Self {
        let mut files = Self {
            paths: Vec::new(),
            names: Vec::new(),
            is_complete: true,
            problem: None,
        };
        for post in posts {
            match review.details(*post) {
                Some(Ok(details)) => {
                    for file in details.files.iter().filter(|it| !it.is_missing) {
                        files.paths.push(file.path.display().to_string());
                        files.names.push(file_name(&file.path));
                    }
                }
                Some(Err(reason)) => files.problem = Some(reason.clone()),
                None => files.is_complete = false,
            }
        }
        files
    }

    fn named(&self) -> String {
        if self.names.is_empty() {
            return text::duplicates::NO_FILES_THERE.to_owned();
        }
        let names = self.names.iter().take(MAX_NAMED);
        let names: Vec<_> = names.map(|it| text::middle(it, MAX_NAME)).collect();
        let mut said = names.join(", ");
        let num_more = self.names.len().saturating_sub(MAX_NAMED);
        if num_more > 0 {
            said += &text::duplicates::and_others(num_more as u64);
        }
        said
    }
}
