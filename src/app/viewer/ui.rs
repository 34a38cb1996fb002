//! Lays out the open post: its picture, a bar above it, what is known beside it.

use eframe::egui::{self, Panel, Ui};

use crate::app::command::Command;
use crate::app::link::Link;
use crate::app::tag_row_ui::TaggedPosts;
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
    /// What its menu of a tag changes.
    pub tagged: TaggedPosts,
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
        tagged,
    } = around;
    if let Some(compare) = &mut presenting.compare {
        compare_ui(ui, compare, textures, commands);
        return;
    }
    presenting.is_info_seen = false;
    // In the full screen there is the picture alone.
    if !presenting.is_fullscreen {
        let has_info = !presenting.is_info_hidden;
        let is_beside = has_room_beside(ui);
        if has_info && is_beside {
            presenting.is_info_seen = true;
            Panel::right("details")
                .resizable(true)
                .default_size(theme::DETAILS_PANEL_WIDTH)
                .show(ui, |ui| details_ui(ui, viewer, query, tagged, commands));
        }
        Panel::top("viewer bar")
            .show_separator_line(false)
            .show(ui, |ui| bar_ui(ui, viewer, num_posts, presenting, commands));
        if has_info && !is_beside {
            let is_wanted = presenting.is_info_wanted;
            presenting.is_info_seen =
                details_below_ui(ui, is_wanted, viewer, query, tagged, commands);
        }
    }
    egui::CentralPanel::default()
        .frame(egui::Frame::NONE)
        .show(ui, |ui| {
            picture_ui(ui, viewer, &presenting.options, textures, link, commands);
        });
}

/// Whether what is known of a post has room beside its picture.
pub fn has_room_beside(ui: &Ui) -> bool {
    ui.available_width() > 2.0 * theme::DETAILS_PANEL_WIDTH
}

/// As high as the picture's share of the window allows, or not at all; half of what
/// there is where it was asked for.
fn details_below_ui(
    ui: &mut Ui,
    is_wanted: bool,
    viewer: &Viewer,
    query: &str,
    tagged: TaggedPosts,
    commands: &mut Vec<Command>,
) -> bool {
    let picture = ui.ctx().content_rect().height() * theme::PICTURE_LEAST_SHARE;
    let mut room = ui.available_height() - picture;
    if is_wanted {
        room = room.max(ui.available_height() / 2.0);
    }
    if room < theme::DETAILS_LEAST_HEIGHT {
        return false;
    }
    Panel::bottom("details below")
        .resizable(true)
        .default_size(room)
        .size_range(theme::DETAILS_LEAST_HEIGHT..=room)
        .show(ui, |ui| details_ui(ui, viewer, query, tagged, commands));
    true
}
