//! Draws what egui painted into a picture, by the processor alone: the same pixels on
//! every machine, whatever its graphics driver is.
//!
//! Meshes are blended as egui's own back ends do it: colours are premultiplied, and
//! multiplied and mixed in gamma space. A pixel belongs to a triangle where its middle
//! lies inside; middles on an edge that two triangles share belong to one of them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use eframe::egui::epaint::{ImageDelta, Primitive, Vertex};
use eframe::egui::{
    Color32, ColorImage, Context, FullOutput, ImageData, Mesh, Rect, TextureFilter, TextureId,
    TexturesDelta,
};
use egui_kittest::TestRenderer;
use image::{Rgba, RgbaImage};

/// Draws frames of a window whose textures it has followed from the first on.
#[derive(Clone, Default)]
pub struct Rasterizer {
    textures: Rc<RefCell<Textures>>,
}

/// Follows the textures.
#[derive(Default)]
struct Textures {
    known: HashMap<TextureId, Texture>,
    /// Freed by the last frame; that frame may still show them.
    freed: Vec<TextureId>,
}

struct Texture {
    image: ColorImage,
    is_smooth: bool,
}

impl Texture {
    fn new(delta: &ImageDelta) -> Self {
        let ImageData::Color(image) = &delta.image;
        Self {
            image: (**image).clone(),
            is_smooth: delta.options.magnification == TextureFilter::Linear,
        }
    }

    fn write(&mut self, delta: &ImageDelta, [left, top]: [usize; 2]) {
        let ImageData::Color(patch) = &delta.image;
        let width = self.image.width();
        for (row, pixels) in patch.pixels.chunks(patch.width()).enumerate() {
            let start = (top + row) * width + left;
            self.image.pixels[start..start + pixels.len()].copy_from_slice(pixels);
        }
    }

    fn texel(&self, x: i64, y: i64) -> [f32; 4] {
        let x = x.clamp(0, self.image.width() as i64 - 1) as usize;
        let y = y.clamp(0, self.image.height() as i64 - 1) as usize;
        self.image[(x, y)].to_array().map(f32::from)
    }

    /// At `u`, `v` of 0 to 1, of 0 to 255 each.
    fn sample(&self, u: f32, v: f32) -> [f32; 4] {
        let x = u * self.image.width() as f32;
        let y = v * self.image.height() as f32;
        if !self.is_smooth {
            return self.texel(x.floor() as i64, y.floor() as i64);
        }
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right_share, bottom_share) = (x - left, y - top);
        let at = |dx, dy| self.texel(left as i64 + dx, top as i64 + dy);
        let upper = mix(at(0, 0), at(1, 0), right_share);
        let lower = mix(at(0, 1), at(1, 1), right_share);
        mix(upper, lower, bottom_share)
    }
}

fn mix(a: [f32; 4], b: [f32; 4], share_of_b: f32) -> [f32; 4] {
    std::array::from_fn(|it| a[it] + (b[it] - a[it]) * share_of_b)
}

impl TestRenderer for Rasterizer {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        let textures = &mut *self.textures.borrow_mut();
        for id in textures.freed.drain(..) {
            textures.known.remove(&id);
        }
        for (id, images) in std::mem::take(&mut delta.set) {
            for image in images {
                match image.pos {
                    None => {
                        textures.known.insert(id, Texture::new(&image));
                    }
                    Some(at) => {
                        let texture = textures.known.get_mut(&id).expect("a texture to patch");
                        texture.write(&image, at);
                    }
                }
            }
        }
        textures.freed.extend(std::mem::take(&mut delta.free));
    }
}

impl Rasterizer {
    pub fn draw(&self, context: &Context, output: &FullOutput) -> RgbaImage {
        let textures = self.textures.borrow();
        let scale = output.pixels_per_point;
        let size = context.content_rect().size() * scale;
        let (width, height) = (size.x.round() as u32, size.y.round() as u32);
        let mut picture = RgbaImage::from_pixel(width, height, Rgba([0, 0, 0, 255]));
        for clipped in context.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = &clipped.primitive else {
                panic!("a paint callback can't be drawn without a driver");
            };
            let texture = &textures.known[&mesh.texture_id];
            draw(&mut picture, mesh, texture, clipped.clip_rect, scale);
        }
        picture
    }
}

fn draw(picture: &mut RgbaImage, mesh: &Mesh, texture: &Texture, clip: Rect, scale: f32) {
    let pixels = |it: f32, most: u32| ((it * scale).round().max(0.0) as u32).min(most);
    let (width, height) = picture.dimensions();
    let bounds = Bounds {
        left: pixels(clip.left(), width),
        top: pixels(clip.top(), height),
        right: pixels(clip.right(), width),
        bottom: pixels(clip.bottom(), height),
    };
    for triangle in mesh.indices.chunks_exact(3) {
        let corners = [triangle[0], triangle[1], triangle[2]];
        let corners = corners.map(|it| Corner::new(&mesh.vertices[it as usize], scale));
        draw_triangle(picture, corners, texture, bounds);
    }
}

/// Pixels; the right and the bottom are outside.
#[derive(Clone, Copy)]
struct Bounds {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
}

#[derive(Clone, Copy)]
struct Corner {
    x: f32,
    y: f32,
    u: f32,
    v: f32,
    /// 0 to 255 each, premultiplied.
    color: [f32; 4],
}

impl Corner {
    fn new(vertex: &Vertex, scale: f32) -> Self {
        Self {
            x: vertex.pos.x * scale,
            y: vertex.pos.y * scale,
            u: vertex.uv.x,
            v: vertex.uv.y,
            color: Color32::to_array(&vertex.color).map(f32::from),
        }
    }
}

/// Twice the signed area of the triangle that a point makes with an edge.
fn side(from: &Corner, to: &Corner, x: f32, y: f32) -> f32 {
    (to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x)
}

/// Of two triangles that share an edge, exactly one has it on this side.
fn owns_edge(from: &Corner, to: &Corner) -> bool {
    to.y > from.y || (to.y == from.y && to.x < from.x)
}

fn draw_triangle(picture: &mut RgbaImage, corners: [Corner; 3], texture: &Texture, bounds: Bounds) {
    let [a, mut b, mut c] = corners;
    let area = side(&a, &b, c.x, c.y);
    if area == 0.0 || !area.is_finite() {
        return;
    }
    if area < 0.0 {
        std::mem::swap(&mut b, &mut c);
    }
    let area = area.abs();
    let least = |it: [f32; 3]| {
        it.into_iter()
            .fold(f32::INFINITY, f32::min)
            .floor()
            .max(0.0)
    };
    let most = |it: [f32; 3]| it.into_iter().fold(0.0, f32::max).ceil();
    let (xs, ys) = ([a.x, b.x, c.x], [a.y, b.y, c.y]);
    let columns = bounds.left.max(least(xs) as u32)..bounds.right.min(most(xs) as u32);
    for y in bounds.top.max(least(ys) as u32)..bounds.bottom.min(most(ys) as u32) {
        for x in columns.clone() {
            let (middle_x, middle_y) = (x as f32 + 0.5, y as f32 + 0.5);
            let weights = [(&b, &c), (&c, &a), (&a, &b)].map(|(from, to)| {
                let weight = side(from, to, middle_x, middle_y);
                (weight, weight > 0.0 || weight == 0.0 && owns_edge(from, to))
            });
            if !weights.iter().all(|(_, is_inside)| *is_inside) {
                continue;
            }
            let [of_a, of_b, of_c] = weights.map(|(weight, _)| weight / area);
            let of = |part: fn(&Corner) -> f32| part(&a) * of_a + part(&b) * of_b + part(&c) * of_c;
            let texel = texture.sample(of(|it| it.u), of(|it| it.v));
            let color: [f32; 4] = std::array::from_fn(|channel| {
                let tint =
                    a.color[channel] * of_a + b.color[channel] * of_b + c.color[channel] * of_c;
                texel[channel] * tint / 255.0
            });
            let pixel = picture.get_pixel_mut(x, y);
            let beneath = 1.0 - color[3] / 255.0;
            for (under, over) in pixel.0.iter_mut().zip(color) {
                *under = (over + f32::from(*under) * beneath)
                    .round()
                    .clamp(0.0, 255.0) as u8;
            }
        }
    }
}

#[test]
fn a_square_of_two_triangles_covers_each_pixel_once() {
    let mut picture = RgbaImage::from_pixel(8, 8, Rgba([0, 0, 0, 255]));
    let white = Texture {
        image: ColorImage::filled([1, 1], Color32::WHITE),
        is_smooth: true,
    };
    let mut mesh = Mesh::default();
    let square = Rect::from_min_max([1.0, 1.0].into(), [3.0, 3.0].into());
    // Half transparent: what is covered twice is lighter.
    mesh.add_colored_rect(square, Color32::from_white_alpha(128));
    let everything = Rect::from_min_max([0.0, 0.0].into(), [3.0, 8.0].into());
    draw(&mut picture, &mesh, &white, everything, 2.0);
    for (x, y, pixel) in picture.enumerate_pixels() {
        let is_inside = (2..6).contains(&x) && (2..6).contains(&y);
        assert_eq!(pixel.0[0], if is_inside { 128 } else { 0 }, "{x}, {y}");
    }
}

#[test]
fn a_smooth_texture_is_mixed_between_its_texels() {
    let mut image = ColorImage::filled([2, 1], Color32::BLACK);
    image[(1, 0)] = Color32::WHITE;
    let texture = Texture {
        image,
        is_smooth: true,
    };
    assert_eq!(texture.sample(0.25, 0.5)[0], 0.0);
    assert_eq!(texture.sample(0.5, 0.5)[0], 127.5);
    assert_eq!(texture.sample(1.0, 0.5)[0], 255.0);
}
