//! Pictures in exactly the size that is asked for, whatever their shape: what
//! an image model is given.

use std::path::Path;

use super::decode::{self, Decoded, Want};
use super::guard::Guard;
use super::raster::{Raster, swaps_sides};
use super::{PictureError, open};
use crate::memory::{self, Component, Permits};

/// How a picture of another shape comes into a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// All of it, its shape given up.
    Stretched,
    /// Its middle, in its shape.
    Middle,
}

/// Decodes a picture and scales it to exactly `width` × `height`, enlarged where
/// it is smaller: premultiplied RGBA. Where the permit is too small for all of
/// it, it is decoded smaller before.
pub fn read_exactly(
    path: &Path,
    (width, height): (u32, u32),
    framing: Framing,
    permits: &Permits,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Vec<u8>, PictureError> {
    let _scope = memory::scope(Component::Pictures);
    let opened = open(path)?;
    let guard = Guard::new(is_cancelled, opened.stored_bytes);
    let source = opened.source(permits, &guard);
    let want = Want {
        max_width: width,
        max_height: height,
        oversampling: 1,
        fills_box: true,
    };
    let Decoded {
        raster,
        full_width: _,
        full_height: _,
        orientation,
        is_animated: _,
        shortage: _,
        profile,
        permit: _permit,
    } = decode::decode(&source, want)?;
    let size = if swaps_sides(orientation) {
        (height, width)
    } else {
        (width, height)
    };
    let framed = framed(raster, size, framing)?;
    Ok(super::in_srgb(framed, profile.as_ref())
        .oriented(orientation)
        .into_rgba())
}

/// Scales premultiplied RGBA to exactly `size`; an error where `rgba` is not as
/// long as its size says.
pub fn scale_exactly(
    rgba: Vec<u8>,
    (width, height): (u32, u32),
    size: (u32, u32),
    framing: Framing,
) -> Result<Vec<u8>, PictureError> {
    let _scope = memory::scope(Component::Pictures);
    if width == 0 || height == 0 {
        return Err(PictureError::NoPixels { width, height });
    }
    if rgba.len() as u64 != u64::from(width) * u64::from(height) * 4 {
        return Err(PictureError::damaged(format!(
            "{} bytes are no {width} × {height} pixels",
            rgba.len()
        )));
    }
    let raster = Raster {
        width,
        height,
        num_channels: 4,
        data: rgba,
    };
    Ok(framed(raster, size, framing)?.into_rgba())
}

/// Pixels whose alpha is not multiplied in, as premultiplied RGBA of at most
/// `max_edge` an edge, with their size. Needs no second copy of large ones.
pub fn premultiplied(
    rgba: &[u8],
    (width, height): (u32, u32),
    max_edge: u32,
) -> Result<(Vec<u8>, u32, u32), PictureError> {
    let _scope = memory::scope(Component::Pictures);
    if width == 0 || height == 0 {
        return Err(PictureError::NoPixels { width, height });
    }
    if rgba.len() as u64 != u64::from(width) * u64::from(height) * 4 {
        return Err(PictureError::damaged(format!(
            "{} bytes are no {width} × {height} pixels",
            rgba.len()
        )));
    }
    let factor = (width.max(height) / max_edge.max(1)).max(1);
    let (small_width, small_height) = (width.div_ceil(factor), height.div_ceil(factor));
    let mut data = Vec::with_capacity(small_width as usize * small_height as usize * 4);
    for top in (0..height).step_by(factor as usize) {
        for left in (0..width).step_by(factor as usize) {
            data.extend(square_mean(
                rgba,
                width,
                (left, top),
                (width, height),
                factor,
            ));
        }
    }
    let raster = Raster {
        width: small_width,
        height: small_height,
        num_channels: 4,
        data,
    };
    let (width, height) = Raster::fitted(small_width, small_height, max_edge, max_edge);
    Ok((raster.resized(width, height)?.into_rgba(), width, height))
}

/// The mean of a square of at most `edge` pixels, premultiplied.
fn square_mean(
    rgba: &[u8],
    row_pixels: u32,
    (left, top): (u32, u32),
    (width, height): (u32, u32),
    edge: u32,
) -> [u8; 4] {
    let mut sums = [0_u64; 4];
    let mut num_pixels = 0;
    for y in top..(top + edge).min(height) {
        for x in left..(left + edge).min(width) {
            let at = (y as usize * row_pixels as usize + x as usize) * 4;
            let Some(&[red, green, blue, alpha]) = rgba.get(at..at + 4) else {
                continue;
            };
            for (sum, color) in sums.iter_mut().zip([red, green, blue]) {
                *sum += u64::from(color) * u64::from(alpha);
            }
            sums[3] += u64::from(alpha) * 255;
            num_pixels += 1;
        }
    }
    let whole = (num_pixels * 255).max(1);
    sums.map(|it| ((it + whole / 2) / whole) as u8)
}

fn framed(
    raster: Raster,
    (width, height): (u32, u32),
    framing: Framing,
) -> Result<Raster, PictureError> {
    match framing {
        Framing::Stretched => raster.resized(width, height),
        Framing::Middle => raster.resized_middle(width, height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns red, green, green, blue, `scale` times as large.
    fn stripes(scale: u32) -> Vec<u8> {
        let colors = [
            [255, 0, 0, 255],
            [0, 255, 0, 255],
            [0, 255, 0, 255],
            [0, 0, 255, 255],
        ];
        (0..2 * scale)
            .flat_map(|_| (0..4 * scale).flat_map(|x| colors[(x / scale) as usize]))
            .collect()
    }

    #[test]
    fn all_of_it_or_its_middle() {
        let all = scale_exactly(stripes(16), (64, 32), (8, 8), Framing::Stretched).unwrap();
        assert_eq!(all.len(), 8 * 8 * 4);
        assert_eq!(all[..4], [255, 0, 0, 255]);
        assert_eq!(all[28..32], [0, 0, 255, 255]);
        let middle = scale_exactly(stripes(16), (64, 32), (8, 8), Framing::Middle).unwrap();
        assert!(
            middle
                .chunks_exact(4)
                .all(|it| it[0] < 40 && it[1] > 200 && it[2] < 40),
            "{middle:?}"
        );
    }

    #[test]
    fn a_small_picture_is_enlarged() {
        let large = scale_exactly(stripes(1), (4, 2), (16, 16), Framing::Stretched).unwrap();
        assert_eq!(large.len(), 16 * 16 * 4);
        assert_eq!(large[..4], [255, 0, 0, 255]);
    }

    #[test]
    fn pixels_that_are_missing_are_an_error() {
        scale_exactly(vec![0; 15], (2, 2), (8, 8), Framing::Stretched).unwrap_err();
        scale_exactly(Vec::new(), (0, 0), (8, 8), Framing::Middle).unwrap_err();
        scale_exactly(Vec::new(), (u32::MAX, u32::MAX), (8, 8), Framing::Middle).unwrap_err();
    }

    #[test]
    fn pixels_become_premultiplied_and_no_larger_than_asked() {
        let straight = [200, 100, 50, 128, 9, 9, 9, 0];
        let small = premultiplied(&straight, (2, 1), 8).unwrap();
        assert_eq!(small, (vec![100, 50, 25, 128, 0, 0, 0, 0], 2, 1));
        // A square of four: one opaque red, three that can't be seen.
        let mut large: Vec<u8> = [[0, 255, 0, 0]; 4].concat();
        large[..4].copy_from_slice(&[255, 0, 0, 255]);
        assert_eq!(
            premultiplied(&large, (2, 2), 1).unwrap(),
            (vec![64, 0, 0, 64], 1, 1)
        );
        let (rgba, width, height) = premultiplied(&stripes(500), (2_000, 1_000), 256).unwrap();
        assert_eq!((width, height, rgba.len()), (256, 128, 256 * 128 * 4));
        assert_eq!(rgba[..4], [255, 0, 0, 255]);
        premultiplied(&straight, (3, 1), 8).unwrap_err();
        premultiplied(&[], (0, 7), 8).unwrap_err();
    }

    #[test]
    fn a_file_in_its_exact_size_as_it_is_meant_to_be_seen() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stripes.png");
        image::RgbaImage::from_raw(64, 32, stripes(16))
            .unwrap()
            .save(&path)
            .unwrap();
        let permits = Permits::new(32 << 20);
        let read = read_exactly(&path, (8, 8), Framing::Stretched, &permits, &|| false).unwrap();
        assert_eq!(read.len(), 8 * 8 * 4);
        assert_eq!(read[..4], [255, 0, 0, 255]);
        assert_eq!(read[28..32], [0, 0, 255, 255]);
        assert_eq!(permits.used(), 0);
        assert!(read_exactly(&path, (8, 8), Framing::Middle, &permits, &|| true).is_err());
    }
}
