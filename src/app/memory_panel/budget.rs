//! The budget as the panel edits it: what was asked for stands until a report
//! shows it.

use crate::memory::{BudgetReport, BudgetWish, Cache, Report};

/// Reports after which what was asked for is no longer believed to come.
const MAX_REPORTS: u8 = 3;
/// A budget below this is of no use: the program alone takes as much, bytes.
pub const LEAST_BYTES: u64 = 64 << 20;
/// Suggested budgets are multiples of this, bytes.
const STEP_BYTES: u64 = 16 << 20;

/// What is asked for, and for how many reports it has not come.
#[derive(Clone, Debug, PartialEq)]
struct Asked<T> {
    value: T,
    num_reports: u8,
}

impl<T> Asked<T> {
    fn new(value: T) -> Self {
        Self {
            value,
            num_reports: 0,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct BudgetState {
    wish: Option<Asked<BudgetWish>>,
    caps: Vec<Asked<(Cache, u64)>>,
    /// The number that is being dragged, bytes.
    pub draft_limit: Option<u64>,
    pub draft_cap: Option<(Cache, u64)>,
}

impl BudgetState {
    /// A report came: what it shows need not be remembered.
    pub fn follow(&mut self, budget: &BudgetReport) {
        let shown = wish_of(budget);
        let has_come = |wish: &BudgetWish| {
            wish.limit_bytes == shown.limit_bytes
                && same(&wish.pinned, &shown.pinned)
                && unpinned(wish).eq(unpinned(&shown))
        };
        self.wish = self.wish.take().and_then(|it| older(it, has_come));
        self.caps = std::mem::take(&mut self.caps)
            .into_iter()
            .filter_map(|it| {
                older(it, |(cache, bytes)| {
                    let cap = budget.caps.iter().find(|cap| cap.cache == *cache);
                    cap.is_none_or(|cap| cap.bytes == *bytes)
                })
            })
            .collect();
    }

    pub fn asked(&mut self, wish: BudgetWish) {
        self.draft_limit = None;
        self.wish = Some(Asked::new(wish));
    }

    pub fn asked_cap(&mut self, cache: Cache, bytes: u64) {
        self.draft_cap = None;
        self.caps.retain(|it| it.value.0 != cache);
        self.caps.push(Asked::new((cache, bytes)));
    }

    /// As it will be once everything asked for has come.
    pub fn wish(&self, budget: &BudgetReport) -> BudgetWish {
        match &self.wish {
            Some(asked) => asked.value.clone(),
            None => wish_of(budget),
        }
    }

    /// The cap of a cache as it will be, bytes.
    pub fn cap(&self, cache: Cache, reported: u64) -> u64 {
        if let Some((of, bytes)) = self.draft_cap
            && of == cache
        {
            return bytes;
        }
        let asked = self.caps.iter().find(|it| it.value.0 == cache);
        asked.map_or(reported, |it| it.value.1)
    }
}

fn older<T>(mut asked: Asked<T>, has_come: impl Fn(&T) -> bool) -> Option<Asked<T>> {
    asked.num_reports += 1;
    (asked.num_reports < MAX_REPORTS && !has_come(&asked.value)).then_some(asked)
}

fn same(one: &[Cache], other: &[Cache]) -> bool {
    one.len() == other.len() && one.iter().all(|it| other.contains(it))
}

/// What is given back, in order.
fn unpinned(wish: &BudgetWish) -> impl Iterator<Item = &Cache> {
    let pinned = &wish.pinned;
    wish.order.iter().filter(|it| !pinned.contains(it))
}

/// What the report says, with a place for every cache.
fn wish_of(budget: &BudgetReport) -> BudgetWish {
    let mut order = budget.order.clone();
    for cache in Cache::ALL {
        if !order.contains(&cache) {
            order.push(cache);
        }
    }
    BudgetWish {
        limit_bytes: budget.limit_bytes,
        order,
        pinned: budget.pinned.clone(),
    }
}

/// With a cache pinned or not.
pub fn with_pin(mut wish: BudgetWish, cache: Cache, is_pinned: bool) -> BudgetWish {
    wish.pinned.retain(|it| *it != cache);
    if is_pinned {
        wish.pinned.push(cache);
    }
    wish
}

/// With a cache given back a place earlier or later than it was; what is pinned
/// has no place.
pub fn with_moved(mut wish: BudgetWish, cache: Cache, is_earlier: bool) -> BudgetWish {
    let free: Vec<Cache> = unpinned(&wish).copied().collect();
    let other = free.iter().position(|it| *it == cache).and_then(|place| {
        let other = if is_earlier {
            place.checked_sub(1)?
        } else {
            place + 1
        };
        free.get(other).copied()
    });
    let places = other.and_then(|other| {
        let place = |of| wish.order.iter().position(|it| *it == of);
        Some((place(cache)?, place(other)?))
    });
    if let Some((one, other)) = places {
        wish.order.swap(one, other);
    }
    wish
}

/// A budget that leaves room for what can't be given back, bytes.
pub fn suggested_bytes(report: &Report) -> u64 {
    let used = report.budget.used_bytes.max(LEAST_BYTES);
    (used + used / 4).next_multiple_of(STEP_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_stands_until_a_report_shows_it() {
        let mut state = BudgetState::default();
        let mut budget = BudgetReport {
            order: Cache::ALL.to_vec(),
            ..BudgetReport::default()
        };
        let wish = BudgetWish {
            limit_bytes: Some(128 << 20),
            ..BudgetWish::default()
        };
        state.asked(wish.clone());
        state.follow(&budget);
        assert_eq!(state.wish(&budget), wish, "an older report");
        budget.limit_bytes = Some(128 << 20);
        state.follow(&budget);
        budget.limit_bytes = Some(64 << 20);
        assert_eq!(state.wish(&budget).limit_bytes, Some(64 << 20));

        state.asked(wish);
        for _ in 0..MAX_REPORTS {
            state.follow(&budget);
        }
        assert_eq!(state.wish(&budget).limit_bytes, Some(64 << 20), "refused");
    }

    #[test]
    fn a_cache_moves_past_what_is_pinned() {
        let wish = with_pin(BudgetWish::default(), Cache::Thumbnails, true);
        let moved = with_moved(wish, Cache::Similarity, true);
        assert_eq!(
            moved.order,
            [
                Cache::Similarity,
                Cache::Thumbnails,
                Cache::Picture,
                Cache::Sqlite,
                Cache::TagCache
            ]
        );
        let same = with_moved(moved.clone(), Cache::Similarity, true);
        assert_eq!(same, moved, "it is the first");
        assert_eq!(with_pin(moved, Cache::Thumbnails, false).pinned, []);
    }
}
