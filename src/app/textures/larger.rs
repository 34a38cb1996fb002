//! Thumbnails larger than those that are stored, for cells that are larger.

use eframe::egui::{self, ColorImage, TextureOptions, Vec2};

use crate::memory;
use crate::message::{Pixels, Thumbnail};
use crate::model::PostId;

use super::shade::shade;
use super::{Content, TextureCache, byte_size, color_image, halved};

/// Longest edge of a stored thumbnail, pixels: a picture with a shorter one is as
/// small itself, and there is nothing larger of it.
pub const STORED_EDGE: f32 = 256.0;

/// More than this many times the size is worth reading the picture for.
const WORTH: f32 = 1.15;

/// What all of them together may take, of what thumbnails may.
const SHARE: f64 = 0.8;

/// Edges that are asked for, pixels: few, so that dragging a slider reads little anew.
const EDGES: [u32; 5] = [384, 512, 768, 1024, 1536];

/// Pixels that wait for their upload.
pub enum Arrived {
    Stored(Thumbnail),
    /// Of this edge at most, as it was asked for.
    Larger(u32, Pixels),
}

impl Arrived {
    pub fn pixel_bytes(&self) -> u64 {
        let (Self::Stored(Thumbnail { pixels, .. }) | Self::Larger(_, pixels)) = self;
        pixels.rgba.capacity() as u64
    }
}

impl TextureCache {
    /// The edge to ask for so that `num_cells` cells of `edge` pixels are sharp, and fit
    /// into what textures may take; `None` where what is stored is as good.
    pub fn larger_edge(&self, edge: f32, num_cells: usize) -> Option<u32> {
        if edge < STORED_EDGE * WORTH {
            return None;
        }
        let each = self.limit_bytes as f64 * SHARE / num_cells.max(1) as f64;
        let room = (each / 4.0).sqrt() as u32;
        let fits = |it: &&u32| **it <= room;
        let best = EDGES
            .iter()
            .filter(fits)
            .find(|it| **it as f32 * WORTH >= edge);
        best.or_else(|| EDGES.iter().rfind(fits)).copied()
    }

    /// Whether `post` is shown with fewer pixels than `edge`, and there may be more.
    pub fn wants_larger(&self, post: PostId, edge: u32) -> bool {
        match self.entries.get(&post).map(|it| &it.content) {
            Some(Content::Ready {
                size, read_edge, ..
            }) => *read_edge < edge && size.max_elem() >= STORED_EDGE,
            _ => false,
        }
    }

    /// Takes in what was read from the picture; where it could not be read, what is
    /// stored is good enough.
    pub fn arrive_larger(&mut self, post: PostId, edge: u32, pixels: Result<Pixels, String>) {
        match pixels {
            Ok(pixels) => {
                let arrived = Arrived::Larger(edge, pixels);
                self.arrived_bytes += arrived.pixel_bytes();
                self.arrived.push_back((post, arrived));
            }
            Err(reason) => {
                tracing::debug!("no larger thumbnail of post {post}: {reason}");
                self.settle_for_less(post, u32::MAX);
            }
        }
    }

    /// It is not asked for again up to this edge.
    fn settle_for_less(&mut self, post: PostId, edge: u32) {
        if let Some(entry) = self.entries.get_mut(&post)
            && let Content::Ready { read_edge, .. } = &mut entry.content
        {
            *read_edge = edge;
        }
    }

    /// A texture of what arrived, as large as `max_bytes` allow; `None` where what is
    /// there is as good.
    pub(super) fn upload(
        &mut self,
        ctx: &egui::Context,
        post: PostId,
        arrived: Arrived,
        max_bytes: u64,
    ) -> Option<Content> {
        let max_side = ctx.input(|input| input.max_texture_side);
        let (image, label, read_edge) = match arrived {
            Arrived::Stored(Thumbnail { pixels, label }) => match color_image(&pixels, max_side) {
                Ok(image) => (image, label, STORED_EDGE as u32),
                Err(reason) => return Some(Content::Failed { reason }),
            },
            Arrived::Larger(edge, pixels) => {
                // Whatever becomes of it: it was read.
                self.settle_for_less(post, edge);
                let image = color_image(&pixels, max_side).ok()?;
                let Content::Ready { label, .. } = &self.entries.get(&post)?.content else {
                    return None;
                };
                (image, label.clone(), edge)
            }
        };
        let size = Vec2::new(image.width() as f32, image.height() as f32);
        let shade = shade(&image);
        let image = self.fitting(image, max_bytes);
        let bytes = byte_size(&image);
        if read_edge > STORED_EDGE as u32
            && let Some(before) = self.entries.get(&post)
            && before.content.texture_bytes() >= bytes
        {
            return None;
        }
        Some(Content::Ready {
            texture: ctx.load_texture("thumbnail", image, TextureOptions::LINEAR),
            bytes,
            label,
            size,
            shade,
            read_edge,
        })
    }

    fn fitting(&mut self, mut image: ColorImage, max_bytes: u64) -> ColorImage {
        while byte_size(&image) > max_bytes && image.width().min(image.height()) > 32 {
            image = halved(&image);
            if !self.is_reduced {
                self.is_reduced = true;
                memory::note_degraded("thumbnails are drawn smaller");
            }
        }
        image
    }
}
