//! What is said of a post on its picture: rating, favourite, animated, missing.

use eframe::egui::{
    Align2, Color32, FontId, Painter, Pos2, Rect, Shape, Stroke, Ui, Vec2, pos2, vec2,
};

use crate::app::star::paint_star;
use crate::app::text;
use crate::app::theme::{self, Palette};
use crate::message::PostMarks;
use crate::model::Rating;

/// Edge of a badge, and in small cells, points.
const EDGE: f32 = 18.0;
const SMALL_EDGE: f32 = 13.0;
/// A cell smaller than this is small, points.
const SMALL_CELL: f32 = 110.0;

/// The letter that stands for a rating, as boorus have it.
pub fn rating_letter(rating: Rating) -> &'static str {
    match rating {
        Rating::General => text::grid::GENERAL_LETTER,
        Rating::Sensitive => text::grid::SENSITIVE_LETTER,
        Rating::Questionable => text::grid::QUESTIONABLE_LETTER,
        Rating::Explicit => text::grid::EXPLICIT_LETTER,
    }
}

/// A cell's name with them in words: `cat.png, favourite, rated general`.
pub fn with_marks(mut name: String, marks: PostMarks) -> String {
    let PostMarks {
        rating,
        is_favorite,
        is_animated,
        is_missing,
    } = marks;
    if is_favorite {
        name = text::grid::with_favourite(&name);
    }
    if let Some(rating) = rating {
        name = text::grid::with_rating(&name, rating);
    }
    if is_animated {
        name = text::grid::with_animated(&name);
    }
    if is_missing {
        name = text::grid::with_file_missing(&name);
    }
    name
}

/// A row of them in the upper left corner of a cell, each on a ground of its own, so
/// that it can be read on any picture.
pub fn badges_ui(ui: &Ui, cell: Rect, marks: PostMarks) {
    let PostMarks {
        rating,
        is_favorite,
        is_animated,
        is_missing,
    } = marks;
    let edge = if cell.width() < SMALL_CELL {
        SMALL_EDGE
    } else {
        EDGE
    };
    let palette = theme::palette(ui.visuals());
    let painter = ui.painter();
    let mut at = cell.min + Vec2::splat(4.0);
    let mut next = || {
        let rect = Rect::from_min_size(at, Vec2::splat(edge));
        at.x += edge + 2.0;
        painter.rect_filled(rect, 4, palette.badge);
        rect
    };
    if is_missing {
        let rect = next();
        painter.rect_filled(rect, 4, palette.error);
        exclamation(painter, rect, palette.ground);
    }
    if is_favorite {
        let rect = next();
        paint_star(painter, rect.center(), edge * 0.36, palette.star, true);
    }
    if let Some(rating) = rating {
        let rect = next();
        letter(
            painter,
            rect,
            rating_letter(rating),
            rating_color(rating, palette),
        );
    }
    if is_animated {
        play(painter, next(), palette.badge_text);
    }
}

fn rating_color(rating: Rating, palette: &Palette) -> Color32 {
    match rating {
        Rating::General => palette.good,
        Rating::Sensitive => palette.badge_text,
        Rating::Questionable => palette.warning,
        Rating::Explicit => palette.error,
    }
}

fn letter(painter: &Painter, rect: Rect, letter: &str, color: Color32) {
    let font = FontId::proportional(rect.height() * 0.72);
    painter.text(rect.center(), Align2::CENTER_CENTER, letter, font, color);
}

/// A mark that can be seen at any size.
fn exclamation(painter: &Painter, rect: Rect, color: Color32) {
    let (center, edge) = (rect.center(), rect.height());
    let line = Stroke::new(edge * 0.16, color);
    let top = center - vec2(0.0, edge * 0.3);
    painter.line_segment([top, center + vec2(0.0, edge * 0.1)], line);
    painter.circle_filled(center + vec2(0.0, edge * 0.29), edge * 0.095, color);
}

/// The triangle of what can be played.
fn play(painter: &Painter, rect: Rect, color: Color32) {
    let size = rect.width() * 0.3;
    let center: Pos2 = rect.center() + vec2(size * 0.2, 0.0);
    let corners = vec![
        pos2(center.x - size * 0.7, center.y - size),
        pos2(center.x + size, center.y),
        pos2(center.x - size * 0.7, center.y + size),
    ];
    painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
}
