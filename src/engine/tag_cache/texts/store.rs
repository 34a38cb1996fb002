use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::super::snapshot::read_at;
use super::block::{BlockWriter, Entry, Records};
use super::record::pack;
use crate::library::PostTexts;
use crate::memory::figures::count;

/// The texts of all posts: blocks of a file, under what changed since.
#[derive(Debug, Default)]
pub(in super::super) struct TextStore {
    base: Base,
    blocks: Vec<Entry>,
    /// Packed, by post; empty where a post has no text any more, or is gone.
    changed: BTreeMap<u32, Box<[u8]>>,
    /// Of all of `changed`, with what the map takes for them.
    change_bytes: usize,
}

/// What a node of a map takes for an entry, about.
const ENTRY_BYTES: usize = 40;

#[derive(Debug, Default)]
enum Base {
    #[default]
    Nothing,
    /// Where there is no file: in tests and benches.
    Held(Vec<u8>),
    File {
        file: Arc<File>,
        offset: u64,
    },
}

impl TextStore {
    pub fn of_file(file: Arc<File>, offset: u64, blocks: Vec<Entry>) -> Self {
        Self {
            base: Base::File { file, offset },
            blocks,
            changed: BTreeMap::new(),
            change_bytes: 0,
        }
    }

    /// Holds what `each_text` gives.
    pub fn held(
        each_text: &mut dyn FnMut(&mut BlockWriter<'_>) -> io::Result<()>,
    ) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let mut write = |block: &[u8]| {
            bytes.extend_from_slice(block);
            Ok(())
        };
        let mut writer = BlockWriter::new(&mut write);
        each_text(&mut writer)?;
        let blocks = writer.finish()?;
        Ok(Self {
            base: Base::Held(bytes),
            blocks,
            changed: BTreeMap::new(),
            change_bytes: 0,
        })
    }

    pub fn put(&mut self, post: u32, texts: &PostTexts) {
        self.set(post, pack(texts).into_boxed_slice());
    }

    pub fn remove(&mut self, post: u32) {
        self.set(post, Box::default());
    }

    fn set(&mut self, post: u32, fields: Box<[u8]>) {
        self.change_bytes += ENTRY_BYTES + fields.len();
        if let Some(before) = self.changed.insert(post, fields) {
            self.change_bytes -= ENTRY_BYTES + before.len();
        }
    }

    pub(super) fn changed(&self) -> impl Iterator<Item = (u32, &[u8])> {
        self.changed.iter().map(|it| (*it.0, &**it.1))
    }

    pub(super) fn is_changed(&self, post: u32) -> bool {
        !self.changed.is_empty() && self.changed.contains_key(&post)
    }

    pub(super) fn blocks(&self) -> &[Entry] {
        &self.blocks
    }

    /// The bytes of a block and its first post; they may be in `buffer`.
    pub(super) fn block<'a>(
        &'a self,
        entry: &Entry,
        buffer: &'a mut Vec<u8>,
    ) -> io::Result<(&'a [u8], u32)> {
        let [first_and_len, place, hash] = *entry;
        let len = (first_and_len as u32) as usize;
        let first = (first_and_len >> 32) as u32;
        let block = match &self.base {
            Base::Nothing => &[],
            Base::Held(bytes) => {
                let start = place as usize;
                bytes.get(start..start + len).unwrap_or_default()
            }
            Base::File { file, offset } => {
                buffer.resize(len, 0);
                read_at(file, buffer, offset + place)?;
                if xxh3_64(buffer) != hash {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "a block of texts is damaged",
                    ));
                }
                buffer.as_slice()
            }
        };
        Ok((block, first))
    }

    /// Writes all of it as it is now.
    pub fn copy_to(&self, out: &mut BlockWriter<'_>) -> io::Result<()> {
        let mut buffer = Vec::new();
        let mut changed = self.changed().peekable();
        for entry in &self.blocks {
            let (block, first) = self.block(entry, &mut buffer)?;
            for record in Records::new(block, first) {
                while let Some((post, fields)) = changed.next_if(|it| it.0 <= record.post) {
                    out.push(post, fields)?;
                }
                if !self.is_changed(record.post) {
                    out.push(record.post, record.fields)?;
                }
            }
        }
        for (post, fields) in changed {
            out.push(post, fields)?;
        }
        Ok(())
    }

    /// Bytes of heap.
    pub fn held_bytes(&self) -> usize {
        let base = match &self.base {
            Base::Nothing | Base::File { .. } => 0,
            Base::Held(bytes) => bytes.capacity(),
        };
        base + size_of::<Entry>() * self.blocks.capacity() + self.change_bytes
    }

    /// How [`Self::held_bytes`] comes about.
    pub fn formula(&self) -> String {
        let entries = size_of::<Entry>() * self.blocks.capacity();
        format!(
            "{} B of places of {} blocks in the file, {} B each + {} B of {} texts that changed, \
             {} B of a map for each included + {} B of texts",
            count(entries),
            count(self.blocks.len()),
            size_of::<Entry>(),
            count(self.change_bytes),
            count(self.changed.len()),
            ENTRY_BYTES,
            count(self.held_bytes() - entries - self.change_bytes),
        )
    }

    /// Posts whose texts changed since the snapshot.
    pub fn num_changed(&self) -> usize {
        self.changed.len()
    }
}
