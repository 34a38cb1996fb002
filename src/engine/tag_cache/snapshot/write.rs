use std::fs::File;
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write};

use xxhash_rust::xxh3::Xxh3Default;

use super::super::TagCache;
use super::super::texts::BlockWriter;
use super::{ALIGNMENT, Contents, FORMAT, HEADER_BYTES, MAGIC, Section, SnapshotId};

const BUFFER_BYTES: usize = 256 << 10;

/// Writes a compact cache, and the texts that `each_text` gives, to an empty
/// file, and waits until it is on disk.
pub fn write(
    cache: &TagCache,
    each_text: &mut dyn FnMut(&mut BlockWriter<'_>) -> io::Result<()>,
    id: SnapshotId,
    file: &File,
) -> io::Result<()> {
    let mut out = Out {
        file: BufWriter::with_capacity(BUFFER_BYTES, file),
        offset: HEADER_BYTES,
    };
    out.file.seek(SeekFrom::Start(HEADER_BYTES))?;
    let (texts, blocks) = {
        let mut len = 0;
        let mut write_block = |block: &[u8]| {
            len += block.len() as u64;
            out.file.write_all(block)
        };
        let mut blocks = BlockWriter::new(&mut write_block);
        each_text(&mut blocks)?;
        let blocks = blocks.finish()?;
        // Each block has a hash of its own.
        let texts = Section {
            offset: HEADER_BYTES,
            len,
            hash: 0,
        };
        (texts, blocks)
    };
    out.offset += texts.len;
    let mut sections = Vec::new();
    for part in cache.array_parts() {
        sections.push(out.section(part.bytes())?);
    }
    sections.push(out.section([bytemuck::cast_slice(&blocks), &[]])?);
    let contents = Contents {
        id,
        sections,
        texts,
        num_references: cache.num_references(),
        extended_names: cache.extended_names.clone(),
    };
    let contents = postcard::to_allocvec(&contents).map_err(io::Error::other)?;
    out.file.seek(SeekFrom::Start(0))?;
    out.file.write_all(&MAGIC)?;
    out.file.write_all(&FORMAT.to_le_bytes())?;
    out.file.write_all(&(contents.len() as u32).to_le_bytes())?;
    out.file
        .write_all(&xxhash_rust::xxh3::xxh3_64(&contents).to_le_bytes())?;
    if contents.len() as u64 + 64 > HEADER_BYTES {
        return Err(io::Error::other("too many finer categories for a snapshot"));
    }
    out.file.write_all(&contents)?;
    out.file.flush()?;
    // Empty sections at the end are in the file, too.
    file.set_len(out.offset.max(HEADER_BYTES))?;
    file.sync_all()
}

struct Out<'a> {
    file: BufWriter<&'a File>,
    offset: u64,
}

impl Out<'_> {
    fn section(&mut self, bytes: [&[u8]; 2]) -> io::Result<Section> {
        let offset = self.offset.next_multiple_of(ALIGNMENT);
        self.file.seek(SeekFrom::Start(offset))?;
        let mut hash = Xxh3Default::new();
        let mut len = 0;
        for bytes in bytes {
            hash.update(bytes);
            self.file.write_all(bytes)?;
            len += bytes.len() as u64;
        }
        self.offset = offset + len;
        Ok(Section {
            offset,
            len,
            hash: hash.digest(),
        })
    }
}
