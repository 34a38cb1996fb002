//! Puts a set of posts in order, as far as it is looked at.
//!
//! By id, the set is in order already, and is only walked. Otherwise every
//! post's key is taken down at once (the library may change while one
//! scrolls), next to its id in one number; of those, what is asked for is
//! selected and sorted, and the rest left as it is until it is asked for.

use super::SearchFailure;
use super::ast::Order;
use super::evaluate::Patience;
use crate::engine::tag_cache::{Column, PostSet, TagCache, WithValues};
use crate::model::PostId;

/// Posts between two looks at whether the search was cancelled.
const CHUNK: usize = 4096;
/// Sorted at once: a few milliseconds.
const SORTED_AT_ONCE: usize = 1 << 16;

/// What posts are ordered by, with what that needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ranking {
    By {
        column: Column,
        ascending: bool,
    },
    /// By this seed.
    Random(u64),
    /// These first, in this order; then the others, newest first.
    Listed(Vec<PostId>),
}

impl Ranking {
    /// `listed` is for `order:custom`, `seed` for `order:random`.
    pub fn new(order: Order, seed: u64, listed: impl FnOnce() -> Vec<PostId>) -> Self {
        match order {
            Order::By { column, ascending } => Self::By { column, ascending },
            Order::Random => Self::Random(seed),
            // By name, the library lists them.
            Order::Custom | Order::Name(_) => Self::Listed(listed()),
        }
    }
}

/// Posts in order, given out from the first on.
#[derive(Debug, Default)]
pub struct Ordered {
    rest: Rest,
    num_left: usize,
}

#[derive(Debug)]
enum Rest {
    /// In order of id, those before (or from) `bound` not yet given out.
    Ascending {
        set: PostSet,
        from: u32,
    },
    Descending {
        set: PostSet,
        before: u64,
    },
    /// Key and id in one number; `flip` makes an id of its lower half.
    Narrow {
        items: Partial<u64>,
        flip: u32,
    },
    /// The same for keys that are further apart.
    Wide {
        items: Partial<u128>,
        flip: u32,
    },
}

impl Default for Rest {
    fn default() -> Self {
        Self::Ascending {
            set: PostSet::default(),
            from: 0,
        }
    }
}

impl Ordered {
    /// The first `limit` of `set`.
    pub(super) fn new(
        set: PostSet,
        ranking: &Ranking,
        limit: usize,
        cache: &TagCache,
        patience: &Patience<'_>,
    ) -> Result<Self, SearchFailure> {
        let num = set.len();
        patience.step(num)?;
        let num_left = num.min(limit);
        let rest = match ranking {
            Ranking::By {
                column: Column::Id,
                ascending: true,
            } => Rest::Ascending { set, from: 0 },
            Ranking::By {
                column: Column::Id,
                ascending: false,
            } => {
                let before = u64::MAX;
                Rest::Descending { set, before }
            }
            Ranking::By { column, ascending } => {
                let of_column = ColumnKeys {
                    set: &set,
                    column: *column,
                    patience,
                };
                let keys = cache.values(*column, of_column)?;
                pack(&set, keys, *ascending, limit)
            }
            Ranking::Random(seed) => {
                let keys = keys(&set, |id| drawn(*seed, id), patience)?;
                pack(&set, keys, false, limit)
            }
            Ranking::Listed(posts) => {
                let mut places: Vec<(u32, u32)> = posts.iter().map(|it| it.0).zip(0..).collect();
                places.sort_unstable();
                places.dedup_by_key(|it| it.0);
                let place = |id: u32| {
                    let found = places.binary_search_by_key(&id, |it| it.0).ok();
                    let place = found.and_then(|it| places.get(it)).map(|it| it.1);
                    // Largest first, as ids are.
                    u64::from(place.map_or(0, |it| u32::MAX - it))
                };
                pack(&set, keys(&set, place, patience)?, false, limit)
            }
        };
        Ok(Self { rest, num_left })
    }

    /// Posts that were not given out yet.
    pub fn len(&self) -> usize {
        self.num_left
    }

    pub fn is_empty(&self) -> bool {
        self.num_left == 0
    }

    /// Does a part of the work, some milliseconds at most for a million posts,
    /// that the next `size` posts need; `true` when nothing more is to be done.
    pub fn prepare(&mut self, size: usize) -> bool {
        let size = size.min(self.num_left);
        match &mut self.rest {
            Rest::Ascending { .. } | Rest::Descending { .. } => true,
            Rest::Narrow { items, .. } => items.advance(size),
            Rest::Wide { items, .. } => items.advance(size),
        }
    }

    /// The next `size` posts, or as many as there are.
    pub fn next_batch(&mut self, size: usize) -> Vec<PostId> {
        while !self.prepare(size) {}
        let size = size.min(self.num_left);
        let mut batch = Vec::with_capacity(size);
        match &mut self.rest {
            Rest::Ascending { set, from } => {
                walk_up(set, *from, size, &mut batch);
                *from = batch.last().map_or(*from, |it| it.0.saturating_add(1));
            }
            Rest::Descending { set, before } => {
                walk_down(set, *before, size, &mut batch);
                *before = batch.last().map_or(*before, |it| u64::from(it.0));
            }
            Rest::Narrow { items, flip } => {
                let ids = items.take(size).iter().map(|it| *it as u32 ^ *flip);
                batch.extend(ids.map(PostId));
            }
            Rest::Wide { items, flip } => {
                let ids = items.take(size).iter().map(|it| *it as u32 ^ *flip);
                batch.extend(ids.map(PostId));
            }
        }
        self.num_left -= batch.len();
        batch
    }
}

/// The first `size` ids of `from` and above.
fn walk_up(set: &PostSet, from: u32, size: usize, batch: &mut Vec<PostId>) {
    match set {
        PostSet::Sparse(ids) => {
            let rest = ids.iter().skip(ids.partition_point(|it| *it < from));
            batch.extend(rest.take(size).copied().map(PostId));
        }
        PostSet::Dense(words) => {
            let first = from as usize / 64;
            for (at, &word) in words.iter().enumerate().skip(first) {
                let mut left = word;
                if at == first {
                    left &= u64::MAX << (from % 64);
                }
                while left != 0 {
                    if batch.len() == size {
                        return;
                    }
                    batch.push(PostId(at as u32 * 64 + left.trailing_zeros()));
                    left &= left - 1;
                }
            }
        }
    }
}

/// The last `size` ids below `before`, the largest first.
fn walk_down(set: &PostSet, before: u64, size: usize, batch: &mut Vec<PostId>) {
    match set {
        PostSet::Sparse(ids) => {
            let end = ids.partition_point(|it| u64::from(*it) < before);
            let rest = ids.get(..end).unwrap_or_default().iter().rev();
            batch.extend(rest.take(size).copied().map(PostId));
        }
        PostSet::Dense(words) => {
            let last = usize::try_from(before / 64).unwrap_or(usize::MAX);
            let end = words.len().min(last.saturating_add(1));
            let below = words.get(..end).unwrap_or_default();
            for (at, &word) in below.iter().enumerate().rev() {
                let mut left = word;
                if at == last {
                    left &= (1 << (before % 64)) - 1;
                }
                while left != 0 {
                    if batch.len() == size {
                        return;
                    }
                    let bit = 63 - left.leading_zeros();
                    batch.push(PostId(at as u32 * 64 + bit));
                    left &= !(1 << bit);
                }
            }
        }
    }
}

/// The key of each post by a column, in order of id.
struct ColumnKeys<'a> {
    set: &'a PostSet,
    column: Column,
    patience: &'a Patience<'a>,
}

impl WithValues for ColumnKeys<'_> {
    type Out = Result<Vec<u64>, SearchFailure>;

    fn with(self, value: impl Fn(u32) -> Option<f64>) -> Self::Out {
        let key = self.column.sort_key();
        keys(self.set, |id| key(value(id)), self.patience)
    }
}

/// The key of each post, in order of id.
fn keys(
    set: &PostSet,
    key: impl Fn(u32) -> u64,
    patience: &Patience<'_>,
) -> Result<Vec<u64>, SearchFailure> {
    let mut keys = Vec::with_capacity(set.len());
    let mut outcome = Ok(());
    set.for_each(|id| {
        if keys.len() % CHUNK == 0 && outcome.is_ok() {
            outcome = patience.step(CHUNK * 4);
        }
        if outcome.is_ok() {
            keys.push(key(id));
        }
    });
    outcome.map(|()| keys)
}

/// Puts keys and ids into numbers that ascend as posts are ordered.
fn pack(set: &PostSet, mut keys: Vec<u64>, ascending: bool, limit: usize) -> Rest {
    let lowest = keys.iter().copied().min().unwrap_or(0);
    let highest = keys.iter().copied().max().unwrap_or(0);
    let flip = if ascending { 0 } else { u32::MAX };
    let rank = |key: u64| {
        if ascending {
            key - lowest
        } else {
            highest - key
        }
    };
    if highest - lowest <= u64::from(u32::MAX) {
        let mut slots = keys.iter_mut();
        set.for_each(|id| {
            if let Some(slot) = slots.next() {
                *slot = rank(*slot) << 32 | u64::from(id ^ flip);
            }
        });
        let items = Partial::new(keys, limit);
        return Rest::Narrow { items, flip };
    }
    let mut items = Vec::with_capacity(keys.len());
    let mut keys = keys.into_iter();
    set.for_each(|id| {
        let key = keys.next().unwrap_or(lowest);
        items.push(u128::from(rank(key)) << 32 | u128::from(id ^ flip));
    });
    let items = Partial::new(items, limit);
    Rest::Wide { items, flip }
}

/// A list that is sorted from its start, step by step.
#[derive(Debug)]
struct Partial<T> {
    items: Vec<T>,
    /// Given out before this.
    at: usize,
    /// In order before this.
    sorted: usize,
    /// Ends of parts, the nearest last: nothing after one is less than anything before it.
    cuts: Vec<usize>,
}

impl<T: Ord + Copy> Partial<T> {
    /// The least `limit` of `items`.
    fn new(mut items: Vec<T>, limit: usize) -> Self {
        if (1..items.len()).contains(&limit) {
            items.select_nth_unstable(limit - 1);
        }
        if limit < items.len() {
            items.truncate(limit);
            items.shrink_to_fit();
        }
        Self {
            items,
            at: 0,
            sorted: 0,
            cuts: Vec::new(),
        }
    }

    /// One step towards the next `size`; `true` when they are in order.
    fn advance(&mut self, size: usize) -> bool {
        let target = (self.at + size).min(self.items.len());
        if self.sorted >= target {
            return true;
        }
        let end = self.cuts.last().copied().unwrap_or(self.items.len());
        let needed = target - self.sorted;
        let Some(part) = self.items.get_mut(self.sorted..end) else {
            return true;
        };
        if part.len() <= SORTED_AT_ONCE.min(needed.saturating_mul(4)) {
            part.sort_unstable();
            self.sorted = end;
            self.cuts.pop();
        } else {
            // Of much, a little is taken out; else halves, so that all of it takes
            // no more steps than a sort.
            let is_little = needed < part.len() / 64;
            let cut = if is_little {
                needed
            } else {
                needed.min(SORTED_AT_ONCE).max(part.len() / 2)
            };
            // Less than all of it, since it is more than `needed` or than is sorted at once.
            if cut < part.len() {
                part.select_nth_unstable(cut);
            }
            self.cuts.push(self.sorted + cut);
        }
        self.sorted >= target
    }

    /// The next `size`, which are in order.
    fn take(&mut self, size: usize) -> &[T] {
        let start = self.at;
        self.at = (start + size).min(self.items.len());
        self.items.get(start..self.at).unwrap_or_default()
    }
}

/// A post's place in a random order, by one step of splitmix64. It depends on
/// no other post, so that those that come while one looks move nothing.
fn drawn(seed: u64, id: u32) -> u64 {
    let step = u64::from(id) + 1;
    let mut mixed = seed.wrapping_add(step.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    // Half of it is enough, and fits into one number with the id.
    (mixed ^ mixed >> 31) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tag_cache::MemorySource;
    use crate::model::PostDraft;
    use proptest::prelude::*;

    fn ranking() -> impl Strategy<Value = Ranking> {
        let column = prop_oneof![
            Just(Column::Id),
            Just(Column::Score),
            Just(Column::Date),
            Just(Column::TagCount)
        ];
        prop_oneof![
            4 => (column, any::<bool>())
                .prop_map(|(column, ascending)| Ranking::By { column, ascending }),
            1 => any::<u64>().prop_map(Ranking::Random),
            1 => prop::collection::vec((0..60_u32).prop_map(PostId), 0..40)
                .prop_map(Ranking::Listed),
        ]
    }

    proptest! {
        #[test]
        fn batches_join_to_the_whole_in_order(
            facts in prop::collection::vec((-3..3_i32, any::<i64>(), any::<bool>()), 0..300),
            is_dense in any::<bool>(),
            ranking in ranking(),
            limit in prop_oneof![Just(usize::MAX), 0..300_usize],
            sizes in prop::collection::vec(0..90_usize, 1..8),
        ) {
            let mut source = MemorySource::default();
            for (score, date, _) in &facts {
                source.push(&PostDraft {
                    score: (*score != 0).then_some(*score),
                    created_at: (date % 3 != 0).then_some(*date >> 40),
                    ..Default::default()
                });
            }
            let cache = TagCache::build(&source).unwrap();
            let ids: Vec<u32> = (1..).zip(&facts).filter(|it| it.1.2).map(|it| it.0).collect();
            let mut set = PostSet::Sparse(ids.clone());
            if is_dense {
                let mut words = Vec::new();
                set.add_to(&mut words);
                set = PostSet::Dense(words);
            }
            let patience = Patience::new(&|| false);
            let mut ordered =
                Ordered::new(set, &ranking, limit, &cache, &patience).unwrap();

            let mut expected = ids;
            match &ranking {
                Ranking::By { column, ascending } => {
                    let value = |id: &u32| cache.value(*column, PostId(*id));
                    expected.sort_by(|a, b| {
                        value(a).partial_cmp(&value(b)).unwrap().then(a.cmp(b))
                    });
                    if !ascending {
                        expected.reverse();
                    }
                }
                Ranking::Random(seed) => {
                    expected.sort_by_key(|it| std::cmp::Reverse((drawn(*seed, *it), *it)));
                }
                Ranking::Listed(posts) => {
                    expected.sort_by_key(|id| {
                        let place = posts.iter().position(|it| it.0 == *id);
                        (place.unwrap_or(usize::MAX), std::cmp::Reverse(*id))
                    });
                }
            }
            expected.truncate(limit);
            prop_assert_eq!(ordered.len(), expected.len());
            let mut joined = Vec::new();
            for size in sizes.into_iter().chain([usize::MAX]) {
                let batch = ordered.next_batch(size);
                prop_assert_eq!(batch.len(), size.min(expected.len() - joined.len()));
                joined.extend(batch.into_iter().map(|it| it.0));
            }
            prop_assert_eq!(joined, expected);
            prop_assert!(ordered.is_empty());
        }

        #[test]
        fn a_part_is_sorted_in_steps(
            items in prop::collection::vec(any::<u16>().prop_map(u64::from), 0..3000),
            sizes in prop::collection::vec(1..400_usize, 0..12),
        ) {
            let mut expected = items.clone();
            expected.sort_unstable();
            let mut partial = Partial::new(items, usize::MAX);
            let mut joined = Vec::new();
            for size in sizes.into_iter().chain([3000]) {
                let mut num_steps = 0;
                while !partial.advance(size) {
                    num_steps += 1;
                    prop_assert!(num_steps < 100, "it does not end");
                }
                joined.extend_from_slice(partial.take(size));
            }
            prop_assert_eq!(joined, expected);
        }
    }
}
