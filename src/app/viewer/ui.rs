//! Paints the open post: the picture fitted to the window, a bar above it.

use eframe::egui::{
    self, Align2, Color32, Panel, Rect, RichText, Role, Sense, TextStyle, Ui, Vec2, WidgetInfo,
    pos2,
};

use crate::app::command::Command;
use crate::app::link::Link;
use crate::app::similar::SimilarCommand;
use crate::app::textures::{Look, TextureCache, fitted};
use crate::app::{text, theme};

use super::details_ui::details_ui;
use super::{Picture, Viewer};

/// A small picture grows to the window, but to no more than this: an icon of 16
/// pixels that fills the screen is only squares.
const MAX_ENLARGEMENT: f32 = 4.0;

pub fn viewer_ui(
    ui: &mut Ui,
    viewer: &mut Viewer,
    num_posts: usize,
    query: &str,
    textures: &mut TextureCache,
    link: &mut Link,
    commands: &mut Vec<Command>,
) {
    if ui.available_width() > 2.0 * theme::DETAILS_PANEL_WIDTH {
        Panel::right("details")
            .resizable(true)
            .default_size(theme::DETAILS_PANEL_WIDTH)
            .show(ui, |ui| details_ui(ui, viewer, query, commands));
    } else {
        let height = ui.available_height();
        Panel::bottom("details below")
            .resizable(true)
            .default_size(height * 0.4)
            .max_size(height * 0.7)
            .show(ui, |ui| details_ui(ui, viewer, query, commands));
    }
    Panel::top("viewer bar")
        .show_separator_line(false)
        .show(ui, |ui| bar_ui(ui, viewer, num_posts, commands));
    egui::CentralPanel::default()
        .frame(egui::Frame::new().fill(theme::palette(ui.visuals()).picture_background))
        .show(ui, |ui| picture_ui(ui, viewer, textures, link));
}

fn bar_ui(ui: &mut Ui, viewer: &Viewer, num_posts: usize, commands: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        if ui.button("Back").on_hover_text("Esc").clicked() {
            commands.push(Command::CloseViewer);
        }
        let index = viewer.place.index();
        let is_first = index.is_none_or(|it| it == 0);
        let is_last = index.is_none_or(|it| it + 1 >= num_posts);
        let previous = ui.add_enabled(!is_first, egui::Button::new("Previous"));
        if previous.on_hover_text("Left arrow").clicked() {
            commands.push(Command::PreviousPost);
        }
        let next = ui.add_enabled(!is_last, egui::Button::new("Next"));
        if next.on_hover_text("Right arrow").clicked() {
            commands.push(Command::NextPost);
        }
        match index {
            Some(index) => ui.label(format!(
                "{} of {}",
                text::count(index as u64 + 1),
                text::count(num_posts as u64)
            )),
            None => ui.label(format!("Post {}", viewer.post)),
        };
        // The strip has one of its own.
        if !viewer.has_strip {
            let find = ui.button(text::FIND_SIMILAR).on_hover_text("S");
            if find.clicked() {
                commands.push(Command::Similar(SimilarCommand::FindThis));
            }
        }
        if let Some((_, post)) = viewer.trail.last() {
            let back = ui.button(format!("Back to post {post}"));
            if back.on_hover_text("Backspace").clicked() {
                commands.push(Command::Similar(SimilarCommand::GoBack));
            }
        }
        match &viewer.picture {
            Picture::Shown(shown) => {
                if let Some(degraded) = &shown.degraded {
                    let color = theme::palette(ui.visuals()).warning;
                    ui.label(RichText::new(degraded).color(color));
                }
            }
            Picture::Loading => {
                ui.weak("Loading…");
            }
            Picture::Failed(_) => {}
        }
    });
}

fn picture_ui(ui: &mut Ui, viewer: &mut Viewer, textures: &mut TextureCache, link: &mut Link) {
    let rect = ui.available_rect_before_wrap();
    let response = ui.allocate_rect(rect, Sense::CLICK);
    let pixels_per_point = ui.pixels_per_point();
    let max_side = ui.input(|input| input.max_texture_side) as f32;
    let edge = |points: f32| (points * pixels_per_point).clamp(1.0, max_side) as u32;
    viewer.want(ui.ctx(), [edge(rect.width()), edge(rect.height())], link);

    let name = match &viewer.picture {
        Picture::Shown(_) => format!("Picture of post {}", viewer.post),
        Picture::Loading => format!("Picture of post {}, loading", viewer.post),
        Picture::Failed(reason) => format!("Picture of post {}: {reason}", viewer.post),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));

    let bounds = rect.size();
    let paint = |texture: egui::TextureId, size: Vec2| {
        let image = Rect::from_center_size(rect.center(), size);
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(texture, image, whole, Color32::WHITE);
    };
    match &viewer.picture {
        Picture::Shown(shown) => {
            let full_size = shown.full_size / pixels_per_point;
            paint(
                shown.texture.id(),
                fitted(full_size, bounds, MAX_ENLARGEMENT),
            );
        }
        Picture::Loading => {
            if let Look::Ready { texture, size, .. } = textures.look(viewer.post) {
                // A thumbnail is as large as a small picture and smaller than a large one.
                let (full_size, max_scale) = match &viewer.details {
                    Some(Ok(details)) if details.width > 0 && details.height > 0 => (
                        Vec2::new(details.width as f32, details.height as f32) / pixels_per_point,
                        MAX_ENLARGEMENT,
                    ),
                    _ => (size, f32::INFINITY),
                };
                paint(texture, fitted(full_size, bounds, max_scale));
            }
        }
        Picture::Failed(reason) => {
            let galley = ui.painter().layout(
                reason.clone(),
                TextStyle::Body.resolve(ui.style()),
                theme::palette(ui.visuals()).error,
                (bounds.x - 2.0 * theme::GAP_LARGE).max(40.0),
            );
            let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
            ui.painter().galley(at.min, galley, Color32::RED);
        }
    }
}
