//! One pass over the kernel's own list: every resident byte goes to one owner.
//!
//! The list of a process with a window has a thousand mappings and is made anew
//! by the kernel each time, so what there is to do for each is kept small: lines
//! are parsed where they lie, a name that was seen before leads to its owner
//! without another look at it, and stacks that are known are not looked for.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::names::{Names, OwnerId};
use super::owner::Owner;
use super::smaps::{self, Mapping};
use super::stacks::{self, Stack};
use super::threads::{Threads, is_guard, overlaps};
use super::{Component, Kinds, early, extents, jemalloc, kernel};

/// Whose resident bytes are whose. The sums of all fields are `rss`.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk {
    pub rss: u64,
    /// All of it; their sum is `rss`.
    pub kinds: Kinds,
    /// Of `rss`, what no file is behind.
    pub anonymous: u64,
    pub num_mappings: u32,
    /// In each component's own address ranges.
    pub arenas: [Kinds; Component::COUNT],
    /// jemalloc's first block and what was allocated before the arenas were made.
    pub early: Kinds,
    /// Each once.
    pub owners: Vec<(Owner, Share)>,
    /// The main thread's too.
    pub stacks: Vec<StackShare>,
    /// What is left: anonymous memory that nobody is known to own.
    pub unexplained: Kinds,
}

/// What of a walk one owner has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub kinds: Kinds,
    pub num_mappings: u32,
}

/// Stacks of threads that have the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StackShare {
    pub name: String,
    pub is_driver: bool,
    pub share: Share,
}

/// What is kept from one walk to the next.
#[derive(Debug, Default)]
struct Walker {
    buffer: Vec<u8>,
    names: Names,
    threads: Threads,
}

static WALKER: Mutex<Option<Walker>> = Mutex::new(None);

fn walker() -> MutexGuard<'static, Option<Walker>> {
    WALKER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Walks this process.
pub(super) fn walk() -> std::io::Result<Walk> {
    let mut walker = walker();
    let Walker {
        buffer,
        names,
        threads,
    } = walker.get_or_insert_default();
    let stacks = stacks::all();
    threads.look(&stacks);
    let mut assign = Assign::new(names, threads, stacks);
    smaps::for_each("self", buffer, |mapping| assign.add(mapping))?;
    Ok(assign.finish())
}

/// A walk on its way.
struct Assign<'a> {
    walk: Walk,
    /// By [`OwnerId`].
    shares: Vec<Share>,
    names: &'a mut Names,
    threads: &'a Threads,
    stacks: Vec<Stack>,
    arenas: Vec<(Component, Range<usize>)>,
    early: Vec<Range<usize>>,
    /// The file mapping before, and where it ended.
    before: Option<(OwnerId, usize)>,
    /// Where the mapping before ended, if it was a stack's guard.
    guard_end: Option<usize>,
}

impl<'a> Assign<'a> {
    fn new(names: &'a mut Names, threads: &'a Threads, stacks: Vec<Stack>) -> Self {
        names.trim();
        let arenas = Component::ALL
            .into_iter()
            .flat_map(|component| extents::ranges(component).map(move |range| (component, range)));
        Self {
            walk: Walk::default(),
            shares: Vec::with_capacity(names.len() + 16),
            names,
            threads,
            stacks,
            arenas: arenas.collect(),
            early: early::mappings().collect(),
            before: None,
            guard_end: None,
        }
    }

    fn add(&mut self, mapping: &Mapping) {
        let kinds = kinds_of(mapping);
        self.walk.num_mappings += 1;
        self.walk.rss += mapping.rss;
        self.walk.kinds += kinds;
        self.walk.anonymous += mapping.anonymous;
        let guard_end = self.guard_end.take();
        let arena = self
            .arenas
            .iter()
            .find(|(_, range)| overlaps(range, &mapping.range));
        if let Some((component, _)) = arena {
            self.walk.arenas[component.index()] += kinds;
            return;
        }
        if is_guard(mapping) {
            self.guard_end = Some(mapping.range.end);
        }
        let before = self.before.take();
        let owner = match self.names.owner(mapping) {
            Some(owner) => {
                self.before = Some((owner, mapping.range.end));
                Some(owner)
            }
            // Behind a file, these are its statics; what follows is not theirs.
            None => before
                .filter(|(_, end)| *end == mapping.range.start)
                .and_then(|(owner, _)| self.names.statics_behind(owner)),
        };
        match owner {
            Some(owner) => self.add_to(owner, kinds),
            None => {
                let is_behind_guard = guard_end == Some(mapping.range.start);
                self.add_anonymous(mapping, is_behind_guard);
            }
        }
    }

    fn add_to(&mut self, owner: OwnerId, kinds: Kinds) {
        let at = owner.index();
        if self.shares.len() <= at {
            self.shares.resize(at + 1, Share::default());
        }
        let share = &mut self.shares[at];
        share.kinds += kinds;
        share.num_mappings += 1;
    }

    /// Splits an anonymous mapping among the stacks and early mappings in it.
    fn add_anonymous(&mut self, mapping: &Mapping, is_behind_guard: bool) {
        if mapping.rss == 0 {
            return;
        }
        let Self {
            walk,
            threads,
            stacks,
            early,
            ..
        } = self;
        let mut left = kinds_of(mapping);
        let mut is_stack = false;
        for stack in stacks
            .iter()
            .filter(|it| overlaps(&it.range, &mapping.range))
        {
            is_stack = true;
            let kinds = take(&mut left, mapping, &stack.range);
            walk.add_stack(false, &stack.name, kinds);
        }
        if !is_stack {
            if let Some(thread) = threads.with_stack_in(&mapping.range) {
                let kinds = std::mem::take(&mut left);
                walk.add_stack(thread.is_driver(), &thread.name, kinds);
            } else if is_behind_guard && mapping.is_writable() {
                // It looks like one: of a thread that has ended, or that was
                // running whenever it was looked at.
                let kinds = std::mem::take(&mut left);
                walk.add_stack(false, "ended or running", kinds);
            }
        }
        for range in early.iter().filter(|it| overlaps(it, &mapping.range)) {
            walk.early += take(&mut left, mapping, range);
        }
        walk.unexplained += left;
    }

    fn finish(self) -> Walk {
        let Self {
            mut walk,
            shares,
            names,
            ..
        } = self;
        walk.owners = names
            .owners()
            .iter()
            .zip(shares)
            .filter(|(_, share)| share.kinds.total() > 0)
            .filter_map(|(owner, share)| match owner {
                Owner::MainStack => {
                    walk.add_stack(false, "main", share.kinds);
                    None
                }
                _ => Some((owner.clone(), share)),
            })
            .collect();
        walk
    }
}

impl Walk {
    fn add_stack(&mut self, is_driver: bool, name: &str, kinds: Kinds) {
        let known = self
            .stacks
            .iter_mut()
            .find(|it| it.is_driver == is_driver && it.name == name);
        let share = match known {
            Some(known) => &mut known.share,
            None => {
                self.stacks.push(StackShare {
                    name: name.to_owned(),
                    is_driver,
                    share: Share::default(),
                });
                match self.stacks.last_mut() {
                    Some(last) => &mut last.share,
                    None => return,
                }
            }
        };
        share.kinds += kinds;
        share.num_mappings += 1;
    }
}

/// What of a mapping's resident bytes lies in `range`: all of it where the
/// range covers the mapping, else counted page by page.
fn take(left: &mut Kinds, mapping: &Mapping, range: &Range<usize>) -> Kinds {
    let part = range.start.max(mapping.range.start)..range.end.min(mapping.range.end);
    if part == mapping.range {
        std::mem::take(left)
    } else {
        left.take(kernel::resident_bytes(part) as u64)
    }
}

/// By kind; what the kernel tells of none of them (huge pages of a special file
/// system) counts as private and dirty.
fn kinds_of(mapping: &Mapping) -> Kinds {
    let mut kinds = mapping.kinds;
    kinds.private_dirty += mapping.rss.saturating_sub(kinds.total());
    kinds
}

/// Bytes of a component's arena that are resident; where the kernel does not
/// tell, those that were handed out.
pub(super) fn resident_in_arena(component: Component) -> u64 {
    if cfg!(target_os = "linux") {
        extents::used_ranges(component)
            .map(|range| kernel::resident_bytes(range) as u64)
            .sum()
    } else {
        jemalloc::stats(component).allocated as u64
    }
}
