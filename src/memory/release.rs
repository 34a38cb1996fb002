//! Gives freed memory back to the kernel.

use super::{Component, jemalloc, offers};

/// Gives back what this thread freed but its caches still keep. A cache can be
/// emptied by its own thread only: the engine and the window each do this when
/// memory is released, and idle decoder threads end instead.
pub fn flush_thread_cache() {
    jemalloc::flush_thread();
}

/// From now on freed pages go back to the kernel after a second, also while
/// nothing is allocated; `false` where the system has no thread for it.
/// Called once, by `main`.
pub fn start_background_purge() -> bool {
    jemalloc::start_background_purge()
}

/// Gives all freed pages of a component back to the kernel.
pub fn purge(component: Component) {
    jemalloc::purge(component);
    offers::measure_overheads(&[component]);
}

/// [`flush_thread_cache`] for the calling thread and [`purge`] for every component.
pub fn purge_all() {
    flush_thread_cache();
    for component in Component::ALL {
        jemalloc::purge(component);
    }
    offers::measure_overheads(&Component::ALL);
}

/// Whether pages that decoders free go back to the kernel at once (a budget has
/// no room for them) or after a second, as otherwise.
pub fn give_back_at_once(at_once: bool) {
    for component in [Component::Import, Component::Pictures] {
        jemalloc::set_decay_ms(component, if at_once { 0 } else { DECAY_MS });
    }
}

/// As the allocator's options say for all arenas.
const DECAY_MS: isize = 1000;
