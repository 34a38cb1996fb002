//! Enters and leaves components, and starts threads that live in one.

use std::ffi::c_uint;
use std::marker::PhantomData;
use std::thread::JoinHandle;

use super::{Component, jemalloc, stacks};

/// While it lives, what this thread's Rust code allocates belongs to a component.
#[derive(Debug)]
#[must_use = "the scope ends when this is dropped"]
pub struct Scope {
    before: Component,
    /// A scope belongs to its thread.
    _not_send: PhantomData<*const ()>,
}

/// Enters `component` for Rust allocations of this thread; nests. Costs nanoseconds.
pub fn scope(component: Component) -> Scope {
    Scope {
        before: jemalloc::enter(component),
        _not_send: PhantomData,
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        jemalloc::enter(self.before);
    }
}

/// A [`Scope`] for `malloc` of C and C++ code as well.
#[derive(Debug)]
#[must_use = "the scope ends when this is dropped"]
pub struct NativeScope {
    arena_before: c_uint,
    _scope: Scope,
}

/// Enters `component` for all allocations of this thread, C and C++ included;
/// nests. Costs microseconds: this thread's cache is emptied on both sides.
/// Threads that the C code starts are not covered.
pub fn native_scope(component: Component) -> NativeScope {
    NativeScope {
        arena_before: jemalloc::bind_native(component),
        _scope: scope(component),
    }
}

impl Drop for NativeScope {
    fn drop(&mut self) {
        jemalloc::bind_native_arena(self.arena_before);
    }
}

/// Makes `component` the home of the calling thread (the main thread, which
/// [`spawn`] did not start).
pub fn adopt_thread(component: Component) {
    jemalloc::adopt_thread(component);
    stacks::register();
}

/// From now on plain `malloc` on this thread is the graphics driver's: called
/// on the window's thread before the window is made.
pub fn adopt_driver_thread() {
    jemalloc::bind_native(Component::Driver);
}

/// Starts a named thread whose Rust allocations belong to `home` unless a scope says otherwise.
pub fn spawn<T: Send + 'static>(
    name: &str,
    home: Component,
    run: impl FnOnce() -> T + Send + 'static,
) -> std::io::Result<JoinHandle<T>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            let _home = Home::enter(home);
            run()
        })
}

/// Gives the thread's cache and stack entry back, also when it panics.
struct Home;

impl Home {
    fn enter(component: Component) -> Self {
        adopt_thread(component);
        Self
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        stacks::forget();
        jemalloc::leave_thread();
    }
}
