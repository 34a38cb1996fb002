//! PNG, row by row: a large picture is averaged while it is decoded, so that
//! only the small one is ever in memory.

use image::metadata::Orientation;
use png::{Decoder, DecodingError, Limits, Reader, Transformations};

use super::{Decoded, Input, Shortage, Source, Want, buffer, orientation, scaling_bytes};
use crate::picture::color::Profile;
use crate::picture::header::{self, PngHeader};
use crate::picture::raster::premultiply;
use crate::picture::{PictureError, Raster};

/// The decompressor's window and buffers, and metadata chunks.
const OVERHEAD: u64 = 2 << 20;

pub(super) fn decode(source: &Source<'_>, want: Want) -> Result<Decoded, PictureError> {
    let header = header::png(&mut source.reader()?)
        .map_err(|_| PictureError::damaged("its header is cut off"))?
        .ok_or_else(|| PictureError::damaged("it has no valid header"))?;
    let PngHeader { width, height, .. } = header;
    source.check_size(width, height)?;

    let limit = source.permits.limit();
    let wanted = want.reduction(width, height);
    let mut divisor = wanted;
    let mut bytes = decoding_bytes(&header, divisor, want);
    // Only rows that come in order can be averaged as they come.
    if !header.is_interlaced {
        while bytes > limit && divisor < width.max(height) {
            divisor *= 2;
            bytes = decoding_bytes(&header, divisor, want);
        }
    }
    let shortage = (divisor > wanted).then(|| Shortage {
        divisor,
        needed_bytes: decoding_bytes(&header, wanted, want),
    });
    let permit = source.acquire(bytes, (width, height))?;

    let Rows {
        mut reader,
        orientation,
        profile,
    } = rows(source, &header, bytes)?;
    let raster = if header.is_interlaced {
        interlaced(&mut reader, &header)?
    } else {
        averaged(&mut reader, &header, divisor, source)?
    };
    Ok(Decoded {
        raster,
        full_width: width,
        full_height: height,
        orientation,
        is_animated: header.is_animated,
        shortage,
        profile,
        permit,
    })
}

/// The rows of a picture, from the first on.
pub(in crate::picture) struct Rows<'a> {
    reader: Reader<Input<'a>>,
    pub orientation: Orientation,
    pub profile: Option<Profile>,
}

impl Rows<'_> {
    /// The next row, in channels of 8 bits; `false` after the last.
    pub fn read(&mut self, row: &mut [u8]) -> Result<bool, PictureError> {
        Ok(self.reader.read_row(row).map_err(from_png)?.is_some())
    }
}

/// Begins with the first row; the decoder takes no more than `max_bytes`.
pub(in crate::picture) fn rows<'a>(
    source: &Source<'a>,
    header: &PngHeader,
    max_bytes: u64,
) -> Result<Rows<'a>, PictureError> {
    let limits = Limits {
        bytes: usize::try_from(max_bytes).unwrap_or(usize::MAX),
    };
    let mut decoder = Decoder::new_with_limits(source.reader()?, limits);
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    let reader = decoder.read_info().map_err(from_png)?;
    let (color, _) = reader.output_color_type();
    let num_channels = color.samples() as u8;
    let info = reader.info();
    if (info.width, info.height, num_channels) != (header.width, header.height, header.num_channels)
    {
        return Err(PictureError::damaged("its header says two things"));
    }
    let profile = info.icc_profile.as_deref().filter(|_| info.srgb.is_none());
    Ok(Rows {
        orientation: orientation(info.exif_metadata.as_deref()),
        profile: profile.and_then(Profile::parse),
        reader,
    })
}

fn decoding_bytes(header: &PngHeader, divisor: u32, want: Want) -> u64 {
    let divisor = if header.is_interlaced { 1 } else { divisor };
    let channels = u64::from(header.num_channels);
    let width = header.width.div_ceil(divisor);
    let height = header.height.div_ceil(divisor);
    // Sums of one row of the result, and whole rows: this one, the one before
    // it, and what was decompressed ahead.
    let rows = u64::from(width) * channels * 4 + header.row_bytes * 6;
    let expanded_row = u64::from(header.width) * channels;
    u64::from(width) * u64::from(height) * channels
        + rows
        + expanded_row
        + scaling_bytes(width, height, channels, want)
        + OVERHEAD
}

fn interlaced(reader: &mut Reader<Input<'_>>, header: &PngHeader) -> Result<Raster, PictureError> {
    let bytes = u64::from(header.width) * u64::from(header.height) * u64::from(header.num_channels);
    let mut data = buffer(bytes)?;
    reader.next_frame(&mut data).map_err(from_png)?;
    let mut raster = Raster {
        width: header.width,
        height: header.height,
        num_channels: header.num_channels,
        data,
    };
    raster.premultiply();
    Ok(raster)
}

fn averaged(
    reader: &mut Reader<Input<'_>>,
    header: &PngHeader,
    divisor: u32,
    source: &Source<'_>,
) -> Result<Raster, PictureError> {
    let channels = usize::from(header.num_channels);
    let mut row = buffer(u64::from(header.width) * channels as u64)?;
    let mut averager = Averager::new(header, divisor)?;
    let mut num_rows = 0;
    while reader.read_row(&mut row).map_err(from_png)?.is_some() {
        premultiply(&mut row, header.num_channels);
        averager.push(&row);
        num_rows += 1;
        // A clock is cheap beside a thousand pixels, not beside ten.
        if num_rows % 16 == 0 || row.len() > 16_384 {
            source.guard.check()?;
        }
    }
    Ok(averager.finish())
}

/// Averages squares of `divisor` × `divisor` pixels, row by row.
struct Averager {
    raster: Raster,
    divisor: usize,
    full_width: usize,
    sums: Vec<u32>,
    num_summed_rows: usize,
}

impl Averager {
    fn new(header: &PngHeader, divisor: u32) -> Result<Self, PictureError> {
        let width = header.width.div_ceil(divisor);
        let height = header.height.div_ceil(divisor);
        let row_bytes = u64::from(width) * u64::from(header.num_channels);
        let capacity = usize::try_from(row_bytes * u64::from(height))
            .map_err(|_| PictureError::unsupported("more bytes than this machine can address"))?;
        Ok(Self {
            raster: Raster {
                width,
                height,
                num_channels: header.num_channels,
                data: Vec::with_capacity(capacity),
            },
            divisor: divisor as usize,
            full_width: header.width as usize,
            sums: vec![0; if divisor == 1 { 0 } else { row_bytes as usize }],
            num_summed_rows: 0,
        })
    }

    fn push(&mut self, row: &[u8]) {
        if self.divisor == 1 {
            self.raster.data.extend_from_slice(row);
            return;
        }
        let channels = usize::from(self.raster.num_channels);
        let squares = row.chunks(self.divisor * channels);
        for (sums, square) in self.sums.chunks_exact_mut(channels).zip(squares) {
            for pixel in square.chunks_exact(channels) {
                for (sum, sample) in sums.iter_mut().zip(pixel) {
                    *sum += u32::from(*sample);
                }
            }
        }
        self.num_summed_rows += 1;
        if self.num_summed_rows == self.divisor {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let channels = usize::from(self.raster.num_channels);
        for (index, sums) in self.sums.chunks_exact_mut(channels).enumerate() {
            let columns = self.divisor.min(self.full_width - index * self.divisor);
            let area = (columns * self.num_summed_rows) as u32;
            for sum in sums {
                self.raster.data.push(((*sum + area / 2) / area) as u8);
                *sum = 0;
            }
        }
        self.num_summed_rows = 0;
    }

    fn finish(mut self) -> Raster {
        if self.num_summed_rows > 0 {
            self.flush();
        }
        self.raster
    }
}

fn from_png(err: DecodingError) -> PictureError {
    match err {
        DecodingError::LimitsExceeded => {
            PictureError::unsupported("its chunks need more memory than its size tells")
        }
        err => PictureError::damaged(err),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_are_averaged_and_the_edge_has_its_own_size() {
        let header = PngHeader {
            width: 3,
            height: 3,
            is_interlaced: false,
            num_channels: 1,
            row_bytes: 4,
            is_animated: false,
        };
        let mut averager = Averager::new(&header, 2).unwrap();
        averager.push(&[0, 100, 7]);
        averager.push(&[100, 200, 9]);
        averager.push(&[40, 60, 255]);
        let raster = averager.finish();
        assert_eq!((raster.width, raster.height), (2, 2));
        assert_eq!(raster.data, [100, 8, 50, 255]);
    }
}
