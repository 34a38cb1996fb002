//! Carries out what is asked on the page, and takes in the answers.

use eframe::egui;

use crate::app::KobakoApp;
use crate::app::text;
use crate::app::view::View;
use crate::app::viewer::Place;
use crate::message::{DuplicateDecision, Request};
use crate::model::PostId;

use super::look::{Look, Side};
use super::review::Review;
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
                let posts = review.posts();
                self.decide(DuplicateDecision::NotDuplicates(posts));
            }
            DuplicateCommand::SingleOut(post) => self.single_out(post),
            DuplicateCommand::SingleOutRight => {
                let review = self.duplicates.review.as_ref();
                if let Some(post) = review.and_then(|it| it.post(Side::Right)) {
                    self.single_out(post);
                }
            }
            DuplicateCommand::Keep(side) => {
                let review = self.duplicates.review.as_ref();
                let both = review.and_then(|it| Some((it.post(side)?, it.post(side.other())?)));
                if let Some((keep, other)) = both {
                    self.keep(keep, vec![other]);
                }
            }
            DuplicateCommand::KeepTicked => {
                let review = self.duplicates.review.as_ref();
                if let Some((keep, others)) = review.and_then(Review::ticked_and_others) {
                    self.keep(keep, others);
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

    /// The others go; where files of theirs do too, that is asked first.
    fn keep(&mut self, keep: PostId, others: Vec<PostId>) {
        let Some(review) = &self.duplicates.review else {
            return;
        };
        if self.duplicates.decision_of(review.group).is_some() {
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

    fn single_out(&mut self, post: PostId) {
        let Some(review) = &self.duplicates.review else {
            return;
        };
        let others = review.without(post);
        self.decide(DuplicateDecision::NotDuplicateOf { post, others });
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
        let done = match &decision {
            DuplicateDecision::NotDuplicates(posts) => posts.clone(),
            DuplicateDecision::NotDuplicateOf { post, .. } => vec![*post],
            DuplicateDecision::Merge { others, .. } => others.clone(),
            DuplicateDecision::Undo => Vec::new(),
        };
        duplicates.sent = Some(Sent::Decision {
            group: Some(review.group),
            done,
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
            (
                Some(Sent::Decision {
                    group: Some(group),
                    done,
                }),
                Ok(said),
            ) => {
                duplicates.close(group, &done, said.clone());
                if duplicates.decision_of(group).is_none() {
                    duplicates.go_on_with(group);
                } else if let Some(next) = duplicates.next_open(group) {
                    duplicates.look_at(next, max_bytes);
                }
            }
            (Some(Sent::Undo), Ok(_)) => {
                if let Some(group) = duplicates.reopen() {
                    duplicates.look_at(group, max_bytes);
                }
            }
            (Some(Sent::Decision { group: None, .. }) | None, _) | (_, Err(_)) => {}
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
    /// Undo was asked for, and every decision is taken back already.
    pub fn say_where_undo_ends(&mut self) {
        if self.undo.is_none() && self.sent.is_none() {
            self.outcome = Some(Ok(text::duplicates::NO_DECISION_LEFT.to_owned()));
        }
    }

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

    /// Looks at what is left of a group, where that is looked at.
    fn go_on_with(&mut self, index: usize) {
        let Some(members) = self.group(index).map(|it| it.posts.clone()) else {
            return;
        };
        self.confirmation = None;
        if let Some(review) = &mut self.review
            && review.group == index
        {
            review.go_on_with(members);
        }
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
                    // What is asked about may be another by now.
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
            DuplicateCommand::Tick(post) => self.tick(post),
            DuplicateCommand::TickSide(side) => {
                if let Some(post) = self.post(side) {
                    self.tick(post);
                }
            }
            _ => {}
        }
    }
}
