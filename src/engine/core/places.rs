//! Folders, roots and libraries: asked here, looked at and changed by jobs. And the
//! filter that every search gets.

use std::path::PathBuf;

use crate::engine::jobs::{Edit, ImportSource, PlaceTask};
use crate::engine::search;
use crate::message::{Event, FilterState, PlaceEvent, PlaceRequest};
use crate::session::Session;
use crate::settings::Settings;

use super::Core;

/// How the default filter is used.
#[derive(Debug, Default)]
pub(super) struct FilterInUse {
    is_off: bool,
    told: FilterState,
}

impl FilterInUse {
    /// What searches are narrowed by.
    pub fn query<'a>(&self, settings: &'a Settings) -> &'a str {
        if self.is_off {
            ""
        } else {
            &settings.default_filter
        }
    }
}

impl Core<'_> {
    pub(super) fn answer_places(&mut self, request: PlaceRequest) {
        match request {
            PlaceRequest::ListFolders { open } => self.look(PlaceTask::ListFolders(open)),
            PlaceRequest::Change(change) => {
                if let Some(reason) = self.library.read_only() {
                    let outcome = Err(format!("The library can't be changed: {reason}"));
                    self.tell_places(PlaceEvent::Changed(outcome));
                } else {
                    self.look(PlaceTask::Change(change));
                }
            }
            PlaceRequest::CancelChange => self.places.cancel_change(),
            PlaceRequest::MoveSavedSearch { name, index } => {
                self.edit(Edit::MoveSavedSearch { name, index });
            }
            PlaceRequest::UseFilter(is_used) => self.filter.is_off = !is_used,
            PlaceRequest::SetFilter(query) => {
                let mut settings = self.settings.clone();
                settings.default_filter = query;
                self.change_settings(settings);
                self.tell_filter();
            }
            PlaceRequest::Describe { generation, text } => {
                let spans = search::describe(&text, self.cache.get());
                self.tell_places(PlaceEvent::Described { generation, spans });
            }
            PlaceRequest::Suggest => self.look(PlaceTask::Suggest),
            PlaceRequest::ListLibraries => self.look(PlaceTask::ListLibraries),
            PlaceRequest::ForgetLibrary(path) => self.look(PlaceTask::ForgetLibrary(path)),
            PlaceRequest::KeepSession(session) => {
                if self.library.read_only().is_none() {
                    self.look(PlaceTask::KeepSession(session));
                }
            }
        }
    }

    fn look(&mut self, task: PlaceTask) {
        if let Err(err) = self.places.push(task) {
            self.fail(format!("No thread for folders can be started: {err}"));
        }
    }

    /// Tells the window what a job found; only the newest of a kind matters.
    pub(super) fn tell_places(&mut self, event: PlaceEvent) {
        let kind = std::mem::discriminant(&event);
        let is_all_told = matches!(event, PlaceEvent::Changed(_));
        self.outlet.tell_newest(Event::Places(event), |it| {
            !is_all_told
                && matches!(it, Event::Places(other) if std::mem::discriminant(other) == kind)
        });
    }

    pub(super) fn places_changed(
        &mut self,
        outcome: Result<String, String>,
        import: Option<PathBuf>,
    ) {
        self.tell_places(PlaceEvent::Changed(outcome));
        if let Some(folder) = import {
            self.import(ImportSource::Paths(vec![folder]));
        }
    }

    /// Tells what every search is narrowed by, if that is news.
    pub(super) fn tell_filter(&mut self) {
        let query = &self.settings.default_filter;
        if *query == self.filter.told.query {
            return;
        }
        let told = FilterState {
            problem: search::filter_problem(query, self.cache.get()),
            query: query.clone(),
        };
        self.filter.told = told.clone();
        self.tell_places(PlaceEvent::Filter(told));
    }

    /// Tells how the window looked, and remembers that this library was opened.
    pub(super) fn tell_session(&mut self) {
        if !self.places.has_recent() {
            return;
        }
        // A window that had another library keeps to the limits of this one.
        let limit = self.budget.textures_limit();
        self.outlet.tell(Event::TextureLimit(limit));
        let (session, notice) = Session::load(self.library.dir());
        if let Some(session) = session {
            self.tell_places(PlaceEvent::Session(Box::new(session)));
        }
        if let Some(notice) = notice {
            self.outlet.tell(Event::Notice(notice));
        }
        let dir = self.library.dir().to_owned();
        self.look(PlaceTask::RememberLibrary(dir));
    }
}
