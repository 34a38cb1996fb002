//! Records of posts in blocks that are read, checked and searched one by one.

use std::io;

use xxhash_rust::xxh3::xxh3_64;

use super::record::{number, push_number};

/// A block is ended when it has this many bytes.
const BLOCK_BYTES: usize = 64 << 10;

/// A block in the list of blocks: first post and length, place, hash.
pub(super) type Entry = [u64; 3];

/// Cuts records, in order of post, into blocks.
pub struct BlockWriter<'a> {
    write: &'a mut dyn FnMut(&[u8]) -> io::Result<()>,
    block: Vec<u8>,
    first: u32,
    last: u32,
    offset: u64,
    entries: Vec<Entry>,
}

impl<'a> BlockWriter<'a> {
    pub fn new(write: &'a mut dyn FnMut(&[u8]) -> io::Result<()>) -> Self {
        Self {
            write,
            block: Vec::new(),
            first: 0,
            last: 0,
            offset: 0,
            entries: Vec::new(),
        }
    }

    /// Posts must come in ascending order; one without texts is left out.
    pub fn push(&mut self, post: u32, record: &[u8]) -> io::Result<()> {
        if record.is_empty() {
            return Ok(());
        }
        if self.block.is_empty() {
            self.first = post;
            self.last = post;
        }
        push_number(&mut self.block, post - self.last);
        push_number(&mut self.block, record.len() as u32);
        self.block.extend_from_slice(record);
        self.last = post;
        if self.block.len() >= BLOCK_BYTES {
            self.end_block()?;
        }
        Ok(())
    }

    fn end_block(&mut self) -> io::Result<()> {
        (self.write)(&self.block)?;
        let len = self.block.len() as u64;
        let first = u64::from(self.first) << 32;
        self.entries
            .push([first | len, self.offset, xxh3_64(&self.block)]);
        self.offset += len;
        self.block.clear();
        Ok(())
    }

    /// The list of blocks.
    pub fn finish(mut self) -> io::Result<Vec<Entry>> {
        if !self.block.is_empty() {
            self.end_block()?;
        }
        Ok(self.entries)
    }
}

/// Walks along the records of a block.
pub(super) struct Records<'a> {
    block: &'a [u8],
    at: usize,
    post: u32,
}

pub(super) struct Record<'a> {
    pub post: u32,
    /// Where its fields begin in the block.
    pub start: usize,
    pub fields: &'a [u8],
}

impl Record<'_> {
    pub fn end(&self) -> usize {
        self.start + self.fields.len()
    }
}

impl<'a> Records<'a> {
    pub fn new(block: &'a [u8], first: u32) -> Self {
        Self {
            block,
            at: 0,
            post: first,
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (gap, at) = number(self.block, self.at)?;
        let (len, start) = number(self.block, at)?;
        let end = start + len as usize;
        let fields = self.block.get(start..end)?;
        self.at = end;
        self.post = self.post.wrapping_add(gap);
        Some(Record {
            post: self.post,
            start,
            fields,
        })
    }
}
