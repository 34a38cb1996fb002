//! A star, which the fonts do not have.

use eframe::egui::{Color32, Painter, Pos2, Shape, Stroke, vec2};

/// The inner corners' distance from the middle, of the tips'.
const INNER: f32 = 0.45;

/// Paints a star around `center`, its tips `radius` points away; filled or an outline.
pub fn paint_star(painter: &Painter, center: Pos2, radius: f32, color: Color32, is_filled: bool) {
    let corner = |index: usize| {
        let angle = std::f32::consts::PI * index as f32 / 5.0;
        let distance = if index.is_multiple_of(2) { 1.0 } else { INNER } * radius;
        center + distance * vec2(angle.sin(), -angle.cos())
    };
    if is_filled {
        // A star is not convex, so it is filled by kites, each from a tip to the
        // inner corner on the other side; they overlap, which leaves no seams.
        for tip in (0..10).step_by(2) {
            let kite = [tip, tip + 1, tip + 5, tip + 9].map(corner);
            painter.add(Shape::convex_polygon(kite.to_vec(), color, Stroke::NONE));
        }
    }
    let outline = (0..10).map(corner).collect();
    painter.add(Shape::closed_line(outline, Stroke::new(1.2, color)));
}
