//! Where two pictures differ, as a picture: computed on a thread of its own.

use crate::app::text;
use std::sync::Arc;

use crossbeam_channel::{Receiver, TryRecvError, bounded};
use eframe::egui::{self, Color32, ColorImage, TextureHandle, TextureOptions};

use crate::memory::{self, Component};
use crate::model::PostId;

/// Differences are this many times as bright as they are.
const AMPLIFICATION: u16 = 6;
/// A pixel differs where one of its channels does by more than this, of 255:
/// compressing a picture anew changes it by as much.
const NOTICEABLE: u8 = 12;

/// What was computed of two pictures.
#[derive(Debug)]
pub struct Computed {
    pub image: ColorImage,
    /// Mean of the channels' differences, 0 to 1.
    pub mean: f64,
    /// Of the pixels, that differ noticeably, 0 to 1.
    pub share: f64,
    /// One of them was stretched to the other's size.
    pub is_stretched: bool,
}

pub enum Difference {
    Computing {
        posts: [PostId; 2],
        answer: Receiver<Computed>,
    },
    Shown {
        posts: [PostId; 2],
        texture: TextureHandle,
        text: String,
    },
    Failed {
        posts: [PostId; 2],
        reason: String,
    },
}

impl Difference {
    /// Starts to compute; wakes the window at the end.
    pub fn start(
        ctx: &egui::Context,
        posts: [PostId; 2],
        left: Arc<ColorImage>,
        right: Arc<ColorImage>,
    ) -> Self {
        let (sender, answer) = bounded(1);
        let ctx = ctx.clone();
        // The thread ends by itself; nobody waits for it.
        let thread = memory::spawn("difference", Component::Pictures, move || {
            // A window that looks at something else no longer listens.
            let _ = sender.send(compute(&left, &right));
            ctx.request_repaint();
        });
        match thread {
            Ok(_) => Self::Computing { posts, answer },
            Err(err) => Self::Failed {
                posts,
                reason: text::duplicates::difference_fails(&err.to_string()),
            },
        }
    }

    pub fn posts(&self) -> [PostId; 2] {
        match self {
            Self::Computing { posts, .. }
            | Self::Shown { posts, .. }
            | Self::Failed { posts, .. } => *posts,
        }
    }

    pub fn texture_bytes(&self) -> u64 {
        match self {
            Self::Shown { texture, .. } => texture.byte_size() as u64,
            Self::Computing { .. } | Self::Failed { .. } => 0,
        }
    }

    /// Takes in what was computed meanwhile.
    pub fn take_answer(&mut self, ctx: &egui::Context) {
        let Self::Computing { posts, answer } = self else {
            return;
        };
        let posts = *posts;
        match answer.try_recv() {
            Ok(computed) => {
                let text = difference_text(&computed);
                *self = Self::Shown {
                    posts,
                    texture: ctx.load_texture("difference", computed.image, TextureOptions::LINEAR),
                    text,
                };
            }
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => {
                *self = Self::Failed {
                    posts,
                    reason: text::duplicates::DIFFERENCE_FAILED.to_owned(),
                };
            }
        }
    }
}

/// `0.84 % different, 3.1 % of the pixels noticeably`
fn difference_text(computed: &Computed) -> String {
    let Computed {
        image: _,
        mean,
        share,
        is_stretched,
    } = computed;
    if *mean <= 0.0 && !is_stretched {
        return text::duplicates::NO_PIXEL_DIFFERS.to_owned();
    }
    let mut said = text::duplicates::different(&percent(*mean), &percent(*share), AMPLIFICATION);
    if *is_stretched {
        said += text::duplicates::RIGHT_ONE_WAS_SCALED;
    }
    said
}

fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.01 {
        text::duplicates::LESS_THAN_A_TENTH_OF_A_PERMILLE.to_owned()
    } else if percent < 10.0 {
        format!("{percent:.2} %")
    } else {
        format!("{percent:.0} %")
    }
}

/// Absolute differences by channel, at the size of `left`.
fn compute(left: &ColorImage, right: &ColorImage) -> Computed {
    let is_stretched = left.size != right.size;
    let [width, height] = left.size;
    let mut pixels = Vec::with_capacity(width * height);
    let mut sum = 0u64;
    let mut num_noticeable = 0u64;
    for y in 0..height {
        for x in 0..width {
            let here = pixel(left, x, y);
            let there = if is_stretched {
                sampled(right, [x, y], left.size)
            } else {
                pixel(right, x, y)
            };
            let mut channels = [0; 3];
            let mut most = 0;
            for (index, channel) in channels.iter_mut().enumerate() {
                let [one, other] = [here, there].map(|it| it.get(index).copied().unwrap_or(0));
                let difference = one.abs_diff(other);
                sum += u64::from(difference);
                most = most.max(difference);
                let bright = u16::from(difference) * AMPLIFICATION;
                *channel = u8::try_from(bright).unwrap_or(u8::MAX);
            }
            num_noticeable += u64::from(most > NOTICEABLE);
            let [red, green, blue] = channels;
            pixels.push(Color32::from_rgb(red, green, blue));
        }
    }
    let num_pixels = (width * height).max(1) as f64;
    Computed {
        image: ColorImage::new([width, height], pixels),
        mean: sum as f64 / (num_pixels * 3.0 * 255.0),
        share: num_noticeable as f64 / num_pixels,
        is_stretched,
    }
}

fn pixel(image: &ColorImage, x: usize, y: usize) -> [u8; 4] {
    let at = y * image.width() + x;
    image.pixels.get(at).map_or([0; 4], Color32::to_array)
}

/// What `image` shows where `at` is in a picture of `size`: the mean of the four
/// nearest pixels by nearness.
fn sampled(image: &ColorImage, at: [usize; 2], size: [usize; 2]) -> [u8; 4] {
    let axis = |at: usize, size: usize, edge: usize| {
        let exact = (at as f32 + 0.5) * edge as f32 / size.max(1) as f32 - 0.5;
        let exact = exact.clamp(0.0, edge.saturating_sub(1) as f32);
        let low = exact.floor() as usize;
        (low, (low + 1).min(edge.saturating_sub(1)), exact.fract())
    };
    let [x, y] = at;
    let [width, height] = size;
    let (left, right, beside) = axis(x, width, image.width());
    let (top, bottom, below) = axis(y, height, image.height());
    let corners = [
        (pixel(image, left, top), (1.0 - beside) * (1.0 - below)),
        (pixel(image, right, top), beside * (1.0 - below)),
        (pixel(image, left, bottom), (1.0 - beside) * below),
        (pixel(image, right, bottom), beside * below),
    ];
    let mut mean = [0.0f32; 4];
    for (color, weight) in corners {
        for (channel, value) in mean.iter_mut().zip(color) {
            *channel += f32::from(value) * weight;
        }
    }
    mean.map(|it| it.round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(size: [usize; 2], level: u8) -> ColorImage {
        ColorImage::new(size, vec![Color32::from_gray(level); size[0] * size[1]])
    }

    #[test]
    fn equal_pictures_do_not_differ() {
        let computed = compute(&image([4, 3], 90), &image([4, 3], 90));
        assert!(computed.mean <= 0.0 && computed.share <= 0.0);
        assert_eq!(difference_text(&computed), "No pixel differs at this size");
        assert!(computed.image.pixels.iter().all(|it| *it == Color32::BLACK));
    }

    #[test]
    fn one_pixel_is_found_and_amplified() {
        let left = image([10, 10], 100);
        let mut right = left.clone();
        right.pixels[37] = Color32::from_rgb(120, 100, 100);
        let computed = compute(&left, &right);
        assert_eq!(computed.image.pixels[37], Color32::from_rgb(120, 0, 0));
        assert!((computed.share - 0.01).abs() < 1e-9, "{}", computed.share);
        assert!((computed.mean - 20.0 / (300.0 * 255.0)).abs() < 1e-9);
    }

    #[test]
    fn another_size_is_scaled_first() {
        let computed = compute(&image([8, 8], 50), &image([3, 5], 50));
        assert!(computed.is_stretched && computed.mean <= 0.0);
        assert_eq!(computed.image.size, [8, 8]);
        let empty = compute(&image([2, 2], 50), &image([0, 0], 0));
        assert!(empty.is_stretched);
    }
}
