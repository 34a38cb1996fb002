//! Two posts beside each other, whichever they are: the review of duplicates
//! without a group and without a decision.

use eframe::egui::{self, Panel, RichText, ScrollArea, Ui};

use crate::app::command::Command;
use crate::app::duplicates::{Look, Review, facts_ui, pictures_ui};
use crate::app::text;
use crate::app::textures::TextureCache;
use crate::message::{DuplicateGroup, DuplicatePost};
use crate::model::PostId;

use super::command::ViewerCommand as V;

/// Two posts that are compared.
pub struct Compare {
    pub review: Review,
    /// The grid was on screen before, and comes back.
    pub is_from_grid: bool,
}

impl Compare {
    pub fn new(posts: [PostId; 2], is_from_grid: bool, max_bytes: u64) -> Self {
        let posts = posts.map(|post| DuplicatePost {
            post,
            distance: None,
            cosine: None,
        });
        let group = DuplicateGroup {
            posts: posts.to_vec(),
        };
        Self {
            review: Review::new(0, &group, Look::default(), max_bytes),
            is_from_grid,
        }
    }
}

pub fn compare_ui(
    ui: &mut Ui,
    compare: &mut Compare,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) {
    let review = &mut compare.review;
    Panel::top("compare bar")
        .show_separator_line(false)
        .show(ui, |ui| bar_ui(ui, review, commands));
    let height = ui.available_height();
    Panel::bottom("compare facts")
        .resizable(true)
        .default_size(height * 0.3)
        .size_range((height * 0.1).min(60.0)..=height * 0.7)
        .show(ui, |ui| {
            ScrollArea::vertical()
                .id_salt("compare facts")
                .auto_shrink([false, false])
                .show(ui, |ui| facts_ui(ui, review));
        });
    egui::CentralPanel::default()
        .frame(egui::Frame::NONE)
        .show(ui, |ui| pictures_ui(ui, review, textures, commands));
}

fn bar_ui(ui: &mut Ui, review: &Review, commands: &mut Vec<Command>) {
    let mut push = |command| commands.push(Command::Viewer(command));
    ui.horizontal_wrapped(|ui| {
        if ui
            .button(text::viewer::BACK)
            .on_hover_text(text::viewer::ESC)
            .clicked()
        {
            push(V::CloseCompare);
        }
        ui.separator();
        for look in Look::ALL {
            if ui
                .selectable_label(look == review.look, look.name())
                .clicked()
            {
                push(V::CompareBy(look));
            }
        }
        if review.look == Look::Flicker {
            let flip = ui.button(text::viewer::SHOW_THE_OTHER);
            if flip.on_hover_text(text::viewer::SPACE_OR_HOLD_B).clicked() {
                push(V::TogglePlaying);
            }
        }
        if let Some(text) = review.difference_text() {
            ui.label(RichText::new(text).weak());
        }
    });
}
