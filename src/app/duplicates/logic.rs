//! Carries out what is asked on the page, and takes in the answers.

use eframe::egui;

use crate::app::KobakoApp;
use crate::app::view::View;
use crate::app::viewer::Place;
use crate::message::{DuplicateDecision, Request};

use super::review::{Look, Review, Side};
use super::{Confirmation, DuplicateCommand, Duplicates, Sent};

impl KobakoApp {
    pub(in crate::app) fn carry_out_duplicates(&mut self, command: DuplicateCommand) {
        let max_bytes = self.max_picture_bytes();
        match command {
            DuplicateCommand::TogglePage => {
                let is_open = self.view == View::Duplicates && self.viewer.is_none();
                self.show(if is_open {
                    View::Posts
                } else {
                    View::Duplicates
                });
            }
            DuplicateCommand::Find => self.duplicates.find(&mut self.link),
            DuplicateCommand::Stop => self.duplicates.stop(&mut self.link),
            DuplicateCommand::Review(index) => self.duplicates.look_at(index, max_bytes),
            DuplicateCommand::Step(by) => {
                let index = match &self.duplicates.review {
                    Some(review) => review.group.saturating_add_signed(by),
                    None => 0,
                };
                self.duplicates.look_at(index, max_bytes);
            }
            DuplicateCommand::Open(post) => self.open_at(Place::Alone, post),
            DuplicateCommand::NotDuplicates => {
                let Some(review) = &self.duplicates.review else {
                    return;
                };
                let chosen = review.chosen();
                if chosen.len() > 1 {
                    self.decide(DuplicateDecision::NotDuplicates(chosen));
                }
            }
            DuplicateCommand::Keep(side) => {
                let Some(review) = &self.duplicates.review else {
                    return;
                };
                let (Some(keep), others) = (review.post(side), review.others(side)) else {
                    return;
                };
                let is_decided = self.duplicates.decision_of(review.group).is_some();
                if others.is_empty() || is_decided || review.left_out.contains(&keep) {
                    return;
                }
                if self.duplicates.trash_files {
                    self.duplicates.confirmation = Some(Confirmation { keep, others });
                } else {
                    self.decide(DuplicateDecision::Merge {
                        keep,
                        others,
                        trash_files: false,
                    });
                }
            }
            DuplicateCommand::Confirm => {
                // The question stays until it can be answered.
                if !self.duplicates.can_confirm() || self.library.read_only.is_some() {
                    return;
                }
                if let Some(Confirmation { keep, others }) = self.duplicates.confirmation.take() {
                    self.decide(DuplicateDecision::Merge {
                        keep,
                        others,
                        trash_files: true,
                    });
                }
            }
            DuplicateCommand::Back => {
                if self.duplicates.confirmation.take().is_none() {
                    self.duplicates.stop(&mut self.link);
                }
            }
            DuplicateCommand::Undo => {
                if self.duplicates.undo.is_some() && self.duplicates.sent.is_none() {
                    self.duplicates.sent = Some(Sent::Undo);
                    self.link.send(Request::Duplicates(DuplicateDecision::Undo));
                }
            }
            command => self.duplicates.carry_out(command),
        }
    }

    fn decide(&mut self, decision: DuplicateDecision) {
        let duplicates = &mut self.duplicates;
        let Some(review) = &duplicates.review else {
            return;
        };
        // One after another, so that each answer is known to be to which.
        let is_decided = duplicates.decision_of(review.group).is_some();
        if is_decided || duplicates.sent.is_some() || self.library.read_only.is_some() {
            return;
        }
        duplicates.sent = Some(Sent::Decision {
            group: Some(review.group),
        });
        duplicates.outcome = None;
        self.link.send(Request::Duplicates(decision));
    }

    pub(in crate::app) fn take_decided(
        &mut self,
        outcome: Result<String, String>,
        undo: Option<String>,
    ) {
        let max_bytes = self.max_picture_bytes();
        let duplicates = &mut self.duplicates;
        duplicates.undo = undo;
        match (duplicates.sent.take(), &outcome) {
            (Some(Sent::Decision { group: Some(group) }), Ok(said)) => {
                duplicates.decided.push((group, said.clone()));
                if let Some(next) = duplicates.next_open(group) {
                    duplicates.look_at(next, max_bytes);
                }
            }
            (Some(Sent::Undo), Ok(_)) => {
                if let Some((group, _)) = duplicates.decided.pop() {
                    duplicates.look_at(group, max_bytes);
                }
            }
            (Some(Sent::Decision { group: None }) | None, _) | (_, Err(_)) => {}
        }
        duplicates.outcome = Some(outcome);
    }

    /// Asks for what the review is missing, where it is on screen.
    pub(in crate::app) fn follow_duplicates(&mut self, ctx: &egui::Context) {
        if self.view == View::Duplicates
            && self.viewer.is_none()
            && let Some(review) = &mut self.duplicates.review
        {
            review.ask(&mut self.link);
            review.follow_difference(ctx);
        }
    }
}

impl Duplicates {
    /// Compares the first two of a group.
    fn look_at(&mut self, index: usize, max_bytes: u64) {
        let Some(group) = self.group(index) else {
            return;
        };
        let look = self.review.as_ref().map_or(Look::default(), |it| it.look);
        self.review = Some(Review::new(index, group, look, max_bytes));
        self.confirmation = None;
        self.scroll_to = Some(index);
    }

    /// What needs nothing but the page itself.
    fn carry_out(&mut self, command: DuplicateCommand) {
        match command {
            DuplicateCommand::SetMeasure(measure) => self.set_measure(measure),
            DuplicateCommand::TrashFiles(trash_files) => self.trash_files = trash_files,
            DuplicateCommand::ToggleTrash => self.trash_files = !self.trash_files,
            DuplicateCommand::Cancel => self.confirmation = None,
            DuplicateCommand::CloseReview => {
                self.review = None;
                self.confirmation = None;
            }
            command => {
                if let Some(review) = &mut self.review {
                    review.carry_out(command);
                    // What is asked about may have been left out.
                    self.confirmation = None;
                }
            }
        }
    }
}

impl Review {
    fn carry_out(&mut self, command: DuplicateCommand) {
        match command {
            DuplicateCommand::Look(look) => {
                self.look = look;
                self.is_flipped = false;
            }
            DuplicateCommand::Flip => self.is_flipped = !self.is_flipped,
            DuplicateCommand::Place(side, member) => self.put(side, member),
            DuplicateCommand::NextMember => self.next_member(),
            DuplicateCommand::LeaveOut(post) => self.leave_out(post),
            DuplicateCommand::LeaveOutRight => {
                if let Some(post) = self.post(Side::Right) {
                    self.leave_out(post);
                }
            }
            _ => {}
        }
    }
}
