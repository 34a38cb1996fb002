//! How light a picture is where one can see through parts of it.

use eframe::egui::ColorImage;

/// Pixels that are looked at, about.
const NUM_SAMPLES: usize = 4096;

/// Less of a picture is an edge.
const LEAST_SHARE_SEEN_THROUGH: f32 = 0.05;

/// From 0, black, to 1, white: the mean of what is seen; `None` where there is nothing to
/// see through, or nothing else.
pub(super) fn shade(image: &ColorImage) -> Option<f32> {
    let step = (image.pixels.len() / NUM_SAMPLES).max(1);
    let (mut num, mut num_through) = (0_u32, 0_u32);
    let (mut light, mut cover) = (0_u32, 0_u32);
    for pixel in image.pixels.iter().step_by(step) {
        num += 1;
        num_through += u32::from(pixel.a() < 16);
        // Colours are multiplied by their alpha. Weights of BT.601.
        let [red, green, blue] = [pixel.r(), pixel.g(), pixel.b()].map(u32::from);
        light += (299 * red + 587 * green + 114 * blue) / 1000;
        cover += u32::from(pixel.a());
    }
    let is_seen_through = num_through as f32 >= LEAST_SHARE_SEEN_THROUGH * num as f32;
    (is_seen_through && cover > 0).then(|| light as f32 / cover as f32)
}

#[cfg(test)]
mod tests {
    use eframe::egui::Color32;

    use super::*;

    fn half(color: Color32) -> ColorImage {
        let mut image = ColorImage::filled([10, 10], Color32::TRANSPARENT);
        image.pixels[..50].fill(color);
        image
    }

    #[test]
    fn only_what_is_seen_counts() {
        assert!(shade(&half(Color32::BLACK)).unwrap() < 0.01);
        assert!(shade(&half(Color32::WHITE)).unwrap() > 0.99);
        let glass = Color32::from_rgba_unmultiplied(255, 255, 255, 64);
        assert!(shade(&half(glass)).unwrap() > 0.95);
        assert_eq!(shade(&ColorImage::filled([10, 10], Color32::BLACK)), None);
        assert_eq!(shade(&half(Color32::TRANSPARENT)), None);
    }
}
