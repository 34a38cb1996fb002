//! Carries out what is done in the side bar, and takes in what the engine tells of places.

use std::path::PathBuf;

use eframe::egui;

use crate::app::KobakoApp;
use crate::app::import_panel::Dialog;
use crate::app::text;
use crate::app::window::EngineState;
use crate::message::{Generation, Notice, PlaceChange, PlaceEvent, PlaceRequest, PostTag, Request};
use crate::model::PostId;

use super::question::{PathAnswer, Question, RunningChange};
use super::tags::{Subject, subject_of};
use super::{Section, SideBarCommand};

/// Of more selected posts the tags are not counted, but those of the whole result.
const MAX_COUNTED: u64 = 2_000;

impl KobakoApp {
    /// Asks for what the side bar shows and does not know.
    pub(in crate::app) fn follow_side_bar(&mut self) {
        self.take_path_dialog();
        if self.engine != EngineState::Ready {
            return;
        }
        // An import tells of changes five times a second.
        let is_busy = !self.import.jobs.is_empty();
        let version = self.library_version;
        if self.side_bar.shows(Section::Tags) {
            let is_shown = self.search.error.is_none() && self.results.is_any();
            let subject = Subject {
                of: subject_of(self.posts_to_count(), &self.search.query),
                is_filtered: self.search.is_filtered(),
                version,
                num_answered: self.search.num_answered(),
            };
            let may_wait = is_busy && self.side_bar.tags.is_about(&subject.of);
            if is_shown && !self.search.is_running() && !may_wait {
                self.side_bar.tags.follow(subject, &mut self.link);
            }
        } else {
            self.side_bar.tags.forget();
        }
        if self.side_bar.shows(Section::Folders) {
            let folders = &mut self.side_bar.folders;
            if !(is_busy && folders.is_behind(version)) {
                folders.follow(version, &mut self.link);
            }
        } else {
            self.side_bar.folders.forget();
        }
    }

    /// What is selected, where that is anything and few enough to be asked about.
    fn posts_to_count(&self) -> Vec<PostId> {
        // The tags of an open post stand beside it.
        if self.viewer.is_some() || !(1..=MAX_COUNTED).contains(&self.grid.num_selected()) {
            return Vec::new();
        }
        self.grid.selected_posts(&self.results)
    }

    pub(in crate::app) fn take_tag_counts(
        &mut self,
        generation: Generation,
        num_posts: u64,
        tags: Vec<PostTag>,
    ) {
        self.side_bar.tags.take(generation, num_posts, tags);
    }

    pub(in crate::app) fn take_places(&mut self, event: PlaceEvent) {
        match event {
            PlaceEvent::Folders(tree) => self.side_bar.folders.take(tree),
            PlaceEvent::Progress {
                what,
                num_done,
                num_all,
            } => {
                self.side_bar.change = Some(RunningChange {
                    what,
                    num_done,
                    num_all,
                });
            }
            PlaceEvent::Changed(outcome) => {
                self.side_bar.change = None;
                self.side_bar.folders.forget();
                match outcome {
                    Ok(message) => self.notices.push_passing(Notice {
                        is_error: false,
                        message,
                        way_out: None,
                    }),
                    Err(message) => self.notices.push(Notice {
                        is_error: true,
                        message,
                        way_out: None,
                    }),
                }
            }
            PlaceEvent::Filter(filter) => {
                self.search.filter = filter;
                if self.engine == EngineState::Ready {
                    let query = self.search.current_query().to_owned();
                    self.search.run(query, &mut self.link);
                }
            }
            PlaceEvent::Described { generation, spans } => {
                self.search.colors.take(generation, spans);
            }
            PlaceEvent::Suggested(folders) => self.take_suggested(folders),
            PlaceEvent::Libraries(known) => self.take_libraries(known),
            PlaceEvent::Session(session) => self.take_session(&session),
        }
    }

    pub(in crate::app) fn carry_out_side_bar(
        &mut self,
        ctx: &egui::Context,
        command: SideBarCommand,
    ) {
        let side_bar = &mut self.side_bar;
        match command {
            SideBarCommand::Toggle => side_bar.is_open = !side_bar.is_open,
            SideBarCommand::ToggleSection(section) => side_bar.toggle_section(section),
            SideBarCommand::ToggleFolder(place) => {
                side_bar.folders.toggle(&place, &mut self.link);
            }
            SideBarCommand::ChooseRow(place) => side_bar.folders.choose(place),
            SideBarCommand::Rescan(folder) => self.import_places(vec![folder]),
            SideBarCommand::AskTakeOut { folder, is_root } => {
                side_bar.question = Some(Question::TakeOut { folder, is_root });
            }
            SideBarCommand::AskMoved(from) => {
                let to = PathAnswer::default();
                side_bar.question = Some(Question::Moved { from, to });
            }
            SideBarCommand::AskFileMoved(file) => {
                if let Some(reason) = &self.library.read_only {
                    self.notices.push_passing(Notice {
                        is_error: false,
                        message: text::search::read_only(reason),
                        way_out: None,
                    });
                } else if let Some(from) = side_bar.folders.moved_with(&file) {
                    let to = PathAnswer::default();
                    side_bar.question = Some(Question::Moved { from, to });
                }
            }
            SideBarCommand::ChoosePath => {
                let answer = side_bar.question.as_mut().and_then(Question::path_answer);
                if let Some(answer) = answer {
                    match Dialog::for_folder(ctx, text::side_bar::CHOOSE_A_FOLDER) {
                        Ok(opened) => answer.dialog = Some(opened),
                        Err(err) => self.notices.error(
                            text::side_bar::dialog_failed(err),
                            text::side_bar::TYPE_THE_PATH,
                        ),
                    }
                }
            }
            SideBarCommand::CancelQuestion => side_bar.question = None,
            SideBarCommand::TakeOut(fate) => {
                if let Some(Question::TakeOut { folder, is_root }) = side_bar.question.take() {
                    self.change_places(if is_root {
                        PlaceChange::RemoveRoot { root: folder, fate }
                    } else {
                        PlaceChange::Exclude { folder, fate }
                    });
                }
            }
            SideBarCommand::TakePath => match side_bar.question.take() {
                Some(Question::Moved { from, to }) => {
                    let to = PathBuf::from(to.path.trim());
                    self.change_places(PlaceChange::Move { from, to });
                }
                Some(Question::Library(answer)) => {
                    self.open_library_at(ctx, PathBuf::from(answer.path.trim()));
                }
                question => side_bar.question = question,
            },
            SideBarCommand::Change(change) => self.change_places(change),
            SideBarCommand::StopChange => {
                self.link.send(Request::Places(PlaceRequest::CancelChange));
            }
            SideBarCommand::MoveSaved { name, index } => {
                let request = PlaceRequest::MoveSavedSearch { name, index };
                self.link.send(Request::Places(request));
            }
            SideBarCommand::MoreTags => side_bar.tags.more(),
        }
    }

    fn change_places(&mut self, change: PlaceChange) {
        self.side_bar.change = Some(RunningChange {
            what: match &change {
                PlaceChange::RemoveRoot { root, .. } => text::side_bar::taking_out(root),
                PlaceChange::Exclude { folder, .. } => text::side_bar::excluding(folder),
                PlaceChange::Include { folder } => text::side_bar::including(folder),
                PlaceChange::Move { to, .. } => text::side_bar::looking_into(to),
            },
            num_done: 0,
            num_all: 0,
        });
        self.link
            .send(Request::Places(PlaceRequest::Change(change)));
    }

    /// The desktop's dialog answered.
    fn take_path_dialog(&mut self) {
        let question = self.side_bar.question.as_mut();
        let Some(answer) = question.and_then(Question::path_answer) else {
            return;
        };
        let Some(chosen) = answer.dialog.as_ref().and_then(Dialog::answer) else {
            return;
        };
        let was_never_seen = answer.dialog.take().is_some_and(|it| it.was_never_seen());
        match chosen.into_iter().next() {
            Some(folder) => answer.path = folder.to_string_lossy().into_owned(),
            None if was_never_seen => self.notices.error(
                text::side_bar::NO_FOLDER_DIALOG,
                text::side_bar::TYPE_THE_PATH,
            ),
            None => {}
        }
    }
}
