//! Paints the picture in its place, and takes the pointer's wishes.

use eframe::egui::{
    self, Align2, Color32, CursorIcon, Mesh, Pos2, Rect, Role, Sense, Shape, TextStyle, TextureId,
    Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::app::command::Command;
use crate::app::link::Link;
use crate::app::rows::button_width;
use crate::app::side_bar::SideBarCommand;
use crate::app::textures::{Look, TextureCache, fitted};
use crate::app::{text, theme};

use super::camera::{Laid, Zoom};
use super::options::{Background, ViewerOptions};
use super::{Picture, Viewer};

/// Edge of a square of the checkerboard, points.
const SQUARE: f32 = 12.0;
/// Points of the wheel that double what is seen.
const WHEEL_DOUBLES: f32 = 200.0;
/// Points of the wheel that go to the next post.
const WHEEL_STEP: f32 = 40.0;

pub fn picture_ui(
    ui: &mut Ui,
    viewer: &mut Viewer,
    options: &ViewerOptions,
    textures: &mut TextureCache,
    link: &mut Link,
    commands: &mut Vec<Command>,
) {
    let rect = ui.available_rect_before_wrap();
    let response = ui.allocate_rect(rect, Sense::click_and_drag());
    let screen = Screen {
        pixels_per_point: ui.pixels_per_point(),
    };
    ui.painter()
        .rect_filled(rect, 0, background_color(ui, options.background));
    let laid = viewer
        .full_size()
        .map(|size| viewer.camera.lay(size, screen.to_pixels(rect)));
    viewer.laid = laid;
    if let Some(laid) = laid {
        pointer(ui, &response, viewer, &laid, &screen, options, commands);
        // What was changed is seen in this frame.
        viewer.laid = Some(viewer.camera.lay(laid.size, laid.window));
    }
    viewer.want_sharp(ui.ctx(), screen.to_pixels(rect).size(), link);

    let post = viewer.post.to_string();
    let state = match (&viewer.picture, &viewer.laid) {
        (Picture::Shown(_), Some(laid)) if viewer.camera.zoom() != Zoom::Fit => {
            text::viewer::picture_at(&post, &laid.percent())
        }
        (Picture::Shown(_), _) => text::viewer::picture(&post),
        (Picture::Loading, _) => text::viewer::picture_loading(&post),
        (Picture::Failed(reason), _) => text::viewer::picture_failed(&post, reason),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &state));
    let painter = ui.painter().with_clip_rect(rect);
    match (&viewer.picture, viewer.laid) {
        (Picture::Shown(shown), Some(laid)) => {
            if options.background == Background::Checkerboard {
                checkerboard(&painter, screen.to_points(laid.rect()).intersect(rect));
            }
            let whole = Rect::from_min_size(Pos2::ZERO, laid.size);
            screen.paint(&painter, shown.texture.id(), &laid, whole, Color32::WHITE);
            viewer.tiles.paint(&laid, |texture, part| {
                screen.paint(&painter, texture.id(), &laid, part, Color32::WHITE);
            });
        }
        (Picture::Loading, laid) => {
            if let Look::Ready { texture, size, .. } = textures.look(viewer.post) {
                match laid {
                    Some(laid) => {
                        let whole = Rect::from_min_size(Pos2::ZERO, laid.size);
                        screen.paint(&painter, texture, &laid, whole, Color32::WHITE);
                    }
                    // A thumbnail is as large as a small picture and smaller than a
                    // large one.
                    None => {
                        let size = fitted(size, rect.size(), f32::INFINITY);
                        let image = Rect::from_center_size(rect.center(), size);
                        painter.image(texture, image, WHOLE, Color32::WHITE);
                    }
                }
            }
        }
        (Picture::Failed(reason), _) => {
            let color = theme::palette(ui.visuals()).error;
            // The path stands among what is known of the post.
            let missing = viewer.missing_file();
            let said = match missing {
                Some(_) => text::viewer::PUT_IT_BACK.to_owned(),
                None => reason.clone(),
            };
            let galley = painter.layout(
                said,
                TextStyle::Body.resolve(ui.style()),
                color,
                (rect.width() - 2.0 * theme::GAP_LARGE).max(40.0),
            );
            let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
            painter.rect_filled(
                at.expand(theme::GAP),
                theme::CELL_ROUNDING,
                ui.visuals().panel_fill,
            );
            painter.galley(at.min, galley, color);
            if let Some(path) = missing {
                let size = vec2(
                    button_width(ui, text::side_bar::WAS_MOVED),
                    theme::BUTTON_HEIGHT,
                );
                let center = at.center_bottom() + vec2(0.0, theme::GAP_LARGE + size.y / 2.0);
                let button = Rect::from_center_size(center, size);
                let moved = ui.put(button, egui::Button::new(text::side_bar::WAS_MOVED));
                if moved.clicked() {
                    let command = SideBarCommand::AskFileMoved(path.to_owned());
                    commands.push(Command::SideBar(command));
                }
            }
        }
        (Picture::Shown(_), None) => {}
    }
}

const WHOLE: Rect = Rect {
    min: Pos2::ZERO,
    max: pos2(1.0, 1.0),
};

/// Points, and pixels of the screen.
struct Screen {
    pixels_per_point: f32,
}

impl Screen {
    fn to_pixels(&self, rect: Rect) -> Rect {
        let scale = self.pixels_per_point;
        Rect::from_min_max(
            (rect.min.to_vec2() * scale).to_pos2(),
            (rect.max.to_vec2() * scale).to_pos2(),
        )
    }

    fn to_points(&self, rect: Rect) -> Rect {
        let scale = 1.0 / self.pixels_per_point;
        Rect::from_min_max(
            (rect.min.to_vec2() * scale).to_pos2(),
            (rect.max.to_vec2() * scale).to_pos2(),
        )
    }

    /// Paints a texture where `part` of the upright picture is.
    fn paint(
        &self,
        painter: &egui::Painter,
        texture: TextureId,
        laid: &Laid,
        part: Rect,
        tint: Color32,
    ) {
        let mut mesh = Mesh::with_texture(texture);
        let uvs = [
            WHOLE.left_top(),
            WHOLE.right_top(),
            WHOLE.right_bottom(),
            WHOLE.left_bottom(),
        ];
        for (corner, uv) in laid.corners(part).into_iter().zip(uvs) {
            mesh.vertices.push(egui::epaint::Vertex {
                pos: (corner.to_vec2() / self.pixels_per_point).to_pos2(),
                uv,
                color: tint,
            });
        }
        mesh.add_triangle(0, 1, 2);
        mesh.add_triangle(0, 2, 3);
        painter.add(Shape::mesh(mesh));
    }
}

fn background_color(ui: &Ui, background: Background) -> Color32 {
    match background {
        Background::Black => Color32::BLACK,
        Background::White => Color32::WHITE,
        Background::Theme | Background::Checkerboard => {
            theme::palette(ui.visuals()).picture_background
        }
    }
}

fn checkerboard(painter: &egui::Painter, rect: Rect) {
    painter.rect_filled(rect, 0, Color32::from_gray(0xf0));
    let dark = Color32::from_gray(0xc4);
    let mut mesh = Mesh::default();
    let (columns, rows) = (
        (rect.width() / SQUARE).ceil() as u32,
        (rect.height() / SQUARE).ceil() as u32,
    );
    for row in 0..rows {
        for column in (row % 2..columns).step_by(2) {
            let corner = rect.min + vec2(column as f32, row as f32) * SQUARE;
            let square = Rect::from_min_size(corner, Vec2::splat(SQUARE));
            mesh.add_colored_rect(square.intersect(rect), dark);
        }
    }
    painter.add(Shape::mesh(mesh));
}

/// Drag pans, the wheel zooms or goes on, a double click is the real size.
fn pointer(
    ui: &Ui,
    response: &egui::Response,
    viewer: &mut Viewer,
    laid: &Laid,
    screen: &Screen,
    options: &ViewerOptions,
    commands: &mut Vec<Command>,
) {
    let overflows = laid.overflows();
    let can_pan = overflows[0] || overflows[1];
    if can_pan {
        if response.dragged() {
            viewer
                .camera
                .pan(response.drag_delta() * screen.pixels_per_point, laid);
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        } else if response.hovered() {
            ui.ctx().set_cursor_icon(CursorIcon::Grab);
        }
    }
    let at = response
        .hover_pos()
        .map(|it| (it.to_vec2() * screen.pixels_per_point).to_pos2());
    if response.double_clicked() {
        match viewer.camera.zoom() {
            Zoom::Fit => viewer.camera.zoom_to(1.0, at, laid),
            _ => viewer.camera.set_zoom(Zoom::Fit),
        }
        return;
    }
    if !response.contains_pointer() {
        return;
    }
    let (zoom, wheel) = ui.input(|input| (input.zoom_delta(), input.smooth_scroll_delta));
    if (zoom - 1.0).abs() > 1e-4 {
        viewer.camera.zoom_by(zoom, at, laid);
    } else if wheel.y != 0.0 || wheel.x != 0.0 {
        if options.wheel_zooms {
            let factor = 2.0_f32.powf((wheel.y + wheel.x) / WHEEL_DOUBLES);
            viewer.camera.zoom_by(factor, at, laid);
        } else {
            viewer.wheel += wheel.y;
            if viewer.wheel.abs() >= WHEEL_STEP {
                let is_back = viewer.wheel > 0.0;
                viewer.wheel = 0.0;
                commands.push(if is_back {
                    Command::PreviousPost
                } else {
                    Command::NextPost
                });
            }
        }
    }
    response.context_menu(|ui| super::menu_ui::view_menu_ui(ui, viewer, options, commands));
}
