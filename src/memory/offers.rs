//! What each action would give back now.

use super::{Action, Cache, Component, Offer, jemalloc, ledger};

/// Less than this is not worth a button, bytes.
const LEAST_BYTES: u64 = 4096;

/// To give back what `cache` does not need; `None` where that is nothing.
pub(super) fn of_cache(cache: Cache) -> Option<Offer> {
    let frees_bytes = ledger::evictable(cache);
    (frees_bytes >= LEAST_BYTES).then(|| Offer {
        action: Action::GiveBack(cache),
        frees_bytes,
        costs: cache.costs(),
    })
}

/// To give back what a component's arena keeps though it is free.
pub(super) fn of_slack(component: Component) -> Option<Offer> {
    let frees_bytes = jemalloc::dirty_bytes(component);
    (frees_bytes >= LEAST_BYTES).then_some(Offer {
        action: Action::PurgeAllocator,
        frees_bytes,
        costs: "Memory that is needed again is fetched from the kernel again",
    })
}

/// What RSS is expected to fall by through `action`, bytes.
pub fn freed_bytes(action: Action) -> u64 {
    jemalloc::refresh_stats();
    // What the driver frees it needs again for the next frame.
    let slack = || -> u64 {
        let components = Component::ALL
            .into_iter()
            .filter(|it| *it != Component::Driver);
        components.map(jemalloc::dirty_bytes).sum()
    };
    match action {
        Action::ReleaseAll => {
            // What is looked at stays as it is.
            let caches = Cache::ALL.into_iter().filter(|it| *it != Cache::Picture);
            caches.map(ledger::evictable).sum::<u64>() + slack()
        }
        Action::GiveBack(cache) => ledger::evictable(cache),
        Action::PurgeAllocator => slack(),
    }
}
