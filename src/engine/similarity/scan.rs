//! The nearest embeddings by looking at all of them: what there is to do while
//! there is no index yet.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::ControlFlow;

use super::SimilarityError;
use super::dot::dot;
use crate::library::{SimilarityStore, similarity};
use crate::memory::{self, Component};
use crate::model::{ModelId, PostId};

/// Rows between two looks at whether anybody still waits.
const PATIENCE: usize = 512;

/// The `count` nearest to `vector`, of length 1, among those accepted, with their
/// cosines; the nearest first. Reads every stored row.
pub fn scan(
    store: &SimilarityStore,
    model: ModelId,
    vector: &[f32],
    count: usize,
    accept: &dyn Fn(PostId) -> bool,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Vec<(PostId, f32)>, SimilarityError> {
    let _scope = memory::scope(Component::Similarity);
    // Floats of this order as whole numbers too; the farthest on top.
    let key = |cosine: f32| {
        let bits = cosine.to_bits().cast_signed();
        if bits < 0 { bits ^ i32::MAX } else { bits }
    };
    let mut best: BinaryHeap<Reverse<(i32, Reverse<u32>, u32)>> = BinaryHeap::new();
    let mut row = Vec::new();
    let mut num_seen = 0_usize;
    let mut gave_up = false;
    store.for_each_row(model, 0, &mut |_, post, bytes| {
        num_seen += 1;
        if num_seen.is_multiple_of(PATIENCE) && is_cancelled() {
            gave_up = true;
            return ControlFlow::Break(());
        }
        if !accept(post) {
            return ControlFlow::Continue(());
        }
        similarity::decode(bytes, &mut row);
        let cosine = dot(&row, vector);
        best.push(Reverse((key(cosine), Reverse(post.0), cosine.to_bits())));
        if best.len() > count {
            best.pop();
        }
        ControlFlow::Continue(())
    })?;
    if gave_up {
        return Err(SimilarityError::Cancelled);
    }
    // Ascending by what is reversed: the nearest first.
    let found = best.into_sorted_vec().into_iter();
    Ok(found
        .map(|Reverse((_, Reverse(post), bits))| (PostId(post), f32::from_bits(bits)))
        .collect())
}
