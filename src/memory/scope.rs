//! Enters and leaves components, and starts threads that live in one.

use std::thread::JoinHandle;

use super::Component;

/// While it lives, what this thread's Rust code allocates belongs to a component.
#[derive(Debug)]
#[must_use = "the scope ends when this is dropped"]
pub struct Scope {
    /// A scope belongs to its thread.
    _not_send: std::marker::PhantomData<*const ()>,
}

/// Enters `component` for Rust allocations of this thread; nests.
pub fn scope(_component: Component) -> Scope {
    Scope {
        _not_send: std::marker::PhantomData,
    }
}

/// Starts a named thread whose Rust allocations belong to `home` unless a scope says otherwise.
pub fn spawn<T: Send + 'static>(
    name: &str,
    _home: Component,
    run: impl FnOnce() -> T + Send + 'static,
) -> std::io::Result<JoinHandle<T>> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run)
}
