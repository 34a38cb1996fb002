//! Lays out the open post: its picture, a bar above it, what is known beside it.

use eframe::egui::{self, Panel, Ui};

use crate::app::command::Command;
use crate::app::link::Link;
use crate::app::textures::TextureCache;
use crate::app::theme;

use super::Viewer;
use super::bar_ui::bar_ui;
use super::compare::compare_ui;
use super::details_ui::details_ui;
use super::picture_ui::picture_ui;
use super::presenting::Presenting;

/// What is around the open post.
pub struct Around<'a> {
    pub presenting: &'a mut Presenting,
    /// Of the list that it is in.
    pub num_posts: usize,
    /// What is searched.
    pub query: &'a str,
}

pub fn viewer_ui(
    ui: &mut Ui,
    viewer: &mut Viewer,
    around: Around<'_>,
    textures: &mut TextureCache,
    link: &mut Link,
    commands: &mut Vec<Command>,
) {
    let Around {
        presenting,
        num_posts,
        query,
    } = around;
    if let Some(compare) = &mut presenting.compare {
        compare_ui(ui, compare, textures, commands);
        return;
    }
    // In the full screen there is the picture alone.
    if !presenting.is_fullscreen {
        if !presenting.is_info_hidden {
            info_ui(ui, viewer, query, commands);
        }
        Panel::top("viewer bar")
            .show_separator_line(false)
            .show(ui, |ui| bar_ui(ui, viewer, num_posts, presenting, commands));
    }
    egui::CentralPanel::default()
        .frame(egui::Frame::NONE)
        .show(ui, |ui| {
            picture_ui(ui, viewer, &presenting.options, textures, link, commands);
        });
}

fn info_ui(ui: &mut Ui, viewer: &Viewer, query: &str, commands: &mut Vec<Command>) {
    if ui.available_width() > 2.0 * theme::DETAILS_PANEL_WIDTH {
        Panel::right("details")
            .resizable(true)
            .default_size(theme::DETAILS_PANEL_WIDTH)
            .show(ui, |ui| details_ui(ui, viewer, query, commands));
    } else if ui.available_height() >= theme::DETAILS_LEAST_HEIGHT {
        let height = ui.available_height();
        Panel::bottom("details below")
            .resizable(true)
            .default_size(height * 0.4)
            .max_size(height * 0.7)
            .show(ui, |ui| details_ui(ui, viewer, query, commands));
    }
}
