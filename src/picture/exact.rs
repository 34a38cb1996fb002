//! Pictures in exactly the size that is asked for, whatever their shape: what
//! an image model is given.

use std::path::Path;

use super::decode::{self, Decoded, Source, Want};
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
    let (file, stamp, format) = open(path)?;
    let guard = Guard::new(is_cancelled);
    let source = Source {
        file: &file,
        file_size: stamp.size,
        format,
        permits,
        guard: &guard,
    };
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
        permit: _permit,
    } = decode::decode(&source, want)?;
    let size = if swaps_sides(orientation) {
        (height, width)
    } else {
        (width, height)
    };
    Ok(framed(raster, size, framing)?
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
