use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use bytemuck::Pod;
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use super::super::TagCache;
use super::super::mapped::Mapped;
use super::super::storage::{Part as _, Residence};
use super::super::texts::TextStore;
use super::{Contents, FORMAT, HEADER_BYTES, MAGIC, Section, SnapshotError, SnapshotId};
use crate::memory::{self, Component};

const BUFFER_BYTES: usize = 256 << 10;

/// A snapshot whose contents were read; its sections are checked when loaded.
#[derive(Debug)]
pub struct Snapshot {
    file: Arc<File>,
    contents: Contents,
    /// Of the whole file.
    len: u64,
}

impl Snapshot {
    pub fn open(path: &Path) -> Result<Self, SnapshotError> {
        // Opening a pipe would wait for somebody to write to it.
        if !std::fs::metadata(path)?.is_file() {
            return Err(SnapshotError::Format);
        }
        Self::new(File::open(path)?)
    }

    pub fn new(file: File) -> Result<Self, SnapshotError> {
        if cfg!(target_endian = "big") {
            return Err(SnapshotError::Format);
        }
        let len = file.metadata()?.len();
        let mut head = [0; 24];
        read_at(&file, &mut head, 0)?;
        let (magic, rest) = head.split_at(8);
        let (format, rest) = rest.split_at(4);
        let (contents_len, hash) = rest.split_at(4);
        if magic != MAGIC || format != FORMAT.to_le_bytes() {
            return Err(SnapshotError::Format);
        }
        let contents_len = contents_len.try_into().map_or(0, u32::from_le_bytes);
        if u64::from(contents_len) > HEADER_BYTES.min(len) {
            return Err(SnapshotError::Damaged("contents"));
        }
        let mut contents = vec![0; contents_len as usize];
        read_at(&file, &mut contents, 24)?;
        if xxh3_64(&contents).to_le_bytes() != hash {
            return Err(SnapshotError::Damaged("contents"));
        }
        let contents: Contents =
            postcard::from_bytes(&contents).map_err(|_| SnapshotError::Damaged("contents"))?;
        Ok(Self {
            file: Arc::new(file),
            contents,
            len,
        })
    }

    pub fn id(&self) -> SnapshotId {
        self.contents.id
    }

    /// Bytes that the arrays would take in memory.
    pub fn array_bytes(&self) -> u64 {
        self.contents.sections.iter().map(|it| it.len).sum()
    }

    /// The cache as it was written, in [`Component::TagCache`].
    pub fn load(&self, residence: Residence) -> Result<TagCache, SnapshotError> {
        let _scope = memory::scope(Component::TagCache);
        let mut cache = TagCache {
            extended_names: self.contents.extended_names.clone(),
            commit: self.contents.id.commit,
            ..TagCache::default()
        };
        let mut sections = SectionReader {
            snapshot: self,
            next: 0,
            residence,
        };
        for part in cache.array_parts_mut() {
            part.load(&mut sections)?;
        }
        let mut blocks: Vec<[u64; 3]> = Vec::new();
        blocks.load(&mut sections)?;
        if sections.next != self.contents.sections.len()
            || !cache.is_sound(self.contents.num_references)
        {
            return Err(SnapshotError::Damaged("parts"));
        }
        let offset = self.contents.texts.offset;
        cache.texts = TextStore::of_file(self.file.clone(), offset, blocks);
        Ok(cache)
    }
}

/// Gives the sections in their order.
#[derive(Debug)]
pub(in super::super) struct SectionReader<'a> {
    snapshot: &'a Snapshot,
    next: usize,
    residence: Residence,
}

impl SectionReader<'_> {
    pub fn residence(&self) -> Residence {
        self.residence
    }

    fn section(&mut self) -> Result<Section, SnapshotError> {
        let section = self.snapshot.contents.sections.get(self.next);
        self.next += 1;
        section
            .copied()
            .filter(|it| it.offset.saturating_add(it.len) <= self.snapshot.len)
            .ok_or(SnapshotError::Damaged("contents"))
    }

    /// The next section, read whole and checked.
    pub fn read<T: Pod>(&mut self) -> Result<Vec<T>, SnapshotError> {
        let section = self.section()?;
        let len = section.len as usize;
        if !len.is_multiple_of(size_of::<T>()) {
            return Err(SnapshotError::Damaged("parts"));
        }
        let mut elements = vec![T::zeroed(); len / size_of::<T>()];
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut elements);
        read_at(&self.snapshot.file, bytes, section.offset)?;
        if xxh3_64(bytes) != section.hash {
            return Err(SnapshotError::Damaged("parts"));
        }
        Ok(elements)
    }

    /// The next section, mapped. It is checked without mapping it, so that what
    /// is not used stays out of memory.
    pub fn map<T: Pod>(&mut self) -> Result<Mapped<T>, SnapshotError> {
        let section = self.section()?;
        let mut hash = Xxh3Default::new();
        let mut buffer = vec![0; BUFFER_BYTES.min(section.len as usize)];
        let mut done = 0;
        while done < section.len {
            let num = buffer.len().min((section.len - done) as usize);
            let buffer = buffer.get_mut(..num).unwrap_or_default();
            read_at(&self.snapshot.file, buffer, section.offset + done)?;
            hash.update(buffer);
            done += num as u64;
        }
        if hash.digest() != section.hash {
            return Err(SnapshotError::Damaged("parts"));
        }
        let mapped = Mapped::new(&self.snapshot.file, section.offset, section.len as usize)?;
        Ok(mapped)
    }
}

/// Reads all of `bytes` from `offset`, wherever others read in the same file.
#[cfg(unix)]
pub(in super::super) fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
pub(in super::super) fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while let Some(rest) = bytes.get_mut(done..).filter(|it| !it.is_empty()) {
        match std::os::windows::fs::FileExt::seek_read(file, rest, offset + done as u64)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            num => done += num,
        }
    }
    Ok(())
}
