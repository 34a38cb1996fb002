//! One pass over the kernel's own list: every resident byte goes to one owner.

use std::collections::BTreeMap;
use std::ops::Range;

use super::owner::{self, Owner};
use super::smaps::{self, Mapping};
use super::threads::{self, overlaps};
use super::{Component, Kinds, early, extents, kernel};

/// Whose resident bytes are whose. The sums of all fields are `rss`.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk {
    pub rss: u64,
    /// All of it; their sum is `rss`.
    pub kinds: Kinds,
    /// Of `rss`, what no file is behind.
    pub anonymous: u64,
    /// In each component's own address ranges.
    pub arenas: [Kinds; Component::COUNT],
    /// jemalloc's first block and what was allocated before the arenas were made.
    pub early: Kinds,
    pub owners: BTreeMap<Owner, Kinds>,
    /// Stacks by thread name, and whether the thread is the driver's; the main thread's too.
    pub stacks: BTreeMap<(bool, String), Kinds>,
    /// What is left: anonymous memory that nobody is known to own.
    pub unexplained: Kinds,
}

/// Walks this process.
pub(super) fn walk() -> std::io::Result<Walk> {
    Ok(assign(&smaps::read("self")?))
}

fn assign(mappings: &[Mapping]) -> Walk {
    let mut walk = Walk::default();
    let program = std::fs::read_link("/proc/self/exe")
        .map(|path| path.to_string_lossy().into_owned())
        .unwrap_or_default();
    let program = program.trim_end_matches(" (deleted)");
    let arenas: Vec<(Component, Range<usize>)> = Component::ALL
        .into_iter()
        .flat_map(|component| extents::ranges(component).map(move |range| (component, range)))
        .collect();
    let early: Vec<Range<usize>> = early::mappings().collect();
    let stacks = threads::find(mappings);
    // The file mapping before, and where it ended.
    let mut before: Option<(Owner, usize)> = None;

    for mapping in mappings {
        let kinds = kinds_of(mapping);
        walk.rss += mapping.rss;
        walk.kinds += kinds;
        walk.anonymous += mapping.anonymous;
        let arena = arenas
            .iter()
            .find(|(_, range)| overlaps(range, &mapping.range));
        if let Some((component, _)) = arena {
            walk.arenas[component.index()] += kinds;
            continue;
        }
        let mut owner = owner::by_name(mapping, program);
        let is_right_behind = |end: usize| end == mapping.range.start;
        if owner == Owner::Anonymous
            && let Some((owner_before, end)) = &before
            && is_right_behind(*end)
            && let Some(statics) = owner::statics_behind(owner_before)
        {
            owner = statics;
            // What is behind the statics is no longer theirs.
            before = None;
        } else {
            before = Some((owner.clone(), mapping.range.end));
        }
        match owner {
            Owner::Anonymous => walk.add_anonymous(mapping, &early, &stacks),
            Owner::MainStack => walk.add_stack(false, "main", kinds),
            owner => *walk.owners.entry(owner).or_default() += kinds,
        }
    }
    walk
}

impl Walk {
    fn add_stack(&mut self, is_driver: bool, name: &str, kinds: Kinds) {
        *self.stacks.entry((is_driver, name.to_owned())).or_default() += kinds;
    }

    /// Splits an anonymous mapping among the stacks and early mappings in it.
    fn add_anonymous(
        &mut self,
        mapping: &Mapping,
        early: &[Range<usize>],
        stacks: &[threads::KnownStack],
    ) {
        let mut left = kinds_of(mapping);
        if mapping.rss == 0 {
            return;
        }
        for stack in stacks
            .iter()
            .filter(|it| overlaps(&it.range, &mapping.range))
        {
            let kinds = take(&mut left, mapping, &stack.range);
            self.add_stack(stack.is_driver, &stack.name, kinds);
        }
        for range in early.iter().filter(|it| overlaps(it, &mapping.range)) {
            self.early += take(&mut left, mapping, range);
        }
        self.unexplained += left;
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
