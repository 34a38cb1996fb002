//! Colours as the screen takes them: sRGB, whatever profile a picture has in it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use moxcms::{ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, TransformOptions};

use super::raster::{Raster, premultiply, unpremultiply};

/// A larger profile is passed over: those of cameras and screens are far smaller.
const MAX_BYTES: usize = 4 << 20;

/// A profile that is not what the screen takes already.
pub(super) struct Profile {
    profile: ColorProfile,
}

impl Profile {
    /// `None` where there is none, it is broken, or of colours that are not in the
    /// picture any more once it is decoded (inks).
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() || bytes.len() > MAX_BYTES {
            return None;
        }
        let parsed = catch_unwind(|| ColorProfile::new_from_slice(bytes).ok());
        let profile = parsed.ok()??;
        matches!(
            profile.color_space,
            DataColorSpace::Rgb | DataColorSpace::Gray
        )
        .then_some(Self { profile })
    }

    /// The same colours in sRGB. Where the profile does not go with the picture, or
    /// can't be used, the picture is as it was.
    pub(super) fn to_srgb(&self, mut raster: Raster) -> Raster {
        let done = catch_unwind(AssertUnwindSafe(|| self.transform(&mut raster)));
        if done.is_err() {
            tracing::debug!("a colour profile could not be used");
        }
        raster
    }

    fn transform(&self, raster: &mut Raster) -> Option<()> {
        let channels = usize::from(raster.num_channels);
        let is_gray = self.profile.color_space == DataColorSpace::Gray;
        let (layout, target) = match (channels, is_gray) {
            (3, false) => (Layout::Rgb, ColorProfile::new_srgb()),
            (4, false) => (Layout::Rgba, ColorProfile::new_srgb()),
            (_, true) => (Layout::Gray, ColorProfile::new_gray_with_gamma(2.2)),
            // A gray picture has no colours to change.
            _ => return None,
        };
        let transform = self
            .profile
            .create_transform_8bit(layout, &target, layout, TransformOptions::default())
            .ok()?;
        let row_bytes = raster.width as usize * channels;
        let mut buffer = Vec::new();
        for row in raster.data.chunks_exact_mut(row_bytes.max(1)) {
            straighten(row, channels);
            if is_gray {
                gray(&*transform, row, channels, &mut buffer)?;
            } else {
                buffer.resize(row.len(), 0);
                transform.transform(row, &mut buffer).ok()?;
                row.copy_from_slice(&buffer);
            }
            premultiply(row, raster.num_channels);
        }
        Some(())
    }
}

/// Takes alpha out of colours, which it was multiplied into.
fn straighten(row: &mut [u8], channels: usize) {
    match channels {
        4 => unpremultiply(row),
        2 => {
            for pixel in row.chunks_exact_mut(2).filter(|it| it[1] > 0) {
                pixel[0] = (u32::from(pixel[0]) * 255 / u32::from(pixel[1])).min(255) as u8;
            }
        }
        _ => {}
    }
}

/// By the first channel, which the other colours are alike.
fn gray(
    transform: &Transform8BitExecutor,
    row: &mut [u8],
    channels: usize,
    buffer: &mut Vec<u8>,
) -> Option<()> {
    buffer.clear();
    buffer.extend(row.chunks_exact(channels).filter_map(|it| it.first()));
    let mut levels = vec![0; buffer.len()];
    transform.transform(buffer, &mut levels).ok()?;
    for (pixel, level) in row.chunks_exact_mut(channels).zip(levels) {
        let num_colors = if channels < 3 { 1 } else { 3 };
        pixel[..num_colors].fill(level);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raster(num_channels: u8, data: &[u8]) -> Raster {
        Raster {
            width: (data.len() / usize::from(num_channels)) as u32,
            height: 1,
            num_channels,
            data: data.to_vec(),
        }
    }

    fn encoded(profile: ColorProfile) -> Profile {
        Profile::parse(&profile.encode().unwrap()).unwrap()
    }

    #[test]
    fn wide_colours_become_those_of_the_screen() {
        let p3 = encoded(ColorProfile::new_display_p3());
        let shown = p3.to_srgb(raster(3, &[200, 80, 80, 128, 128, 128]));
        // A red of P3 is a stronger red of sRGB; gray stays gray.
        assert!(
            shown.data[0] > 205 && shown.data[1] < 80,
            "{:?}",
            shown.data
        );
        for level in &shown.data[3..] {
            assert!(level.abs_diff(128) <= 1, "{:?}", shown.data);
        }
        let same = encoded(ColorProfile::new_srgb());
        let shown = same.to_srgb(raster(3, &[200, 80, 10]));
        for (here, there) in shown.data.iter().zip([200_u8, 80, 10]) {
            assert!(here.abs_diff(there) <= 1, "{:?}", shown.data);
        }
    }

    #[test]
    fn what_can_be_seen_through_stays_so() {
        let p3 = encoded(ColorProfile::new_display_p3());
        let shown = p3.to_srgb(raster(4, &[100, 40, 40, 128, 0, 0, 0, 0]));
        assert_eq!((shown.data[3], shown.data[7]), (128, 0));
        assert!(
            shown.data[0] > 100 && shown.data[0] <= 128,
            "{:?}",
            shown.data
        );
    }

    #[test]
    fn a_profile_that_is_none_changes_nothing() {
        assert!(Profile::parse(b"").is_none());
        assert!(Profile::parse(b"not a profile at all, but long enough to be one").is_none());
        let p3 = encoded(ColorProfile::new_display_p3());
        let gray = raster(1, &[1, 2, 3]);
        assert_eq!(p3.to_srgb(gray.clone()), gray);
    }
}
