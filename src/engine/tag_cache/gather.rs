//! Turns references ordered by post into lists ordered by tag, in one pass.
//!
//! Each tag's list grows in small chunks out of one pool, already packed as
//! gaps, so that the whole costs little more than the packed lists themselves
//! and neither a sort nor a second read of the table.

use super::lists::push_gap;
use super::packer::Packer;
use super::postings::Postings;
use crate::model::{PostId, TagId};

/// Bytes of a chunk, of which the last four link to the next.
const CHUNK: usize = 32;
const ROOM: usize = CHUNK - 4;
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Tail {
    first: u32,
    chunk: u32,
    /// Bytes used of `chunk`.
    used: u32,
    last_post: u32,
    count: u32,
}

const EMPTY: Tail = Tail {
    first: NONE,
    chunk: NONE,
    used: 0,
    last_post: 0,
    count: 0,
};

#[derive(Default)]
pub(super) struct Gather {
    pool: Vec<u8>,
    tails: Vec<Tail>,
    gap: Vec<u8>,
}

impl Gather {
    pub fn new(num_tags: usize) -> Self {
        Self {
            pool: Vec::new(),
            tails: vec![EMPTY; num_tags],
            gap: Vec::with_capacity(5),
        }
    }

    fn new_chunk(&mut self) -> u32 {
        let index = self.pool.len() / CHUNK;
        self.pool.resize(self.pool.len() + CHUNK, 0);
        index as u32
    }

    /// Posts must come in ascending order; a pair that comes twice counts once,
    /// the second time being `false`.
    pub fn push(&mut self, post: PostId, tag: TagId) -> bool {
        if tag.index() >= self.tails.len() {
            self.tails.resize(tag.index() + 1, EMPTY);
        }
        let Some(mut tail) = self.tails.get(tag.index()).copied() else {
            return false;
        };
        if tail.count > 0 && post.0 <= tail.last_post {
            return false;
        }
        self.gap.clear();
        push_gap(&mut self.gap, post.0 - tail.last_post);
        if tail.first == NONE {
            tail.chunk = self.new_chunk();
            tail.first = tail.chunk;
        }
        for at in 0..self.gap.len() {
            if tail.used as usize == ROOM {
                let next = self.new_chunk();
                let link = tail.chunk as usize * CHUNK + ROOM;
                if let Some(link) = self.pool.get_mut(link..link + 4) {
                    link.copy_from_slice(&next.to_le_bytes());
                }
                tail.chunk = next;
                tail.used = 0;
            }
            let place = tail.chunk as usize * CHUNK + tail.used as usize;
            if let (Some(place), Some(byte)) = (self.pool.get_mut(place), self.gap.get(at)) {
                *place = *byte;
            }
            tail.used += 1;
        }
        tail.last_post = post.0;
        tail.count += 1;
        if let Some(slot) = self.tails.get_mut(tag.index()) {
            *slot = tail;
        }
        true
    }

    /// The packed lists and how many posts each tag has.
    pub fn finish(self, universe: u32) -> (Postings, Vec<u32>) {
        let Self {
            pool,
            tails,
            gap: _,
        } = self;
        let mut packer = Packer::with_capacity(tails.len(), 0, universe);
        let counts = tails.iter().map(|it| it.count).collect();
        for tail in tails {
            let mut chunk = (tail.first != NONE).then_some(tail.first);
            let mut pieces = std::iter::from_fn(|| {
                let current = chunk?;
                let start = current as usize * CHUNK;
                let is_last = current == tail.chunk;
                let used = if is_last { tail.used as usize } else { ROOM };
                chunk = None;
                if !is_last {
                    let link = pool.get(start + ROOM..start + CHUNK)?;
                    chunk = link.try_into().ok().map(u32::from_le_bytes);
                }
                pool.get(start..start + used)
            });
            packer.push_gaps(tail.count as usize, tail.last_post, &mut pieces);
        }
        (Postings::new(packer.finish()), counts)
    }
}
