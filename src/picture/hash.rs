//! Hashes of how a picture looks, made from its thumbnail.

use std::f64::consts::PI;

use super::PictureError;
use super::raster::Raster;

/// Side of the gray square that the perceptual hash looks at.
const SIDE: usize = 32;
/// Side of the square of low frequencies that become bits.
const LOW: usize = 8;

/// A 64-bit perceptual hash: of a 32 × 32 gray version over white, the lowest
/// 8 × 8 coefficients of its discrete cosine transform; bit `8 v + u` (u across,
/// v down) is set where that coefficient is above the median of the 63 that are
/// not the mean. Nearby pictures differ in few bits.
pub(super) fn phash(raster: &Raster) -> Result<u64, PictureError> {
    let gray = Raster {
        width: raster.width,
        height: raster.height,
        num_channels: 1,
        data: raster.over_white().map(luma).collect(),
    }
    .resized(SIDE as u32, SIDE as u32)?;
    let coefficients = low_frequencies(&gray.data);
    let mut sorted = coefficients;
    sorted[1..].sort_by(f64::total_cmp);
    let median = sorted[1 + (LOW * LOW - 1) / 2];
    Ok(coefficients
        .iter()
        .enumerate()
        .filter(|(_, it)| **it > median)
        .fold(0, |hash, (bit, _)| hash | 1 << bit))
}

/// DCT-II of the square, the low 8 × 8 of it, row by row.
fn low_frequencies(gray: &[u8]) -> [f64; LOW * LOW] {
    let mut cosines = [[0.0; SIDE]; LOW];
    for (frequency, row) in cosines.iter_mut().enumerate() {
        for (at, cosine) in row.iter_mut().enumerate() {
            *cosine = (PI * (at as f64 + 0.5) * frequency as f64 / SIDE as f64).cos();
        }
    }
    // Across first, then down.
    let mut across = [[0.0; LOW]; SIDE];
    for (row, pixels) in across.iter_mut().zip(gray.chunks_exact(SIDE)) {
        for (sum, cosine) in row.iter_mut().zip(&cosines) {
            *sum = pixels
                .iter()
                .zip(cosine)
                .map(|(p, c)| f64::from(*p) * c)
                .sum();
        }
    }
    let mut low = [0.0; LOW * LOW];
    for (v, cosine) in cosines.iter().enumerate() {
        for u in 0..LOW {
            let sum: f64 = across.iter().zip(cosine).map(|(row, c)| row[u] * c).sum();
            // Below this it is rounding: a flat picture has no frequencies.
            low[v * LOW + u] = if sum.abs() < 1e-6 { 0.0 } else { sum };
        }
    }
    low
}

/// ITU-R 601, as Pillow's `L`.
fn luma([r, g, b]: [u8; 3]) -> u8 {
    ((u32::from(r) * 19_595 + u32::from(g) * 38_470 + u32::from(b) * 7_471 + 0x8000) >> 16) as u8
}

/// A 42-bit hash of colours: 14 shares of the picture of 3 bits each, the first
/// in the highest bits: black, gray, six hues of faint and six of bright colour.
///
/// The bins and their limits are those of `colorhash(binbits=3)` of the Python
/// package ImageHash, but over white where the picture can be seen through.
pub(super) fn color_hash(raster: &Raster) -> u64 {
    const LEVELS: u64 = 8;
    let mut num_pixels = 0;
    let mut black = 0;
    let mut gray = 0;
    let mut faint = [0_u64; 6];
    let mut bright = [0_u64; 6];
    for rgb in raster.over_white() {
        num_pixels += 1;
        let (hue, saturation) = hue_and_saturation(rgb);
        // Six bins over 0..=255; the last takes its upper end.
        let bin = usize::from((u16::from(hue) * 6 / 255).min(5));
        if luma(rgb) < 32 {
            black += 1;
        } else if saturation < 85 {
            gray += 1;
        } else if saturation <= 170 {
            faint[bin] += 1;
        } else {
            bright[bin] += 1;
        }
    }
    let num_colored = faint.iter().chain(&bright).sum::<u64>().max(1);
    let level = |count: u64, of: u64| (count * LEVELS / of).min(LEVELS - 1);
    let whole = u64::max(num_pixels, 1);
    [level(black, whole), level(gray, whole)]
        .into_iter()
        .chain(
            faint
                .iter()
                .chain(&bright)
                .map(|it| level(*it, num_colored)),
        )
        .fold(0, |hash, level| hash << 3 | level)
}

/// Of HSV, both 0..=255.
fn hue_and_saturation([r, g, b]: [u8; 3]) -> (u8, u8) {
    let max = r.max(g).max(b);
    let min = r.min(g).min(b);
    if max == min {
        return (0, 0);
    }
    let span = f32::from(max - min);
    let [red, green, blue] = [r, g, b].map(|it| f32::from(max - it) / span);
    let sixths = if r == max {
        blue - green
    } else if g == max {
        2.0 + red - blue
    } else {
        4.0 + green - red
    };
    let hue = (sixths / 6.0).rem_euclid(1.0) * 255.0;
    let saturation = 255.0 * span / f32::from(max);
    (hue as u8, saturation as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(rgb: [u8; 3]) -> Raster {
        Raster {
            width: 8,
            height: 8,
            num_channels: 3,
            data: rgb.repeat(64),
        }
    }

    #[test]
    fn a_flat_picture_has_only_its_mean() {
        assert_eq!(phash(&flat([90, 120, 10])).unwrap(), 1);
        assert_eq!(phash(&flat([0, 0, 0])).unwrap(), 0);
    }

    #[test]
    fn flat_colors_fill_one_bin() {
        let bins = |rgb| -> Vec<u64> {
            let hash = color_hash(&flat(rgb));
            (0..14).rev().map(|it| hash >> (3 * it) & 7).collect()
        };
        let only = |bin: usize| {
            (0..14)
                .map(|it| if it == bin { 7 } else { 0 })
                .collect::<Vec<_>>()
        };
        assert_eq!(bins([0, 0, 0]), only(0));
        assert_eq!(bins([128, 128, 128]), only(1));
        assert_eq!(bins([200, 110, 110]), only(2), "faint red");
        assert_eq!(bins([255, 0, 0]), only(8), "bright red");
        // Pure blue is dark enough to count as black there, and so here.
        assert_eq!(bins([0, 0, 255]), only(0));
        assert_eq!(bins([0, 100, 255]), only(11), "bright blue: hue 153 of 255");
    }

    #[test]
    fn brightness_changes_few_bits_and_a_mirror_many() {
        let wave = |mirror: bool, gain: f64| {
            let mut data = Vec::new();
            for y in 0..64 {
                for x in 0..64 {
                    let x = if mirror { 63 - x } else { x };
                    let at = f64::from(x * x + 40 * y) / 300.0;
                    data.push(((at.sin() * 50.0 + f64::from(x) + 60.0) * gain) as u8);
                }
            }
            Raster {
                width: 64,
                height: 64,
                num_channels: 1,
                data,
            }
        };
        let plain = phash(&wave(false, 1.0)).unwrap();
        let brighter = phash(&wave(false, 1.1)).unwrap();
        let mirrored = phash(&wave(true, 1.0)).unwrap();
        assert!((plain ^ brighter).count_ones() <= 4);
        assert!((plain ^ mirrored).count_ones() >= 16);
    }
}
