//! Searches beside each other, each with a history of its own.
//!
//! What is on screen belongs to the active tab and is the window's; the others keep
//! where they were, and, where that is little, the ids that they had. More is asked
//! for again when they are shown, which takes the engine about a millisecond.

mod actions;
mod logic;
mod ui;

pub use actions::ACTIONS;
pub use ui::{history_ui, new_tab_ui, tabs_ui};

use crate::memory::{self, Component, Leaf};
use crate::message::SearchSummary;
use crate::model::PostId;
use crate::session::TabSession;

use super::search::Results;
use super::text;

/// Ids of all tabs that are not shown, bytes; those of older ones go first.
const MAX_PARKED_BYTES: u64 = 1 << 20;

/// Searches that a tab can go back to.
const MAX_HISTORY: usize = 100;

/// Tabs that were closed and can be opened again.
const MAX_CLOSED: usize = 20;

/// What can be done with tabs.
#[derive(Clone, Debug, PartialEq)]
pub enum TabCommand {
    /// A new one, with the search bar ready.
    New,
    /// A new one that shows this search.
    Open(String),
    Close(usize),
    CloseActive,
    CloseOthers(usize),
    /// Open again what was closed last.
    Reopen,
    Show(usize),
    /// The one after the active, around the end; or before.
    Next,
    Previous,
    /// Put the tab at one index to another.
    Move {
        from: usize,
        to: usize,
    },
    /// To the search before this one, in this tab.
    Back,
    Forward,
    /// Put the default filter aside in this tab, or use it again.
    ToggleFilter,
    /// Make what stands in the search bar the default filter; empty is none.
    SetFilter(String),
    UseAsFilter,
}

/// A search, and where in its result one was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchPlace {
    pub query: String,
    pub is_filter_off: bool,
    /// Of `order:random`.
    pub seed: u64,
    /// Index of the first post on screen.
    pub first_shown: usize,
    pub selected: Option<(usize, PostId)>,
}

impl SearchPlace {
    /// Whether both show the same posts.
    fn is_same_search(&self, other: &Self) -> bool {
        self.query == other.query && self.is_filter_off == other.is_filter_off
    }

    pub fn session(&self) -> TabSession {
        TabSession {
            query: self.query.clone(),
            first_shown: self.first_shown,
            selected: self.selected.map(|it| it.1.0),
            is_filter_off: self.is_filter_off,
        }
    }
}

/// The result of a tab that is not shown.
#[derive(Debug)]
pub struct Parked {
    results: Results,
    summary: SearchSummary,
    /// The library that it was searched in.
    library_version: u64,
}

#[derive(Debug, Default)]
pub struct Tab {
    /// Of this one alone, wherever it stands in the row.
    id: u64,
    /// Where it was when another was shown.
    place: SearchPlace,
    back: Vec<SearchPlace>,
    forward: Vec<SearchPlace>,
    parked: Option<Parked>,
    /// Grows whenever a tab is shown.
    last_shown: u64,
}

#[derive(Debug)]
pub struct Tabs {
    /// One at least.
    tabs: Vec<Tab>,
    active: usize,
    closed: Vec<Tab>,
    num_shown: u64,
    num_made: u64,
    /// Where the result that is on its way is to be shown from.
    pending: Option<SearchPlace>,
}

impl Default for Tabs {
    fn default() -> Self {
        Self {
            tabs: vec![Tab::default()],
            active: 0,
            closed: Vec::new(),
            num_shown: 0,
            num_made: 1,
            pending: None,
        }
    }
}

impl Tabs {
    /// As they were; one that shows everything where there were none.
    pub fn new(tabs: &[TabSession], active: usize) -> Self {
        let tabs: Vec<Tab> = (0..)
            .zip(tabs)
            .map(|(id, it)| Tab {
                id,
                place: SearchPlace {
                    query: it.query.clone(),
                    is_filter_off: it.is_filter_off,
                    seed: 0,
                    first_shown: it.first_shown,
                    selected: it.selected.map(|post| (it.first_shown, PostId(post))),
                },
                ..Tab::default()
            })
            .collect();
        if tabs.is_empty() {
            return Self::default();
        }
        Self {
            active: active.min(tabs.len() - 1),
            num_made: tabs.len() as u64,
            tabs,
            ..Self::default()
        }
    }

    /// One that shows this search.
    pub fn showing(query: String) -> Self {
        let tab = TabSession {
            query,
            ..TabSession::default()
        };
        Self::new(&[tab], 0)
    }

    /// What is searched was searched before, and is shown as it was.
    pub fn is_restoring(&self) -> bool {
        self.pending.is_some()
    }

    /// Adds one after the active.
    fn add(&mut self, place: SearchPlace) -> usize {
        let index = self.active + 1;
        let tab = Tab {
            id: self.num_made,
            place,
            ..Tab::default()
        };
        self.num_made += 1;
        self.tabs.insert(index, tab);
        index
    }

    pub fn num(&self) -> usize {
        self.tabs.len()
    }

    pub fn active(&self) -> usize {
        self.active
    }

    /// Where the active tab was when it was put aside, or at the last start.
    pub fn active_place(&self) -> SearchPlace {
        self.tabs
            .get(self.active)
            .map(|it| it.place.clone())
            .unwrap_or_default()
    }

    pub fn can_go_back(&self) -> bool {
        self.tabs
            .get(self.active)
            .is_some_and(|it| !it.back.is_empty())
    }

    pub fn can_go_forward(&self) -> bool {
        self.tabs
            .get(self.active)
            .is_some_and(|it| !it.forward.is_empty())
    }

    /// A search begins in the active tab, which was at `here`.
    fn leaves(&mut self, here: SearchPlace, is_back: bool) {
        let Some(tab) = self.tabs.get_mut(self.active) else {
            return;
        };
        let list = if is_back {
            &mut tab.forward
        } else {
            &mut tab.back
        };
        list.push(here);
        if list.len() > MAX_HISTORY {
            list.remove(0);
        }
    }

    /// All as they are to be at the next start; the active one is at `here`.
    pub fn session(&self, here: &SearchPlace) -> Vec<TabSession> {
        let tabs = self.tabs.iter().enumerate();
        tabs.map(|(index, tab)| {
            if index == self.active {
                here.session()
            } else {
                tab.place.session()
            }
        })
        .collect()
    }

    /// Bytes of ids that the tab at `index` holds while it is not shown.
    fn parked_bytes(&self, index: usize) -> u64 {
        let parked = self.tabs.get(index).and_then(|it| it.parked.as_ref());
        parked.map_or(0, |it| it.results.held_bytes())
    }

    /// Gives up ids until all that are held fit into `limit` bytes; returns bytes.
    fn shrink(&mut self, limit: u64) -> u64 {
        let mut freed = 0;
        loop {
            let held: u64 = (0..self.tabs.len()).map(|it| self.parked_bytes(it)).sum();
            if held <= limit {
                break;
            }
            let oldest = self
                .tabs
                .iter_mut()
                .filter(|it| it.parked.is_some())
                .min_by_key(|it| it.last_shown);
            let Some(oldest) = oldest else {
                break;
            };
            freed += oldest.parked.take().map_or(0, |it| it.results.held_bytes());
        }
        freed
    }

    pub(super) fn publish(&self) {
        let parked = self.tabs.iter().filter_map(|it| it.parked.as_ref());
        let (mut bytes, mut num) = (0, 0);
        for parked in parked {
            bytes += parked.results.held_bytes() as usize;
            num += parked.results.num_held() as usize;
        }
        let leaf = Leaf::exact("results of other tabs", bytes, num);
        memory::publish(Component::Window, "tabs", vec![leaf]);
    }
}

/// What stands on a tab: of a folder, its name.
pub fn title(query: &str) -> &str {
    let query = query.trim();
    if query.is_empty() {
        return text::tabs::EVERYTHING;
    }
    let path = match query.strip_prefix("in:") {
        Some(path) => path
            .strip_prefix('"')
            .and_then(|it| it.strip_suffix('"'))
            .unwrap_or(path),
        None => return query,
    };
    // Another term after it could be anything.
    let is_alone = !path.contains('"') && (query.contains('"') || !path.contains(' '));
    match path.trim_end_matches('/').rsplit('/').next() {
        Some(name) if is_alone && !name.is_empty() => name,
        _ => query,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Generation, ResultBatch};

    fn parked(num: u32) -> Parked {
        let mut results = Results::default();
        let batch = ResultBatch {
            generation: Generation(1),
            total: u64::from(num),
            offset: 0,
            posts: (0..num).map(PostId).collect(),
            is_last: true,
            summary: SearchSummary::default(),
        };
        results.take(&batch, false);
        Parked {
            results,
            summary: SearchSummary::default(),
            library_version: 0,
        }
    }

    #[test]
    fn ids_of_the_tab_that_was_shown_longest_ago_go_first() {
        let mut tabs = Tabs::default();
        tabs.tabs.extend((1..4).map(|index| Tab {
            parked: Some(parked(1000)),
            last_shown: 10 - index,
            ..Tab::default()
        }));
        assert_eq!(tabs.shrink(9_000), 4_000);
        let held: Vec<u64> = (0..4).map(|it| tabs.parked_bytes(it)).collect();
        assert_eq!(held, [0, 4_000, 4_000, 0]);
        assert_eq!(tabs.shrink(0), 8_000);
    }

    #[test]
    fn a_tab_of_a_folder_has_its_name() {
        for (query, wanted) in [
            ("", "Everything"),
            (" cat dog ", "cat dog"),
            ("in:/a/b", "b"),
            ("in:\"/a/b c\"", "b c"),
            ("in:/", "in:/"),
            ("in:/a/b cat", "in:/a/b cat"),
            ("in:\"/a/b c\" cat", "in:\"/a/b c\" cat"),
        ] {
            assert_eq!(title(query), wanted);
        }
    }

    #[test]
    fn no_tabs_and_a_wrong_index_are_no_trouble() {
        assert_eq!(Tabs::new(&[], 7).num(), 1);
        let tab = TabSession {
            query: "a".to_owned(),
            ..TabSession::default()
        };
        let tabs = Tabs::new(&[tab.clone(), tab], 7);
        assert_eq!((tabs.num(), tabs.active()), (2, 1));
    }
}
