//! From a picture to the numbers that a model is given.

use std::path::Path;

use super::model::{ChannelOrder, Fit, Layout, ModelSpec};
use crate::memory::Permits;
use crate::picture::{self, Framing, PictureError};

/// Reads the picture in a file as the model wants it: its input's values.
pub(super) fn of_file(
    model: &ModelSpec,
    path: &Path,
    permits: &Permits,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Vec<f32>, PictureError> {
    let size = (model.width, model.height);
    let rgba = match framing(model.fit) {
        Some(framing) => picture::read_exactly(path, size, framing, permits, is_cancelled)?,
        None => {
            let (width, height) = size;
            let pixels = picture::read_scaled(path, width, height, permits, is_cancelled)?;
            padded(pixels.rgba, (pixels.width, pixels.height), size)?
        }
    };
    Ok(values(model, &rgba))
}

/// The same of premultiplied RGBA.
pub(super) fn of_pixels(
    model: &ModelSpec,
    rgba: Vec<u8>,
    from: (u32, u32),
) -> Result<Vec<f32>, PictureError> {
    let size = (model.width, model.height);
    let rgba = match framing(model.fit) {
        Some(framing) => picture::scale_exactly(rgba, from, size, framing)?,
        None => padded(rgba, from, size)?,
    };
    Ok(values(model, &rgba))
}

fn framing(fit: Fit) -> Option<Framing> {
    match fit {
        Fit::Stretch => Some(Framing::Stretched),
        Fit::Crop => Some(Framing::Middle),
        Fit::Pad => None,
    }
}

/// All of a picture in the middle of `size`; what is left is seen through.
fn padded(
    rgba: Vec<u8>,
    (width, height): (u32, u32),
    size: (u32, u32),
) -> Result<Vec<u8>, PictureError> {
    let ratio = |max: u32, is: u32| f64::from(max) / f64::from(is.max(1));
    let scale = ratio(size.0, width).min(ratio(size.1, height));
    let scaled = |it: u32, max: u32| ((f64::from(it) * scale).round() as u32).clamp(1, max);
    let inner = (scaled(width, size.0), scaled(height, size.1));
    let rgba = picture::scale_exactly(rgba, (width, height), inner, Framing::Stretched)?;
    if inner == size {
        return Ok(rgba);
    }
    let row_bytes = |it: u32| it as usize * 4;
    let mut padded = vec![0; row_bytes(size.0) * size.1 as usize];
    let left = row_bytes((size.0 - inner.0) / 2);
    let top = ((size.1 - inner.1) / 2) as usize;
    let rows = padded.chunks_exact_mut(row_bytes(size.0)).skip(top);
    for (to, from) in rows.zip(rgba.chunks_exact(row_bytes(inner.0))) {
        to[left..left + from.len()].copy_from_slice(from);
    }
    Ok(padded)
}

/// The model's input of premultiplied RGBA in its size.
fn values(model: &ModelSpec, rgba: &[u8]) -> Vec<f32> {
    let ModelSpec {
        layout,
        channels,
        mean,
        std,
        ground,
        ..
    } = model;
    let num_pixels = rgba.len() / 4;
    let mut values = vec![0.0; num_pixels * 3];
    for color in 0..3 {
        let channel = match channels {
            ChannelOrder::Rgb => color,
            ChannelOrder::Bgr => 2 - color,
        };
        // In one place what each byte becomes, since there are only so many.
        let table: Vec<f32> = (0..=255_u8)
            .map(|it| (f32::from(it) - mean[color]) / std[color])
            .collect();
        let (start, step) = match layout {
            Layout::Nchw => (channel * num_pixels, 1),
            Layout::Nhwc => (channel, 3),
        };
        let ground = u32::from(ground[color]);
        let places = values[start..].iter_mut().step_by(step);
        for (value, pixel) in places.zip(rgba.chunks_exact(4)) {
            let seen_through = (ground * u32::from(255 - pixel[3]) + 127) / 255;
            let over = pixel[color].saturating_add(seen_through as u8);
            *value = table[usize::from(over)];
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(width: u32, height: u32) -> ModelSpec {
        ModelSpec {
            width,
            height,
            ..ModelSpec::built_in()
        }
    }

    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 255];
    const NOTHING: [u8; 4] = [0; 4];

    #[test]
    fn channels_come_in_the_models_order() {
        let rgba = [RED, BLUE].concat();
        let one = 1.0;
        let zero = -127.0 / 128.0;
        let nchw = values(&model(2, 1), &rgba);
        assert_eq!(nchw, [one, zero, zero, zero, zero, one]);
        let nhwc = ModelSpec {
            layout: Layout::Nhwc,
            channels: ChannelOrder::Bgr,
            ..model(2, 1)
        };
        assert_eq!(values(&nhwc, &rgba), [zero, zero, one, one, zero, zero]);
    }

    #[test]
    fn each_channel_has_its_own_scale() {
        let spec = ModelSpec {
            mean: [0.0, 10.0, 20.0],
            std: [1.0, 2.0, 4.0],
            ..model(1, 1)
        };
        assert_eq!(values(&spec, &[100, 100, 100, 255]), [100.0, 45.0, 20.0]);
    }

    #[test]
    fn what_is_seen_through_is_the_ground() {
        let white = values(&model(1, 1), &NOTHING);
        assert_eq!(white, [1.0; 3]);
        let spec = ModelSpec {
            mean: [0.0; 3],
            std: [1.0; 3],
            ground: [200, 0, 40],
            ..model(1, 1)
        };
        // Half of a gray of 80, premultiplied.
        assert_eq!(values(&spec, &[40, 40, 40, 128]), [140.0, 40.0, 60.0]);
    }

    #[test]
    fn padding_keeps_the_shape() {
        let rgba: Vec<u8> = [RED; 8].concat();
        let square = padded(rgba, (4, 2), (8, 8)).unwrap();
        let rows: Vec<bool> = square
            .chunks_exact(32)
            .map(|row| row.chunks_exact(4).all(|it| it == RED))
            .collect();
        assert_eq!(
            rows,
            [false, false, true, true, true, true, false, false],
            "{square:?}"
        );
        assert_eq!(square[..4], NOTHING);
    }

    #[test]
    fn pixels_become_the_whole_input() {
        for fit in [Fit::Stretch, Fit::Pad, Fit::Crop] {
            let spec = ModelSpec {
                fit,
                ..model(10, 6)
            };
            let rgba = [BLUE; 21].concat();
            let values = of_pixels(&spec, rgba, (3, 7)).unwrap();
            assert_eq!(values.len(), spec.num_values());
            assert!(values.iter().all(|it| it.is_finite()));
        }
    }
}
