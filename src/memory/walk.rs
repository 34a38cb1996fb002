//! One pass over the kernel's own list: every resident byte goes to one owner.

use std::collections::BTreeMap;
use std::ops::Range;

use super::owner::{self, Owner};
use super::smaps::{self, Mapping};
use super::threads::{self, overlaps};
use super::{Component, early, extents, kernel};

/// Whose resident bytes are whose. The sums of all fields are `rss`.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk {
    pub rss: u64,
    /// In each component's own address ranges.
    pub arenas: [u64; Component::COUNT],
    /// jemalloc's first block and what was allocated before the arenas were made.
    pub early: u64,
    pub owners: BTreeMap<Owner, u64>,
    /// Stacks by thread name, and whether the thread is the driver's; the main thread's too.
    pub stacks: BTreeMap<(bool, String), u64>,
    /// What is left: anonymous memory that nobody is known to own.
    pub unexplained: u64,
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
        walk.rss += mapping.rss;
        let arena = arenas
            .iter()
            .find(|(_, range)| overlaps(range, &mapping.range));
        if let Some((component, _)) = arena {
            walk.arenas[component.index()] += mapping.rss;
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
            Owner::MainStack => walk.add_stack(false, "main", mapping.rss),
            owner => *walk.owners.entry(owner).or_default() += mapping.rss,
        }
    }
    walk
}

impl Walk {
    fn add_stack(&mut self, is_driver: bool, name: &str, bytes: u64) {
        *self.stacks.entry((is_driver, name.to_owned())).or_default() += bytes;
    }

    /// Splits an anonymous mapping among the stacks and early mappings in it.
    fn add_anonymous(
        &mut self,
        mapping: &Mapping,
        early: &[Range<usize>],
        stacks: &[threads::KnownStack],
    ) {
        let mut left = mapping.rss;
        if left == 0 {
            return;
        }
        for stack in stacks
            .iter()
            .filter(|it| overlaps(&it.range, &mapping.range))
        {
            let bytes = take(&mut left, mapping, &stack.range);
            self.add_stack(stack.is_driver, &stack.name, bytes);
        }
        for range in early.iter().filter(|it| overlaps(it, &mapping.range)) {
            self.early += take(&mut left, mapping, range);
        }
        self.unexplained += left;
    }
}

/// What of a mapping's resident bytes lies in `range`: all of it where the
/// range covers the mapping, else counted page by page.
fn take(left: &mut u64, mapping: &Mapping, range: &Range<usize>) -> u64 {
    let part = range.start.max(mapping.range.start)..range.end.min(mapping.range.end);
    let bytes = if part == mapping.range {
        *left
    } else {
        (kernel::resident_bytes(part) as u64).min(*left)
    };
    *left -= bytes;
    bytes
}
