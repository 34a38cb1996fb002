//! Gives memory back, step by step, and says what came of it: where somebody
//! asked for it, and to keep the budget.
//!
//! What the window holds it gives up itself, a frame later; the engine goes on
//! with other work until it says so, and with the next step then.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::library;
use crate::memory::{self, Accounted as _, Action, Cache};
use crate::message::{Event, ReleaseReport};

use super::Core;

/// A window that paints nothing (it is hidden) does not answer.
const WINDOW_LIMIT: Duration = Duration::from_millis(700);

/// Less than this is not worth a word, bytes.
const NOTABLE_BYTES: u64 = 256 << 10;

/// Memory that is being given back.
#[derive(Debug)]
pub(super) struct Giving {
    purpose: Purpose,
    steps: VecDeque<Cache>,
    /// What is still to be given back, bytes.
    left: u64,
    /// The step that the window is asked for, RSS before it, and until when.
    asked: Option<(Cache, u64, Instant)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Asked {
        action: Action,
        predicted_bytes: u64,
        /// RSS before all of it.
        before: u64,
    },
    Budget,
}

impl Core<'_> {
    /// Does `action`, and answers with what it freed.
    pub(super) fn release(&mut self, action: Action) {
        self.publish_evictable();
        let steps = match action {
            // What is looked at stays as it is.
            Action::ReleaseAll => Cache::ALL
                .into_iter()
                .filter(|it| *it != Cache::Picture)
                .collect(),
            Action::GiveBack(cache) => VecDeque::from([cache]),
            Action::PurgeAllocator => VecDeque::new(),
        };
        let predicted_bytes = memory::freed_bytes(action);
        if matches!(action, Action::GiveBack(_)) {
            // What comes back is this cache's then, and nobody else's.
            memory::purge_all();
        }
        // One after the other: who comes last is answered last.
        self.waiting_to_give.push_back(Giving {
            purpose: Purpose::Asked {
                action,
                predicted_bytes,
                before: memory::resident_bytes(),
            },
            steps,
            left: u64::MAX,
            asked: None,
        });
        self.give_on();
    }

    /// Gives back `excess` bytes, the first in the user's order first.
    pub(super) fn give_back_for_budget(&mut self, excess: u64) {
        let is_under_way = self
            .waiting_to_give
            .iter()
            .any(|it| it.purpose == Purpose::Budget);
        if is_under_way {
            return;
        }
        self.publish_evictable();
        let before = memory::resident_bytes();
        memory::purge_all();
        let freed = before.saturating_sub(memory::resident_bytes());
        let left = excess.saturating_sub(freed);
        if left == 0 {
            return;
        }
        self.waiting_to_give.push_back(Giving {
            purpose: Purpose::Budget,
            steps: self.budget.wish().steps().into(),
            left,
            asked: None,
        });
        self.give_on();
    }

    /// The window has given back what it could.
    pub(super) fn window_gave(&mut self) {
        let Some(giving) = self.waiting_to_give.front_mut() else {
            return;
        };
        if let Some((cache, before, _)) = giving.asked.take() {
            self.step_done(cache, before);
            self.give_on();
        }
    }

    /// When the window has to have answered at the latest.
    pub(super) fn give_deadline(&self) -> Option<Instant> {
        let (_, _, deadline) = self.waiting_to_give.front()?.asked?;
        Some(deadline)
    }

    /// Goes on without a window that does not answer.
    pub(super) fn stop_waiting_for_window(&mut self) {
        if self.give_deadline().is_some_and(|it| Instant::now() >= it) {
            self.window_gave();
        }
    }

    /// Works at what is first in the queue until the window has to be waited for.
    fn give_on(&mut self) {
        while let Some(giving) = self.waiting_to_give.front_mut() {
            if giving.asked.is_some() {
                return;
            }
            if giving.left == 0 {
                giving.steps.clear();
            }
            let Some(cache) = giving.steps.pop_front() else {
                let Some(giving) = self.waiting_to_give.pop_front() else {
                    return;
                };
                self.given(giving.purpose);
                continue;
            };
            let bytes = giving.left;
            let before = memory::resident_bytes();
            match cache {
                Cache::Picture | Cache::Thumbnails => {
                    giving.asked = Some((cache, before, Instant::now() + WINDOW_LIMIT));
                    self.outlet.tell(Event::GiveBack { cache, bytes });
                    self.outlet.wake();
                    return;
                }
                Cache::Sqlite => {
                    library::shrink_memory();
                }
                Cache::TagCache => {
                    self.cache.get_mut().evict(bytes);
                }
                // There is no index yet that could be unloaded.
                Cache::Similarity => continue,
            }
            self.step_done(cache, before);
        }
    }

    /// Measures what a step gave.
    fn step_done(&mut self, cache: Cache, before: u64) {
        if cache == Cache::Thumbnails {
            // Memory that a thread's caches keep comes back when the thread ends.
            self.thumbs.rest();
        }
        memory::purge_all();
        let freed = before.saturating_sub(memory::resident_bytes());
        let Some(giving) = self.waiting_to_give.front_mut() else {
            return;
        };
        giving.left = giving.left.saturating_sub(freed);
        if giving.purpose == Purpose::Budget && freed >= NOTABLE_BYTES {
            let text = match cache {
                Cache::Picture => "the open picture is shown smaller",
                Cache::Thumbnails => "thumbnails out of sight were given up",
                Cache::Similarity => "the similarity index was unloaded",
                Cache::Sqlite => "SQLite's page caches were emptied",
                Cache::TagCache => "the tag cache was trimmed",
            };
            self.budget.note_degraded(text.to_owned());
            memory::mark(
                format!("{text} to keep the budget"),
                Some(-freed.cast_signed()),
            );
        }
    }

    fn given(&mut self, purpose: Purpose) {
        self.publish();
        let Purpose::Asked {
            action,
            predicted_bytes,
            before,
        } = purpose
        else {
            return;
        };
        self.thumbs.rest();
        memory::purge_all();
        let freed_bytes = before.cast_signed() - memory::resident_bytes().cast_signed();
        let what = match action {
            Action::ReleaseAll => "released all that could be".to_owned(),
            Action::GiveBack(cache) => format!("gave back {}", cache.name().replace('_', " ")),
            Action::PurgeAllocator => "purged the allocator".to_owned(),
        };
        memory::mark(what, Some(-freed_bytes));
        self.outlet.tell(Event::Released(ReleaseReport {
            action,
            predicted_bytes,
            freed_bytes,
        }));
    }

    /// Says what the engine's own caches could give back now.
    pub(super) fn publish_evictable(&self) {
        library::publish_memory();
        memory::set_evictable(Cache::TagCache, self.cache.get().spare_bytes());
    }
}
