//! The searches that the library keeps: those that have names, and the history.

use crate::message::{Completion, Request};
use crate::model::SavedSearch;

use crate::app::link::Link;
use crate::app::text;

/// Of each list, at most so many are offered below an empty search bar.
const NUM_OFFERED: usize = 8;

/// So many are offered below the completions of what is typed.
const NUM_MATCHING: usize = 4;

/// A line of the list below the search bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Completion(Completion),
    Recent(String),
    Saved(SavedSearch),
}

impl Item {
    /// The whole query that it stands for; a completion is only a word of one.
    pub fn query(&self) -> Option<&str> {
        match self {
            Self::Completion(_) => None,
            Self::Recent(query) => Some(query),
            Self::Saved(saved) => Some(&saved.query),
        }
    }
}

/// What a name is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamingTask {
    Save { query: String },
    Rename { from: String },
}

/// The line below the search bar that asks for a name.
#[derive(Debug)]
pub struct Naming {
    pub task: NamingTask,
    pub name: String,
    pub wants_focus: bool,
}

#[derive(Debug, Default)]
pub struct KeptSearches {
    saved: Vec<SavedSearch>,
    /// Queries, the latest first.
    recent: Vec<String>,
    pub naming: Option<Naming>,
}

impl KeptSearches {
    pub fn take(&mut self, saved: Vec<SavedSearch>, recent: Vec<String>) {
        self.saved = saved;
        self.recent = recent;
    }

    pub fn saved(&self) -> &[SavedSearch] {
        &self.saved
    }

    pub fn has_recent(&self) -> bool {
        !self.recent.is_empty()
    }

    pub fn is_saved(&self, query: &str) -> bool {
        self.saved.iter().any(|it| it.query == query)
    }

    pub fn has_name(&self, name: &str) -> bool {
        self.saved.iter().any(|it| it.name == name)
    }

    pub fn is_named(&self, name: &str, query: &str) -> bool {
        let mut saved = self.saved.iter();
        saved.any(|it| it.name == name && it.query == query)
    }

    /// What to offer where nothing is typed: the latest searches that have no
    /// name, then those that have one.
    pub fn offered(&self) -> Vec<Item> {
        let recent = self.recent.iter().filter(|it| !self.is_saved(it));
        let recent = recent.take(NUM_OFFERED).cloned().map(Item::Recent);
        let saved = self.saved.iter().take(NUM_OFFERED).cloned();
        recent.chain(saved.map(Item::Saved)).collect()
    }

    /// Those that start with the whole of `text`, by query or by name, and are
    /// more than it.
    pub fn matching(&self, text: &str) -> Vec<Item> {
        let text = text.trim_start().to_lowercase();
        let starts = |it: &str| it.to_lowercase().starts_with(&text);
        let is_more = |query: &str| query.to_lowercase() != text.trim_end();
        let saved = self
            .saved
            .iter()
            .filter(|it| (starts(&it.name) || starts(&it.query)) && is_more(&it.query));
        let recent = self
            .recent
            .iter()
            .filter(|it| starts(it) && is_more(it) && !self.is_saved(it));
        saved
            .cloned()
            .map(Item::Saved)
            .chain(recent.cloned().map(Item::Recent))
            .take(NUM_MATCHING)
            .collect()
    }

    /// Asks for a name for `query`, which has to be something.
    pub fn name_query(&mut self, query: &str) {
        if !query.is_empty() {
            self.naming = Some(Naming {
                task: NamingTask::Save {
                    query: query.to_owned(),
                },
                name: query.to_owned(),
                wants_focus: true,
            });
        }
    }

    /// Asks for another name for a saved search.
    pub fn rename(&mut self, from: String) {
        self.naming = Some(Naming {
            name: from.clone(),
            task: NamingTask::Rename { from },
            wants_focus: true,
        });
    }

    /// Why the name that stands there can't be taken, where that is so.
    pub fn name_problem(&self) -> Option<String> {
        let naming = self.naming.as_ref()?;
        let name = naming.name.trim();
        if name.is_empty() {
            return Some(text::search::TYPE_A_NAME.to_owned());
        }
        match &naming.task {
            NamingTask::Rename { from } if from != name && self.has_name(name) => {
                Some(text::search::name_is_taken(name))
            }
            NamingTask::Rename { .. } | NamingTask::Save { .. } => None,
        }
    }

    /// Takes the name that stands there, unless there is a problem with it.
    pub fn finish_naming(&mut self, link: &mut Link) {
        if self.name_problem().is_some() {
            return;
        }
        let Some(Naming { task, name, .. }) = self.naming.take() else {
            return;
        };
        let name = name.trim().to_owned();
        match task {
            NamingTask::Save { query } => link.send(Request::SaveSearch { name, query }),
            NamingTask::Rename { from } if from == name => {}
            NamingTask::Rename { from } => {
                link.send(Request::RenameSavedSearch { from, to: name });
            }
        }
    }

    /// Removes whatever is saved of `query`.
    pub fn unsave(&self, query: &str, link: &mut Link) {
        for saved in self.saved.iter().filter(|it| it.query == query) {
            let name = saved.name.clone();
            link.send(Request::RemoveSavedSearch { name });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> KeptSearches {
        let saved = |name: &str, query: &str| SavedSearch {
            name: name.to_owned(),
            query: query.to_owned(),
        };
        let mut kept = KeptSearches::default();
        kept.take(
            vec![saved("Evenings", "sky order:random"), saved("cats", "cat")],
            ["even solo", "cat", "even", "dog"]
                .map(str::to_owned)
                .into(),
        );
        kept
    }

    fn queries(items: &[Item]) -> Vec<&str> {
        items.iter().filter_map(Item::query).collect()
    }

    #[test]
    fn what_has_a_name_is_offered_once() {
        let mut kept = kept();
        let wanted = ["even solo", "even", "dog", "sky order:random", "cat"];
        assert_eq!(queries(&kept.offered()), wanted);
        let recent = (0..50).map(|number| format!("q{number}")).collect();
        kept.take(Vec::new(), recent);
        assert_eq!(kept.offered().len(), NUM_OFFERED);
    }

    #[test]
    fn names_and_queries_match_from_their_start() {
        let kept = kept();
        let found = kept.matching("EVEN");
        assert_eq!(queries(&found), ["sky order:random", "even solo"]);
        assert_eq!(queries(&kept.matching("solo")), [""; 0]);
        assert_eq!(queries(&kept.matching("even s")), ["even solo"]);
    }

    #[test]
    fn a_taken_name_is_no_name_to_rename_to() {
        let mut kept = kept();
        kept.rename("cats".to_owned());
        assert_eq!(kept.name_problem(), None, "its own");
        for (name, is_problem) in [(" Evenings ", true), (" ", true), ("dogs", false)] {
            if let Some(naming) = &mut kept.naming {
                naming.name = name.to_owned();
            }
            assert_eq!(kept.name_problem().is_some(), is_problem, "{name}");
        }
    }
}
