//! Pixels in memory between a decoder and what is shown or stored.

use fast_image_resize as fir;
use image::ColorType;
use image::metadata::Orientation;

use super::PictureError;

/// 8-bit pixels of one to four channels (gray, gray + alpha, RGB, RGBA), rows
/// without padding, alpha premultiplied.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Raster {
    pub width: u32,
    pub height: u32,
    pub num_channels: u8,
    pub data: Vec<u8>,
}

impl Raster {
    /// Takes what a decoder of the `image` crate wrote: narrows 16-bit and float
    /// samples to 8 bits in place, then premultiplies in place.
    pub(super) fn from_decoder(
        width: u32,
        height: u32,
        color: ColorType,
        mut data: Vec<u8>,
    ) -> Result<Self, PictureError> {
        let num_channels = color.channel_count();
        match color.bytes_per_pixel() / num_channels {
            1 => {}
            2 => narrow(&mut data, |it: [u8; 2]| {
                (u32::from(u16::from_ne_bytes(it)) * 255).div_euclid(65_535) as u8
            }),
            4 => narrow(&mut data, |it: [u8; 4]| {
                (f32::from_ne_bytes(it).clamp(0.0, 1.0) * 255.0).round() as u8
            }),
            _ => {
                return Err(PictureError::unsupported(format!("pixels as {color:?}")));
            }
        }
        let mut raster = Self {
            width,
            height,
            num_channels,
            data,
        };
        raster.premultiply();
        Ok(raster)
    }

    pub(super) fn has_alpha_channel(&self) -> bool {
        matches!(self.num_channels, 2 | 4)
    }

    /// Whether any pixel can be seen through.
    pub(super) fn is_translucent(&self) -> bool {
        let channels = usize::from(self.num_channels);
        self.has_alpha_channel()
            && self
                .data
                .chunks_exact(channels)
                .any(|it| it.last().is_some_and(|alpha| *alpha < 255))
    }

    pub(super) fn premultiply(&mut self) {
        premultiply(&mut self.data, self.num_channels);
    }

    /// The size that fits `max_width` × `max_height`, never larger than it is.
    pub(super) fn fitted(width: u32, height: u32, max_width: u32, max_height: u32) -> (u32, u32) {
        let scale = fit_scale(width, height, max_width, max_height);
        let scaled = |it: u32| ((f64::from(it) * scale).round() as u32).max(1);
        (
            scaled(width).min(width.max(1)),
            scaled(height).min(height.max(1)),
        )
    }

    /// Scales to exactly this size.
    pub(super) fn resized(self, width: u32, height: u32) -> Result<Self, PictureError> {
        if (width, height) == (self.width, self.height) {
            return Ok(self);
        }
        self.resized_from(None, width, height)
    }

    /// Scales the middle part that has the shape of `width` × `height`.
    pub(super) fn resized_middle(self, width: u32, height: u32) -> Result<Self, PictureError> {
        let (full_width, full_height) = (f64::from(self.width), f64::from(self.height));
        let shape = f64::from(width.max(1)) / f64::from(height.max(1));
        let part_width = (full_height * shape).min(full_width);
        let part_height = (full_width / shape).min(full_height);
        let part = fir::CropBox {
            left: (full_width - part_width) / 2.0,
            top: (full_height - part_height) / 2.0,
            width: part_width,
            height: part_height,
        };
        self.resized_from(Some(part), width, height)
    }

    fn resized_from(
        self,
        part: Option<fir::CropBox>,
        width: u32,
        height: u32,
    ) -> Result<Self, PictureError> {
        let failed = |err: &dyn ToString| PictureError::Thumbnail {
            detail: err.to_string(),
        };
        let pixel_type = match self.num_channels {
            1 => fir::PixelType::U8,
            2 => fir::PixelType::U8x2,
            3 => fir::PixelType::U8x3,
            _ => fir::PixelType::U8x4,
        };
        let source = fir::images::ImageRef::new(self.width, self.height, &self.data, pixel_type)
            .map_err(|err| failed(&err))?;
        let mut scaled = fir::images::Image::new(width, height, pixel_type);
        // Alpha is premultiplied already, so all channels are scaled alike.
        let options = fir::ResizeOptions::new()
            .resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Lanczos3))
            .use_alpha(false);
        let options = match part {
            Some(part) => options.crop(part.left, part.top, part.width, part.height),
            None => options,
        };
        fir::Resizer::new()
            .resize(&source, &mut scaled, &options)
            .map_err(|err| failed(&err))?;
        let mut raster = Self {
            width,
            height,
            num_channels: self.num_channels,
            data: scaled.into_vec(),
        };
        raster.clamp_to_alpha();
        Ok(raster)
    }

    /// Lanczos rings: a premultiplied colour above its alpha is no colour.
    fn clamp_to_alpha(&mut self) {
        if !self.has_alpha_channel() {
            return;
        }
        for pixel in self.data.chunks_exact_mut(usize::from(self.num_channels)) {
            if let Some((alpha, colors)) = pixel.split_last_mut() {
                for color in colors {
                    *color = (*color).min(*alpha);
                }
            }
        }
    }

    /// Turns it as its EXIF orientation says.
    pub(super) fn oriented(self, orientation: Orientation) -> Self {
        use Orientation as O;
        let (width, height) = (self.width, self.height);
        let (turned_width, turned_height) = if swaps_sides(orientation) {
            (height, width)
        } else {
            (width, height)
        };
        if orientation == O::NoTransforms {
            return self;
        }
        let channels = usize::from(self.num_channels);
        let mut data = Vec::with_capacity(self.data.len());
        for y in 0..turned_height {
            for x in 0..turned_width {
                // Where the pixel at (x, y) of the turned picture comes from.
                let (from_x, from_y) = match orientation {
                    O::NoTransforms => (x, y),
                    O::FlipHorizontal => (width - 1 - x, y),
                    O::Rotate180 => (width - 1 - x, height - 1 - y),
                    O::FlipVertical => (x, height - 1 - y),
                    O::Rotate90FlipH => (y, x),
                    O::Rotate90 => (y, height - 1 - x),
                    O::Rotate270FlipH => (width - 1 - y, height - 1 - x),
                    O::Rotate270 => (width - 1 - y, x),
                };
                let at = (from_y as usize * width as usize + from_x as usize) * channels;
                data.extend_from_slice(self.data.get(at..at + channels).unwrap_or_default());
            }
        }
        Self {
            width: turned_width,
            height: turned_height,
            num_channels: self.num_channels,
            data,
        }
    }

    /// Premultiplied RGBA.
    pub(super) fn into_rgba(self) -> Vec<u8> {
        let channels = usize::from(self.num_channels);
        if channels == 4 {
            return self.data;
        }
        // To the byte: a permit counts them.
        let mut rgba = Vec::with_capacity(self.data.len() / channels * 4);
        for pixel in self.data.chunks_exact(channels) {
            rgba.extend_from_slice(&match *pixel {
                [l] => [l, l, l, 255],
                [l, a] => [l, l, l, a],
                [r, g, b] => [r, g, b, 255],
                _ => [0; 4],
            });
        }
        rgba
    }

    /// RGB over a white ground, pixel by pixel.
    pub(super) fn over_white(&self) -> impl Iterator<Item = [u8; 3]> + '_ {
        self.data
            .chunks_exact(usize::from(self.num_channels))
            .map(|pixel| match *pixel {
                [l] => [l; 3],
                [l, a] => [l.saturating_add(255 - a); 3],
                [r, g, b] => [r, g, b],
                [r, g, b, a] => [r, g, b].map(|it| it.saturating_add(255 - a)),
                _ => [255; 3],
            })
    }
}

/// Whether the orientation makes width of height.
pub(super) fn swaps_sides(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// By how much a picture is scaled to fit; at most 1.
pub(super) fn fit_scale(width: u32, height: u32, max_width: u32, max_height: u32) -> f64 {
    let ratio = |max: u32, is: u32| f64::from(max.max(1)) / f64::from(is.max(1));
    ratio(max_width, width)
        .min(ratio(max_height, height))
        .min(1.0)
}

pub(super) fn premultiply(data: &mut [u8], num_channels: u8) {
    let multiplied =
        |color: u8, alpha: u8| ((u32::from(color) * u32::from(alpha) + 127) / 255) as u8;
    match num_channels {
        2 => {
            for pixel in data.chunks_exact_mut(2) {
                pixel[0] = multiplied(pixel[0], pixel[1]);
            }
        }
        4 => {
            for pixel in data.chunks_exact_mut(4).filter(|it| it[3] != 255) {
                for channel in 0..3 {
                    pixel[channel] = multiplied(pixel[channel], pixel[3]);
                }
            }
        }
        _ => {}
    }
}

/// Straight alpha from premultiplied RGBA.
pub fn unpremultiply(rgba: &mut [u8]) {
    for pixel in rgba.chunks_exact_mut(4) {
        let alpha = u32::from(pixel[3]);
        if alpha == 0 || alpha == 255 {
            continue;
        }
        for color in &mut pixel[..3] {
            *color = ((u32::from(*color) * 255 + alpha / 2) / alpha).min(255) as u8;
        }
    }
}

/// Narrows samples of `N` bytes to one byte each, in place.
fn narrow<const N: usize>(data: &mut Vec<u8>, to_byte: impl Fn([u8; N]) -> u8) {
    let num_samples = data.len() / N;
    for index in 0..num_samples {
        let mut sample = [0; N];
        sample.copy_from_slice(&data[index * N..(index + 1) * N]);
        data[index] = to_byte(sample);
    }
    data.truncate(num_samples);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raster(width: u32, height: u32, num_channels: u8, data: &[u8]) -> Raster {
        Raster {
            width,
            height,
            num_channels,
            data: data.to_vec(),
        }
    }

    #[test]
    fn sixteen_bits_and_floats_become_eight() {
        let wide: Vec<u8> = [0_u16, 257, 65_535, 32_896]
            .into_iter()
            .flat_map(u16::to_ne_bytes)
            .collect();
        let narrowed = Raster::from_decoder(4, 1, ColorType::L16, wide).unwrap();
        assert_eq!(narrowed.data, [0, 1, 255, 128]);
        let float: Vec<u8> = [0.0_f32, 0.5, 2.0, -1.0, f32::NAN, 1.0]
            .into_iter()
            .flat_map(f32::to_ne_bytes)
            .collect();
        let narrowed = Raster::from_decoder(2, 1, ColorType::Rgb32F, float).unwrap();
        assert_eq!(narrowed.data, [0, 128, 255, 0, 0, 255]);
    }

    #[test]
    fn alpha_is_multiplied_in_and_taken_out() {
        let straight = vec![200, 100, 50, 128, 9, 9, 9, 0, 1, 2, 3, 255];
        let mut premultiplied = Raster::from_decoder(3, 1, ColorType::Rgba8, straight).unwrap();
        assert_eq!(
            premultiplied.data,
            [100, 50, 25, 128, 0, 0, 0, 0, 1, 2, 3, 255]
        );
        assert!(premultiplied.is_translucent());
        let over: Vec<[u8; 3]> = premultiplied.over_white().collect();
        assert_eq!(over, [[227, 177, 152], [255; 3], [1, 2, 3]]);
        unpremultiply(&mut premultiplied.data);
        assert_eq!(premultiplied.data[..4], [199, 100, 50, 128]);
    }

    #[test]
    fn the_eight_orientations() {
        // 1 2 3
        // 4 5 6
        let picture = raster(3, 2, 1, &[1, 2, 3, 4, 5, 6]);
        let expected: [(u8, u32, [u8; 6]); 8] = [
            (1, 3, [1, 2, 3, 4, 5, 6]),
            (2, 3, [3, 2, 1, 6, 5, 4]),
            (3, 3, [6, 5, 4, 3, 2, 1]),
            (4, 3, [4, 5, 6, 1, 2, 3]),
            (5, 2, [1, 4, 2, 5, 3, 6]),
            (6, 2, [4, 1, 5, 2, 6, 3]),
            (7, 2, [6, 3, 5, 2, 4, 1]),
            (8, 2, [3, 6, 2, 5, 1, 4]),
        ];
        for (exif, width, data) in expected {
            let turned = picture
                .clone()
                .oriented(Orientation::from_exif(exif).unwrap());
            assert_eq!(
                (turned.width, &turned.data[..]),
                (width, &data[..]),
                "EXIF {exif}"
            );
        }
    }

    #[test]
    fn fitting_keeps_the_shape_and_never_enlarges() {
        assert_eq!(Raster::fitted(4_000, 3_000, 256, 256), (256, 192));
        assert_eq!(Raster::fitted(100, 50, 256, 256), (100, 50));
        assert_eq!(Raster::fitted(10_000, 3, 256, 256), (256, 1));
        assert_eq!(Raster::fitted(1, 1, 0, 0), (1, 1));
    }

    #[test]
    fn a_transparent_edge_leaks_no_color() {
        // Red, and a green that can't be seen.
        let data: Vec<u8> = (0..64 * 64)
            .flat_map(|it| {
                if it % 64 < 32 {
                    [255, 0, 0, 255]
                } else {
                    [0, 255, 0, 0]
                }
            })
            .collect();
        let picture = Raster::from_decoder(64, 64, ColorType::Rgba8, data).unwrap();
        let small = picture.resized(7, 7).unwrap();
        assert!(
            small
                .data
                .chunks_exact(4)
                .all(|it| it[1] == 0 && it[0] <= it[3])
        );
        assert_eq!(small.into_rgba().len(), 7 * 7 * 4);
    }
}
