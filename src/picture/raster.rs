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
        match self.num_channels {
            1 => self.data.iter().flat_map(|&l| [l, l, l, 255]).collect(),
            2 => pairs(&self.data).flat_map(|[l, a]| [l, l, l, a]).collect(),
            3 => {
                let mut rgba = Vec::with_capacity(self.data.len() / 3 * 4);
                for pixel in self.data.chunks_exact(3) {
                    rgba.extend_from_slice(pixel);
                    rgba.push(255);
                }
                rgba
            }
            _ => self.data,
        }
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
pub(super) fn unpremultiply(rgba: &mut [u8]) {
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

fn pairs(data: &[u8]) -> impl Iterator<Item = [u8; 2]> + '_ {
    data.chunks_exact(2).map(|it| [it[0], it[1]])
}
