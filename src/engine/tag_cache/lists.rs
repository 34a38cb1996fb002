//! Packed lists of posts, one a tag, all in one buffer.
//!
//! A list is either gaps between ascending ids as LEB128 (about 1.1 bytes a
//! reference) or, where a tag is on more than an eighth of the posts, a bitmap
//! (at most one byte a reference, and nothing to decode).

use super::post_set::{PostSet, clear_bit, set_bit};
use super::storage::{Fixed, Part};
use crate::model::TagId;

/// Marks an offset whose list is a bitmap. A buffer can have 2 GiB, which is
/// some 1.8 billion references.
pub(super) const IS_BITMAP: u32 = 1 << 31;

/// Packed lists of all tags in one buffer.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub data: Fixed<u8>,
    /// Where the list of each tag starts, with [`IS_BITMAP`]; one more at the end.
    pub starts: Fixed<u32>,
    /// The last post of each list, so that a newer one can be added to the end
    /// of a list without reading it.
    pub lasts: Fixed<u32>,
    pub num_references: usize,
}

pub(super) enum Packed<'a> {
    Gaps(&'a [u8]),
    Bitmap(&'a [u8]),
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

pub(super) fn words_of(bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
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
    pub fn get(&self, tag: TagId) -> Packed<'_> {
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

    /// Whether offsets ascend and end where the buffer does.
    pub fn is_sound(&self) -> bool {
        let starts = self.starts.iter().map(|it| it & !IS_BITMAP);
        let last = starts.clone().next_back();
        starts.is_sorted()
            && last.is_none_or(|it| it as usize == self.data.len())
            && self.starts.len().saturating_sub(1) == self.lasts.len()
    }

    pub fn is_mapped(&self) -> bool {
        matches!(self.data, Fixed::Mapped(_))
    }

    pub fn shrink(&mut self) {
        self.parts_mut().into_iter().for_each(Part::shrink);
    }

    pub fn parts(&self) -> [&dyn Part; 3] {
        [&self.data, &self.starts, &self.lasts]
    }

    pub fn parts_mut(&mut self) -> [&mut dyn Part; 3] {
        [&mut self.data, &mut self.starts, &mut self.lasts]
    }
}
