//! Perceptual hashes of all pictures: which are nearly the same picture.
//!
//! Neighbours are found by a pass over all of them (eight bytes and a count of
//! bits each), pairs by buckets: of two hashes that differ in at most `d = 4 r + s`
//! bits, one of their four 16-bit quarters differs in at most `r`. More than that,
//! one of the first `s + 1` quarters differs in at most `r`, or one of the others
//! in at most `r - 1`: else they would differ in `(s + 1)(r + 1) + (3 - s) r`, which
//! is `d + 1`. Buckets of the quarters whose values differ most come first.

use std::collections::{BinaryHeap, HashSet};

use super::connected::Groups;
use crate::memory::figures::count;
use crate::memory::{self, Component, Leaf};
use crate::message::DuplicateGroup;
use crate::model::PostId;

/// Quarters of a hash.
const NUM_QUARTERS: u32 = 4;
const QUARTER_BITS: u32 = 64 / NUM_QUARTERS;

/// More bits than this say nothing: half of all pictures differ in 32.
pub const MAX_DISTANCE: u32 = 16;

/// Comparisons between two looks at whether anybody still waits: a few milliseconds.
const PATIENCE: usize = 1 << 20;

/// How one picture looks, by hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureHashes {
    /// As [`crate::model::PictureFacts::phash`].
    pub phash: u64,
    /// As [`crate::model::PictureFacts::color_hash`].
    pub color_hash: u64,
}

impl PictureHashes {
    /// Bits in which the perceptual hashes differ, 0 to 64.
    pub fn distance(self, other: Self) -> u32 {
        (self.phash ^ other.phash).count_ones()
    }

    /// Steps by which the colour hashes differ, summed over their 14 bins.
    pub fn color_steps(self, other: Self) -> u32 {
        color_steps(self.color_hash, other.color_hash)
    }
}

/// A post and how much its hashes differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashNeighbor {
    pub post: PostId,
    /// Bits of the perceptual hash, 0 to 64.
    pub distance: u32,
    /// Steps of the colour hash, summed over its 14 bins.
    pub color_steps: u32,
}

/// The hashes of all posts that have a picture.
#[derive(Debug, Default)]
pub struct HashTable {
    /// Ascending.
    posts: Vec<u32>,
    /// Of the posts, in their order.
    phashes: Vec<u64>,
    color_hashes: Vec<u64>,
}

impl HashTable {
    /// Of posts in ascending order.
    pub fn new(rows: impl IntoIterator<Item = (PostId, PictureHashes)>) -> Self {
        let _scope = memory::scope(Component::Similarity);
        let mut table = Self::default();
        for (post, hashes) in rows {
            table.push(post, hashes);
        }
        table.shrink();
        table
    }

    /// Adds a post whose id is larger than all before.
    pub fn push(&mut self, post: PostId, hashes: PictureHashes) {
        debug_assert!(self.posts.last().is_none_or(|it| *it < post.0));
        let _scope = memory::scope(Component::Similarity);
        self.posts.push(post.0);
        self.phashes.push(hashes.phash);
        self.color_hashes.push(hashes.color_hash);
    }

    /// Gives back the room to grow.
    pub fn shrink(&mut self) {
        let _scope = memory::scope(Component::Similarity);
        self.posts.shrink_to_fit();
        self.phashes.shrink_to_fit();
        self.color_hashes.shrink_to_fit();
    }

    pub fn len(&self) -> usize {
        self.posts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.posts.is_empty()
    }

    pub fn get(&self, post: PostId) -> Option<PictureHashes> {
        let at = self.posts.binary_search(&post.0).ok()?;
        Some(PictureHashes {
            phash: *self.phashes.get(at)?,
            color_hash: *self.color_hashes.get(at)?,
        })
    }

    /// The `most` posts nearest to `to` among those accepted, within
    /// `max_distance`; the nearest first, by colour where as near.
    pub fn nearest(
        &self,
        to: PictureHashes,
        max_distance: u32,
        most: usize,
        accept: &dyn Fn(PostId) -> bool,
    ) -> Vec<HashNeighbor> {
        if most == 0 {
            return Vec::new();
        }
        // The farthest of those found on top.
        let mut best: BinaryHeap<(u32, u32, PostId)> = BinaryHeap::new();
        let mut bar = max_distance;
        for (at, phash) in self.phashes.iter().enumerate() {
            let distance = (phash ^ to.phash).count_ones();
            if distance > bar {
                continue;
            }
            let post = PostId(self.posts[at]);
            let found = (
                distance,
                color_steps(self.color_hashes[at], to.color_hash),
                post,
            );
            let is_nearer = best.len() < most || best.peek().is_some_and(|it| found < *it);
            if !is_nearer || !accept(post) {
                continue;
            }
            best.push(found);
            if best.len() > most {
                best.pop();
            }
            if best.len() == most {
                bar = best.peek().map_or(bar, |it| it.0.min(bar));
            }
        }
        let found = best.into_sorted_vec().into_iter();
        found
            .map(|(distance, color_steps, post)| HashNeighbor {
                post,
                distance,
                color_steps,
            })
            .collect()
    }

    /// Groups of posts whose hashes differ in at most `max_distance` bits
    /// ([`MAX_DISTANCE`] at most), directly or by others of the group; pairs that
    /// are `dismissed` (smaller id first) do not connect. `None` where
    /// `is_cancelled`, which is asked now and then, said so.
    pub fn groups(
        &self,
        max_distance: u32,
        accept: &dyn Fn(PostId) -> bool,
        dismissed: &HashSet<(PostId, PostId)>,
        is_cancelled: &dyn Fn() -> bool,
        progress: &mut dyn FnMut(f32),
    ) -> Option<Vec<DuplicateGroup>> {
        let _scope = memory::scope(Component::Engine);
        let max_distance = max_distance.min(MAX_DISTANCE);
        let classes = Classes::new(self, accept);
        let mut groups = Groups::new(classes.members.iter().map(|it| PostId(self.posts[*it])));
        for class in classes.ranges() {
            // Each is tried with the ones before it until one connects.
            for at in class.clone().skip(1) {
                for other in (class.start..at).rev() {
                    if groups.connect(at, other, dismissed) {
                        break;
                    }
                }
                if is_cancelled() {
                    return None;
                }
            }
        }
        let mut patience = Patience::new(is_cancelled, progress);
        let passes = passes(&classes.hashes, max_distance);
        let total: usize = passes.iter().map(|it| it.masks.len()).sum();
        let mut num_before = 0;
        for Pass { quarter, masks } in &passes {
            let buckets = Buckets::new(&classes.hashes, *quarter);
            for value in 0..=u16::MAX {
                let bucket = buckets.range(value);
                let part = f32::from(value) / f32::from(u16::MAX) * masks.len() as f32;
                let share = (num_before as f32 + part) / total as f32;
                patience.lose(masks.len(), share)?;
                if bucket.is_empty() {
                    continue;
                }
                // The other half is found from its other side.
                for other in masks.iter().map(|it| value ^ it).filter(|it| *it >= value) {
                    let others = buckets.range(other);
                    for slot in bucket.clone() {
                        patience.lose(others.len(), share)?;
                        let hash = buckets.hashes[slot];
                        // A bucket with itself: each pair once.
                        let after = if other == value {
                            slot + 1
                        } else {
                            others.start
                        };
                        for near in after..others.end {
                            if (hash ^ buckets.hashes[near]).count_ones() <= max_distance {
                                let (a, b) = (buckets.places[slot], buckets.places[near]);
                                classes.connect(a as usize, b as usize, &mut groups, dismissed);
                            }
                        }
                    }
                }
            }
            num_before += masks.len();
        }
        progress(1.0);
        Some(groups.into_groups(|first, post| {
            let distance = (self.get(first)?.phash ^ self.get(post)?.phash).count_ones();
            Some((Some(distance), None))
        }))
    }

    /// What it holds.
    pub fn leaf(&self) -> Leaf {
        let bytes = self.posts.capacity() * 4
            + (self.phashes.capacity() + self.color_hashes.capacity()) * 8;
        let formula = format!("{} pictures × 20 B", count(self.posts.capacity() as u64));
        Leaf::exact("picture hashes", bytes, self.posts.len()).with_formula(formula)
    }
}

/// Bins by which two colour hashes differ, in steps: of `colorhash(binbits=3)`.
fn color_steps(a: u64, b: u64) -> u32 {
    (0..14)
        .map(|bin| {
            let of = |hash: u64| (hash >> (3 * bin) & 7) as i32;
            of(a).abs_diff(of(b))
        })
        .sum()
}

fn quarter_of(hash: u64, quarter: u32) -> u16 {
    (hash >> (quarter * QUARTER_BITS)) as u16
}

/// One look at all pairs whose quarters differ by one of some masks.
struct Pass {
    quarter: u32,
    masks: Vec<u16>,
}

/// Passes that come by every pair of hashes that differ in at most `distance` bits.
fn passes(hashes: &[u64], distance: u32) -> Vec<Pass> {
    let (radius, rest) = (distance / NUM_QUARTERS, distance % NUM_QUARTERS);
    let mut quarters: Vec<u32> = (0..NUM_QUARTERS).collect();
    quarters.sort_by_cached_key(|it| num_pairs_alike(hashes, *it));
    let radii = (0..NUM_QUARTERS).map(|at| {
        if at <= rest {
            Some(radius)
        } else {
            radius.checked_sub(1)
        }
    });
    quarters
        .into_iter()
        .zip(radii)
        .filter_map(|(quarter, radius)| {
            let radius = radius?;
            let masks = (0..=u16::MAX).filter(|it| it.count_ones() <= radius);
            Some(Pass {
                quarter,
                masks: masks.collect(),
            })
        })
        .collect()
}

/// Pairs that have the same quarter, twice.
fn num_pairs_alike(hashes: &[u64], quarter: u32) -> u64 {
    let mut counts = vec![0_u32; 1 << QUARTER_BITS];
    for &hash in hashes {
        counts[usize::from(quarter_of(hash, quarter))] += 1;
    }
    counts.into_iter().map(|it| u64::from(it).pow(2)).sum()
}

/// Asks now and then whether anybody still waits.
struct Patience<'a> {
    is_cancelled: &'a dyn Fn() -> bool,
    progress: &'a mut dyn FnMut(f32),
    left: usize,
}

impl<'a> Patience<'a> {
    fn new(is_cancelled: &'a dyn Fn() -> bool, progress: &'a mut dyn FnMut(f32)) -> Self {
        Self {
            is_cancelled,
            progress,
            left: 0,
        }
    }

    /// After so much work; `None` where nobody waits.
    fn lose(&mut self, work: usize, share: f32) -> Option<()> {
        match self.left.checked_sub(work) {
            Some(left) => self.left = left,
            None => {
                self.left = PATIENCE;
                (self.progress)(share);
                if (self.is_cancelled)() {
                    return None;
                }
            }
        }
        Some(())
    }
}

/// Posts with the same hash are compared with others once.
struct Classes {
    /// Places in the table, those of one hash next to each other.
    members: Vec<usize>,
    /// Each hash once, and where its members start.
    hashes: Vec<u64>,
    starts: Vec<usize>,
}

impl Classes {
    fn new(table: &HashTable, accept: &dyn Fn(PostId) -> bool) -> Self {
        let mut members: Vec<usize> = (0..table.posts.len())
            .filter(|at| accept(PostId(table.posts[*at])))
            .collect();
        members.sort_unstable_by_key(|at| (table.phashes[*at], table.posts[*at]));
        let mut hashes = Vec::new();
        let mut starts = Vec::new();
        for (at, member) in members.iter().enumerate() {
            let hash = table.phashes[*member];
            if hashes.last() != Some(&hash) {
                hashes.push(hash);
                starts.push(at);
            }
        }
        starts.push(members.len());
        Self {
            members,
            hashes,
            starts,
        }
    }

    fn range(&self, class: usize) -> std::ops::Range<usize> {
        self.starts[class]..self.starts[class + 1]
    }

    fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        (0..self.hashes.len()).map(|it| self.range(it))
    }

    /// Connects two classes by the first pair that may be.
    fn connect(
        &self,
        a: usize,
        b: usize,
        groups: &mut Groups,
        dismissed: &HashSet<(PostId, PostId)>,
    ) {
        for at in self.range(a) {
            for other in self.range(b) {
                if groups.connect(at, other, dismissed) {
                    return;
                }
            }
        }
    }
}

/// Hashes by one of their quarters.
struct Buckets {
    /// Where each quarter's begin in the others, and the end.
    starts: Vec<u32>,
    hashes: Vec<u64>,
    places: Vec<u32>,
}

impl Buckets {
    fn new(hashes: &[u64], quarter: u32) -> Self {
        let mut starts = vec![0; (1 << QUARTER_BITS) + 1];
        for &hash in hashes {
            starts[usize::from(quarter_of(hash, quarter)) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut sorted = vec![0; hashes.len()];
        let mut places = vec![0; hashes.len()];
        for (place, &hash) in hashes.iter().enumerate() {
            let at = &mut next[usize::from(quarter_of(hash, quarter))];
            sorted[*at as usize] = hash;
            places[*at as usize] = place as u32;
            *at += 1;
        }
        Self {
            starts,
            hashes: sorted,
            places,
        }
    }

    fn range(&self, quarter: u16) -> std::ops::Range<usize> {
        let quarter = usize::from(quarter);
        self.starts[quarter] as usize..self.starts[quarter + 1] as usize
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(phashes: &[u64]) -> HashTable {
        HashTable::new((1..).zip(phashes).map(|(id, &phash)| {
            let color_hash = 0;
            (PostId(id), PictureHashes { phash, color_hash })
        }))
    }

    fn groups_of(table: &HashTable, distance: u32) -> Vec<Vec<u32>> {
        let groups = table
            .groups(distance, &|_| true, &HashSet::new(), &|| false, &mut |_| {})
            .unwrap();
        let mut groups: Vec<Vec<u32>> = groups
            .into_iter()
            .map(|it| {
                let mut ids: Vec<u32> = it.posts.iter().map(|it| it.post.0).collect();
                ids.sort_unstable();
                ids
            })
            .collect();
        groups.sort_unstable();
        groups
    }

    /// Of all pairs, by definition.
    fn naive_groups(phashes: &[u64], distance: u32) -> Vec<Vec<u32>> {
        let mut label: Vec<usize> = (0..phashes.len()).collect();
        for a in 0..phashes.len() {
            for b in 0..a {
                if (phashes[a] ^ phashes[b]).count_ones() <= distance {
                    let (from, to) = (label[a], label[b]);
                    label
                        .iter_mut()
                        .filter(|it| **it == from)
                        .for_each(|it| *it = to);
                }
            }
        }
        let mut groups: Vec<Vec<u32>> = (0..phashes.len())
            .map(|it| {
                (0..phashes.len())
                    .filter(|at| label[*at] == it)
                    .map(|at| at as u32 + 1)
                    .collect()
            })
            .filter(|it: &Vec<u32>| it.len() > 1)
            .collect();
        groups.sort_unstable();
        groups
    }

    #[test]
    fn the_nearest_come_first_and_color_decides_between_equals() {
        let hashes = |phash, color_hash| PictureHashes { phash, color_hash };
        let table = HashTable::new([
            (PostId(1), hashes(0b111, 0)),
            (PostId(4), hashes(0b001, 0o7)),
            (PostId(6), hashes(0b010, 0o1)),
            (PostId(9), hashes(u64::MAX, 0)),
        ]);
        let found = table.nearest(hashes(0, 0), 10, 10, &|_| true);
        let ids: Vec<u32> = found.iter().map(|it| it.post.0).collect();
        assert_eq!(ids, [6, 4, 1]);
        let found = table.nearest(hashes(0, 0), 64, 2, &|it| it != PostId(6));
        let ids: Vec<u32> = found.iter().map(|it| it.post.0).collect();
        assert_eq!(ids, [4, 1]);
        assert_eq!(table.nearest(hashes(0, 0), 64, 0, &|_| true), []);
    }

    #[test]
    fn dismissed_pairs_do_not_connect() {
        let table = table(&[0, 1, 0]);
        let dismissed = HashSet::from([(PostId(1), PostId(2)), (PostId(2), PostId(3))]);
        let groups = table
            .groups(4, &|_| true, &dismissed, &|| false, &mut |_| {})
            .unwrap();
        let ids: Vec<u32> = groups[0].posts.iter().map(|it| it.post.0).collect();
        assert_eq!((groups.len(), &ids[..]), (1, &[1, 3][..]));
    }

    #[test]
    fn cancelling_ends_it() {
        let table = table(&[0, 0, 3]);
        let groups = table.groups(4, &|_| true, &HashSet::new(), &|| true, &mut |_| {});
        assert_eq!(groups, None);
    }

    proptest! {
        #[test]
        fn groups_are_those_of_all_pairs(
            seeds in prop::collection::vec((0_u64..4, prop::collection::vec(0_u32..64, 0..7)), 0..60),
            distance in 0_u32..=MAX_DISTANCE,
        ) {
            let phashes: Vec<u64> = seeds
                .iter()
                .map(|(base, flips)| {
                    let start = base.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    flips.iter().fold(start, |hash, bit| hash ^ 1 << bit)
                })
                .collect();
            prop_assert_eq!(groups_of(&table(&phashes), distance), naive_groups(&phashes, distance));
        }
    }
}
