//! Carries out what is done with tabs, and every search that a person asks for.

use crate::app::KobakoApp;
use crate::app::search::{Results, Taken};
use crate::app::view::View;
use crate::app::window::EngineState;
use crate::message::{PlaceRequest, Request, new_seed};

use super::{MAX_CLOSED, MAX_PARKED_BYTES, Parked, SearchPlace, TabCommand};

impl KobakoApp {
    /// Where the active tab is now.
    pub(in crate::app) fn here(&self) -> SearchPlace {
        if self.engine != EngineState::Ready || !self.results.is_any() {
            // Nothing was found yet: where it was is where it is to be.
            return self.tabs.active_place();
        }
        if let Some(pending) = &self.tabs.pending
            && self.search.is_running()
        {
            return pending.clone();
        }
        let selected = self.grid.selected();
        SearchPlace {
            query: self.search.current_query().to_owned(),
            is_filter_off: self.search.is_filter_off,
            seed: self.search.seed(),
            first_shown: self.grid.first_shown(),
            selected: selected.and_then(|index| Some((index, self.results.get(index)?))),
        }
    }

    /// Searches in the active tab; where that was is gone back to by `Back`.
    pub(in crate::app) fn go(&mut self, query: String) {
        let here = self.here();
        let place = SearchPlace {
            query,
            is_filter_off: self.search.is_filter_off,
            seed: new_seed(),
            ..SearchPlace::default()
        };
        if self.results.is_any() && !here.is_same_search(&place) {
            self.tabs.leaves(here, false);
            if let Some(tab) = self.tabs.tabs.get_mut(self.tabs.active) {
                tab.forward.clear();
            }
        }
        self.tabs.pending = None;
        self.notices.search_begins();
        self.search.run(place.query, &mut self.link);
    }

    /// Shows a search as it was left.
    pub(in crate::app) fn restore(&mut self, place: SearchPlace) {
        self.show(View::Posts);
        self.search.text.clone_from(&place.query);
        self.search.is_filter_off = place.is_filter_off;
        let seed = if place.seed == 0 {
            new_seed()
        } else {
            place.seed
        };
        self.search
            .run_as(place.query.clone(), seed, &mut self.link);
        self.tabs.pending = Some(place);
    }

    /// Puts the grid where it was, as soon as the ids are there. To be called when a
    /// part of a result came that is no refresh.
    pub(in crate::app) fn restore_place(&mut self, is_first: bool, is_last: bool) {
        let Some(place) = &self.tabs.pending else {
            return;
        };
        if is_first {
            self.grid.show_from(place.first_shown);
        }
        let found = place.selected.and_then(|(hint, post)| {
            let is_there = self.results.get(hint) == Some(post);
            if is_there {
                Some(hint)
            } else if is_last {
                self.results.position(post, hint)
            } else {
                None
            }
        });
        if let Some(index) = found {
            self.grid.select_where_it_is(index, &self.results);
        }
        if is_last || found.is_some() || place.selected.is_none() {
            self.tabs.pending = None;
        }
    }

    pub(in crate::app) fn carry_out_tabs(&mut self, command: TabCommand) {
        match command {
            TabCommand::New => {
                self.add_tab(String::new());
                self.search.focus();
            }
            TabCommand::Open(query) => self.add_tab(query),
            TabCommand::Close(index) => self.close_tab(index),
            TabCommand::CloseActive => self.close_tab(self.tabs.active),
            TabCommand::CloseOthers(index) => {
                self.show_tab(index);
                for other in (0..self.tabs.num()).rev() {
                    if other != self.tabs.active {
                        self.close_tab(other);
                    }
                }
            }
            TabCommand::Reopen => {
                if let Some(tab) = self.tabs.closed.pop() {
                    self.park();
                    let index = self.tabs.active + 1;
                    self.tabs.tabs.insert(index, tab);
                    self.unpark(index);
                }
            }
            TabCommand::Show(index) => self.show_tab(index),
            TabCommand::Next => {
                let next = (self.tabs.active + 1) % self.tabs.num();
                self.show_tab(next);
            }
            TabCommand::Previous => {
                let num = self.tabs.num();
                self.show_tab((self.tabs.active + num - 1) % num);
            }
            TabCommand::Move { from, to } => self.move_tab(from, to),
            TabCommand::Back => self.step_in_history(true),
            TabCommand::Forward => self.step_in_history(false),
            TabCommand::ToggleFilter => {
                if !self.search.filter.query.is_empty() {
                    self.search.is_filter_off = !self.search.is_filter_off;
                    let query = self.search.current_query().to_owned();
                    self.search.run(query, &mut self.link);
                }
            }
            TabCommand::SetFilter(query) => self.set_filter(query),
            TabCommand::UseAsFilter => self.set_filter(self.search.text.trim().to_owned()),
        }
    }

    /// Whether that would change anything.
    pub(in crate::app) fn can_in_tabs(&self, command: &TabCommand) -> bool {
        let tabs = &self.tabs;
        match command {
            TabCommand::Show(index) => *index < tabs.num() && *index != tabs.active,
            TabCommand::CloseActive
            | TabCommand::Next
            | TabCommand::Previous
            | TabCommand::CloseOthers(_) => tabs.num() > 1,
            TabCommand::Reopen => !tabs.closed.is_empty(),
            TabCommand::Back => tabs.can_go_back(),
            TabCommand::Forward => tabs.can_go_forward(),
            TabCommand::ToggleFilter => !self.search.filter.query.is_empty(),
            TabCommand::UseAsFilter => {
                !self.search.text.trim().is_empty() && self.library.read_only.is_none()
            }
            _ => true,
        }
    }

    fn set_filter(&mut self, query: String) {
        self.search.is_filter_off = false;
        self.link
            .send(Request::Places(PlaceRequest::SetFilter(query)));
    }

    fn step_in_history(&mut self, is_back: bool) {
        let Some(tab) = self.tabs.tabs.get_mut(self.tabs.active) else {
            return;
        };
        let place = if is_back {
            tab.back.pop()
        } else {
            tab.forward.pop()
        };
        if let Some(place) = place {
            let here = self.here();
            self.tabs.leaves(here, is_back);
            self.restore(place);
        }
    }

    fn add_tab(&mut self, query: String) {
        self.park();
        let index = self.tabs.add(SearchPlace {
            query,
            ..SearchPlace::default()
        });
        self.unpark(index);
    }

    fn show_tab(&mut self, index: usize) {
        if index == self.tabs.active || index >= self.tabs.num() {
            return;
        }
        self.park();
        self.unpark(index);
    }

    /// The last one stays.
    fn close_tab(&mut self, index: usize) {
        if self.tabs.num() < 2 || index >= self.tabs.num() {
            return;
        }
        if index == self.tabs.active {
            self.park();
        }
        let mut closed = self.tabs.tabs.remove(index);
        closed.parked = None;
        self.tabs.closed.push(closed);
        if self.tabs.closed.len() > MAX_CLOSED {
            self.tabs.closed.remove(0);
        }
        if index == self.tabs.active {
            self.unpark(index.min(self.tabs.num() - 1));
        } else if index < self.tabs.active {
            self.tabs.active -= 1;
        }
        self.tabs.publish();
    }

    fn move_tab(&mut self, from: usize, to: usize) {
        let tabs = &mut self.tabs;
        if from >= tabs.num() || to >= tabs.num() || from == to {
            return;
        }
        let moved = tabs.tabs.remove(from);
        tabs.tabs.insert(to, moved);
        tabs.active = match tabs.active {
            active if active == from => to,
            active if from < active && active <= to => active - 1,
            active if to <= active && active < from => active + 1,
            active => active,
        };
    }

    /// Puts the active tab aside, with its ids where these are few.
    fn park(&mut self) {
        self.close_viewer();
        let place = self.here();
        let is_whole = self.search.is_at_rest() && self.results.is_any();
        let is_little = self.results.held_bytes() <= MAX_PARKED_BYTES / 2;
        let parked = (is_whole && is_little).then(|| Parked {
            results: self.results.clone(),
            summary: self.search.summary.clone(),
            library_version: self.library_version,
        });
        self.tabs.num_shown += 1;
        let num_shown = self.tabs.num_shown;
        if let Some(tab) = self.tabs.tabs.get_mut(self.tabs.active) {
            tab.place = place;
            tab.parked = parked;
            tab.last_shown = num_shown;
        }
        self.tabs.pending = None;
        self.tabs.shrink(MAX_PARKED_BYTES);
    }

    /// Shows the tab at `index`: at once where its ids are there, else by asking again.
    fn unpark(&mut self, index: usize) {
        self.tabs.active = index;
        let Some(tab) = self.tabs.tabs.get_mut(index) else {
            return;
        };
        let place = tab.place.clone();
        let version = self.library_version;
        let parked = tab.parked.take();
        let parked = parked.filter(|it| it.library_version == version);
        self.tabs.publish();
        match parked {
            Some(Parked {
                results, summary, ..
            }) => {
                self.show(View::Posts);
                self.search.is_filter_off = place.is_filter_off;
                let (query, seed) = (place.query.clone(), place.seed);
                self.search
                    .show_answered(query, seed, summary, &mut self.link);
                self.show_results(results);
                self.tabs.pending = Some(place);
                self.restore_place(true, true);
            }
            None => self.restore(place),
        }
    }

    fn show_results(&mut self, results: Results) {
        self.results = results;
        self.results.publish();
        self.grid
            .results_changed(&self.results, Taken::Replaced, false);
    }
}
