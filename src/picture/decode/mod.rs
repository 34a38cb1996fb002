//! One door for all formats: a file in, a premultiplied raster out, inside a
//! byte permit that was taken before the decoder was made.
//!
//! How much a decoder needs is known from the header and from reading how each
//! one works; the figures are beside each format's code. Where the whole
//! picture does not fit, JPEG is decoded at 1/2, 1/4 or 1/8 and PNG is averaged
//! row by row; the other formats can't be decoded in parts and are refused.
//!
//! A file counts as a picture if its decoder reads it to the end without an
//! error. JPEG is the one format whose decoder fills in what a cut-off file
//! lacks, as browsers do; a cut-off PNG, GIF or WebP is damaged.

mod jpeg;
mod png;
mod whole;

pub(super) use png::rows as png_rows;
pub(super) use whole::from_image;

use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;

use super::PictureError;
use super::color::Profile;
use super::guard::{Guard, GuardedReader};
use super::raster::{Raster, fit_scale};
use crate::memory::{Permit, Permits};
use crate::model::FileFormat;

/// More pixels than this take longer than a picture may, in any format.
pub(super) const MAX_PIXELS: u64 = 1 << 30;

/// How often a size is chosen again where the limit of the permits changed meanwhile.
const MAX_CHOICES: usize = 4;

/// What a raster is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Want {
    /// The box that the raster will be fitted into, after orientation.
    pub max_width: u32,
    pub max_height: u32,
    /// How many pixels of the raster there should be for one of the result, a
    /// side. More of them make better small pictures.
    pub oversampling: u32,
    /// The result fills the box whatever the picture's shape, so both sides of
    /// the raster should be as long as the box's.
    pub fills_box: bool,
}

impl Want {
    /// The largest whole number by which the picture may be made smaller while
    /// it is decoded; at least 1.
    fn reduction(&self, width: u32, height: u32) -> u32 {
        // The orientation is not known yet: be right for both.
        let scale = if self.fills_box {
            let longest = f64::from(self.max_width.max(self.max_height).max(1));
            (longest / f64::from(width.min(height).max(1))).min(1.0)
        } else {
            fit_scale(width, height, self.max_width, self.max_height).max(fit_scale(
                height,
                width,
                self.max_width,
                self.max_height,
            ))
        };
        (1.0 / (scale * f64::from(self.oversampling))).max(1.0) as u32
    }
}

pub(super) struct Decoded {
    /// As the file has it: not turned yet.
    pub raster: Raster,
    pub full_width: u32,
    pub full_height: u32,
    pub orientation: Orientation,
    pub is_animated: bool,
    /// Set where less was decoded than [`Want`] asked for: by how much it was
    /// made smaller, and what all of it would have needed.
    pub shortage: Option<Shortage>,
    /// Of its colours, where they are not sRGB.
    pub profile: Option<Profile>,
    /// For the raster; dropped with it.
    pub permit: Permit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shortage {
    /// It was decoded at `1/divisor` of its size.
    pub divisor: u32,
    pub needed_bytes: u64,
}

/// What every format's decoder is given.
pub(super) struct Source<'a> {
    pub file: &'a File,
    pub file_size: u64,
    pub format: FileFormat,
    pub permits: &'a Permits,
    pub guard: &'a Guard<'a>,
}

pub(super) type Input<'a> = BufReader<GuardedReader<'a, &'a File>>;

impl<'a> Source<'a> {
    /// A reader from the start of the file that stops when the guard says so.
    pub(super) fn reader(&self) -> Result<Input<'a>, PictureError> {
        self.reader_of(64 << 10)
    }

    /// With a buffer of so many bytes: the clock is asked once a buffer.
    fn reader_of(&self, buffer_bytes: usize) -> Result<Input<'a>, PictureError> {
        let mut file = self.file;
        file.seek(SeekFrom::Start(0)).map_err(PictureError::Io)?;
        Ok(BufReader::with_capacity(
            buffer_bytes,
            GuardedReader::new(file, self.guard),
        ))
    }

    pub(super) fn acquire(&self, bytes: u64, size: (u32, u32)) -> Result<Permit, PictureError> {
        self.permits
            .acquire(bytes, self.guard.is_cancelled())
            .map_err(|err| PictureError::permit(err, self.format, size))
    }

    pub(super) fn check_size(&self, width: u32, height: u32) -> Result<(), PictureError> {
        if width == 0 || height == 0 {
            return Err(PictureError::NoPixels { width, height });
        }
        if u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(PictureError::TooManyPixels {
                width,
                height,
                limit: MAX_PIXELS,
            });
        }
        Ok(())
    }
}

/// Decodes for `want`. A decoder's panic is that file's error.
///
/// A budget may lower the permits' limit between the choice of a size and the
/// permit for it: then the choice is made again.
pub(super) fn decode(source: &Source<'_>, want: Want) -> Result<Decoded, PictureError> {
    let mut decoded = decode_once(source, want, source.permits.limit());
    for _ in 0..MAX_CHOICES {
        match decoded {
            Err((PictureError::Memory { .. }, limit)) if limit != source.permits.limit() => {
                decoded = decode_once(source, want, source.permits.limit());
            }
            _ => break,
        }
    }
    decoded.map_err(|(err, _)| err)
}

/// An error comes with `limit`, the permits' limit before it.
fn decode_once(
    source: &Source<'_>,
    want: Want,
    limit: u64,
) -> Result<Decoded, (PictureError, u64)> {
    let decoded = catch_unwind(AssertUnwindSafe(|| match source.format {
        FileFormat::Jpeg => jpeg::decode(source, want),
        FileFormat::Png => png::decode(source, want),
        FileFormat::WebP | FileFormat::Gif | FileFormat::Bmp | FileFormat::Tiff => {
            whole::decode(source, want)
        }
    }))
    .unwrap_or(Err(PictureError::Decoder {
        format: source.format,
    }));
    let decoded = match (decoded, source.guard.stopped()) {
        // Whatever the decoder made of a reader that failed: this is why.
        (Err(_), Some(stop)) => Err(stop.into()),
        (decoded, _) => decoded,
    };
    decoded.map_err(|err| (err, limit))
}

/// Bytes that are needed beside a raster to scale and turn it: a pass that has
/// the raster's height still, the scaled one, and RGBA of it.
fn scaling_bytes(width: u32, height: u32, channels: u64, want: Want) -> u64 {
    let (to_width, to_height) = if want.fills_box {
        let edge = want.max_width.max(want.max_height);
        (edge, edge)
    } else {
        Raster::fitted(width, height, want.max_width, want.max_height)
    };
    let pass = if (to_width, to_height) == (width, height) {
        0
    } else {
        u64::from(to_width) * u64::from(height) * channels
    };
    pass + u64::from(to_width) * u64::from(to_height) * (channels + 4)
}

/// The orientation of a picture by its EXIF block, with or without the prefix
/// that some programs write before it; none where it is broken.
pub(super) fn orientation(exif: Option<&[u8]>) -> Orientation {
    exif.map(|it| it.strip_prefix(b"Exif\0\0").unwrap_or(it))
        .and_then(Orientation::from_exif_chunk)
        .unwrap_or(Orientation::NoTransforms)
}

/// Allocates zeroed bytes, or says that they can't be had.
fn buffer(bytes: u64) -> Result<Vec<u8>, PictureError> {
    usize::try_from(bytes)
        .map(|it| vec![0; it])
        .map_err(|_| PictureError::unsupported("more bytes than this machine can address"))
}
