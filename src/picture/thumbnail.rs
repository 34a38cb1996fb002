//! Thumbnails as they are stored: JPEG, or lossless WebP where they can be seen through.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::webp::{WebPDecoder, WebPEncoder};
use image::{ExtendedColorType, ImageDecoder};

use super::decode::from_image;
use super::raster::{Raster, unpremultiply};
use super::{PictureError, sniff};
use crate::memory::Permits;
use crate::message::Pixels;
use crate::model::FileFormat;

/// Below this, blocks show; above it, files grow faster than they improve.
const JPEG_QUALITY: u8 = 85;

/// More than any thumbnail has a side; what is stored is checked too.
const MAX_EDGE: u32 = 4_096;

pub(super) fn encode(raster: Raster) -> Result<Vec<u8>, PictureError> {
    let mut encoded = Vec::new();
    let (width, height) = (raster.width, raster.height);
    let failed = |err: image::ImageError| PictureError::Thumbnail {
        detail: err.to_string(),
    };
    if raster.is_translucent() {
        let mut rgba = raster.into_rgba();
        unpremultiply(&mut rgba);
        WebPEncoder::new_lossless(&mut encoded)
            .encode(&rgba, width, height, ExtendedColorType::Rgba8)
            .map_err(failed)?;
    } else {
        let mut encoder = JpegEncoder::new_with_quality(&mut encoded, JPEG_QUALITY);
        if raster.num_channels == 1 {
            encoder.encode(&raster.data, width, height, ExtendedColorType::L8)
        } else {
            let rgb: Vec<u8> = raster.over_white().flatten().collect();
            encoder.encode(&rgb, width, height, ExtendedColorType::Rgb8)
        }
        .map_err(failed)?;
    }
    encoded.shrink_to_fit();
    Ok(encoded)
}

pub(super) fn decode(
    encoded: &[u8],
    permits: &Permits,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Pixels, PictureError> {
    let reader = Cursor::new(encoded);
    match sniff(encoded) {
        Some(FileFormat::Jpeg) => {
            let decoder = JpegDecoder::new(reader).map_err(from_image)?;
            finish(decoder, FileFormat::Jpeg, permits, is_cancelled)
        }
        Some(FileFormat::WebP) => {
            let decoder = WebPDecoder::new(reader).map_err(from_image)?;
            finish(decoder, FileFormat::WebP, permits, is_cancelled)
        }
        _ => Err(PictureError::damaged(
            "a thumbnail that is neither JPEG nor WebP",
        )),
    }
}

fn finish(
    decoder: impl ImageDecoder,
    format: FileFormat,
    permits: &Permits,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Pixels, PictureError> {
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 || width.max(height) > MAX_EDGE {
        return Err(PictureError::damaged(format!(
            "a thumbnail of {width} × {height}"
        )));
    }
    let rgba_bytes = u64::from(width) * u64::from(height) * 4;
    // The decoder's output and what it keeps beside it, then RGBA.
    let mut permit = permits
        .acquire(rgba_bytes * 4, is_cancelled)
        .map_err(|err| PictureError::permit(err, format, (width, height)))?;
    let color = decoder.color_type();
    let mut data = vec![0; decoder.total_bytes() as usize];
    decoder.read_image(&mut data).map_err(from_image)?;
    let rgba = Raster::from_decoder(width, height, color, data)?.into_rgba();
    permit.shrink_to(rgba_bytes);
    Ok(Pixels {
        width,
        height,
        rgba,
        full_width: width,
        full_height: height,
        degraded: None,
        permit: Some(permit),
    })
}
