//! A shard of an index as a file.
//!
//! ```text
//! 0      magic, format, length and hash of the header, header
//! 4096   number of each vector in the store (u32), little endian
//!        post of each vector (u32)
//!        what FAISS wrote
//! ```
//!
//! The header says which embeddings of which store the file is of, and the hash
//! (xxh3, 64 bits) of all that follows it. FAISS trusts what it reads, so it is
//! given nothing that was not hashed before. A file is written beside its place
//! and renamed, and never changed after that. It is a cache: whatever is wrong
//! with one, the store has it all.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use super::super::{SimilarityError, VectorIndex};
use super::IndexKind;
use crate::model::ModelId;

const MAGIC: [u8; 8] = *b"KOBKSIMI";

/// Grows with every change of what the file holds.
const FORMAT: u32 = 1;

/// Where the body begins.
const BODY: u64 = 4096;

/// Before the header: magic, format, its length and its hash.
const PREFIX_BYTES: usize = 24;

const BUFFER_BYTES: usize = 256 << 10;

/// What a file is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    /// The store's identity.
    pub store: [u8; 16],
    pub model_key: String,
    pub dimensions: u32,
    pub kind: IndexKind,
    /// Random; the same in all shards of one build.
    pub build: u64,
    pub shard: u32,
    pub num_shards: u32,
    pub num_vectors: u32,
    /// In all shards.
    pub num_all: u64,
    /// All embeddings up to this number are in one of the shards, but for those
    /// that were gone by then.
    pub last_number: u32,
    /// Of the ten nearest, measured with [`Self::depth`]; 0 to 1.
    pub recall: f32,
    /// How many are ranked again by what is stored.
    pub depth: u32,
    /// Why this kind.
    pub why: String,
    pub body_len: u64,
    pub body_hash: u64,
}

/// What is in a file.
pub(super) struct Shard {
    pub index: VectorIndex,
    /// By position in `index`.
    pub numbers: Vec<u32>,
    pub posts: Vec<u32>,
}

/// In the library's folder.
pub fn folder(library_dir: &Path) -> PathBuf {
    library_dir.join("similarity")
}

pub(super) fn path(folder: &Path, model: ModelId, shard: u32) -> PathBuf {
    folder.join(format!("{}.{shard}.index", model.0))
}

/// The shards of a model that are there, whatever is in them, with their sizes
/// in bytes; in no order. What is left of an interrupted build is among them
/// where `with_drafts`.
pub(super) fn all(folder: &Path, model: ModelId, with_drafts: bool) -> Vec<(PathBuf, u64)> {
    let prefix = format!("{}.", model.0);
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let rest = name.to_str().and_then(|it| it.strip_prefix(&prefix));
            let end = rest.map(|it| it.trim_start_matches(|it: char| it.is_ascii_digit()));
            end == Some(".index") || with_drafts && end == Some(".index.new")
        })
        .map(|it| (it.path(), it.metadata().map_or(0, |it| it.len())))
        .collect()
}

/// A file being written; removed again unless it is finished.
pub(super) struct Draft {
    path: PathBuf,
    file: File,
    header: Header,
    is_finished: bool,
}

impl Draft {
    /// Writes `shard` beside `path`. The header comes with [`Self::complete`].
    pub fn write(path: &Path, header: Header, shard: &Shard) -> Result<Self, SimilarityError> {
        let fail = |err| SimilarityError::io(path, "writing the similarity index", err);
        let mut draft = path.as_os_str().to_owned();
        draft.push(".new");
        let draft = PathBuf::from(draft);
        // Whatever has the name is not written to: it may be a pipe, which would wait
        // for its other end, or a link to a file of somebody's.
        match fs::remove_file(&draft) {
            Err(err) if err.kind() != io::ErrorKind::NotFound => return Err(fail(err)),
            _ => {}
        }
        let mut file = File::create_new(&draft).map_err(fail)?;
        let mut this = Self {
            path: path.to_owned(),
            file: file.try_clone().map_err(fail)?,
            header,
            is_finished: false,
        };
        file.seek(SeekFrom::Start(BODY)).map_err(fail)?;
        let body = Body::new(file);
        let mut target = body.clone();
        for ids in [&shard.numbers, &shard.posts] {
            for &id in ids {
                target.write_all(&id.to_le_bytes()).map_err(fail)?;
            }
        }
        shard.index.write(Box::new(target))?;
        let (len, hash) = body.finish().map_err(fail)?;
        this.header.num_vectors = u32::try_from(shard.numbers.len()).unwrap_or(u32::MAX);
        this.header.body_len = len;
        this.header.body_hash = hash;
        Ok(this)
    }

    /// Writes the header, with what `change` puts in it, and waits until all is
    /// on disk.
    pub fn complete(&mut self, change: impl FnOnce(&mut Header)) -> Result<(), SimilarityError> {
        change(&mut self.header);
        let header = postcard::to_allocvec(&self.header).map_err(io::Error::other);
        let written = header.and_then(|header| {
            if header.len() + PREFIX_BYTES > BODY as usize {
                return Err(io::Error::other("the key of the model is too long"));
            }
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(&MAGIC)?;
            self.file.write_all(&FORMAT.to_le_bytes())?;
            self.file.write_all(&(header.len() as u32).to_le_bytes())?;
            self.file.write_all(&xxh3_64(&header).to_le_bytes())?;
            self.file.write_all(&header)?;
            self.file.sync_all()
        });
        written.map_err(|err| SimilarityError::io(&self.path, "writing the similarity index", err))
    }

    /// Puts the file into its place.
    pub fn publish(mut self) -> Result<(), SimilarityError> {
        fs::rename(self.draft(), &self.path)
            .map_err(|err| SimilarityError::io(&self.path, "writing the similarity index", err))?;
        self.is_finished = true;
        Ok(())
    }

    fn draft(&self) -> PathBuf {
        let mut draft = self.path.as_os_str().to_owned();
        draft.push(".new");
        PathBuf::from(draft)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_finished {
            // What stays is removed with the next build.
            let _ = fs::remove_file(self.draft());
        }
    }
}

/// The body on its way to the disk, hashed. Shared, since FAISS's writer has to
/// own what it writes to.
#[derive(Clone)]
struct Body {
    shared: Arc<Mutex<BodyOut>>,
}

struct BodyOut {
    file: BufWriter<File>,
    hash: Xxh3Default,
    len: u64,
}

impl Body {
    fn new(file: File) -> Self {
        Self {
            shared: Arc::new(Mutex::new(BodyOut {
                file: BufWriter::with_capacity(BUFFER_BYTES, file),
                hash: Xxh3Default::new(),
                len: 0,
            })),
        }
    }

    fn finish(&self) -> io::Result<(u64, u64)> {
        let mut out = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        out.file.flush()?;
        Ok((out.len, out.hash.digest()))
    }
}

impl Write for Body {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut out = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        out.file.write_all(bytes)?;
        out.hash.update(bytes);
        out.len += bytes.len() as u64;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut out = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        out.file.flush()
    }
}

/// A file whose header was read. Kept open, it stays what it is when another
/// build takes its place.
#[derive(Debug)]
pub(super) struct ShardFile {
    path: PathBuf,
    file: File,
    pub header: Header,
}

impl ShardFile {
    /// Opens a file and reads its header; `None` where there is none.
    pub fn open(path: &Path) -> Result<Option<Self>, SimilarityError> {
        let fail = |err| SimilarityError::io(path, "reading the similarity index", err);
        // Before it is opened: opening a pipe waits for its other end.
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(err) => return Err(fail(err)),
        };
        if metadata.is_dir() {
            return Err(SimilarityError::Folder {
                path: path.to_owned(),
            });
        }
        if !metadata.is_file() {
            return Err(SimilarityError::unusable(path, "it is not a file"));
        }
        let mut file = File::open(path).map_err(fail)?;
        let header = read_header(&mut file)
            .map_err(|err| SimilarityError::unusable(path, err.to_string()))?;
        Ok(Some(Self {
            path: path.to_owned(),
            file,
            header,
        }))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes on disk.
    pub fn len(&self) -> u64 {
        BODY + self.header.body_len
    }

    /// Checks that all is as it was written, then reads it.
    pub fn load(&mut self) -> Result<Shard, SimilarityError> {
        let path = self.path.clone();
        let unusable = |reason: String| SimilarityError::unusable(&path, reason);
        self.check().map_err(|err| unusable(err.to_string()))?;
        let shard = self.read();
        shard.map_err(|err| match err {
            SimilarityError::Stream { source, .. } => unusable(source.to_string()),
            SimilarityError::Faiss(err) => unusable(err.to_string()),
            other => other,
        })
    }

    fn check(&mut self) -> io::Result<()> {
        let len = self.file.metadata()?.len();
        if len != self.len() {
            return Err(io::Error::other(format!(
                "it has {len} bytes, not {}",
                self.len()
            )));
        }
        self.file.seek(SeekFrom::Start(BODY))?;
        let mut hash = Xxh3Default::new();
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let num = self.file.read(&mut buffer)?;
            if num == 0 {
                break;
            }
            hash.update(buffer.get(..num).unwrap_or_default());
        }
        if hash.digest() == self.header.body_hash {
            Ok(())
        } else {
            Err(io::Error::other("it is damaged"))
        }
    }

    fn read(&mut self) -> Result<Shard, SimilarityError> {
        let path = self.path.clone();
        let fail = |err: io::Error| SimilarityError::unusable(&path, err.to_string());
        self.file.seek(SeekFrom::Start(BODY)).map_err(fail)?;
        // Nothing is made larger than the file is.
        let num = self.header.num_vectors as usize;
        if num as u64 * 8 > self.header.body_len {
            return Err(SimilarityError::unusable(&path, "it has too few bytes"));
        }
        let file = self.file.try_clone().map_err(fail)?;
        let mut source = BufReader::with_capacity(BUFFER_BYTES, file).take(self.header.body_len);
        let numbers = read_ids(&mut source, num).map_err(fail)?;
        let posts = read_ids(&mut source, num).map_err(fail)?;
        let index = VectorIndex::read(Box::new(source))?;
        if index.num_dimensions() != self.header.dimensions || index.num_vectors() != num as u64 {
            return Err(SimilarityError::unusable(
                &path,
                "it does not hold what its header says",
            ));
        }
        Ok(Shard {
            index,
            numbers,
            posts,
        })
    }
}

fn read_ids(source: &mut impl Read, num: usize) -> io::Result<Vec<u32>> {
    let mut ids = vec![0_u32; num];
    source.read_exact(bytemuck::cast_slice_mut(&mut ids))?;
    for id in &mut ids {
        *id = u32::from_le(*id);
    }
    Ok(ids)
}

fn read_header(file: &mut File) -> io::Result<Header> {
    let cut_off = |err: io::Error| match err.kind() {
        io::ErrorKind::UnexpectedEof => io::Error::other("it was cut off"),
        _ => err,
    };
    let mut prefix = [0; PREFIX_BYTES];
    file.read_exact(&mut prefix).map_err(cut_off)?;
    let (magic, rest) = prefix.split_at(8);
    let (format, rest) = rest.split_at(4);
    let (len, hash) = rest.split_at(4);
    if magic != MAGIC {
        return Err(io::Error::other("it is no similarity index"));
    }
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0, |it, &byte| it << 8 | u64::from(byte))
    };
    if number(format) != u64::from(FORMAT) {
        return Err(io::Error::other("it was written by another version"));
    }
    let len = usize::try_from(number(len)).unwrap_or(usize::MAX);
    if len > BODY as usize - PREFIX_BYTES {
        return Err(io::Error::other("its header is damaged"));
    }
    let mut header = vec![0; len];
    file.read_exact(&mut header).map_err(cut_off)?;
    if xxh3_64(&header) != number(hash) {
        return Err(io::Error::other("its header is damaged"));
    }
    postcard::from_bytes(&header).map_err(|_| io::Error::other("its header can't be understood"))
}
