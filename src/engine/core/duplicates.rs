//! Groups of duplicates, and what is decided about them.

use crate::engine::jobs::{DuplicateNews, Edit};
use crate::engine::similarity::duplicates::DuplicateQuestion;
use crate::library::Changes;
use crate::message::{DuplicateDecision, DuplicateMeasure, Event, Generation};

use super::Core;

impl Core<'_> {
    pub(super) fn find_duplicates(&mut self, generation: Generation, measure: DuplicateMeasure) {
        if matches!(measure, DuplicateMeasure::Cosine(_)) && !self.settings.semantic_similarity {
            self.duplicates.cancel();
            let reason = "Similarity by embeddings is switched off (semantic_similarity); switch \
                          it on, or look for duplicates by distance";
            return self.no_duplicates(generation, reason.to_owned());
        }
        let question = DuplicateQuestion {
            measure,
            embed: self.similar.comparer.context().embed.clone(),
        };
        if let Err(err) = self.duplicates.find(generation, question) {
            self.no_duplicates(generation, format!("No thread can be started: {err}"));
        }
    }

    pub(super) fn stop_duplicates(&mut self) {
        self.duplicates.cancel();
    }

    pub(super) fn hear_duplicates(&mut self, news: DuplicateNews) {
        match news {
            DuplicateNews::Progress { generation, share } => {
                if self.duplicates.is_wanted(generation) {
                    self.outlet
                        .tell_newest(Event::DuplicateProgress { generation, share }, |it| {
                            matches!(it, Event::DuplicateProgress { .. })
                        });
                }
            }
            DuplicateNews::Ended { generation, groups } => {
                let is_wanted = self.duplicates.ended(generation);
                if let Some(groups) = groups
                    && is_wanted
                {
                    self.outlet
                        .tell_newest(Event::Duplicates { generation, groups }, |it| {
                            matches!(
                                it,
                                Event::DuplicateProgress { .. } | Event::Duplicates { .. }
                            )
                        });
                }
                if let Err(err) = self.duplicates.start_wanted() {
                    self.fail(format!(
                        "Duplicates can't be looked for: no thread can be started ({err})"
                    ));
                }
            }
        }
    }

    fn no_duplicates(&mut self, generation: Generation, reason: String) {
        self.outlet.tell_newest(
            Event::Duplicates {
                generation,
                groups: Err(reason),
            },
            |it| matches!(it, Event::Duplicates { .. }),
        );
    }

    pub(super) fn decide_duplicates(&mut self, decision: DuplicateDecision) {
        if let Some(reason) = self.library.read_only() {
            let outcome = Err(format!("The library can't be changed: {reason}"));
            let undo = None;
            return self.outlet.tell(Event::DuplicateDecided { outcome, undo });
        }
        let edit = Edit::Duplicates(decision);
        let failure = edit.failure();
        match self.edits.push(edit) {
            Ok(()) => self.num_deciding += 1,
            Err(err) => self.outlet.tell(Event::DuplicateDecided {
                outcome: Err(format!("{failure}: no thread can be started ({err})")),
                undo: None,
            }),
        }
    }

    /// The last of a decision.
    pub(super) fn decided(&mut self, outcome: Result<String, String>, undo: Option<String>) {
        self.num_deciding = self.num_deciding.saturating_sub(1);
        self.follow_late_commits();
        self.outlet.tell(Event::DuplicateDecided { outcome, undo });
    }

    /// A commit is to be followed by the caches, after all before it.
    ///
    /// Imports and edits tell of theirs each on its own, so that one may be heard
    /// of before an earlier one of the other: it waits for that while one of them
    /// is at work, and may still tell.
    pub(super) fn committed(&mut self, changes: Changes) {
        if changes.commit == 0 {
            return;
        }
        if !changes.posts.is_empty() || !changes.removed_posts.is_empty() {
            self.similar.comparer.posts_changed();
        }
        if !changes.other_pictures.is_empty() {
            self.thumbs.forget(&changes.other_pictures);
            let posts = changes.other_pictures.clone();
            self.outlet.tell(Event::OtherPictures(posts));
        }
        self.late_commits.push(changes);
        self.late_commits.sort_by_key(|it| it.commit);
        self.follow_late_commits();
    }

    /// Follows those that need not wait any more.
    pub(super) fn follow_late_commits(&mut self) {
        let may_wait = self.num_deciding > 0 || self.imports.is_running();
        while let Some(first) = self.late_commits.first() {
            if may_wait && first.commit > self.cache.last_heard() + 1 {
                return;
            }
            let first = self.late_commits.remove(0);
            self.cache.push(first);
        }
    }
}
