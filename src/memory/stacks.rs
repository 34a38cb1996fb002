//! The stacks of our own threads, which smaps shows without a name.

use std::ops::Range;
use std::sync::Mutex;

use super::kernel;

/// A thread of ours.
#[derive(Clone, Debug)]
pub(super) struct Stack {
    pub name: String,
    pub range: Range<usize>,
    /// As the kernel numbers it.
    pub thread: u32,
}

static STACKS: Mutex<Vec<Stack>> = Mutex::new(Vec::new());

fn stacks() -> std::sync::MutexGuard<'static, Vec<Stack>> {
    STACKS
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Notes the calling thread.
pub(super) fn register() {
    let Some(range) = kernel::thread_stack() else {
        return;
    };
    let _scope = super::scope(super::Component::Accounting);
    let id = kernel::thread_id();
    let thread = std::thread::current();
    let mut stacks = stacks();
    stacks.retain(|it| it.thread != id);
    stacks.push(Stack {
        name: thread.name().unwrap_or("unnamed").to_owned(),
        range,
        thread: id,
    });
}

/// Forgets the calling thread; its stack may be used by another one next.
pub(super) fn forget() {
    let id = kernel::thread_id();
    stacks().retain(|it| it.thread != id);
}

pub(super) fn all() -> Vec<Stack> {
    stacks().clone()
}
