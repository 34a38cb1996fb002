//! The door for C libraries that let us choose their allocator (SQLite).

use std::ffi::c_void;

use super::{Component, jemalloc};

/// At least `size` bytes (1 for 0), aligned to 8, in the arena of `component`; null where there are none.
pub fn alloc(component: Component, size: usize) -> *mut c_void {
    jemalloc::heap_alloc(component, size)
}

pub use jemalloc::{heap_free as free, heap_realloc as realloc, heap_size as usable_size};
