//! Writes packed lists, each in the smaller of its two forms.

use super::lists::{IS_BITMAP, Lists, Packed, for_each_gap, overlaid, push_gap};
use super::post_set::{PostSet, set_bit};

/// Writes packed lists tag by tag.
pub(super) struct Packer {
    data: Vec<u8>,
    starts: Vec<u32>,
    lasts: Vec<u32>,
    num_references: usize,
    universe: u32,
}

impl Packer {
    /// `universe`: one more than the largest post id.
    pub fn with_capacity(num_tags: usize, num_bytes: usize, universe: u32) -> Self {
        let mut starts = Vec::with_capacity(num_tags + 1);
        starts.push(0);
        Self {
            data: Vec::with_capacity(num_bytes),
            starts,
            lasts: Vec::with_capacity(num_tags),
            num_references: 0,
            universe,
        }
    }

    fn num_words(&self) -> usize {
        (self.universe as usize).div_ceil(64)
    }

    fn end(&mut self, is_bitmap: bool, last: u32) {
        if is_bitmap && let Some(start) = self.starts.last_mut() {
            *start |= IS_BITMAP;
        }
        self.starts.push(self.data.len() as u32);
        self.lasts.push(last);
    }

    fn push_words(&mut self, words: &[u64]) {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        self.data.extend(bytes);
    }

    /// A packed list with posts after its `last`, changing its form where the
    /// other has become the smaller one.
    pub fn append(&mut self, packed: &Packed<'_>, last: u32, new: &[u64]) {
        let new_last = new.last().map_or(last, |it| *it as u32);
        match packed {
            // A byte is at most one post, so a short list has few.
            Packed::Gaps(bytes) if bytes.len() + new.len() <= self.num_words() * 8 => {
                self.data.extend_from_slice(bytes);
                let mut before = last;
                for it in new {
                    push_gap(&mut self.data, *it as u32 - before);
                    before = *it as u32;
                }
                self.end(false, new_last);
            }
            Packed::Bitmap(bytes) if new.is_empty() => {
                self.data.extend_from_slice(bytes);
                self.end(true, new_last);
            }
            packed => self.push(&overlaid(packed.to_set(), new, &[])),
        }
    }

    /// The list of the next tag, as gaps; a bitmap is made of it where it is smaller.
    pub fn push_gaps(&mut self, count: usize, last: u32, pieces: &mut dyn Iterator<Item = &[u8]>) {
        let num_words = self.num_words();
        self.num_references += count;
        let start = self.data.len();
        for piece in pieces {
            self.data.extend_from_slice(piece);
        }
        let is_bitmap = count > num_words * 8;
        if is_bitmap {
            let mut words = vec![0; num_words];
            let gaps = self.data.get(start..).unwrap_or_default();
            for_each_gap(gaps, |id| set_bit(&mut words, id));
            self.data.truncate(start);
            self.push_words(&words);
        }
        self.end(is_bitmap, last);
    }

    pub fn push(&mut self, set: &PostSet) {
        let num_words = self.num_words();
        let count = set.len();
        let mut last = 0;
        let is_bitmap = count > num_words * 8;
        if is_bitmap {
            last = set.last().unwrap_or(0);
            match set {
                PostSet::Dense(words) => self.push_words(words),
                PostSet::Sparse(_) => {
                    let mut words = Vec::with_capacity(num_words);
                    set.add_to(&mut words);
                    self.push_words(&words);
                }
            }
        } else {
            set.for_each(|id| {
                push_gap(&mut self.data, id - last);
                last = id;
            });
        }
        self.end(is_bitmap, last);
    }

    pub fn finish(self) -> Lists {
        let mut lists = Lists {
            data: self.data.into(),
            starts: self.starts.into(),
            lasts: self.lasts.into(),
            num_references: self.num_references,
        };
        lists.shrink();
        lists
    }
}
