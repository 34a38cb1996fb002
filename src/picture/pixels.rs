//! Pictures that come as pixels, not as a file: from the clipboard.

use super::raster::{Raster, premultiply};
use super::{PictureError, THUMBNAIL_EDGE, hash};
use crate::memory::{self, Component};
use crate::message::SubjectPixels;

/// Perceptual hash and colour hash, as [`super::read`] makes them of a file: of
/// a version that fits into a thumbnail.
pub fn hash_pixels(pixels: &SubjectPixels) -> Result<(u64, u64), PictureError> {
    let _scope = memory::scope(Component::Import);
    let SubjectPixels {
        width,
        height,
        rgba,
    } = pixels;
    let num_bytes = u64::from(*width) * u64::from(*height) * 4;
    if num_bytes == 0 {
        return Err(PictureError::Empty);
    }
    if rgba.len() as u64 != num_bytes {
        return Err(PictureError::damaged(format!(
            "{} bytes are no {width} × {height} pixels",
            rgba.len()
        )));
    }
    let mut data = rgba.clone();
    premultiply(&mut data, 4);
    let raster = Raster {
        width: *width,
        height: *height,
        num_channels: 4,
        data,
    };
    let (width, height) = Raster::fitted(*width, *height, THUMBNAIL_EDGE, THUMBNAIL_EDGE);
    let small = raster.resized(width, height)?;
    Ok((hash::phash(&small)?, hash::color_hash(&small)))
}
