//! When the similarity index is loaded, built and given back, and what is said
//! about it.

use std::time::{Duration, Instant};

use crate::engine::jobs::IndexBuild;
use crate::engine::similarity::{self, Task};
use crate::memory::{self, Cache, Component};
use crate::message::{Event, IndexState, SimilarityState};
use crate::settings::SimilarityIdle;

use super::Core;

/// Up to this size all that compares pictures stays, unless the user set a time,
/// bytes.
const KEPT_BYTES: u64 = 2 << 20;

/// When it goes where the user set no time.
const IDLE: Duration = Duration::from_secs(300);

/// What is known of the index.
#[derive(Debug, Default)]
pub(super) struct IndexDesk {
    facts: similarity::IndexState,
    pub is_loading: bool,
    /// What was embedded last is being looked at.
    pub is_checking: bool,
    is_watched: bool,
    /// What the window was told last.
    told: Option<SimilarityState>,
    problem: Option<String>,
    /// Why what is embedded can't be looked at.
    store_problem: Option<String>,
    pub build: Option<IndexBuild>,
    /// Posts with a picture, as of a commit.
    num_pictures: (u64, u64),
}

impl IndexDesk {
    /// It is being built, or may be at once.
    pub fn is_changing(&self) -> bool {
        self.build.is_some() || self.is_checking
    }

    /// So many more are embedded.
    pub fn embedded(&mut self, num: u64) {
        self.facts.num_embedded += num;
    }
}

/// Whether what is held goes when nobody asks for it, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    Keep,
    UnloadAfter(Duration),
}

impl Core<'_> {
    pub(super) fn watch_similarity(&mut self, watch: bool) {
        self.index.is_watched = watch;
        self.index.told = None;
        if watch {
            self.look_at_index();
        }
        self.tell_similarity();
    }

    /// Tells the window where embeddings and their index are, if that changed.
    pub(super) fn tell_similarity(&mut self) {
        if !self.index.is_watched {
            return;
        }
        let cache = self.cache.get();
        if self.index.num_pictures.0 != cache.commit_number() {
            self.index.num_pictures = (cache.commit_number(), cache.num_pictures());
        }
        let state = self.similarity_state();
        if self.index.told.as_ref() == Some(&state) {
            return;
        }
        self.index.told = Some(state.clone());
        self.outlet
            .tell_newest(Event::Similarity(Box::new(state)), |it| {
                matches!(it, Event::Similarity(_))
            });
    }

    fn similarity_state(&self) -> SimilarityState {
        let facts = &self.index.facts;
        let index = match facts.loaded {
            _ if self.index.build.is_some() => IndexState::Building,
            Some(loaded) => IndexState::Loaded {
                bytes: loaded.bytes,
                num_vectors: loaded.num_vectors,
            },
            None if self.index.is_loading => IndexState::Loading,
            None if facts.num_embedded == 0 => IndexState::Nothing,
            None if facts.disk_bytes == 0 => IndexState::NotBuilt,
            None => IndexState::NotLoaded,
        };
        SimilarityState {
            is_enabled: self.settings.semantic_similarity,
            model: if facts.model.is_empty() {
                self.embedding.model().unwrap_or_default().to_owned()
            } else {
                facts.model.clone()
            },
            dimensions: facts.dimensions,
            num_embedded: facts.num_embedded,
            index,
            index_disk_bytes: facts.disk_bytes,
            index_kind: facts.kind.clone(),
            index_recall: facts.recall,
            index_policy: self.policy_text(),
            problem: self
                .embedding
                .problem()
                .map(str::to_owned)
                .or_else(|| self.index.store_problem.clone())
                .or_else(|| self.index.problem.clone())
                .or_else(|| facts.problem.clone()),
            num_pictures: self.index.num_pictures.1,
            num_failed: facts.num_failed,
            embedding: self.embedding.progress().cloned(),
            worker: self.embedding.worker(),
        }
    }

    /// Has it said what is embedded and what there is on disk; loads nothing.
    pub(super) fn look_at_index(&mut self) {
        self.index.store_problem = self.library.similarity_problem();
        if !self.library.has_similarity() {
            return;
        }
        self.similar.last_used = Some(Instant::now());
        if let Err(err) = self.similar.comparer.send(Task::Look) {
            tracing::warn!(%err, "the similarity index can't be looked at");
        }
    }

    pub(super) fn index_changed(&mut self, facts: similarity::IndexState) {
        self.index.facts = facts;
        self.index.is_loading = false;
        self.similar.last_used = Some(Instant::now());
        self.tell_similarity();
    }

    /// The comparer has ended.
    pub(super) fn index_unloaded(&mut self) {
        if !self.similar.comparer.is_running() {
            self.index.facts.loaded = None;
            self.index.is_loading = false;
        }
        memory::purge(Component::Similarity);
        self.tell_similarity();
        self.similarity_gave();
        self.ask_similar_again();
    }

    /// An error in the program ended the comparer.
    pub(super) fn comparer_broke(&mut self, reason: &str) {
        self.fail_similar(&format!("an error in the program: {reason}"));
        self.index.is_checking = false;
        self.unload_similarity();
        self.tell_embedded();
    }

    /// Gives back all that comparing holds; `false` where that is nothing.
    pub(super) fn unload_similarity(&mut self) -> bool {
        let sums = self.similar.sums.clear();
        self.similar.publish();
        self.similar.last_used = None;
        self.similar.unload() || sums > 0
    }

    /// When what is held goes, where nobody asks for it.
    pub(super) fn similarity_deadline(&self) -> Option<Instant> {
        // Who waits for an answer uses it, however long that takes.
        if self.similar.has_pending() {
            return None;
        }
        let last_used = self.similar.last_used?;
        match self.policy() {
            Policy::Keep => None,
            // Later than any clock can say is never.
            Policy::UnloadAfter(idle) => last_used.checked_add(idle),
        }
    }

    /// Unloads what nobody has asked for in a while.
    pub(super) fn unload_idle_similarity(&mut self) {
        if self
            .similarity_deadline()
            .is_some_and(|it| Instant::now() >= it)
        {
            let bytes = memory::evictable_bytes(Cache::Similarity);
            if self.unload_similarity() {
                memory::mark(
                    "similarity index unloaded, nobody asked for it",
                    Some(-bytes.cast_signed()),
                );
            }
        }
    }

    fn policy(&self) -> Policy {
        match self.settings.similarity_idle {
            SimilarityIdle::Never => Policy::Keep,
            SimilarityIdle::Seconds(seconds) => Policy::UnloadAfter(Duration::from_secs(seconds)),
            SimilarityIdle::Auto if memory::evictable_bytes(Cache::Similarity) <= KEPT_BYTES => {
                Policy::Keep
            }
            SimilarityIdle::Auto => Policy::UnloadAfter(IDLE),
        }
    }

    fn policy_text(&self) -> String {
        match self.settings.similarity_idle {
            SimilarityIdle::Never => "stays loaded, as set".to_owned(),
            SimilarityIdle::Seconds(0) => "unloaded after each search, as set".to_owned(),
            SimilarityIdle::Seconds(seconds) => {
                format!("unloaded after {seconds} s without a search, as set")
            }
            SimilarityIdle::Auto => {
                let (least, minutes) = (KEPT_BYTES >> 20, IDLE.as_secs() / 60);
                match self.policy() {
                    Policy::Keep => format!("stays loaded, since it takes at most {least} MB"),
                    Policy::UnloadAfter(_) => format!(
                        "unloaded after {minutes} minutes without a search, since it takes more \
                         than {least} MB"
                    ),
                }
            }
        }
    }

    /// Has an index made of what is embedded.
    pub(super) fn build_index(&mut self) {
        if self.index.build.is_some()
            || self.library.read_only().is_some()
            || !self.settings.semantic_similarity
        {
            return;
        }
        match IndexBuild::start(self.similar.comparer.context(), self.news_sender.clone()) {
            Ok(build) => self.index.build = Some(build),
            Err(err) => self.fail(format!("No thread for the similarity index: {err}")),
        }
        self.tell_similarity();
    }

    /// An index was built, or why it was not.
    pub(super) fn index_built(&mut self, outcome: Result<(), String>) {
        self.index.build = None;
        self.index.problem = outcome.err();
        // Where there is no new one, loading would only find out again that one is due.
        if self.index.problem.is_none()
            && self.similar.comparer.is_running()
            && let Err(err) = self.similar.comparer.send(Task::Reload)
        {
            tracing::warn!(%err, "the new similarity index is not loaded yet");
        }
        self.tell_embedded();
        self.tell_similarity();
    }

    /// Switches comparing by embeddings on or off, and remembers it.
    pub(super) fn enable_similarity(&mut self, is_enabled: bool) {
        let mut settings = self.settings.clone();
        settings.semantic_similarity = is_enabled;
        self.change_settings(settings);
        self.embedding.enable(is_enabled);
        let context = self.similar.comparer.context_mut();
        context.is_semantic = is_enabled;
        context.embed = self.embedding.asked();
        if !is_enabled && let Some(build) = &self.index.build {
            build.cancel();
        }
        // What runs has the settings from before; a question is asked again.
        self.unload_similarity();
        self.tell_similarity();
    }
}
