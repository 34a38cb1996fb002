//! Gives memory back, step by step, and says what came of it: where somebody
//! asked for it, and to keep the budget.
//!
//! What the window holds it gives up itself, a frame later; the engine goes on
//! with other work until it says so, and with the next step then.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::library;
use crate::memory::{self, Accounted as _, Action, Cache};
use crate::message::{Event, Generation, ReleaseReport};

use super::Core;

/// A window that paints nothing (it is hidden) does not answer.
const WINDOW_LIMIT: Duration = Duration::from_millis(700);

/// Less than this is not worth a word, bytes.
const NOTABLE_BYTES: u64 = 256 << 10;

/// After giving back brought too little, before it is tried again.
const REST: Duration = Duration::from_secs(10);

/// Memory that is being given back.
#[derive(Debug)]
pub(super) struct Giving {
    purpose: Purpose,
    steps: VecDeque<Cache>,
    /// What is still to be given back, bytes.
    left: u64,
    /// What the window is asked for.
    asked: Option<Asked>,
}

/// A step that the window, or the thread that compares, does.
#[derive(Clone, Copy, Debug)]
struct Asked {
    generation: Generation,
    cache: Cache,
    /// RSS before it, and what could go.
    before: u64,
    evictable: u64,
    deadline: Instant,
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

/// What is to be given back; the first is under way.
#[derive(Debug, Default)]
pub(super) struct GiveQueue {
    waiting: VecDeque<Giving>,
    last: Generation,
    /// Until then the budget takes nothing, since there was too little to take.
    rests_until: Option<Instant>,
}

impl GiveQueue {
    /// Whether a step can be done without the window.
    pub fn has_work(&self) -> bool {
        self.waiting.front().is_some_and(|it| it.asked.is_none())
    }

    /// When the window has to have answered at the latest.
    pub fn deadline(&self) -> Option<Instant> {
        Some(self.waiting.front()?.asked?.deadline)
    }

    fn is_budget_under_way(&self) -> bool {
        let mut waiting = self.waiting.iter();
        waiting.any(|it| it.purpose == Purpose::Budget)
            || self.rests_until.is_some_and(|it| Instant::now() < it)
    }
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
            Action::Purge(_) => VecDeque::new(),
        };
        let predicted_bytes = memory::freed_bytes(action);
        if matches!(action, Action::GiveBack(_)) {
            // What comes back is this cache's then, and nobody else's.
            memory::purge_all();
        }
        // One after the other: who comes last is answered last.
        self.giving.waiting.push_back(Giving {
            purpose: Purpose::Asked {
                action,
                predicted_bytes,
                before: memory::resident_bytes(),
            },
            steps,
            left: u64::MAX,
            asked: None,
        });
    }

    /// Gives back `excess` bytes, the first in the user's order first; nothing of
    /// `kept`.
    pub(super) fn give_back_for_budget(&mut self, excess: u64, kept: Option<Cache>) {
        if self.giving.is_budget_under_way() {
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
        self.giving.waiting.push_back(Giving {
            purpose: Purpose::Budget,
            steps: self
                .budget
                .wish()
                .steps()
                .into_iter()
                .filter(|it| Some(*it) != kept)
                .collect(),
            left,
            asked: None,
        });
    }

    /// The window has given back what it could of what it was asked for then.
    pub(super) fn window_gave(&mut self, generation: Generation) {
        let Some(giving) = self.giving.waiting.front_mut() else {
            return;
        };
        // An answer that comes too late is to a step that is over.
        if let Some(asked) = giving.asked.take_if(|it| it.generation == generation) {
            self.step_done(asked.cache, asked.before, asked.evictable);
        }
    }

    /// What comparing held is gone.
    pub(super) fn similarity_gave(&mut self) {
        let asked = self.giving.waiting.front().and_then(|it| it.asked);
        if let Some(asked) = asked.filter(|it| it.cache == Cache::Similarity) {
            self.window_gave(asked.generation);
        }
    }

    /// Goes on without a window that does not answer.
    pub(super) fn stop_waiting_for_window(&mut self) {
        if let Some(giving) = self.giving.waiting.front()
            && let Some(asked) = giving.asked
            && Instant::now() >= asked.deadline
        {
            self.window_gave(asked.generation);
        }
    }

    /// Does the next step of what is first in the queue: some milliseconds.
    pub(super) fn give_on(&mut self) {
        if !self.giving.has_work() {
            return;
        }
        let Some(giving) = self.giving.waiting.front_mut() else {
            return;
        };
        if giving.left == 0 {
            giving.steps.clear();
        }
        let Some(cache) = giving.steps.pop_front() else {
            if let Some(giving) = self.giving.waiting.pop_front() {
                self.given(&giving);
            }
            return;
        };
        let bytes = giving.left;
        let before = memory::resident_bytes();
        let evictable = memory::evictable_bytes(cache);
        let generation = self.giving.last.next();
        let asked = Asked {
            generation,
            cache,
            before,
            evictable,
            deadline: Instant::now() + WINDOW_LIMIT,
        };
        match cache {
            Cache::Picture | Cache::Thumbnails => {
                self.giving.last = generation;
                giving.asked = Some(asked);
                self.outlet.tell(Event::GiveBack {
                    generation,
                    cache,
                    bytes,
                });
                return;
            }
            Cache::Sqlite => {
                library::shrink_memory();
            }
            Cache::TagCache => {
                self.cache.get_mut().evict(bytes);
            }
            Cache::Similarity => {
                if self.unload_similarity() {
                    // Its thread says when it is gone.
                    self.giving.last = generation;
                    if let Some(giving) = self.giving.waiting.front_mut() {
                        giving.asked = Some(asked);
                    }
                    return;
                }
            }
        }
        self.step_done(cache, before, evictable);
    }

    /// Measures what a step gave.
    fn step_done(&mut self, cache: Cache, before: u64, evictable: u64) {
        if cache == Cache::Thumbnails {
            // Memory that a thread's caches keep comes back when the thread ends.
            self.thumbs.rest();
        }
        memory::purge_all();
        let freed = before.saturating_sub(memory::resident_bytes());
        let Some(giving) = self.giving.waiting.front_mut() else {
            return;
        };
        giving.left = giving.left.saturating_sub(freed);
        let had_any = evictable >= NOTABLE_BYTES;
        if giving.purpose == Purpose::Budget && freed >= NOTABLE_BYTES && had_any {
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

    fn given(&mut self, giving: &Giving) {
        self.publish();
        let Purpose::Asked {
            action,
            predicted_bytes,
            before,
        } = giving.purpose
        else {
            if giving.left > 0 {
                self.giving.rests_until = Some(Instant::now() + REST);
            }
            return;
        };
        match action {
            // Its own row's alone, as the row said.
            Action::Purge(component) => memory::purge(component),
            Action::ReleaseAll => {
                self.thumbs.rest();
                memory::purge_all();
            }
            // What decoders keep is no part of what was promised.
            Action::GiveBack(_) => memory::purge_all(),
        }
        let freed_bytes = before.cast_signed() - memory::resident_bytes().cast_signed();
        let what = match action {
            Action::ReleaseAll => "released all that could be".to_owned(),
            Action::GiveBack(cache) => format!("gave back {}", cache.name().replace('_', " ")),
            Action::Purge(component) => format!("purged the slack of {}", component.name()),
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
