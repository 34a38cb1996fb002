//! Tag names: one arena, one offset a tag, one sorted permutation.
//!
//! No name is held twice and none is a `String` of its own. These three never
//! change, so that they can be mapped from a snapshot. What came since is
//! beside them: new names at the end of the arena, names that changed in a map,
//! and the ids of both in a second, small permutation, so that a new tag costs a
//! short memmove and not a sort. [`Names::compact`] merges all that.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memmem;

use super::glob::Glob;
use super::nearest;
use super::storage::{Column, Fixed, Part};
use crate::memory::figures::count;
use crate::model::TagId;

/// Recent names are merged into the sorted permutation beyond this many, where
/// it is held.
const MAX_RECENT: usize = 4096;

/// What may stand before a word inside a tag.
const WORD_BREAKS: &[u8] = b"_(-/:.&'\"!";

#[derive(Debug, Default)]
pub(super) struct Names {
    arena: Fixed<u8>,
    /// Follows on `arena`.
    tail: String,
    /// Where each name ends; it starts where the one before ends.
    ends: Column<u32>,
    /// Ids by name, as it stands in the arena.
    sorted: Fixed<u32>,
    /// Ids by name of those that are not in `sorted`, or not in their place there.
    recent: Vec<u32>,
    /// Names that are no longer as in the arena; empty where one is gone.
    moved: BTreeMap<u32, String>,
    num_named: u32,
}

impl Names {
    /// Appends without sorting; [`Self::finish`] must follow.
    pub fn push(&mut self, id: TagId, name: &str) {
        if id.index() < self.ends.len() {
            self.insert(id, name);
            return;
        }
        self.append(id, name);
        if !name.is_empty() {
            self.recent.push(id.0);
            self.num_named += 1;
        }
    }

    fn append(&mut self, id: TagId, name: &str) {
        let spare = self.tail.capacity() - self.tail.len();
        if spare < name.len() {
            let growth = (self.tail.len() / 16).max(1 << 14).max(name.len());
            self.tail.reserve_exact(growth);
        }
        self.ends.grow(id.index(), self.arena_len());
        self.tail.push_str(name);
        self.ends.push(self.arena_len());
    }

    fn arena_len(&self) -> u32 {
        (self.arena.len() + self.tail.len()) as u32
    }

    /// Sorts what was pushed and gives back spare capacity.
    pub fn finish(&mut self) {
        let mut recent = std::mem::take(&mut self.recent);
        recent.sort_unstable_by(|a, b| self.raw(*a).cmp(self.raw(*b)));
        recent.dedup();
        self.recent = recent;
        self.compact();
    }

    /// Adds a tag, or gives a known one another name; none takes it away.
    pub fn insert(&mut self, id: TagId, name: &str) {
        let known = self.get(id);
        if known == Some(name) {
            return;
        }
        let was_named = known.is_some();
        if id.index() < self.ends.len() {
            self.recent.retain(|&it| it != id.0);
            self.moved.insert(id.0, name.to_owned());
        } else {
            self.append(id, name);
        }
        self.num_named -= u32::from(was_named);
        if name.is_empty() {
            return;
        }
        self.num_named += 1;
        let at = self
            .recent
            .partition_point(|&it| self.raw(it) < name.as_bytes());
        self.recent.insert(at, id.0);
        if self.recent.len() > MAX_RECENT && matches!(self.sorted, Fixed::Held(_)) {
            self.merge_sorted();
        }
    }

    /// Ids by name, all of them. Of those in `sorted`, the moved ones are
    /// passed over: they are in `recent`, or gone.
    fn all_sorted(&self) -> Vec<u32> {
        let mut merged = Vec::with_capacity(self.num_named as usize);
        let mut recent = self.recent.iter().copied().peekable();
        for &id in self.sorted.iter().filter(|it| !self.is_moved(**it)) {
            while let Some(next) = recent.next_if(|&it| self.raw(it) < self.raw(id)) {
                merged.push(next);
            }
            merged.push(id);
        }
        merged.extend(recent);
        merged
    }

    fn merge_sorted(&mut self) {
        // A moved name must not be looked for by what is in the arena.
        if self.moved.is_empty() {
            self.sorted = self.all_sorted().into();
            self.recent = Vec::new();
        } else {
            self.compact();
        }
    }

    /// Merges what came since into arrays of their final size.
    pub fn compact(&mut self) {
        if !self.recent.is_empty() || !self.moved.is_empty() {
            self.sorted = self.all_sorted().into();
            self.recent = Vec::new();
        }
        if !self.moved.is_empty() {
            let mut arena = Vec::with_capacity(self.arena_len() as usize);
            let mut ends = Column::default();
            for id in 0..self.ends.len() as u32 {
                arena.extend_from_slice(self.raw(id));
                ends.push(arena.len() as u32);
            }
            self.arena = arena.into();
            self.tail = String::new();
            self.ends = ends;
            self.moved = BTreeMap::new();
        } else if !self.tail.is_empty() {
            let tail = std::mem::take(&mut self.tail).into_bytes();
            self.arena = match std::mem::take(&mut self.arena) {
                Fixed::Held(arena) if arena.is_empty() => tail.into(),
                arena => [&*arena, &tail].concat().into(),
            };
        }
        self.shrink();
    }

    fn shrink(&mut self) {
        self.arena.shrink();
        self.tail.shrink_to_fit();
        self.ends.shrink();
        self.sorted.shrink();
        self.recent.shrink_to_fit();
    }

    /// What a snapshot holds of it once it is compact.
    pub fn parts(&self) -> [&dyn Part; 3] {
        [&self.arena, &self.ends, &self.sorted]
    }

    pub fn parts_mut(&mut self) -> [&mut dyn Part; 3] {
        [&mut self.arena, &mut self.ends, &mut self.sorted]
    }

    /// To be called when the parts were loaded; `false` where they do not fit
    /// together.
    pub fn is_sound(&mut self) -> bool {
        let mut before = 0;
        let is_ascending = self.ends.iter().all(|end| {
            let is_after = before <= end;
            before = end;
            is_after
        });
        self.num_named = self.sorted.len() as u32;
        is_ascending
            && before as usize == self.arena.len()
            && self
                .sorted
                .iter()
                .all(|it| (*it as usize) < self.ends.len())
            && std::str::from_utf8(&self.arena).is_ok()
    }

    /// Bytes of heap.
    pub fn held_bytes(&self) -> usize {
        let in_parts: usize = self.parts().iter().map(|it| it.held_bytes()).sum();
        let moved: usize = self.moved.values().map(|it| 32 + it.capacity()).sum();
        in_parts + self.tail.capacity() + 4 * self.recent.capacity() + moved
    }

    /// How [`Self::held_bytes`] comes about.
    pub fn formula(&self) -> String {
        let moved: usize = self.moved.values().map(|it| 32 + it.capacity()).sum();
        format!(
            "{} B of text + {} B for {} ends of 4 B + {} B for their order, 4 B each + {} B for {} \
             that changed",
            count(self.arena.held_bytes() + self.tail.capacity()),
            count(self.ends.held_bytes()),
            count(self.ends.len()),
            count(self.sorted.held_bytes() + 4 * self.recent.capacity()),
            count(moved),
            count(self.moved.len()),
        )
    }

    /// Tags that have a name.
    pub fn len(&self) -> usize {
        self.num_named as usize
    }

    fn is_moved(&self, id: u32) -> bool {
        !self.moved.is_empty() && self.moved.contains_key(&id)
    }

    fn range(&self, id: u32) -> Range<usize> {
        let start = match id.checked_sub(1) {
            Some(before) => self.ends.get(before as usize).unwrap_or(0),
            None => 0,
        };
        let end = self.ends.get(id as usize).unwrap_or(start);
        start as usize..end as usize
    }

    /// As it stands in the arena.
    fn in_arena(&self, id: u32) -> &[u8] {
        let Range { start, end } = self.range(id);
        let arena: &[u8] = &self.arena;
        let found = if end <= arena.len() {
            arena.get(start..end)
        } else {
            let tail = self.tail.as_bytes();
            tail.get(start.wrapping_sub(arena.len())..end - arena.len())
        };
        found.unwrap_or_default()
    }

    fn raw(&self, id: u32) -> &[u8] {
        if self.moved.is_empty() {
            return self.in_arena(id);
        }
        match self.moved.get(&id) {
            Some(name) => name.as_bytes(),
            None => self.in_arena(id),
        }
    }

    pub fn get(&self, id: TagId) -> Option<&str> {
        let name = std::str::from_utf8(self.raw(id.0)).ok()?;
        (!name.is_empty()).then_some(name)
    }

    pub fn find(&self, name: &str) -> Option<TagId> {
        let name = name.as_bytes();
        let known = self
            .sorted
            .binary_search_by(|&it| self.in_arena(it).cmp(name))
            .ok()
            .and_then(|at| self.sorted.get(at).copied())
            .filter(|it| !self.is_moved(*it));
        let found = known.or_else(|| {
            let at = self
                .recent
                .binary_search_by(|&it| self.raw(it).cmp(name))
                .ok()?;
            self.recent.get(at).copied()
        });
        found.map(TagId)
    }

    pub fn for_each(&self, f: &mut dyn FnMut(TagId)) {
        let sorted = self.sorted.iter().filter(|it| !self.is_moved(**it));
        for &id in sorted.chain(&self.recent) {
            f(TagId(id));
        }
    }

    /// Tags whose name starts with `prefix`, in order of name (the recent ones last).
    pub fn for_each_prefix(&self, prefix: &str, f: &mut dyn FnMut(TagId)) {
        let prefix = prefix.as_bytes();
        let start = self
            .sorted
            .partition_point(|&it| self.in_arena(it) < prefix);
        for &id in self.sorted.iter().skip(start) {
            if !self.in_arena(id).starts_with(prefix) {
                break;
            }
            if !self.is_moved(id) {
                f(TagId(id));
            }
        }
        let start = self.recent.partition_point(|&it| self.raw(it) < prefix);
        for &id in self.recent.iter().skip(start) {
            if !self.raw(id).starts_with(prefix) {
                break;
            }
            f(TagId(id));
        }
    }

    /// Tags in which a word after the first starts with `word`.
    pub fn for_each_word_prefix(&self, word: &str, f: &mut dyn FnMut(TagId)) {
        self.for_each_containing(word, &mut |tag, at, name| {
            let before = at.checked_sub(1).and_then(|it| name.get(it));
            let is_word = before.is_some_and(|it| WORD_BREAKS.contains(it));
            if is_word {
                f(tag);
            }
            is_word
        });
    }

    /// Tags that match; every one of them, however many.
    pub fn for_each_match(&self, glob: &Glob, f: &mut dyn FnMut(TagId)) {
        if glob.matches_everything() {
            self.for_each(f);
        } else if let Some(prefix) = glob.as_prefix() {
            self.for_each_prefix(prefix, f);
        } else {
            self.for_each_containing(glob.longest_literal(), &mut |tag, _, name| {
                if glob.matches(name) {
                    f(tag);
                    return true;
                }
                false
            });
        }
    }

    /// Calls `f(tag, offset, name)` for each place where `needle` stands in a
    /// name, in order of id (those that changed last), until `f` says that it is
    /// done with that name.
    fn for_each_containing(&self, needle: &str, f: &mut dyn FnMut(TagId, usize, &[u8]) -> bool) {
        let finder = memmem::Finder::new(needle);
        let mut id = 0;
        let mut start = 0;
        for arena in [&*self.arena, self.tail.as_bytes()] {
            let mut from = 0;
            while let Some(at) = arena
                .get(from..)
                .and_then(|rest| finder.find(rest))
                .map(|it| it + from)
            {
                id = self.owner(id, start + at);
                let range = self.range(id as u32);
                let name = arena
                    .get(range.start.saturating_sub(start)..range.end.saturating_sub(start))
                    .unwrap_or_default();
                let is_inside = start + at + needle.len() <= range.end;
                let is_done = is_inside
                    && (self.is_moved(id as u32)
                        || f(TagId(id as u32), start + at - range.start, name));
                from = if is_done {
                    (range.end - start).max(at + 1)
                } else {
                    at + 1
                };
            }
            start += arena.len();
        }
        for (&id, name) in &self.moved {
            let name = name.as_bytes();
            for at in finder.find_iter(name) {
                if f(TagId(id), at, name) {
                    break;
                }
            }
        }
    }

    /// The tag whose name holds byte `at`, known to be `from` or later.
    fn owner(&self, from: usize, at: usize) -> usize {
        let is_before = |id: usize| self.ends.get(id).is_some_and(|end| end as usize <= at);
        let mut step = 1;
        let mut low = from;
        while is_before(low + step) {
            low += step;
            step *= 2;
        }
        // In between, by halves: the first whose end is beyond `at`.
        let mut high = (low + step).min(self.ends.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if is_before(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Tags nearest to `name` in spelling with their distance in edits of bytes.
    pub fn for_each_near(&self, name: &str, max: usize, f: &mut dyn FnMut(TagId, usize)) {
        let Some(pattern) = nearest::Pattern::new(name.as_bytes()) else {
            return;
        };
        let mut compare = |id: u32, other: &[u8]| {
            if !other.is_empty()
                && other.len().abs_diff(name.len()) <= max
                && let Some(distance) = pattern.distance(other, max)
            {
                f(TagId(id), distance);
            }
        };
        let arena: &[u8] = &self.arena;
        let tail = self.tail.as_bytes();
        let mut start = 0;
        for (id, end) in (0..).zip(self.ends.iter()) {
            let end = end as usize;
            if (end - start).abs_diff(name.len()) <= max && !self.is_moved(id) {
                let other = if end <= arena.len() {
                    arena.get(start..end)
                } else {
                    tail.get(start.wrapping_sub(arena.len())..end - arena.len())
                };
                compare(id, other.unwrap_or_default());
            }
            start = end;
        }
        for (&id, name) in &self.moved {
            compare(id, name.as_bytes());
        }
    }
}
