//! The budget: one number for the whole process without the graphics driver.
//!
//! What can't be bounded beforehand (code, caches, results, the window's state)
//! is measured; what is left of the budget is divided among those who ask
//! before they allocate: decoders by permits, thumbnails on their way to the
//! screen by permits, indexes of embeddings by permits, textures by a limit. So a
//! peak between two measurements has its bytes granted already.

mod index;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::{Cache, PermitError, Permits};

pub use index::{IndexAsker, IndexPermit};

/// Of the budget, what is kept free for what nobody asks for beforehand: a
/// frame's uploads, a batch being written, results of a search.
const RESERVE_SHARE: u64 = 24;
const LEAST_RESERVE_BYTES: u64 = 5 << 20;

/// What each pool needs to work at all, bytes: one thumbnail after the other, a
/// screen of small textures, a picture of a few megapixels.
const LEAST_THUMBNAILS: u64 = 2 << 20;
const LEAST_TEXTURES: u64 = 4 << 20;
const LEAST_PICTURES: u64 = 10 << 20;
const LEAST: u64 = LEAST_THUMBNAILS + LEAST_TEXTURES + LEAST_PICTURES;

/// Limits follow what is measured in steps of this, bytes.
const STEP: u64 = 1 << 20;

/// Words about what was given up that are kept, and for how long.
const MAX_DEGRADED: usize = 8;
const DEGRADED_TIME: Duration = Duration::from_secs(5 * 60);

/// What the process is taken to need until it is measured, bytes.
const FIRST_BASE: u64 = 48 << 20;

/// What the user wants; kept in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetWish {
    /// Of the process without the graphics driver, textures in it included,
    /// bytes; `None` where nothing is bounded.
    pub limit_bytes: Option<u64>,
    /// What is given back first comes first; the others follow in the order of
    /// [`Cache::ALL`].
    pub order: Vec<Cache>,
    /// Never given back to keep the budget.
    pub pinned: Vec<Cache>,
}

impl Default for BudgetWish {
    fn default() -> Self {
        Self {
            limit_bytes: None,
            order: Cache::ALL.to_vec(),
            pinned: Vec::new(),
        }
    }
}

impl BudgetWish {
    /// All caches that may be given back, the first one first.
    pub fn steps(&self) -> Vec<Cache> {
        let mut steps: Vec<Cache> = Vec::with_capacity(Cache::ALL.len());
        for cache in self.order.iter().copied().chain(Cache::ALL) {
            if !steps.contains(&cache) && !self.pinned.contains(&cache) {
                steps.push(cache);
            }
        }
        steps
    }
}

/// How the budget is kept now.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct BudgetReport {
    /// `None` where nothing is bounded.
    pub limit_bytes: Option<u64>,
    /// What counts against it: RSS without the driver, with textures.
    pub used_bytes: u64,
    /// Permits that are taken, and how many bytes there are of them.
    pub permits_used_bytes: u64,
    pub permits_limit_bytes: u64,
    /// What textures may take, bytes.
    pub textures_limit_bytes: u64,
    /// What is given back first comes first; without what is pinned.
    pub order: Vec<Cache>,
    pub pinned: Vec<Cache>,
    /// What each cache may take, where that can be set; bytes.
    pub caps: Vec<Cap>,
    /// What was given up to keep it, in words, the latest last.
    pub degraded: Vec<String>,
    /// By how much the budget is too small for what can't be given back.
    pub shortfall_bytes: u64,
}

/// A limit that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cap {
    pub cache: Cache,
    pub bytes: u64,
    /// `false` where a new one is heeded at the next start only.
    pub is_live: bool,
}

/// What is resident of those who ask beforehand, and of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// RSS without the driver, with textures; bytes.
    pub app_bytes: u64,
    /// Textures in this process, bytes.
    pub texture_bytes: u64,
    /// Of the arenas that permits are for, bytes.
    pub permitted_arenas_bytes: u64,
    /// Of the arena that indexes are in, bytes.
    pub index_arena_bytes: u64,
}

/// What is to be done after a measurement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adapted {
    /// What textures may take from now on, where that changed.
    pub textures_limit_bytes: Option<u64>,
    /// What has to be given back to be inside the budget again, bytes.
    pub excess_bytes: u64,
}

/// The budget of the process, and the pools that it bounds. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Budget {
    pictures: Permits,
    thumbnails: Permits,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    wish: BudgetWish,
    caps: Caps,
    textures_limit: u64,
    /// What pictures and further indexes may share, bytes; `None` where nothing is
    /// bounded.
    rest: Option<u64>,
    /// Granted to indexes, bytes.
    indexes_used: u64,
    num_indexes_waiting: u32,
    shortfall: u64,
    degraded: Vec<(Instant, String)>,
}

/// What each pool may have where there is room, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    pub pictures: u64,
    pub thumbnails: u64,
    pub textures: u64,
}

/// One division of what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limits {
    /// For pictures and further indexes; `None` where only the settings bound them.
    rest: Option<u64>,
    thumbnails: u64,
    textures: u64,
}

impl Budget {
    pub fn new(wish: BudgetWish, caps: Caps) -> Self {
        let budget = Self {
            pictures: Permits::new(caps.pictures),
            thumbnails: Permits::new(caps.thumbnails),
            state: Arc::new(Mutex::new(State {
                wish,
                caps,
                textures_limit: caps.textures,
                rest: None,
                indexes_used: 0,
                num_indexes_waiting: 0,
                shortfall: 0,
                degraded: Vec::new(),
            })),
        };
        // Nothing is measured yet.
        let limit = budget.lock().wish.limit_bytes;
        if let Some(limit) = limit {
            let left = limit.saturating_sub(reserve(limit) + FIRST_BASE);
            budget.set_limits(divide(left, caps), 0);
        }
        budget
    }

    /// For decoders of whole pictures, and imports.
    pub fn pictures(&self) -> &Permits {
        &self.pictures
    }

    /// For thumbnails on their way to the screen.
    pub fn thumbnails(&self) -> &Permits {
        &self.thumbnails
    }

    pub fn wish(&self) -> BudgetWish {
        self.lock().wish.clone()
    }

    pub fn set_wish(&self, wish: BudgetWish) {
        let mut state = self.lock();
        if wish.limit_bytes != state.wish.limit_bytes {
            state.degraded.clear();
        }
        state.wish = wish;
    }

    pub fn caps(&self) -> Caps {
        self.lock().caps
    }

    pub fn set_caps(&self, caps: Caps) {
        self.pictures.set_cap(caps.pictures);
        self.thumbnails.set_cap(caps.thumbnails);
        self.lock().caps = caps;
    }

    /// What textures may take now, bytes.
    pub fn textures_limit(&self) -> u64 {
        self.lock().textures_limit
    }

    pub fn is_bounded(&self) -> bool {
        self.lock().wish.limit_bytes.is_some()
    }

    /// Whether somebody decodes, or waits for the memory of an index.
    pub fn is_busy(&self) -> bool {
        self.pictures.used() > 0
            || self.thumbnails.used() > 0
            || self.lock().num_indexes_waiting > 0
    }

    /// Divides anew what is left of the budget, and says by how much it is passed.
    pub fn adapt(&self, usage: Usage) -> Adapted {
        let before = self.textures_limit();
        let (wish, caps, are_textures_pinned) = {
            let state = self.lock();
            let pinned = &state.wish.pinned;
            let of_textures = [Cache::Picture, Cache::Thumbnails];
            (
                state.wish.limit_bytes,
                state.caps,
                of_textures.iter().any(|it| pinned.contains(it)),
            )
        };
        let Some(limit) = wish else {
            self.lock().shortfall = 0;
            let limits = Limits {
                rest: None,
                thumbnails: caps.thumbnails,
                textures: caps.textures,
            };
            self.set_limits(limits, 0);
            return Adapted {
                textures_limit_bytes: (before != caps.textures).then_some(caps.textures),
                excess_bytes: 0,
            };
        };
        let reserve = reserve(limit);
        let granted = self.pictures.used() + self.thumbnails.used();
        // What is granted but not touched yet is not resident; what is resident
        // in those arenas and not granted is nobody's who asked.
        let indexes = self.index_bytes();
        let covered = usage.permitted_arenas_bytes.min(granted)
            + usage.index_arena_bytes.min(indexes)
            + usage.texture_bytes;
        let base = usage.app_bytes.saturating_sub(covered);
        let left = limit.saturating_sub(reserve + base + indexes);
        self.lock().shortfall = LEAST.saturating_sub(left);
        let mut limits = divide(left / STEP * STEP, caps);
        if are_textures_pinned {
            // What is there stays.
            limits.textures = limits.textures.max(usage.texture_bytes);
        } else if limits.textures.abs_diff(before) < STEP.max(before / 8) && before <= caps.textures
        {
            // A little more or less is not worth drawing anything anew.
            limits.textures = before;
        }
        self.set_limits(limits, indexes);
        Adapted {
            textures_limit_bytes: (limits.textures != before).then_some(limits.textures),
            excess_bytes: usage
                .app_bytes
                .saturating_sub(limit.saturating_sub(reserve / 2)),
        }
    }

    /// Notes what was given up, in words.
    pub fn note_degraded(&self, text: String) {
        let mut state = self.lock();
        state.degraded.retain(|it| it.1 != text);
        if state.degraded.len() == MAX_DEGRADED {
            state.degraded.remove(0);
        }
        state.degraded.push((Instant::now(), text));
    }

    /// How it is kept; `caps` as the settings have them. What is used is the
    /// reporter's to fill in.
    pub fn report(&self, caps: Vec<Cap>) -> BudgetReport {
        let state = self.lock();
        let State {
            wish,
            caps: _,
            textures_limit,
            rest: _,
            indexes_used,
            num_indexes_waiting: _,
            shortfall,
            degraded,
        } = &*state;
        BudgetReport {
            limit_bytes: wish.limit_bytes,
            used_bytes: 0,
            permits_used_bytes: self.pictures.used() + self.thumbnails.used() + indexes_used,
            permits_limit_bytes: self.pictures.limit() + self.thumbnails.limit() + indexes_used,
            textures_limit_bytes: *textures_limit,
            order: wish.steps(),
            pinned: wish.pinned.clone(),
            caps,
            degraded: degraded
                .iter()
                .filter(|it| it.0.elapsed() < DEGRADED_TIME)
                .map(|it| it.1.clone())
                .collect(),
            shortfall_bytes: *shortfall,
        }
    }

    /// `indexes` is what was granted to indexes when these were computed; what was
    /// granted since is taken out.
    fn set_limits(&self, limits: Limits, indexes: u64) {
        let Limits {
            rest,
            thumbnails,
            textures,
        } = limits;
        let mut state = self.lock();
        let rest = rest.map(|it| (it + indexes).saturating_sub(state.indexes_used));
        let pictures = rest.map_or(state.caps.pictures, |it| pictures_share(it, state.caps));
        if self.pictures.limit() != pictures {
            self.pictures.set_limit(pictures);
        }
        if self.thumbnails.limit() != thumbnails {
            self.thumbnails.set_limit(thumbnails);
        }
        state.rest = rest;
        state.textures_limit = textures;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Of a budget of `limit` bytes, what nobody may ask for.
fn reserve(limit: u64) -> u64 {
    (limit / RESERVE_SHARE).max(LEAST_RESERVE_BYTES)
}

/// A fifth for textures, a sixteenth for thumbnails on their way, the rest for
/// pictures, of which a large one needs most; within what the settings allow, and never less than what works.
fn divide(left: u64, caps: Caps) -> Limits {
    let share = |part: u64, least: u64, cap: u64| part.min(cap).max(least.min(cap));
    let textures = share(left / 5 / STEP * STEP, LEAST_TEXTURES, caps.textures);
    let thumbnails = share(left / 16, LEAST_THUMBNAILS, caps.thumbnails);
    Limits {
        rest: Some(left.saturating_sub(textures + thumbnails)),
        thumbnails,
        textures,
    }
}

/// Of what pictures and indexes share, what pictures may take.
fn pictures_share(rest: u64, caps: Caps) -> u64 {
    rest.min(caps.pictures)
        .max(LEAST_PICTURES.min(caps.pictures))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1 << 20;

    const CAPS: Caps = Caps {
        pictures: 192 * MB,
        thumbnails: 32 * MB,
        textures: 32 * MB,
    };

    fn budget(megabytes: u64) -> Budget {
        let wish = BudgetWish {
            limit_bytes: Some(megabytes * MB),
            ..BudgetWish::default()
        };
        Budget::new(wish, CAPS)
    }

    fn all_limits(budget: &Budget) -> u64 {
        budget.pictures().limit() + budget.thumbnails().limit() + budget.textures_limit()
    }

    #[test]
    fn what_is_granted_fits_beside_what_is_resident() {
        let budget = budget(128);
        let usage = Usage {
            app_bytes: 60 * MB,
            texture_bytes: 10 * MB,
            permitted_arenas_bytes: 2 * MB,
            index_arena_bytes: 0,
        };
        let adapted = budget.adapt(usage);
        assert_eq!(adapted.excess_bytes, 0);
        // Nobody holds a permit, so the arenas' 2 MB count as well.
        assert!(50 * MB + all_limits(&budget) <= 128 * MB);
        assert!(all_limits(&budget) >= 60 * MB);
        assert_eq!(budget.adapt(usage).textures_limit_bytes, None);

        let held = budget.pictures().try_acquire(20 * MB).unwrap();
        let before = all_limits(&budget);
        budget.adapt(Usage {
            app_bytes: 80 * MB,
            permitted_arenas_bytes: 22 * MB,
            ..usage
        });
        assert_eq!(
            all_limits(&budget),
            before,
            "what was granted is not counted twice"
        );
        drop(held);
    }

    #[test]
    fn a_passed_budget_says_by_how_much_and_leaves_the_least() {
        let budget = budget(64);
        let adapted = budget.adapt(Usage {
            app_bytes: 80 * MB,
            ..Usage::default()
        });
        assert!(adapted.excess_bytes >= 16 * MB);
        assert_eq!(all_limits(&budget), LEAST);
        assert_eq!(budget.report(Vec::new()).shortfall_bytes, LEAST);
    }

    #[test]
    fn a_budget_of_almost_nothing_is_passed_too() {
        let budget = budget(1);
        let adapted = budget.adapt(Usage {
            app_bytes: 3 * MB,
            ..Usage::default()
        });
        assert!(adapted.excess_bytes >= 2 * MB, "{adapted:?}");
    }

    #[test]
    fn without_a_budget_the_settings_alone_bound() {
        let budget = budget(64);
        assert_eq!(all_limits(&budget), LEAST, "nothing is measured yet");
        budget.set_wish(BudgetWish::default());
        let adapted = budget.adapt(Usage {
            app_bytes: 900 * MB,
            ..Usage::default()
        });
        assert_eq!(adapted.excess_bytes, 0);
        assert_eq!(adapted.textures_limit_bytes, Some(CAPS.textures));
        assert_eq!(all_limits(&budget), 256 * MB);
    }

    #[test]
    fn pinned_textures_stay_and_small_changes_are_not_followed() {
        let pinned = budget(64);
        pinned.set_wish(BudgetWish {
            pinned: vec![Cache::Thumbnails],
            ..pinned.wish()
        });
        let usage = Usage {
            app_bytes: 80 * MB,
            texture_bytes: 20 * MB,
            permitted_arenas_bytes: 0,
            index_arena_bytes: 0,
        };
        assert_eq!(pinned.adapt(usage).textures_limit_bytes, Some(20 * MB));
        let budget = budget(256);
        let usage = |megabytes: u64| Usage {
            app_bytes: megabytes * MB,
            ..Usage::default()
        };
        budget.adapt(usage(160));
        let before = budget.textures_limit();
        assert!(before < CAPS.textures);
        assert_eq!(budget.adapt(usage(165)).textures_limit_bytes, None);
        assert_eq!(budget.textures_limit(), before);
        assert!(budget.adapt(usage(120)).textures_limit_bytes > Some(before));
    }

    #[test]
    fn small_caps_are_kept_in_a_large_budget() {
        let budget = budget(4096);
        budget.set_caps(Caps {
            textures: 3 * MB,
            ..CAPS
        });
        budget.adapt(Usage::default());
        assert_eq!(budget.textures_limit(), 3 * MB);
        assert_eq!(budget.pictures().limit(), CAPS.pictures);
    }

    #[test]
    fn steps_are_all_caches_but_the_pinned_in_the_users_order() {
        let wish = BudgetWish {
            limit_bytes: None,
            order: vec![Cache::Sqlite, Cache::Sqlite, Cache::Picture],
            pinned: vec![Cache::Thumbnails],
        };
        let expected = [
            Cache::Sqlite,
            Cache::Picture,
            Cache::Similarity,
            Cache::TagCache,
        ];
        assert_eq!(wish.steps(), expected);
    }

    #[test]
    fn the_same_loss_is_told_once() {
        let budget = budget(64);
        for number in [1, 2, 1] {
            budget.note_degraded(format!("loss {number}"));
        }
        assert_eq!(budget.report(Vec::new()).degraded, ["loss 2", "loss 1"]);
        for number in 0..20 {
            budget.note_degraded(format!("other {number}"));
        }
        assert_eq!(budget.report(Vec::new()).degraded.len(), MAX_DEGRADED);
    }
}
