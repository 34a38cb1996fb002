//! Which posts have a tag: packed lists under a small overlay of changes.
//!
//! What changed since the lists were packed is in two sorted arrays of
//! (tag, post); they are merged into new lists when they have grown large.

use super::lists::{Lists, Packed, for_each_gap, overlaid, words_of};
use super::packer::Packer;
use super::post_set::{PostSet, set_bit};
use super::storage::{Part, reserve};
use crate::memory::figures::count;
use crate::model::TagId;

/// The overlay should be merged beyond a part of all references, within limits
/// (changes of eight bytes each).
const OVERLAY_SHARE: usize = 32;
const MIN_OVERLAY: usize = 1 << 15;
const MAX_OVERLAY: usize = 1 << 19;

/// Where nobody did, it is merged on the spot beyond this many times that.
const BACKSTOP: usize = 4;

#[derive(Debug, Default)]
pub(super) struct Postings {
    packed: Lists,
    /// `tag << 32 | post`, ascending; none of them in the packed lists.
    added: Vec<u64>,
    /// `tag << 32 | post`, ascending; all of them in the packed lists.
    removed: Vec<u64>,
}

/// References that come and go, in the order in which they do.
#[derive(Debug, Default)]
pub(super) struct PostingEdit {
    /// `tag << 32 | post`, and whether it is added.
    steps: Vec<(u64, bool)>,
}

impl PostingEdit {
    pub fn add(&mut self, tag: TagId, post: u32) {
        self.steps.push((key(tag, post), true));
    }

    pub fn remove(&mut self, tag: TagId, post: u32) {
        self.steps.push((key(tag, post), false));
    }

    /// What is added and what is removed in the end, both ascending. The steps
    /// of one reference alternate, so the first says whether it was there.
    fn net(mut self) -> (Vec<u64>, Vec<u64>) {
        self.steps.sort_by_key(|it| it.0);
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        for steps in self.steps.chunk_by(|a, b| a.0 == b.0) {
            if let [(key, first), .., (_, last)] | [(key, first @ last)] = steps
                && first == last
            {
                if *last { &mut added } else { &mut removed }.push(*key);
            }
        }
        (added, removed)
    }
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

impl Postings {
    /// To be called when the parts were loaded; `false` where they do not fit
    /// together.
    pub fn is_sound(&mut self, num_references: u64) -> bool {
        self.packed.num_references = num_references as usize;
        self.packed.is_sound()
    }

    pub fn parts(&self) -> [&dyn Part; 3] {
        self.packed.parts()
    }

    pub fn parts_mut(&mut self) -> [&mut dyn Part; 3] {
        self.packed.parts_mut()
    }

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

    /// Follows changes, each of which really changed something when it was made.
    /// `universe`: one more than the largest post id.
    pub fn apply(&mut self, edit: PostingEdit, universe: u32) {
        let (added, removed) = edit.net();
        // What was removed before and is added again is packed already.
        let added: Vec<u64> = take_back(&mut self.removed, added);
        let removed: Vec<u64> = take_back(&mut self.added, removed);
        merge_into(&mut self.added, added);
        merge_into(&mut self.removed, removed);
        if self.overlay_len() > self.overlay_limit() * BACKSTOP {
            self.repack(universe);
        }
    }

    pub fn is_mapped(&self) -> bool {
        self.packed.is_mapped()
    }

    fn overlay_len(&self) -> usize {
        self.added.len() + self.removed.len()
    }

    fn overlay_limit(&self) -> usize {
        let share = self.packed.num_references / OVERLAY_SHARE;
        share.clamp(MIN_OVERLAY, MAX_OVERLAY)
    }

    /// The overlay has grown so large that it should be merged.
    pub fn is_merge_due(&self) -> bool {
        self.overlay_len() > self.overlay_limit()
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
    pub fn held_bytes(&self) -> usize {
        let Self {
            packed,
            added,
            removed,
        } = self;
        let in_lists: usize = packed.parts().iter().map(|it| it.held_bytes()).sum();
        in_lists + 8 * (added.capacity() + removed.capacity())
    }

    /// How [`Self::held_bytes`] comes about.
    pub fn formula(&self) -> String {
        let num_references = self.num_references();
        let data = self.packed.data.held_bytes();
        format!(
            "{} B of packed lists for {} references ({:.2} B each) + {} B for where each list \
             starts and its last post, 4 B each + 8 B × {} that changed",
            count(data),
            count(num_references),
            data as f64 / num_references.max(1) as f64,
            count(self.packed.starts.held_bytes() + self.packed.lasts.held_bytes()),
            count(self.added.capacity() + self.removed.capacity()),
        )
    }

    /// References of tags by posts.
    pub fn num_references(&self) -> usize {
        (self.packed.num_references + self.added.len()).saturating_sub(self.removed.len())
    }
}

/// Removes from `before` those of `news` (ascending) that it has; returns the others.
fn take_back(before: &mut Vec<u64>, mut rest: Vec<u64>) -> Vec<u64> {
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
    reserve(into, news.len());
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
