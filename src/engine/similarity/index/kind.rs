//! Which index a library gets, and why.

use serde::{Deserialize, Serialize};

use crate::memory::figures::{count, size};

/// Up to here an exact index is small and fast enough.
pub const FLAT_VECTORS: u64 = 2000;

/// FAISS adds what it reads from its tables in 16 bits: 257 × 255 fit.
const MAX_PARTS: u32 = 256;

/// Fewer are too few to learn from.
const LEAST_TO_TRAIN: u64 = 1000;

/// How an index holds vectors. All but `Flat` are rough, and what they find is
/// ranked again by the stored embeddings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexKind {
    /// As they are: exact, 4 bytes a value.
    Flat,
    /// Half floats, 2 bytes a value.
    Half,
    /// A byte a value.
    Bytes,
    /// Product quantisation, scanned by table look-ups in registers: half a byte
    /// for four values or more.
    Packed,
}

impl IndexKind {
    pub const ALL: [Self; 4] = [Self::Flat, Self::Half, Self::Bytes, Self::Packed];

    /// As settings name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Half => "half",
            Self::Bytes => "bytes",
            Self::Packed => "packed",
        }
    }

    /// The kind of this [`Self::name`].
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Flat => "exact",
            Self::Half => "half floats",
            Self::Bytes => "a byte a value",
            Self::Packed => "packed",
        }
    }

    /// Bytes of a vector in the index; of `Packed`, 0 where vectors of that many
    /// values can't be packed.
    pub fn bytes_per_vector(self, dimensions: u32) -> u64 {
        match self {
            Self::Flat => 4 * u64::from(dimensions),
            Self::Half => 2 * u64::from(dimensions),
            Self::Bytes => u64::from(dimensions),
            Self::Packed => u64::from(num_parts(dimensions).unwrap_or(0).div_ceil(2)),
        }
    }

    /// As FAISS's factory takes it.
    pub(super) fn description(self, dimensions: u32) -> String {
        match self {
            Self::Flat => "Flat".to_owned(),
            Self::Half => "SQfp16".to_owned(),
            Self::Bytes => "SQ8".to_owned(),
            Self::Packed => format!("PQ{}x4fs", num_parts(dimensions).unwrap_or(1)),
        }
    }
}

/// Parts that vectors are packed in, of four values or more each.
fn num_parts(dimensions: u32) -> Option<u32> {
    (1..=MAX_PARTS.min(dimensions / 4))
        .rev()
        .find(|it| dimensions.is_multiple_of(*it))
        // With fewer, what is found is too rough to be worth ranking.
        .filter(|it| dimensions / it <= 16 && *it >= 4)
}

/// The kind for so many vectors, and why, in words. `wish` is the user's; what
/// can't be is put right.
pub fn choose(
    num_vectors: u64,
    dimensions: u32,
    wish: Option<IndexKind>,
    budget_bytes: u64,
) -> (IndexKind, String) {
    let takes = |kind: IndexKind| {
        kind.bytes_per_vector(dimensions)
            .saturating_mul(num_vectors)
    };
    let in_words = |kind| format!("{} embeddings in {}", count(num_vectors), size(takes(kind)));
    let can_be_packed = num_parts(dimensions).is_some() && num_vectors >= LEAST_TO_TRAIN;
    match wish {
        Some(IndexKind::Packed) if num_vectors < LEAST_TO_TRAIN => {
            let words = in_words(IndexKind::Flat);
            return (
                IndexKind::Flat,
                format!("exact, and not packed as set, which needs more to learn from; {words}"),
            );
        }
        Some(IndexKind::Packed) if !can_be_packed => {
            let words = in_words(IndexKind::Bytes);
            return (
                IndexKind::Bytes,
                format!(
                    "a byte a value, and not packed as set, since {dimensions} values can't be \
                     divided into parts; {words}"
                ),
            );
        }
        Some(kind) => {
            return (
                kind,
                format!("{}, as set; {}", kind.title(), in_words(kind)),
            );
        }
        None => {}
    }
    if num_vectors <= FLAT_VECTORS && (takes(IndexKind::Flat) <= budget_bytes || !can_be_packed) {
        let words = in_words(IndexKind::Flat);
        return (
            IndexKind::Flat,
            format!("exact, since there are few; {words}"),
        );
    }
    if can_be_packed {
        let words = in_words(IndexKind::Packed);
        return (
            IndexKind::Packed,
            format!("packed, and ranked again by what is stored; {words}"),
        );
    }
    let words = in_words(IndexKind::Bytes);
    (
        IndexKind::Bytes,
        format!("a byte a value, since {dimensions} values can't be packed; {words}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: u64 = 64 << 20;

    #[test]
    fn size_decides() {
        for (num, dimensions, kind) in [
            (10, 1024, IndexKind::Flat),
            (2000, 1280, IndexKind::Flat),
            (2001, 1280, IndexKind::Packed),
            (1_000_000, 512, IndexKind::Packed),
            (5000, 1021, IndexKind::Bytes),
            (5000, 6, IndexKind::Bytes),
        ] {
            let (chosen, why) = choose(num, dimensions, None, BUDGET);
            assert_eq!(chosen, kind, "{num} × {dimensions}: {why}");
        }
        assert_eq!(choose(1500, 1024, None, 1 << 20).0, IndexKind::Packed);
    }

    #[test]
    fn the_user_decides_what_can_be() {
        for kind in IndexKind::ALL {
            assert_eq!(choose(5000, 1024, Some(kind), 0).0, kind);
            assert_eq!(IndexKind::named(kind.name()), Some(kind));
        }
        assert_eq!(
            choose(500, 1024, Some(IndexKind::Packed), BUDGET).0,
            IndexKind::Flat
        );
        let (kind, why) = choose(5000, 1021, Some(IndexKind::Packed), BUDGET);
        assert_eq!(kind, IndexKind::Bytes);
        assert!(why.contains("1021"), "{why}");
    }

    #[test]
    fn parts_divide_the_values_and_fit_into_16_bits() {
        for (dimensions, parts) in [
            (1024, Some(256)),
            (1280, Some(256)),
            (768, Some(192)),
            (512, Some(128)),
            (2048, Some(256)),
            (1152, Some(192)),
            (1021, None),
            (8, None),
        ] {
            assert_eq!(num_parts(dimensions), parts, "{dimensions}");
        }
        assert_eq!(IndexKind::Packed.bytes_per_vector(1024), 128);
    }
}
