//! How a picture lies in its part of the window: how large, which part of it,
//! and how it is turned. Of the view alone; no file is ever changed.
//!
//! Three spaces: the picture as it is meant to be seen (*upright*, its pixels),
//! the same *turned* as the user likes, and the screen, in its own pixels.

use eframe::egui::{Pos2, Rect, Vec2, pos2, vec2};

/// A small picture grows to the window, but to no more than this: an icon of 16
/// pixels that fills the screen is only squares.
const MAX_FIT: f32 = 4.0;
/// Screen pixels for a pixel of the picture.
const MAX_SCALE: f32 = 32.0;
const MIN_SCALE: f32 = 1.0 / 64.0;
/// By what one step zooms.
pub const ZOOM_STEP: f32 = 1.25;

/// How large a picture is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Zoom {
    /// All of it.
    #[default]
    Fit,
    /// As wide as the window.
    Width,
    /// Screen pixels for a pixel of the picture.
    Scale(f32),
}

/// How it is turned: mirrored first, then by quarters clockwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    quarters: u8,
    is_mirrored: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Left becomes right.
    Horizontal,
    /// Top becomes bottom.
    Vertical,
}

impl Turn {
    pub fn is_upright(self) -> bool {
        self == Self::default()
    }

    fn by(self, quarters: i8) -> Self {
        Self {
            quarters: (i16::from(self.quarters) + i16::from(quarters)).rem_euclid(4) as u8,
            ..self
        }
    }

    fn mirrored(self, axis: Axis) -> Self {
        let half = match axis {
            Axis::Horizontal => 0,
            Axis::Vertical => 2,
        };
        Self {
            quarters: (4 + half - self.quarters) % 4,
            is_mirrored: !self.is_mirrored,
        }
    }

    /// The size of a picture of `size` as it is turned.
    fn size(self, size: Vec2) -> Vec2 {
        if self.quarters % 2 == 1 {
            size.yx()
        } else {
            size
        }
    }

    /// Where a point of an upright picture of `size` is in the turned one.
    fn point(self, at: Pos2, mut size: Vec2) -> Pos2 {
        let mut at = if self.is_mirrored {
            pos2(size.x - at.x, at.y)
        } else {
            at
        };
        for _ in 0..self.quarters {
            at = pos2(size.y - at.y, at.x);
            size = size.yx();
        }
        at
    }

    /// The way back of [`Self::point`].
    fn upright_point(self, at: Pos2, size: Vec2) -> Pos2 {
        let mut turned = self.size(size);
        let mut at = at;
        for _ in 0..self.quarters {
            at = pos2(at.y, turned.x - at.x);
            turned = turned.yx();
        }
        if self.is_mirrored {
            pos2(size.x - at.x, at.y)
        } else {
            at
        }
    }
}

/// What is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Camera {
    zoom: Zoom,
    turn: Turn,
    /// The point in the middle of the window, in parts of the turned picture;
    /// where it is smaller than the window, its own middle.
    middle: Option<Vec2>,
}

/// A picture in its place, for one frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Laid {
    /// Upright, pixels.
    pub size: Vec2,
    turn: Turn,
    /// Screen pixels for a pixel of the picture.
    pub scale: f32,
    /// Of the turned picture's corner, screen pixels.
    origin: Pos2,
    /// What is seen through, screen pixels.
    pub window: Rect,
}

impl Camera {
    /// What the next picture is looked at with: a scale of its own and a turn are
    /// of this picture alone.
    pub fn for_next(self) -> Self {
        let zoom = match self.zoom {
            Zoom::Scale(scale) if (scale - 1.0).abs() > f32::EPSILON => Zoom::Fit,
            zoom => zoom,
        };
        Self {
            zoom,
            ..Self::default()
        }
    }

    pub fn zoom(&self) -> Zoom {
        self.zoom
    }

    pub fn turn(&self) -> Turn {
        self.turn
    }

    pub fn set_zoom(&mut self, zoom: Zoom) {
        self.zoom = zoom;
        if !matches!(zoom, Zoom::Scale(_)) {
            self.middle = None;
        }
    }

    /// Where a picture of `size` is in `window`, all in pixels.
    pub fn lay(&self, size: Vec2, window: Rect) -> Laid {
        let size = size.max(Vec2::splat(1.0));
        let turned = self.turn.size(size);
        let room = window.size().max(Vec2::splat(1.0));
        let fit = (room.x / turned.x).min(room.y / turned.y).min(MAX_FIT);
        let scale = match self.zoom {
            Zoom::Fit => fit,
            Zoom::Width => (room.x / turned.x).min(MAX_FIT),
            Zoom::Scale(scale) => scale,
        };
        let shown = turned * scale;
        let middle = self.middle.unwrap_or(match self.zoom {
            // A page is read from its top.
            Zoom::Width => vec2(0.5, 0.0),
            Zoom::Fit | Zoom::Scale(_) => Vec2::splat(0.5),
        });
        let place = |room: f32, shown: f32, middle: f32| {
            if shown <= room {
                (room - shown) / 2.0
            } else {
                (room / 2.0 - middle * shown).clamp(room - shown, 0.0)
            }
        };
        // On whole pixels, so that one of the picture is one of the screen.
        let corner = vec2(
            place(room.x, shown.x, middle.x).round(),
            place(room.y, shown.y, middle.y).round(),
        );
        Laid {
            size,
            turn: self.turn,
            scale,
            origin: (window.min.round() + corner),
            window,
        }
    }

    /// Zooms by `factor`, what is at `at` (screen pixels) staying where it is.
    pub fn zoom_by(&mut self, factor: f32, at: Option<Pos2>, laid: &Laid) {
        let least = MIN_SCALE.min(laid.scale);
        let mut scale = (laid.scale * factor).clamp(least, MAX_SCALE.max(laid.scale));
        // Not past the real size without stopping there.
        if (laid.scale < 0.999 && scale > 1.0) || (laid.scale > 1.001 && scale < 1.0) {
            scale = 1.0;
        }
        self.zoom_to(scale, at, laid);
    }

    /// Zooms to `scale`, what is at `at` (screen pixels) staying where it is.
    pub fn zoom_to(&mut self, scale: f32, at: Option<Pos2>, laid: &Laid) {
        let at = at.unwrap_or(laid.window.center());
        let turned = self.turn.size(laid.size);
        let point = (at - laid.origin) / laid.scale;
        let middle = point - (at - laid.window.center()) / scale;
        self.middle = Some((middle / turned).clamp(Vec2::ZERO, Vec2::splat(1.0)));
        self.zoom = Zoom::Scale(scale);
    }

    /// Moves the picture by so many screen pixels.
    pub fn pan(&mut self, by: Vec2, laid: &Laid) {
        let turned = self.turn.size(laid.size);
        let shown = turned * laid.scale;
        let middle = (laid.window.center() - laid.origin - by) / shown;
        // No further than the picture goes, so that the way back begins at once.
        let half = (laid.window.size() / 2.0 / shown).min(Vec2::splat(0.5));
        self.middle = Some(middle.clamp(half, Vec2::splat(1.0) - half));
    }

    pub fn rotate(&mut self, quarters: i8) {
        self.turn = self.turn.by(quarters);
        self.middle = None;
    }

    pub fn mirror(&mut self, axis: Axis) {
        self.turn = self.turn.mirrored(axis);
        self.middle = None;
    }
}

impl Laid {
    /// On the screen, pixels.
    pub fn rect(&self) -> Rect {
        Rect::from_min_size(self.origin, self.turn.size(self.size) * self.scale)
    }

    /// Whether there is more of it to the left or right, above or below.
    pub fn overflows(&self) -> [bool; 2] {
        let shown = self.rect().size();
        [
            shown.x > self.window.width() + 0.5,
            shown.y > self.window.height() + 0.5,
        ]
    }

    /// Whether there is more of it where it would come from if it moved by `by`.
    pub fn has_more(&self, by: Vec2) -> bool {
        let shown = self.rect();
        (by.x > 0.0 && shown.left() < self.window.left() - 0.5)
            || (by.x < 0.0 && shown.right() > self.window.right() + 0.5)
            || (by.y > 0.0 && shown.top() < self.window.top() - 0.5)
            || (by.y < 0.0 && shown.bottom() > self.window.bottom() + 0.5)
    }

    /// Where a point of the upright picture is on the screen, pixels.
    pub fn on_screen(&self, at: Pos2) -> Pos2 {
        self.origin + self.turn.point(at, self.size).to_vec2() * self.scale
    }

    /// The part of the upright picture that can be seen, its pixels.
    pub fn visible(&self) -> Rect {
        let seen = self.rect().intersect(self.window);
        let corner = |at: Pos2| {
            let turned = ((at - self.origin) / self.scale).to_pos2();
            self.turn.upright_point(turned, self.size)
        };
        let seen = Rect::from_two_pos(corner(seen.min), corner(seen.max));
        seen.intersect(Rect::from_min_size(Pos2::ZERO, self.size))
    }

    /// Corners of a part of the upright picture on the screen, pixels, from its
    /// top left one clockwise.
    pub fn corners(&self, part: Rect) -> [Pos2; 4] {
        [
            part.left_top(),
            part.right_top(),
            part.right_bottom(),
            part.left_bottom(),
        ]
        .map(|it| self.on_screen(it))
    }

    /// `50 %`, `3.1 %`
    pub fn percent(&self) -> String {
        let percent = self.scale * 100.0;
        if percent < 10.0 {
            format!("{percent:.1} %")
        } else {
            format!("{percent:.0} %")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Vec2 = vec2(3000.0, 2000.0);

    fn window() -> Rect {
        Rect::from_min_size(pos2(100.0, 50.0), vec2(600.0, 400.0))
    }

    fn is_near(a: Pos2, b: Pos2) -> bool {
        a.distance(b) < 1.5
    }

    #[test]
    fn fits_and_never_enlarges_without_end() {
        let laid = Camera::default().lay(SIZE, window());
        assert_eq!(laid.rect(), window());
        assert_eq!(laid.percent(), "20 %");
        let icon = Camera::default().lay(vec2(16.0, 16.0), window());
        assert_eq!(icon.rect().size(), vec2(64.0, 64.0));
        assert_eq!(icon.rect().center(), window().center());
        assert_eq!(icon.overflows(), [false, false]);
    }

    #[test]
    fn what_is_at_the_pointer_stays_there() {
        let mut camera = Camera::default();
        let laid = camera.lay(SIZE, window());
        let pointer = pos2(250.0, 300.0);
        let point = laid
            .turn
            .upright_point(((pointer - laid.origin) / laid.scale).to_pos2(), SIZE);
        camera.zoom_by(3.0, Some(pointer), &laid);
        let zoomed = camera.lay(SIZE, window());
        assert!((zoomed.scale - 0.6).abs() < 1e-4);
        assert!(is_near(zoomed.on_screen(point), pointer));
        assert!(zoomed.overflows()[0] && zoomed.overflows()[1]);
        assert!(zoomed.visible().contains(point));
        assert!((zoomed.visible().width() - 1000.0).abs() < 2.0);
    }

    #[test]
    fn zooming_stops_at_the_real_size_and_pixels_are_whole() {
        let mut camera = Camera::default();
        let laid = camera.lay(SIZE, window());
        camera.zoom_by(100.0, Some(pos2(313.0, 77.0)), &laid);
        let laid = camera.lay(SIZE, window());
        assert_eq!(laid.scale, 1.0);
        let corner = laid.rect().min;
        assert_eq!(corner, corner.round());
        camera.zoom_by(1.5, None, &laid);
        assert!(camera.lay(SIZE, window()).scale > 1.4);
        assert_eq!(camera.for_next().zoom(), Zoom::Fit);
    }

    #[test]
    fn panning_ends_at_the_edges() {
        let mut camera = Camera::default();
        camera.set_zoom(Zoom::Scale(1.0));
        let laid = camera.lay(SIZE, window());
        camera.pan(vec2(1e6, 1e6), &laid);
        let laid = camera.lay(SIZE, window());
        assert!(is_near(laid.rect().min, window().min));
        camera.pan(vec2(-100.0, 0.0), &laid);
        let laid = camera.lay(SIZE, window());
        assert!(is_near(laid.rect().min, window().min - vec2(100.0, 0.0)));
    }

    #[test]
    fn turning_goes_round_and_back() {
        let mut camera = Camera::default();
        for quarters in [1, 1, 1, 1] {
            camera.rotate(quarters);
        }
        assert!(camera.turn().is_upright());
        camera.rotate(1);
        let laid = camera.lay(SIZE, window());
        assert!(laid.rect().height() > laid.rect().width());
        // The top left corner is now the top right one.
        assert!(is_near(laid.on_screen(Pos2::ZERO), laid.rect().right_top()));
        camera.mirror(Axis::Horizontal);
        let laid = camera.lay(SIZE, window());
        assert!(is_near(laid.on_screen(Pos2::ZERO), laid.rect().left_top()));
        camera.mirror(Axis::Vertical);
        let laid = camera.lay(SIZE, window());
        assert!(is_near(
            laid.on_screen(Pos2::ZERO),
            laid.rect().left_bottom()
        ));
        for at in [pos2(0.0, 0.0), pos2(12.0, 700.0), pos2(2999.0, 3.0)] {
            for quarters in 0..4 {
                for is_mirrored in [false, true] {
                    let turn = Turn {
                        quarters,
                        is_mirrored,
                    };
                    let back = turn.upright_point(turn.point(at, SIZE), SIZE);
                    assert!(is_near(back, at), "{turn:?}: {at:?} became {back:?}");
                }
            }
        }
    }

    #[test]
    fn all_is_visible_where_all_fits() {
        let mut camera = Camera::default();
        camera.rotate(-1);
        let laid = camera.lay(SIZE, window());
        let visible = laid.visible();
        assert!(visible.width() > SIZE.x - 8.0 && visible.height() > SIZE.y - 8.0);
    }
}
