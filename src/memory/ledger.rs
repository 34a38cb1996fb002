//! Figures that the owners of memory publish: what is inside a component.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::Component;

/// How a figure was got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
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
/// One trait for both: who implements it for a cache has to say how it is
/// counted and how it is purged, or it does not compile.
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

static LEDGER: Mutex<Vec<Entry>> = Mutex::new(Vec::new());
static TEXTURE_BYTES: AtomicU64 = AtomicU64::new(0);
static NUM_TEXTURES: AtomicU64 = AtomicU64::new(0);
static TEXTURES_IN_PROCESS: AtomicBool = AtomicBool::new(false);

/// What one owner said of its part of a component.
struct Entry {
    component: Component,
    owner: &'static str,
    leaves: Vec<Leaf>,
}

fn ledger() -> std::sync::MutexGuard<'static, Vec<Entry>> {
    LEDGER
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Replaces what `owner` said before about its part of `component`.
pub fn publish(component: Component, owner: &'static str, leaves: Vec<Leaf>) {
    let mut ledger = ledger();
    match ledger
        .iter_mut()
        .find(|it| it.component == component && it.owner == owner)
    {
        Some(entry) => entry.leaves = leaves,
        None => ledger.push(Entry {
            component,
            owner,
            leaves,
        }),
    }
}

/// All that was published about a component.
pub(super) fn leaves(component: Component) -> Vec<Leaf> {
    ledger()
        .iter()
        .filter(|it| it.component == component)
        .flat_map(|it| it.leaves.iter().cloned())
        .collect()
}

/// Textures as the window counts them: bytes by size, and how many.
pub fn set_textures(bytes: u64, count: u64) {
    TEXTURE_BYTES.store(bytes, Ordering::Relaxed);
    NUM_TEXTURES.store(count, Ordering::Relaxed);
}

/// Says which renderer draws, as OpenGL names it: a software one keeps
/// textures in this process.
pub fn set_renderer(name: &str) {
    let name = name.to_ascii_lowercase();
    let is_software = ["llvmpipe", "softpipe", "swrast", "swr", "software"]
        .iter()
        .any(|it| name.contains(it));
    TEXTURES_IN_PROCESS.store(is_software, Ordering::Relaxed);
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Textures {
    pub bytes: u64,
    pub count: u64,
    pub in_process: bool,
}

pub(super) fn textures() -> Textures {
    Textures {
        bytes: TEXTURE_BYTES.load(Ordering::Relaxed),
        count: NUM_TEXTURES.load(Ordering::Relaxed),
        in_process: TEXTURES_IN_PROCESS.load(Ordering::Relaxed),
    }
}
