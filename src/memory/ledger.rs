//! Figures that the owners of memory publish: what is inside a component.

use std::sync::Mutex;

use super::Component;

/// How a figure was got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Counted by the kernel (resident pages).
    Kernel,
    /// Counted by us or by the library that owns it, to the byte.
    Exact,
    /// Computed; may be off.
    Estimate,
}

impl Method {
    pub fn name(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Exact => "exact",
            Self::Estimate => "estimate",
        }
    }
}

/// A part of a component, measured by its owner. Leaves of one component never
/// count the same byte twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub name: String,
    /// Bytes of heap.
    pub bytes: u64,
    /// How many things these bytes hold (tags, posts, pages); 0 where that means nothing.
    pub num_items: u64,
    pub method: Method,
}

impl Leaf {
    pub fn exact(name: impl Into<String>, bytes: usize, num_items: usize) -> Self {
        Self {
            name: name.into(),
            bytes: bytes as u64,
            num_items: num_items as u64,
            method: Method::Exact,
        }
    }
}

/// A cache: it can be counted, and it can give back.
///
/// There is one trait for both so that a cache which can't be counted and
/// purged does not compile.
pub trait Accounted {
    /// The component whose arena this allocates in.
    fn component(&self) -> Component;

    /// What it holds, by traversal: capacity and not length, no byte twice.
    fn leaves(&self) -> Vec<Leaf>;

    /// Gives back at least `bytes` if it can, the cheapest to rebuild first;
    /// returns how many it gave.
    fn evict(&mut self, bytes: u64) -> u64;

    /// Gives back all that can be rebuilt.
    fn purge(&mut self) -> u64 {
        self.evict(u64::MAX)
    }
}

static LEDGER: Mutex<Vec<(Component, &'static str, Vec<Leaf>)>> = Mutex::new(Vec::new());

/// Replaces what `owner` said before about its part of `component`.
pub fn publish(component: Component, owner: &'static str, leaves: Vec<Leaf>) {
    let Ok(mut ledger) = LEDGER.lock() else {
        return;
    };
    match ledger
        .iter_mut()
        .find(|it| it.0 == component && it.1 == owner)
    {
        Some(entry) => entry.2 = leaves,
        None => ledger.push((component, owner, leaves)),
    }
}
