//! Figures that the owners of memory publish: what is inside a component.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{Budget, BudgetReport, Cache, Cap, Component};

/// How a figure was got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Counted by the kernel (resident pages).
    #[default]
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
    /// How the bytes come about with today's numbers; empty where it is the
    /// capacity of one allocation.
    pub formula: String,
}

impl Leaf {
    pub fn exact(name: impl Into<String>, bytes: usize, num_items: usize) -> Self {
        Self {
            name: name.into(),
            bytes: bytes as u64,
            num_items: num_items as u64,
            method: Method::Exact,
            formula: String::new(),
        }
    }

    /// With how its bytes come about.
    #[must_use]
    pub fn with_formula(mut self, formula: impl Into<String>) -> Self {
        self.formula = formula.into();
        self
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
static TEXTURES: Mutex<TextureUse> = Mutex::new(TextureUse {
    thumbnails_bytes: 0,
    num_thumbnails: 0,
    picture_bytes: 0,
    interface_bytes: 0,
});
static TEXTURES_IN_PROCESS: AtomicBool = AtomicBool::new(false);
static BUDGET: Mutex<Option<(Budget, Vec<Cap>)>> = Mutex::new(None);

/// What of each cache could be given back, bytes.
static EVICTABLE: [AtomicU64; Cache::ALL.len()] = [const { AtomicU64::new(0) }; Cache::ALL.len()];

/// Textures as the window counts them, bytes by size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextureUse {
    pub thumbnails_bytes: u64,
    pub num_thumbnails: u64,
    /// The open picture.
    pub picture_bytes: u64,
    /// Glyphs and icons.
    pub interface_bytes: u64,
}

impl TextureUse {
    /// All of them, bytes.
    pub fn total_bytes(self) -> u64 {
        self.thumbnails_bytes + self.picture_bytes + self.interface_bytes
    }
}

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

/// The bytes of all that was published about a component.
pub(super) fn claimed(component: Component) -> u64 {
    ledger()
        .iter()
        .filter(|it| it.component == component)
        .flat_map(|it| &it.leaves)
        .map(|leaf| leaf.bytes)
        .sum()
}

/// The bytes of what was published about a component under names with `part`.
pub(super) fn claimed_by(component: Component, part: &str) -> u64 {
    ledger()
        .iter()
        .filter(|it| it.component == component)
        .flat_map(|it| &it.leaves)
        .filter(|leaf| leaf.name.contains(part))
        .map(|leaf| leaf.bytes)
        .sum()
}

/// Says what textures there are.
pub fn set_textures(textures: TextureUse) {
    *TEXTURES
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner) = textures;
}

/// What textures there are, and whether they are in this process.
pub(super) fn textures() -> (TextureUse, bool) {
    let textures = *TEXTURES
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    (textures, TEXTURES_IN_PROCESS.load(Ordering::Relaxed))
}

/// Makes `budget` the one that reports tell of, with the caps as they are set.
pub fn publish_budget(budget: &Budget, caps: Vec<Cap>) {
    *BUDGET
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner) = Some((budget.clone(), caps));
}

/// Notes what was given up to keep the budget, in words, where there is one.
pub fn note_degraded(text: impl Into<String>) {
    let budget = BUDGET
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((budget, _)) = &*budget
        && budget.is_bounded()
    {
        budget.note_degraded(text.into());
    }
}

/// How the budget is kept; `used_bytes` is what counts against it now.
pub(super) fn budget_report(used_bytes: u64) -> BudgetReport {
    let budget = BUDGET
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    budget.as_ref().map_or_else(BudgetReport::default, |it| {
        let (budget, caps) = it;
        BudgetReport {
            used_bytes,
            ..budget.report(caps.clone())
        }
    })
}

/// Textures that a budget bounds, and not glyphs and icons; bytes, by what the
/// window said last.
pub fn bounded_texture_bytes() -> u64 {
    let (textures, are_in_process) = textures();
    if are_in_process {
        textures.thumbnails_bytes + textures.picture_bytes
    } else {
        0
    }
}

/// Whether textures are in this process, and not on a graphics card.
pub fn has_textures_in_process() -> bool {
    TEXTURES_IN_PROCESS.load(Ordering::Relaxed)
}

/// Says what of a cache could be given back now, bytes.
pub fn set_evictable(cache: Cache, bytes: u64) {
    EVICTABLE[cache as usize].store(bytes, Ordering::Relaxed);
}

/// What of a cache could be given back when its owner last said, bytes.
pub(super) fn evictable(cache: Cache) -> u64 {
    match cache {
        // All of what compares pictures can be made again.
        Cache::Similarity => claimed(Component::Similarity),
        Cache::Picture | Cache::Thumbnails | Cache::Sqlite | Cache::TagCache => {
            EVICTABLE[cache as usize].load(Ordering::Relaxed)
        }
    }
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
