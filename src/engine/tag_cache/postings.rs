//! Which posts have a tag: packed lists under a small overlay of changes.
//!
//! A packed list is either gaps between ascending ids as LEB128 (about 1.1
//! bytes a reference) or, where a tag is on more than an eighth of the posts, a
//! bitmap (at most one byte a reference, and nothing to decode). All lists lie
//! in one buffer. What changed since they were packed is in two sorted arrays
//! of (tag, post); they are merged into new lists when they have grown large.

use super::column;
use super::packer::Packer;
use super::post_set::{PostSet, clear_bit, set_bit};
use crate::model::TagId;

/// Marks an offset whose list is a bitmap. A buffer can have 2 GiB, which is
/// some 1.8 billion references.
pub(super) const IS_BITMAP: u32 = 1 << 31;

/// The overlay is merged beyond this many changes, or beyond a part of all references.
const MIN_OVERLAY: usize = 1 << 16;
const OVERLAY_SHARE: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Postings {
    packed: Lists,
    /// `tag << 32 | post`, ascending; none of them in the packed lists.
    added: Vec<u64>,
    /// `tag << 32 | post`, ascending; all of them in the packed lists.
    removed: Vec<u64>,
}

/// Packed lists of all tags in one buffer.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub data: Vec<u8>,
    /// Where the list of each tag starts, with [`IS_BITMAP`]; one more at the end.
    pub starts: Vec<u32>,
    /// The last post of each list, so that a newer one can be added to the end
    /// of a list without reading it.
    pub lasts: Vec<u32>,
    pub num_references: usize,
}

pub(super) enum Packed<'a> {
    Gaps(&'a [u8]),
    Bitmap(&'a [u8]),
}

fn key(tag: TagId, post: u32) -> u64 {
    u64::from(tag.0) << 32 | u64::from(post)
}

fn of_tag(changes: &[u64], tag: TagId) -> &[u64] {
    let start = changes.partition_point(|&it| it < key(tag, 0));
    let rest = changes.get(start..).unwrap_or_default();
    let end = rest.partition_point(|&it| it <= key(tag, u32::MAX));
    rest.get(..end).unwrap_or_default()
}

/// Cuts the changes of `tag` from the front of `rest`, which starts with them.
fn split_tag<'a>(rest: &mut &'a [u64], tag: TagId) -> &'a [u64] {
    let num = rest
        .iter()
        .take_while(|it| **it <= key(tag, u32::MAX))
        .count();
    let (of_tag, others) = rest.split_at(num);
    *rest = others;
    of_tag
}

/// A packed list with changes of its tag made to it.
pub(super) fn overlaid(packed: PostSet, added: &[u64], removed: &[u64]) -> PostSet {
    if added.is_empty() && removed.is_empty() {
        return packed;
    }
    match packed {
        PostSet::Dense(mut words) => {
            for &it in removed {
                clear_bit(&mut words, it as u32);
            }
            for &it in added {
                set_bit(&mut words, it as u32);
            }
            PostSet::Dense(words)
        }
        PostSet::Sparse(ids) => {
            let mut merged = Vec::with_capacity(ids.len() + added.len());
            let mut gone = removed.iter().map(|it| *it as u32).peekable();
            let mut new = added.iter().map(|it| *it as u32).peekable();
            for id in ids {
                while let Some(next) = new.next_if(|it| *it < id) {
                    merged.push(next);
                }
                new.next_if_eq(&id);
                if gone.next_if_eq(&id).is_none() {
                    merged.push(id);
                }
            }
            merged.extend(new);
            PostSet::Sparse(merged)
        }
    }
}

pub(super) fn push_gap(out: &mut Vec<u8>, mut gap: u32) {
    while gap >= 0x80 {
        out.push(gap as u8 | 0x80);
        gap >>= 7;
    }
    out.push(gap as u8);
}

/// Calls `f` with each id; stops at the end of `bytes` whatever they hold.
pub(super) fn for_each_gap(bytes: &[u8], mut f: impl FnMut(u32)) {
    let mut id = 0_u32;
    let mut gap = 0_u32;
    let mut shift = 0;
    for &byte in bytes {
        if byte < 0x80 && shift == 0 {
            id = id.wrapping_add(u32::from(byte));
            f(id);
            continue;
        }
        gap |= u32::from(byte & 0x7f).wrapping_shl(shift);
        shift += 7;
        if byte < 0x80 {
            id = id.wrapping_add(gap);
            f(id);
            gap = 0;
            shift = 0;
        }
    }
}

fn words_of(bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().map(|word| u64::from_le_bytes(*word))
}

impl Packed<'_> {
    pub fn to_set(&self) -> PostSet {
        match self {
            Self::Gaps(bytes) => {
                let mut ids = Vec::with_capacity(bytes.len());
                for_each_gap(bytes, |id| ids.push(id));
                PostSet::Sparse(ids)
            }
            Self::Bitmap(bytes) => PostSet::Dense(words_of(bytes).collect()),
        }
    }
}

impl Lists {
    fn get(&self, tag: TagId) -> Packed<'_> {
        let start = self.starts.get(tag.index()).copied().unwrap_or(0);
        let end = self.starts.get(tag.index() + 1).copied().unwrap_or(start);
        let bytes = self
            .data
            .get((start & !IS_BITMAP) as usize..(end & !IS_BITMAP) as usize)
            .unwrap_or_default();
        if start & IS_BITMAP == 0 {
            Packed::Gaps(bytes)
        } else {
            Packed::Bitmap(bytes)
        }
    }

    pub fn shrink(&mut self) {
        self.data.shrink_to_fit();
        self.starts.shrink_to_fit();
        self.lasts.shrink_to_fit();
    }
}

impl Postings {
    pub fn new(packed: Lists) -> Self {
        Self {
            packed,
            ..Default::default()
        }
    }

    /// The posts of a tag.
    pub fn get(&self, tag: TagId) -> PostSet {
        overlaid(
            self.packed.get(tag).to_set(),
            of_tag(&self.added, tag),
            of_tag(&self.removed, tag),
        )
    }

    /// The posts of a tag that are also in `set`, without copying a long list.
    pub fn intersect(&self, tag: TagId, set: PostSet) -> PostSet {
        if let Packed::Bitmap(bytes) = self.packed.get(tag)
            && of_tag(&self.added, tag).is_empty()
            && of_tag(&self.removed, tag).is_empty()
        {
            return match set {
                PostSet::Sparse(mut ids) => {
                    ids.retain(|&id| {
                        bytes
                            .get(id as usize / 8)
                            .is_some_and(|byte| byte >> (id % 8) & 1 == 1)
                    });
                    PostSet::Sparse(ids)
                }
                PostSet::Dense(mut words) => {
                    words.truncate(bytes.len() / 8);
                    for (word, other) in words.iter_mut().zip(words_of(bytes)) {
                        *word &= other;
                    }
                    PostSet::Dense(words).thinned()
                }
            };
        }
        set.and(self.get(tag))
    }

    /// Adds the posts of a tag to a bitmap.
    pub fn add_to(&self, tag: TagId, words: &mut Vec<u64>) {
        if of_tag(&self.removed, tag).is_empty() {
            match self.packed.get(tag) {
                Packed::Gaps(bytes) => for_each_gap(bytes, |id| set_bit(words, id)),
                Packed::Bitmap(bytes) => {
                    if bytes.len() / 8 > words.len() {
                        words.resize(bytes.len() / 8, 0);
                    }
                    for (word, other) in words.iter_mut().zip(words_of(bytes)) {
                        *word |= other;
                    }
                }
            }
            for &it in of_tag(&self.added, tag) {
                set_bit(words, it as u32);
            }
        } else {
            self.get(tag).add_to(words);
        }
    }

    /// Follows a change. Both lists are of (tag, post) that really changed.
    /// `universe`: one more than the largest post id.
    pub fn apply(
        &mut self,
        mut added: Vec<(TagId, u32)>,
        mut removed: Vec<(TagId, u32)>,
        universe: u32,
    ) {
        added.sort_unstable();
        removed.sort_unstable();
        let added = added.iter().map(|it| key(it.0, it.1));
        let removed = removed.iter().map(|it| key(it.0, it.1));
        // What was removed before and is added again is packed already.
        let added: Vec<u64> = take_back(&mut self.removed, added);
        let removed: Vec<u64> = take_back(&mut self.added, removed);
        merge_into(&mut self.added, added);
        merge_into(&mut self.removed, removed);
        let num_changes = self.added.len() + self.removed.len();
        if num_changes > MIN_OVERLAY.max(self.packed.num_references / OVERLAY_SHARE) {
            self.repack(universe);
        }
    }

    /// Merges the overlay into new lists and gives back spare capacity.
    ///
    /// Lists that did not change are copied as they are, and so are those that
    /// newer posts are only added to: an import reads none of them.
    pub fn repack(&mut self, universe: u32) {
        if !self.added.is_empty() || !self.removed.is_empty() {
            let last_added = self.added.last().map_or(0, |it| (it >> 32) as usize + 1);
            let num_tags = self.packed.starts.len().saturating_sub(1).max(last_added);
            let num_bytes = self.packed.data.len() + self.added.len() * 2;
            let mut packer = Packer::with_capacity(num_tags, num_bytes, universe);
            // Both overlays are in order of tag, so one walk along them serves all.
            let (mut added, mut removed) = (self.added.as_slice(), self.removed.as_slice());
            for tag in (0..num_tags as u32).map(TagId) {
                let new = split_tag(&mut added, tag);
                let old = split_tag(&mut removed, tag);
                let last = self.packed.lasts.get(tag.index()).copied().unwrap_or(0);
                let packed = self.packed.get(tag);
                let is_newer = new.first().is_none_or(|it| *it as u32 > last);
                if old.is_empty() && is_newer {
                    packer.append(&packed, last, new);
                } else {
                    packer.push(&overlaid(packed.to_set(), new, old));
                }
            }
            let num_references = self.num_references();
            *self = Self::new(packer.finish());
            self.packed.num_references = num_references;
        }
        self.packed.shrink();
        self.added.shrink_to_fit();
        self.removed.shrink_to_fit();
    }

    /// Bytes of heap.
    pub fn capacity_bytes(&self) -> usize {
        let Self {
            packed,
            added,
            removed,
        } = self;
        let Lists {
            data,
            starts,
            lasts,
            num_references: _,
        } = packed;
        data.capacity()
            + 4 * (starts.capacity() + lasts.capacity())
            + 8 * (added.capacity() + removed.capacity())
    }

    /// References of tags by posts.
    pub fn num_references(&self) -> usize {
        (self.packed.num_references + self.added.len()).saturating_sub(self.removed.len())
    }
}

/// Removes from `before` those of `news` (ascending) that it has; returns the others.
fn take_back(before: &mut Vec<u64>, news: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut rest: Vec<u64> = news.collect();
    rest.dedup();
    if before.is_empty() {
        return rest;
    }
    let mut cancelled = Vec::new();
    rest.retain(|it| {
        let is_known = before.binary_search(it).is_ok();
        if is_known {
            cancelled.push(*it);
        }
        !is_known
    });
    if !cancelled.is_empty() {
        before.retain(|it| cancelled.binary_search(it).is_err());
    }
    rest
}

/// Merges two ascending lists in place, from the back: what is smaller than all
/// of `news` does not move.
fn merge_into(into: &mut Vec<u64>, mut news: Vec<u64>) {
    news.retain(|it| into.binary_search(it).is_err());
    let mut num_old = into.len();
    column::reserve(into, news.len());
    into.resize(num_old + news.len(), 0);
    let mut end = into.len();
    while let Some(&new) = news.last() {
        end -= 1;
        match num_old.checked_sub(1).map(|at| into[at]) {
            Some(old) if old > new => {
                into[end] = old;
                num_old -= 1;
            }
            _ => {
                into[end] = new;
                news.pop();
            }
        }
    }
}
