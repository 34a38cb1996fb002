//! Keeps the budget: follows what is measured, and what the user sets.

use crate::memory::{self, BudgetWish, Cache, Usage};
use crate::message::Event;

use super::Core;

impl Core<'_> {
    /// Begins to keep the budget that the settings have.
    pub(super) fn start_budget(&mut self) {
        self.follow_settings();
    }

    /// Keeps another budget from now on.
    pub(super) fn set_budget(&mut self, wish: BudgetWish) {
        let mut settings = self.settings.clone();
        settings.set_budget(&wish);
        self.budget.set_wish(settings.budget());
        self.change_settings(settings);
        self.follow_budget();
    }

    /// Lets a cache take no more than `bytes` from now on.
    pub(super) fn set_cap(&mut self, cache: Cache, bytes: u64) {
        let mut settings = self.settings.clone();
        if !settings.set_cap(cache, bytes) {
            return;
        }
        self.budget.set_caps(settings.pools());
        if cache == Cache::Sqlite {
            self.library.set_cache_bytes(settings.sqlite_cache_mb << 20);
        }
        self.change_settings(settings);
        memory::publish_budget(&self.budget, self.settings.caps());
        self.divide_anew();
    }

    /// What was measured while there is a budget.
    pub(super) fn hear_usage(&mut self, usage: Usage) {
        if self.budget.is_bounded() {
            self.adapt(usage);
        }
    }

    /// The budget or what caches may take was set anew.
    pub(super) fn follow_settings(&mut self) {
        memory::publish_budget(&self.budget, self.settings.caps());
        self.follow_budget();
    }

    fn follow_budget(&mut self) {
        memory::give_back_at_once(self.budget.is_bounded());
        self.divide_anew();
    }

    /// By the next measurement, or at once where nothing is bounded.
    fn divide_anew(&mut self) {
        if self.budget.is_bounded() {
            self.watch.hurry();
        } else {
            self.adapt(Usage::default());
        }
    }

    fn adapt(&mut self, usage: Usage) {
        let adapted = self.budget.adapt(usage);
        if let Some(bytes) = adapted.textures_limit_bytes {
            self.outlet.tell_newest(Event::TextureLimit(bytes), |it| {
                matches!(it, Event::TextureLimit(_))
            });
        }
        if adapted.excess_bytes > 0 {
            self.give_back_for_budget(adapted.excess_bytes, None);
        }
    }

    /// Gives caches back for an index that waits for room.
    pub(super) fn make_room(&mut self, missing_bytes: u64, keeps_index: bool) {
        let kept = keeps_index.then_some(Cache::Similarity);
        self.give_back_for_budget(missing_bytes, kept);
        // What there is room for now is known by the next measurement.
        self.watch.hurry();
    }
}
