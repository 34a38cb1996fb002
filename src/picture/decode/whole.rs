//! WebP, GIF, BMP and TIFF: decoded whole, through the `image` crate.

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::codecs::tiff::TiffDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{ImageDecoder, ImageError, Limits};

use super::{Decoded, Source, Want, buffer, orientation, scaling_bytes};
use crate::model::FileFormat;
use crate::picture::color::Profile;
use crate::picture::{PictureError, Raster, header};

/// Decoders' small tables, and the reader's buffer.
const OVERHEAD: u64 = 1 << 20;

pub(super) fn decode(source: &Source<'_>, want: Want) -> Result<Decoded, PictureError> {
    let reader = source.reader()?;
    match source.format {
        FileFormat::WebP => {
            let decoder = WebPDecoder::new(reader).map_err(from_image)?;
            let is_animated = decoder.has_animation();
            finish(source, want, decoder, is_animated)
        }
        FileFormat::Gif => {
            // One that ends early is animated if a second picture was seen.
            let is_animated = header::gif_is_animated(&mut source.reader()?).unwrap_or(false);
            let decoder = GifDecoder::new(source.reader()?).map_err(from_image)?;
            finish(source, want, decoder, is_animated)
        }
        FileFormat::Bmp => finish(
            source,
            want,
            BmpDecoder::new(reader).map_err(from_image)?,
            false,
        ),
        _ => finish(
            source,
            want,
            TiffDecoder::new(reader).map_err(from_image)?,
            false,
        ),
    }
}

/// Bytes at the decoder's peak: the output and what it keeps beside it.
///
/// - WebP: lossy keeps Y, U and V planes (1.5 a pixel) and the compressed frame,
///   its alpha is decoded as a lossless picture (4, and 1 for the plane);
///   lossless decodes RGBA (4) before dropping alpha; an animation has a canvas
///   and a frame (4 + 4) and their planes.
/// - GIF: the first frame (4) beside the canvas.
/// - BMP: rows only.
/// - TIFF: a strip or tile, which may be all of it, and its compressed bytes.
fn decoder_bytes(source: &Source<'_>, pixels: u64, output: u64, is_animated: bool) -> u64 {
    let beside = match source.format {
        FileFormat::WebP if is_animated => pixels * 11 + source.file_size,
        FileFormat::WebP => pixels * 7 + source.file_size,
        FileFormat::Gif => pixels * 4,
        FileFormat::Bmp => 0,
        _ => output.saturating_add(source.file_size.min(output)),
    };
    output.saturating_add(beside).saturating_add(OVERHEAD)
}

fn finish(
    source: &Source<'_>,
    want: Want,
    mut decoder: impl ImageDecoder,
    is_animated: bool,
) -> Result<Decoded, PictureError> {
    let (width, height) = decoder.dimensions();
    source.check_size(width, height)?;
    let color = decoder.color_type();
    let output = decoder.total_bytes();
    let pixels = u64::from(width) * u64::from(height);
    let decoding = decoder_bytes(source, pixels, output, is_animated);
    let scaling = scaling_bytes(width, height, color.channel_count().into(), want);
    let permit = source.acquire(decoding.saturating_add(scaling), (width, height))?;

    let orientation = if source.format == FileFormat::Tiff {
        decoder.orientation().unwrap_or(Orientation::NoTransforms)
    } else {
        orientation(decoder.exif_metadata().ok().flatten().as_deref())
    };
    let profile = decoder.icc_profile().ok().flatten();
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(decoding);
    decoder.set_limits(limits).map_err(from_image)?;
    let mut data = buffer(output)?;
    decoder.read_image(&mut data).map_err(from_image)?;
    source.guard.check()?;
    Ok(Decoded {
        raster: Raster::from_decoder(width, height, color, data)?,
        full_width: width,
        full_height: height,
        orientation,
        is_animated,
        shortage: None,
        profile: profile.and_then(|it| Profile::parse(&it)),
        permit,
    })
}

pub(in crate::picture) fn from_image(err: ImageError) -> PictureError {
    match err {
        ImageError::Unsupported(err) => PictureError::unsupported(err),
        ImageError::Limits(_) => {
            PictureError::unsupported("its decoder needs more memory than its size tells")
        }
        ImageError::IoError(err) => PictureError::damaged(err),
        err => PictureError::damaged(err),
    }
}
