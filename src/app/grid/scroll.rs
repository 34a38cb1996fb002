//! Where the grid is scrolled to, in f64: a million rows are more points than
//! f32 can tell apart, which would make the cells jump.

use eframe::egui::{self, Id, Rect, Role, Sense, Ui, WidgetInfo, pos2};

use crate::app::{text, theme};

#[derive(Debug, Default)]
pub struct Scroll {
    /// Points from the top of the content to the top of the view.
    offset: f64,
    /// Where on the handle it was grabbed, points.
    grabbed_at: Option<f32>,
}

impl Scroll {
    pub fn to(&mut self, offset: f64) {
        self.offset = offset;
    }

    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// Keeps the view inside the content.
    pub fn clamp(&mut self, content: f64, view: f32) {
        self.offset = self.offset.clamp(0.0, (content - f64::from(view)).max(0.0));
    }

    pub fn by(&mut self, points: f32) {
        self.offset += f64::from(points);
    }

    /// Scrolls as little as is needed to show `top..bottom`.
    pub fn show(&mut self, top: f64, bottom: f64, view: f32) {
        if top < self.offset {
            self.offset = top;
        } else if bottom > self.offset + f64::from(view) {
            self.offset = bottom - f64::from(view);
        }
    }

    /// The bar in `rect`: drag the handle, or click beside it to go there.
    pub fn bar_ui(&mut self, ui: &Ui, rect: Rect, content: f64) {
        let view = f64::from(rect.height());
        if content <= view {
            self.grabbed_at = None;
            return;
        }
        let id = Id::unique("grid scroll bar");
        let response = ui.interact(rect, id, Sense::CLICK | Sense::DRAG);
        response.widget_info(|| {
            WidgetInfo::labeled(Role::ScrollBar, true, text::grid::SCROLL_POSITION)
        });
        let max_offset = content - view;
        let handle_height = ((view * view / content) as f32)
            .max(theme::SCROLL_HANDLE_MIN)
            .min(rect.height());
        let travel = rect.height() - handle_height;
        let handle_top = |offset: f64| rect.top() + (offset / max_offset) as f32 * travel;

        if let Some(pointer) = response.interact_pointer_pos()
            && response.is_pointer_button_down_on()
        {
            let top = handle_top(self.offset);
            let grabbed_at = *self.grabbed_at.get_or_insert_with(|| {
                let inside = pointer.y - top;
                if (0.0..=handle_height).contains(&inside) {
                    inside
                } else {
                    handle_height / 2.0
                }
            });
            let wanted = f64::from(pointer.y - grabbed_at - rect.top());
            if travel > 0.0 {
                self.offset = (wanted / f64::from(travel)).clamp(0.0, 1.0) * max_offset;
            }
        } else {
            self.grabbed_at = None;
        }

        let top = handle_top(self.offset);
        let handle = Rect::from_min_max(
            pos2(rect.left() + 2.0, top),
            pos2(rect.right() - 2.0, top + handle_height),
        );
        let visuals = ui.visuals();
        let fill = if response.hovered() || self.grabbed_at.is_some() {
            visuals.widgets.hovered.fg_stroke.color.gamma_multiply(0.7)
        } else {
            visuals.weak_text_color().gamma_multiply(0.55)
        };
        ui.painter().rect_filled(handle, 4, fill);
    }
}

/// How far the wheel or a touchpad scrolls now, points; downwards is positive.
pub fn wheel_delta(ui: &Ui, rect: Rect) -> f32 {
    let is_over = ui.rect_contains_pointer(rect);
    if is_over {
        -ui.input(|input: &egui::InputState| input.smooth_scroll_delta.y)
    } else {
        0.0
    }
}

/// The id under which the whole grid takes keyboard focus.
pub fn focus_id() -> Id {
    Id::unique("grid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_exact_at_a_hundred_million_points() {
        let mut scroll = Scroll::default();
        let content = 1e8;
        scroll.by(5e8);
        scroll.clamp(content, 600.0);
        assert_eq!(scroll.offset(), 99_999_400.0);
        scroll.by(-0.25);
        assert_eq!(scroll.offset(), 99_999_399.75);
    }

    #[test]
    fn shows_with_the_least_movement() {
        let mut scroll = Scroll::default();
        scroll.by(1000.0);
        scroll.show(1100.0, 1200.0, 600.0);
        assert_eq!(scroll.offset(), 1000.0);
        scroll.show(1700.0, 1800.0, 600.0);
        assert_eq!(scroll.offset(), 1200.0);
        scroll.show(300.0, 400.0, 600.0);
        assert_eq!(scroll.offset(), 300.0);
    }

    #[test]
    fn a_short_content_is_not_scrolled() {
        let mut scroll = Scroll::default();
        scroll.by(50.0);
        scroll.clamp(100.0, 600.0);
        assert_eq!(scroll.offset(), 0.0);
    }
}
