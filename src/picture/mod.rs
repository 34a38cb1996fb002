//! Reads pictures: format by content, md5, decoding within a byte permit,
//! thumbnail and hashes. Knows files and pixels, no database and no window.
//!
//! ```text
//! file ─ sniff ─ md5 (in pieces) ─ header ─ permit ─ decode ─┬─ scale ─ turn ─ thumbnail, hashes
//!                                                            └─ scale ─ turn ─ RGBA for the screen
//! ```

mod animation;
mod color;
mod decode;
mod error;
mod exact;
mod guard;
mod hash;
mod header;
mod parts;
mod pixels;
mod raster;
mod thumbnail;

use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::UNIX_EPOCH;

use md5::Digest;

pub use animation::{Audience, Wish, play};
pub use error::PictureError;
pub use exact::{Framing, premultiplied, read_exactly, scale_exactly};
pub use header::sniff;
pub use parts::{PartIndex, read_tiles};
pub use pixels::hash_pixels;

use crate::memory::{self, Component, Permits};
use crate::message::Pixels;
use crate::model::{FileFormat, FileStamp, Md5, PictureFacts};
use decode::{Decoded, Source, Want};
use guard::Guard;
pub use raster::unpremultiply;
use raster::{Raster, swaps_sides};

/// Longest edge of a stored thumbnail, pixels.
pub const THUMBNAIL_EDGE: u32 = 256;

/// Larger files are refused: reading one takes minutes, and no picture that can
/// be shown is as large.
const MAX_FILE_BYTES: u64 = 2 << 30;

/// Bytes at the start of a file that [`sniff`] needs to tell all formats apart.
pub const SNIFF_BYTES: usize = 32;

/// A picture read once.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadPicture {
    pub stamp: FileStamp,
    pub md5: Md5,
    pub facts: PictureFacts,
}

/// Reads the file once: md5 over all bytes, then one decode for thumbnail and hashes.
///
/// Takes permits for the file's bytes and for what decoding needs before it
/// allocates either. Never panics, whatever the file holds.
pub fn read(
    path: &Path,
    permits: &Permits,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<ReadPicture, PictureError> {
    let _scope = memory::scope(Component::Import);
    let opened = open(path)?;
    let md5 = md5_of(&opened.file, is_cancelled)?;
    let guard = Guard::new(is_cancelled, opened.stored_bytes);
    let source = opened.source(permits, &guard);
    let want = Want {
        max_width: THUMBNAIL_EDGE,
        max_height: THUMBNAIL_EDGE,
        oversampling: 2,
        fills_box: false,
    };
    let facts = facts(decode::decode(&source, want)?, opened.format)?;
    if file_stamp(&opened.file.metadata().map_err(PictureError::Io)?) != opened.stamp {
        return Err(PictureError::Changed);
    }
    let stamp = opened.stamp;
    Ok(ReadPicture { stamp, md5, facts })
}

/// Decodes a picture to fit `max_width` × `max_height`, never enlarged.
///
/// Where all of it does not fit into the permit, a smaller one is returned and
/// [`Pixels::degraded`] says so; where that is not possible either, the error
/// says what it would need.
pub fn read_scaled(
    path: &Path,
    max_width: u32,
    max_height: u32,
    permits: &Permits,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Pixels, PictureError> {
    let _scope = memory::scope(Component::Pictures);
    let opened = open(path)?;
    let guard = Guard::new(is_cancelled, opened.stored_bytes);
    let source = opened.source(permits, &guard);
    let want = Want {
        max_width,
        max_height,
        oversampling: 1,
        fills_box: false,
    };
    let Decoded {
        raster,
        full_width,
        full_height,
        orientation,
        is_animated: _,
        shortage,
        profile,
        mut permit,
    } = decode::decode(&source, want)?;
    let (max_width, max_height, full_width, full_height) = if swaps_sides(orientation) {
        (max_height, max_width, full_height, full_width)
    } else {
        (max_width, max_height, full_width, full_height)
    };
    let (width, height) = Raster::fitted(raster.width, raster.height, max_width, max_height);
    let raster = in_srgb(raster.resized(width, height)?, profile.as_ref()).oriented(orientation);
    let (width, height) = (raster.width, raster.height);
    let rgba = raster.into_rgba();
    permit.shrink_to(rgba.capacity() as u64);
    Ok(Pixels {
        width,
        height,
        rgba,
        full_width,
        full_height,
        degraded: shortage.map(|it| {
            format!(
                "shown at 1/{}: more needs {} MB of memory",
                it.divisor,
                it.needed_bytes.div_ceil(1 << 20)
            )
        }),
        permit: Some(permit),
    })
}

/// Decodes a stored thumbnail; `is_cancelled` is asked while it waits for permits.
pub fn decode_thumbnail(
    encoded: &[u8],
    permits: &Permits,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Pixels, PictureError> {
    let _scope = memory::scope(Component::Pictures);
    thumbnail::decode(encoded, permits, is_cancelled)
}

/// What tells one version of a file from another.
pub fn file_stamp(metadata: &Metadata) -> FileStamp {
    let modified_ns = match metadata.modified().map(|it| it.duration_since(UNIX_EPOCH)) {
        Ok(Ok(after)) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Ok(Err(before)) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |it| -it),
        // No such time on this system: the size alone has to tell.
        Err(_) => 0,
    };
    FileStamp {
        size: metadata.len(),
        modified_ns,
    }
}

/// A file that is a picture by its first bytes.
struct PictureFile {
    file: File,
    /// As it was opened.
    stamp: FileStamp,
    /// What the disk holds of it: less than its size where there are holes.
    stored_bytes: u64,
    format: FileFormat,
}

impl PictureFile {
    /// For decoders, which take permits and stop as `guard` says.
    fn source<'a>(&'a self, permits: &'a Permits, guard: &'a Guard<'a>) -> Source<'a> {
        Source {
            file: &self.file,
            file_size: self.stamp.size,
            format: self.format,
            permits,
            guard,
        }
    }
}

fn open(path: &Path) -> Result<PictureFile, PictureError> {
    // Before it is opened: opening a pipe waits for its other end.
    if !std::fs::metadata(path)
        .map_err(PictureError::Open)?
        .is_file()
    {
        return Err(PictureError::NotAFile);
    }
    let mut file = File::open(path).map_err(PictureError::Open)?;
    let metadata = file.metadata().map_err(PictureError::Io)?;
    let stamp = file_stamp(&metadata);
    let format = match sniff_file(&mut file).map_err(PictureError::Io)? {
        Some(format) => format,
        None if stamp.size == 0 => return Err(PictureError::Empty),
        None => return Err(PictureError::UnknownFormat),
    };
    if stamp.size > MAX_FILE_BYTES {
        return Err(PictureError::TooLarge {
            bytes: stamp.size,
            limit: MAX_FILE_BYTES,
        });
    }
    Ok(PictureFile {
        file,
        stamp,
        stored_bytes: stored_bytes(&metadata),
        format,
    })
}

/// What the disk holds of a file, bytes: holes are not counted.
fn stored_bytes(metadata: &Metadata) -> u64 {
    #[cfg(unix)]
    let on_disk = std::os::unix::fs::MetadataExt::blocks(metadata).saturating_mul(512);
    #[cfg(not(unix))]
    let on_disk = u64::MAX;
    metadata.len().min(on_disk)
}

/// Finds the format of a file that was just opened.
pub(crate) fn sniff_file(file: &mut File) -> std::io::Result<Option<FileFormat>> {
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    file.take(SNIFF_BYTES as u64).read_to_end(&mut head)?;
    Ok(sniff(&head))
}

/// Over all bytes, in pieces that need no permit.
fn md5_of(mut file: &File, is_cancelled: &dyn Fn() -> bool) -> Result<Md5, PictureError> {
    file.seek(SeekFrom::Start(0)).map_err(PictureError::Io)?;
    let mut hasher = md5::Md5::new();
    let mut piece = vec![0; 128 << 10];
    loop {
        if is_cancelled() {
            return Err(PictureError::Cancelled);
        }
        match file.read(&mut piece) {
            Ok(0) => return Ok(Md5(hasher.finalize().into())),
            Ok(length) => hasher.update(&piece[..length]),
            Err(err) if err.kind() == std::io::ErrorKind::Interrupted => {}
            Err(err) => return Err(PictureError::Io(err)),
        }
    }
}

fn in_srgb(raster: Raster, profile: Option<&color::Profile>) -> Raster {
    match profile {
        Some(profile) => profile.to_srgb(raster),
        None => raster,
    }
}

fn facts(decoded: Decoded, format: FileFormat) -> Result<PictureFacts, PictureError> {
    let Decoded {
        raster,
        full_width,
        full_height,
        orientation,
        is_animated,
        shortage: _,
        profile,
        permit: _permit,
    } = decoded;
    let (width, height) = if swaps_sides(orientation) {
        (full_height, full_width)
    } else {
        (full_width, full_height)
    };
    let (small_width, small_height) =
        Raster::fitted(raster.width, raster.height, THUMBNAIL_EDGE, THUMBNAIL_EDGE);
    let small = raster.resized(small_width, small_height)?;
    let small = in_srgb(small, profile.as_ref()).oriented(orientation);
    Ok(PictureFacts {
        format,
        width,
        height,
        is_animated,
        has_alpha: small.is_translucent(),
        phash: hash::phash(&small)?,
        color_hash: hash::color_hash(&small),
        thumbnail: thumbnail::encode(small)?,
    })
}
