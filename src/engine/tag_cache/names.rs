//! Tag names: one arena, one offset a tag, one sorted permutation.
//!
//! No name is held twice and none is a `String` of its own. What was added
//! since the permutation was last sorted is in a second, small one, so that a
//! new tag costs a short memmove and not a sort.

use std::ops::Range;

use memchr::memmem;

use super::column;
use super::glob::Glob;
use super::nearest;
use crate::model::TagId;

/// Recent names are merged into the sorted permutation beyond this many.
const MAX_RECENT: usize = 4096;

/// What may stand before a word inside a tag.
const WORD_BREAKS: &[u8] = b"_(-/:.&'\"!";

#[derive(Debug, Default)]
pub(super) struct Names {
    arena: String,
    /// Where each name ends; it starts where the one before ends.
    ends: Vec<u32>,
    /// Ids by name.
    sorted: Vec<u32>,
    /// Ids by name of those that are not in `sorted` yet.
    recent: Vec<u32>,
}

impl Names {
    /// Appends without sorting; [`Self::finish`] must follow.
    pub fn push(&mut self, id: TagId, name: &str) {
        if id.index() < self.ends.len() {
            self.replace(id, name);
            return;
        }
        self.append(id, name);
        if !name.is_empty() {
            self.sorted.push(id.0);
        }
    }

    fn append(&mut self, id: TagId, name: &str) {
        let spare = self.arena.capacity() - self.arena.len();
        if spare < name.len() {
            let growth = (self.arena.len() / 16).max(1 << 14).max(name.len());
            self.arena.reserve_exact(growth);
        }
        let gap = self.arena.len() as u32;
        column::reserve(&mut self.ends, 1);
        self.ends.resize(id.index(), gap);
        self.arena.push_str(name);
        self.ends.push(self.arena.len() as u32);
    }

    /// Sorts what was pushed and gives back spare capacity.
    pub fn finish(&mut self) {
        let mut sorted = std::mem::take(&mut self.sorted);
        sorted.sort_unstable_by(|a, b| self.raw(*a).cmp(self.raw(*b)));
        self.sorted = sorted;
        self.shrink();
    }

    /// Adds a tag, or gives a known one another name.
    pub fn insert(&mut self, id: TagId, name: &str) {
        match self.get(id) {
            Some(known) if known == name => return,
            Some(_) => {
                for ids in [&mut self.sorted, &mut self.recent] {
                    ids.retain(|&it| it != id.0);
                }
                self.replace_bytes(id, name);
            }
            None if id.index() < self.ends.len() => self.replace_bytes(id, name),
            None => {
                self.append(id, name);
            }
        }
        if name.is_empty() {
            return;
        }
        let at = self
            .recent
            .partition_point(|&it| self.raw(it) < name.as_bytes());
        self.recent.insert(at, id.0);
        if self.recent.len() > MAX_RECENT {
            self.merge();
        }
    }

    fn replace(&mut self, id: TagId, name: &str) {
        let was_named = self.get(id).is_some();
        self.replace_bytes(id, name);
        if !was_named && !name.is_empty() {
            self.sorted.push(id.0);
        }
    }

    /// Moves every later name; a rename is rare and the arena is small.
    fn replace_bytes(&mut self, id: TagId, name: &str) {
        let range = self.range(id.0);
        let grown = name.len() as i64 - range.len() as i64;
        self.arena.replace_range(range, name);
        for end in self.ends.iter_mut().skip(id.index()) {
            *end = (i64::from(*end) + grown) as u32;
        }
    }

    fn merge(&mut self) {
        let recent = std::mem::take(&mut self.recent);
        let old = std::mem::take(&mut self.sorted);
        let mut merged = Vec::with_capacity(old.len() + recent.len());
        let mut new = recent.into_iter().peekable();
        for id in old {
            while let Some(next) = new.next_if(|&it| self.raw(it) < self.raw(id)) {
                merged.push(next);
            }
            merged.push(id);
        }
        merged.extend(new);
        self.sorted = merged;
    }

    /// Merges what is recent and gives back spare capacity.
    pub fn shrink(&mut self) {
        if !self.recent.is_empty() {
            self.merge();
        }
        let Self {
            arena,
            ends,
            sorted,
            recent,
        } = self;
        arena.shrink_to_fit();
        ends.shrink_to_fit();
        sorted.shrink_to_fit();
        recent.shrink_to_fit();
    }

    /// Bytes of heap.
    pub fn capacity_bytes(&self) -> usize {
        let Self {
            arena,
            ends,
            sorted,
            recent,
        } = self;
        arena.capacity() + 4 * (ends.capacity() + sorted.capacity() + recent.capacity())
    }

    /// Tags that have a name.
    pub fn len(&self) -> usize {
        self.sorted.len() + self.recent.len()
    }

    fn range(&self, id: u32) -> Range<usize> {
        let start = match id.checked_sub(1) {
            Some(before) => self.ends.get(before as usize).copied().unwrap_or(0),
            None => 0,
        };
        let end = self.ends.get(id as usize).copied().unwrap_or(start);
        start as usize..end as usize
    }

    fn raw(&self, id: u32) -> &[u8] {
        self.arena
            .as_bytes()
            .get(self.range(id))
            .unwrap_or_default()
    }

    pub fn get(&self, id: TagId) -> Option<&str> {
        self.arena
            .get(self.range(id.0))
            .filter(|name| !name.is_empty())
    }

    pub fn find(&self, name: &str) -> Option<TagId> {
        let name = name.as_bytes();
        [&self.sorted, &self.recent].into_iter().find_map(|ids| {
            let at = ids.binary_search_by(|&it| self.raw(it).cmp(name)).ok()?;
            ids.get(at).copied().map(TagId)
        })
    }

    pub fn for_each(&self, f: &mut dyn FnMut(TagId)) {
        for &id in self.sorted.iter().chain(&self.recent) {
            f(TagId(id));
        }
    }

    /// Tags whose name starts with `prefix`, in order of name (the recent ones last).
    pub fn for_each_prefix(&self, prefix: &str, f: &mut dyn FnMut(TagId)) {
        let prefix = prefix.as_bytes();
        for ids in [&self.sorted, &self.recent] {
            let start = ids.partition_point(|&it| self.raw(it) < prefix);
            for &id in ids.iter().skip(start) {
                if !self.raw(id).starts_with(prefix) {
                    break;
                }
                f(TagId(id));
            }
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
    /// name, in order of id, until `f` says that it is done with that name.
    fn for_each_containing(&self, needle: &str, f: &mut dyn FnMut(TagId, usize, &[u8]) -> bool) {
        let arena = self.arena.as_bytes();
        let finder = memmem::Finder::new(needle);
        let mut from = 0;
        let mut id = 0;
        while let Some(at) = arena
            .get(from..)
            .and_then(|rest| finder.find(rest))
            .map(|it| it + from)
        {
            id = self.owner(id, at);
            let range = self.range(id as u32);
            let name = arena.get(range.clone()).unwrap_or_default();
            let offset = at.saturating_sub(range.start);
            let is_inside = at + needle.len() <= range.end;
            let is_done = is_inside && f(TagId(id as u32), offset, name);
            from = if is_done {
                range.end.max(at + 1)
            } else {
                at + 1
            };
        }
    }

    /// The tag whose name holds byte `at`, known to be `from` or later.
    fn owner(&self, from: usize, at: usize) -> usize {
        let holds = |&end: &u32| end as usize <= at;
        let mut step = 1;
        let mut low = from;
        while self.ends.get(low + step).is_some_and(holds) {
            low += step;
            step *= 2;
        }
        let high = (low + step + 1).min(self.ends.len());
        let window = self.ends.get(low..high).unwrap_or_default();
        low + window.partition_point(holds)
    }

    /// Tags nearest to `name` in spelling with their distance in edits of bytes.
    pub fn for_each_near(&self, name: &str, max: usize, f: &mut dyn FnMut(TagId, usize)) {
        let Some(pattern) = nearest::Pattern::new(name.as_bytes()) else {
            return;
        };
        let mut start = 0;
        for (id, &end) in self.ends.iter().enumerate() {
            let end = end as usize;
            let len = end - start;
            if len > 0
                && len.abs_diff(name.len()) <= max
                && let Some(other) = self.arena.as_bytes().get(start..end)
                && let Some(distance) = pattern.distance(other, max)
            {
                f(TagId(id as u32), distance);
            }
            start = end;
        }
    }
}
