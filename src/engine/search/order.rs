//! Puts a set of posts in order.

use super::SearchFailure;
use super::ast::Order;
use super::evaluate::Patience;
use crate::engine::tag_cache::{Column, PostSet, TagCache};
use crate::model::PostId;

/// Bits of a key that one pass sorts by.
const DIGIT_BITS: u32 = 11;
/// Below this, a comparison sort is quicker and too short to be cancelled.
const SMALL: usize = 4096;

/// The posts in order, the first `limit` of them. `seed` is for `order:random`.
pub(super) fn ordered(
    set: &PostSet,
    order: Order,
    limit: usize,
    cache: &TagCache,
    seed: u64,
    patience: &Patience<'_>,
) -> Result<Vec<PostId>, SearchFailure> {
    let num = set.len();
    patience.step(num)?;
    let mut ids = Vec::with_capacity(num);
    let ascending = matches!(
        order,
        Order::By {
            ascending: true,
            ..
        }
    );
    if ascending {
        set.for_each(|id| ids.push(id));
    } else {
        set.for_each_reverse(|id| ids.push(id));
    }
    match order {
        Order::By {
            column: Column::Id, ..
        } => {}
        Order::By { column, .. } => {
            let keys = |id| {
                let key = cache.sort_key(column, PostId(id));
                if ascending { key } else { !key }
            };
            ids = by_key(ids, keys, patience)?;
        }
        Order::Random => ids = by_key(ids, |id| drawn(seed, id), patience)?,
    }
    ids.truncate(limit);
    Ok(ids.into_iter().map(PostId).collect())
}

/// A stable sort by key, so that equal ones stay in order of id.
fn by_key(
    ids: Vec<u32>,
    key: impl Fn(u32) -> u64,
    patience: &Patience<'_>,
) -> Result<Vec<u32>, SearchFailure> {
    let mut keys = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(SMALL) {
        patience.step(chunk.len() * 4)?;
        keys.extend(chunk.iter().map(|&id| key(id)));
    }
    let lowest = keys.iter().copied().min().unwrap_or(0);
    let highest = keys.iter().copied().max().unwrap_or(0);
    let width = 64 - (highest - lowest).leading_zeros();
    let mut items: Vec<(u64, u32)> = keys.into_iter().map(|it| it - lowest).zip(ids).collect();
    if items.len() <= SMALL {
        items.sort_by_key(|it| it.0);
    } else {
        items = radix(items, width, patience)?;
    }
    Ok(items.into_iter().map(|it| it.1).collect())
}

/// Sorts by the lowest `width` bits, [`DIGIT_BITS`] at a time.
fn radix(
    mut items: Vec<(u64, u32)>,
    width: u32,
    patience: &Patience<'_>,
) -> Result<Vec<(u64, u32)>, SearchFailure> {
    const BUCKETS: usize = 1 << DIGIT_BITS;
    let digit = |key: u64, shift: u32| (key >> shift) as usize % BUCKETS;
    let mut other = vec![(0, 0); items.len()];
    for shift in (0..width).step_by(DIGIT_BITS as usize) {
        let mut starts = [0_usize; BUCKETS];
        for &(key, _) in &items {
            starts[digit(key, shift)] += 1;
        }
        if starts.contains(&items.len()) {
            continue;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += std::mem::replace(start, sum);
        }
        for chunk in items.chunks(SMALL) {
            patience.step(chunk.len() * 2)?;
            for &item in chunk {
                let start = &mut starts[digit(item.0, shift)];
                if let Some(slot) = other.get_mut(*start) {
                    *slot = item;
                }
                *start += 1;
            }
        }
        std::mem::swap(&mut items, &mut other);
    }
    Ok(items)
}

/// A post's place in a random order, by one step of splitmix64. It depends on
/// no other post, so that those that come while one looks move nothing.
fn drawn(seed: u64, id: u32) -> u64 {
    let step = u64::from(id) + 1;
    let mut mixed = seed.wrapping_add(step.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    // Half of it is enough, and sorted in half as many passes.
    (mixed ^ mixed >> 31) >> 32
}
