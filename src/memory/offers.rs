//! What each action would give back now.

use std::sync::atomic::{AtomicU64, Ordering};

use super::walk::resident_in_arena;
use super::{Action, Cache, Component, Offer, Row, jemalloc, ledger};

/// In the names of the connections of the thread that compares pictures.
const COMPARING: &str = " · similarity · ";

/// The tables of an arena in which nothing is, bytes.
const TABLES_BYTES: u64 = 92 << 10;

/// Less than this is not worth a button, bytes.
const LEAST_BYTES: u64 = 4096;

/// To give back what `cache` does not need; `None` where that is nothing.
pub(super) fn of_cache(cache: Cache) -> Option<Offer> {
    let frees_bytes = given_back_bytes(cache);
    (frees_bytes >= LEAST_BYTES).then(|| Offer {
        action: Action::GiveBack(cache),
        frees_bytes,
        costs: cache.costs(),
    })
}

/// To give back what a component's arena keeps though it is free. `resident_bytes` are
/// all of the arena.
pub(super) fn of_slack(component: Component, resident_bytes: u64) -> Option<Offer> {
    let frees_bytes = freed_pages(component, resident_bytes);
    (frees_bytes >= LEAST_BYTES).then_some(Offer {
        action: Action::Purge(component),
        frees_bytes,
        costs: "Memory that is needed again is fetched from the kernel again",
    })
}

/// What giving back this cache alone frees. The thread that compares closes its
/// connections too, which releasing everything counts with SQLite's.
fn given_back_bytes(cache: Cache) -> u64 {
    let claimed = ledger::evictable(cache);
    match cache {
        // All of its arena is the thread's; nothing is where it does not run.
        Cache::Similarity if claimed > 0 => {
            let allocated = jemalloc::stats(Component::Similarity).allocated as u64;
            claimed.max(allocated) + ledger::claimed_by(Component::Sqlite, COMPARING)
        }
        Cache::Similarity
        | Cache::Picture
        | Cache::Thumbnails
        | Cache::Sqlite
        | Cache::TagCache => claimed,
    }
}

/// What of a cache could be given back when its owner last said, bytes.
pub fn evictable_bytes(cache: Cache) -> u64 {
    ledger::evictable(cache)
}

/// What RSS is expected to fall by through `action`, bytes.
pub fn freed_bytes(action: Action) -> u64 {
    jemalloc::refresh_stats();
    // What the driver frees it needs again for the next frame.
    let slack = || -> u64 {
        let components = Component::ALL
            .into_iter()
            .filter(|it| *it != Component::Driver);
        components.map(slack_bytes).sum()
    };
    match action {
        Action::ReleaseAll => released_caches_bytes() + slack(),
        Action::GiveBack(cache) => given_back_bytes(cache),
        Action::Purge(component) => slack_bytes(component),
    }
}

/// What the rows offer, for releasing everything: no arena is counted again.
pub(super) fn release_bytes(rows: &[Row]) -> u64 {
    fn slack(rows: &[Row]) -> u64 {
        let of_row = |row: &Row| {
            let offers = row.offers.iter();
            let purges = offers.filter(|it| matches!(it.action, Action::Purge(_)));
            purges.map(|it| it.frees_bytes).sum::<u64>() + slack(&row.children)
        };
        rows.iter().map(of_row).sum()
    }
    released_caches_bytes() + slack(rows)
}

/// What is looked at stays as it is.
fn released_caches_bytes() -> u64 {
    let caches = Cache::ALL.into_iter().filter(|it| *it != Cache::Picture);
    caches.map(ledger::evictable).sum()
}

/// Freed pages of a component that are resident.
fn slack_bytes(component: Component) -> u64 {
    freed_pages(component, resident_in_arena(component))
}

/// Freed pages of an arena that has so much resident. A freed page may never have been
/// touched, so there are no more than what is in no use: neither handed out, nor what
/// stayed beside that when all free pages were given back.
fn freed_pages(component: Component, resident_bytes: u64) -> u64 {
    let allocated = jemalloc::stats(component).allocated as u64;
    let overhead = OVERHEADS.get(component.index());
    let in_use = allocated + overhead.map_or(0, |it| it.load(Ordering::Relaxed));
    jemalloc::dirty_bytes(component).min(resident_bytes.saturating_sub(in_use))
}

/// What is resident of each arena beside what was handed out, once it has no free pages:
/// its tables, and pages of which a part is in use. The allocator does not say how much
/// of that was ever touched, so it is measured whenever free pages were given back.
/// By [`Component::index`].
static OVERHEADS: [AtomicU64; Component::COUNT] =
    [const { AtomicU64::new(TABLES_BYTES) }; Component::COUNT];

/// To be called when these arenas have just given all their free pages back.
pub(super) fn measure_overheads(components: &[Component]) {
    jemalloc::refresh_stats();
    for &component in components {
        let allocated = jemalloc::stats(component).allocated as u64;
        let overhead = resident_in_arena(component).saturating_sub(allocated);
        // Where a large block was handed out and never touched, it hides them.
        let overhead = overhead.max(TABLES_BYTES);
        if let Some(known) = OVERHEADS.get(component.index()) {
            known.store(overhead, Ordering::Relaxed);
        }
    }
}
