//! JPEG: whole by `zune-jpeg`, or at 1/2, 1/4 or 1/8 by `jpeg-decoder`, which
//! leaves out the fine detail while decoding and so never holds all pixels.

use std::io::Read;

use jpeg_decoder::PixelFormat;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;

use super::{Decoded, Shortage, Source, Want, buffer, orientation, scaling_bytes};
use crate::picture::color::Profile;
use crate::picture::header::{self, JpegHeader};
use crate::picture::{PictureError, Raster};

/// Decoders' tables and rows, the reader's buffer, metadata segments.
const OVERHEAD: u64 = 2 << 20;

/// Each scan of a progressive picture goes over all of it again: pixels of all
/// scans together that are decoded in good time.
const MAX_SCANNED_PIXELS: u64 = 1 << 30;

/// So small a buffer that the clock is asked between the scans of a file that
/// has thousands of them.
const SCALED_BUFFER_BYTES: usize = 4 << 10;

/// Pixels from which a much smaller picture is decoded by the scaling decoder.
const LARGE_PIXELS: u64 = 24 << 20;

pub(super) fn decode(source: &Source<'_>, want: Want) -> Result<Decoded, PictureError> {
    let header = header::jpeg(&mut source.reader()?)
        .map_err(PictureError::damaged)?
        .ok_or_else(|| PictureError::damaged("no frame header in it"))?;
    let JpegHeader { width, height, .. } = header;
    source.check_size(width, height)?;

    let limit = source.permits.limit();
    let wanted = divisor_below(want.reduction(width, height));
    let whole_bytes = whole_bytes(source, &header, want);
    let is_large = u64::from(width) * u64::from(height) > LARGE_PIXELS;
    if whole_bytes <= limit && !(is_large && wanted > 1) {
        return whole(source, whole_bytes, &header);
    }
    let fitting = [1, 2, 4, 8]
        .into_iter()
        .filter(|it| *it >= wanted)
        .map(|it| (it, scaled_bytes(&header, it, want)))
        .find(|(_, bytes)| *bytes <= limit);
    // Where nothing fits, the smallest is refused, with what it needs.
    let (divisor, bytes) = fitting.unwrap_or((8, scaled_bytes(&header, 8, want)));
    let shortage = (divisor > wanted).then(|| Shortage {
        divisor,
        needed_bytes: scaled_bytes(&header, wanted, want).min(whole_bytes),
    });
    scaled(source, bytes, divisor, &header, shortage)
}

/// Rows of coefficients that may wait while a thread is kept from running.
const WAITING_ROWS: u64 = 16;

/// The largest of 1, 2, 4 and 8 that is no more than `reduction`.
fn divisor_below(reduction: u32) -> u32 {
    match reduction {
        0 | 1 => 1,
        2 | 3 => 2,
        4..=7 => 4,
        _ => 8,
    }
}

/// Coefficients of all components, two bytes each, where they are kept.
fn coefficient_bytes(header: &JpegHeader) -> u64 {
    if !header.is_progressive {
        return 0;
    }
    padded_pixels(header) * u64::from(header.quarter_samples) / 4 * 2
}

/// Pixels with the padding to whole blocks of up to 32 × 32.
fn padded_pixels(header: &JpegHeader) -> u64 {
    u64::from(header.width.next_multiple_of(32)) * u64::from(header.height.next_multiple_of(32))
}

fn num_channels(header: &JpegHeader) -> u64 {
    if header.num_components == 1 { 1 } else { 3 }
}

fn whole_bytes(source: &Source<'_>, header: &JpegHeader, want: Want) -> u64 {
    let JpegHeader { width, height, .. } = *header;
    let channels = num_channels(header);
    // Rows of blocks of each component, as coefficients, samples and upsampled.
    let rows = u64::from(width.next_multiple_of(32)) * 32 * 4 * 8;
    source.file_size
        + u64::from(width) * u64::from(height) * channels
        + coefficient_bytes(header)
        + rows
        + scaling_bytes(width, height, channels, want)
        + OVERHEAD
}

fn scaled_bytes(header: &JpegHeader, divisor: u32, want: Want) -> u64 {
    let width = header.width.div_ceil(divisor);
    let height = header.height.div_ceil(divisor);
    let pixels = padded_pixels(header) / u64::from(divisor * divisor);
    let channels = u64::from(header.num_components);
    let planes = pixels * u64::from(header.quarter_samples) / 4;
    // Rows of coefficients, of 16 lines at most, wait for the threads that
    // transform them; that is quicker than decoding them, so they are few.
    let row = u64::from(header.width.next_multiple_of(32)) * 16 * 2;
    let waiting = row * u64::from(header.quarter_samples) / 4 * WAITING_ROWS;
    planes
        + pixels * channels
        + coefficient_bytes(header)
        + waiting
        + scaling_bytes(width, height, channels, want)
        + OVERHEAD
}

fn whole(source: &Source<'_>, bytes: u64, header: &JpegHeader) -> Result<Decoded, PictureError> {
    let permit = source.acquire(bytes, (header.width, header.height))?;
    let mut encoded = buffer(source.file_size)?;
    source
        .reader()?
        .read_exact(&mut encoded)
        .map_err(PictureError::Io)?;
    let pixels = u64::from(header.width) * u64::from(header.height);
    // Encoders write about ten scans.
    let max_scans = (MAX_SCANNED_PIXELS / pixels).clamp(20, 100);
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(header.width as usize)
        .set_max_height(header.height as usize)
        .jpeg_set_max_scans(max_scans as usize);
    let options = match header.num_components {
        1 => options.jpeg_set_out_colorspace(ColorSpace::Luma),
        _ => options.jpeg_set_out_colorspace(ColorSpace::RGB),
    };
    let mut decoder =
        zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(encoded.as_slice()), options);
    decoder.decode_headers().map_err(from_zune)?;
    let output = decoder.output_buffer_size().unwrap_or(0) as u64;
    let promised = u64::from(header.width) * u64::from(header.height) * num_channels(header);
    if output != promised {
        return Err(PictureError::damaged("two frame headers that differ"));
    }
    let mut data = buffer(output)?;
    decoder.decode_into(&mut data).map_err(from_zune)?;
    let orientation = orientation(decoder.exif().map(Vec::as_slice));
    let profile = decoder.icc_profile().and_then(|it| Profile::parse(&it));
    source.guard.check()?;
    Ok(Decoded {
        raster: Raster {
            width: header.width,
            height: header.height,
            num_channels: num_channels(header) as u8,
            data,
        },
        full_width: header.width,
        full_height: header.height,
        orientation,
        is_animated: false,
        shortage: None,
        profile,
        permit,
    })
}

fn scaled(
    source: &Source<'_>,
    bytes: u64,
    divisor: u32,
    header: &JpegHeader,
    shortage: Option<Shortage>,
) -> Result<Decoded, PictureError> {
    let permit = source.acquire(bytes, (header.width, header.height))?;
    // Its threads take rows from a queue without a bound, and a flat picture
    // fills it faster than they work.
    source.guard.throttle(bytes);
    let mut decoder = jpeg_decoder::Decoder::new(source.reader_of(SCALED_BUFFER_BYTES)?);
    decoder.set_max_decoding_buffer_size(usize::try_from(bytes).unwrap_or(usize::MAX));
    let part = |it: u32| u16::try_from(it.div_ceil(divisor)).unwrap_or(u16::MAX);
    let (width, height) = decoder
        .scale(part(header.width), part(header.height))
        .map_err(from_jpeg_decoder)?;
    let samples = decoder.decode().map_err(from_jpeg_decoder)?;
    let format = decoder.info().map(|it| it.pixel_format);
    let (num_channels, data) = match format {
        Some(PixelFormat::L8) => (1, samples),
        Some(PixelFormat::RGB24) => (3, samples),
        Some(PixelFormat::CMYK32) => (3, cmyk_to_rgb(samples)),
        Some(PixelFormat::L16) | None => {
            return Err(PictureError::unsupported("a lossless JPEG of 16 bits"));
        }
    };
    let orientation = orientation(decoder.exif_data());
    let profile = decoder.icc_profile().and_then(|it| Profile::parse(&it));
    source.guard.check()?;
    Ok(Decoded {
        raster: Raster {
            width: width.into(),
            height: height.into(),
            num_channels,
            data,
        },
        full_width: header.width,
        full_height: header.height,
        orientation,
        is_animated: false,
        shortage,
        profile,
        permit,
    })
}

/// In place; cyan, magenta, yellow and black are ink, 255 is all of it.
fn cmyk_to_rgb(mut samples: Vec<u8>) -> Vec<u8> {
    let num_pixels = samples.len() / 4;
    for index in 0..num_pixels {
        let [c, m, y, k] = [0, 1, 2, 3].map(|it| 255 - u32::from(samples[index * 4 + it]));
        for (channel, ink) in [c, m, y].into_iter().enumerate() {
            samples[index * 3 + channel] = (ink * k / 255) as u8;
        }
    }
    samples.truncate(num_pixels * 3);
    samples
}

fn from_zune(err: zune_jpeg::errors::DecodeErrors) -> PictureError {
    use zune_jpeg::errors::DecodeErrors as E;
    match err {
        E::Unsupported(scheme) => PictureError::unsupported(format!("{scheme:?}")),
        E::FormatStatic(message) => PictureError::damaged(message),
        E::Format(message) => PictureError::damaged(message),
        err => PictureError::damaged(err),
    }
}

fn from_jpeg_decoder(err: jpeg_decoder::Error) -> PictureError {
    match err {
        jpeg_decoder::Error::Unsupported(what) => PictureError::unsupported(format!("{what:?}")),
        err => PictureError::damaged(err),
    }
}
