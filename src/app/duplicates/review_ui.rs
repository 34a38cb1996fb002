//! Paints the group that is looked at: its members, two pictures, what tells
//! them apart, and what can be decided.

use eframe::egui::{Label, Panel, RichText, ScrollArea, Ui};

use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::textures::TextureCache;
use crate::app::ui::repaint_if_resized;
use crate::app::{text, theme};

use super::decide_ui::{confirm_ui, decide_ui};
use super::facts_ui::facts_ui;
use super::look::Look;
use super::pictures_ui::{members_ui, pictures_ui};
use super::{DuplicateCommand, Duplicates, Review};

/// Less has no room for facts below two pictures, points.
const FACTS_LEAST_HEIGHT: f32 = 210.0;

pub fn review_ui(
    ui: &mut Ui,
    duplicates: &mut Duplicates,
    read_only: Option<&str>,
    has_list: bool,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) {
    let num_groups = duplicates.num_groups();
    let decision = Panel::bottom("duplicate decision")
        .show_separator_line(false)
        .show(ui, |ui| {
            if duplicates.confirmation.is_some() {
                confirm_ui(ui, duplicates, commands);
            } else {
                decide_ui(ui, duplicates, read_only, commands);
            }
        });
    let height = decision.response.rect.height();
    repaint_if_resized(ui.ctx(), "duplicate decision", height);
    let decision = duplicates
        .review
        .as_ref()
        .and_then(|it| duplicates.decision_of(it.group))
        .map(str::to_owned);
    let Some(review) = &mut duplicates.review else {
        return;
    };
    head_ui(ui, review, num_groups, has_list, commands);
    if let Some(decision) = decision {
        ui.colored_label(theme::palette(ui.visuals()).good, decision);
    }
    if review.has_more_than_two() {
        members_ui(ui, review, textures, commands);
    }
    let height = ui.available_height();
    // In a low window the pictures have what is left.
    if height >= FACTS_LEAST_HEIGHT {
        Panel::bottom("duplicate facts")
            .resizable(true)
            .default_size(height * 0.36)
            .size_range((height * 0.1).min(60.0)..=height * 0.55)
            .show(ui, |ui| {
                ScrollArea::vertical()
                    .id_salt("duplicate facts")
                    .auto_shrink([false, false])
                    .show(ui, |ui| facts_ui(ui, review));
            });
    }
    pictures_ui(ui, review, textures, commands);
}

/// The action that does the same.
fn look_action(look: Look) -> &'static str {
    match look {
        Look::SideBySide => "duplicates.side_by_side",
        Look::Flicker => "duplicates.flicker",
        Look::Difference => "duplicates.difference",
    }
}

fn head_ui(
    ui: &mut Ui,
    review: &Review,
    num_groups: usize,
    has_list: bool,
    commands: &mut Vec<Command>,
) {
    let mut push = |command| commands.push(Command::Duplicates(command));
    ui.horizontal_wrapped(|ui| {
        if !has_list && ui.button(text::duplicates::ALL_GROUPS).clicked() {
            push(DuplicateCommand::CloseReview);
        }
        let previous = ui.add_enabled(
            review.group > 0,
            eframe::egui::Button::new(text::duplicates::PREVIOUS_GROUP),
        );
        if previous
            .on_hover_text(key_of(ui.ctx(), "duplicates.previous"))
            .clicked()
        {
            push(DuplicateCommand::Step(-1));
        }
        let next = ui.add_enabled(
            review.group + 1 < num_groups,
            eframe::egui::Button::new(text::duplicates::NEXT_GROUP),
        );
        if next
            .on_hover_text(key_of(ui.ctx(), "duplicates.next"))
            .clicked()
        {
            push(DuplicateCommand::Step(1));
        }
        let place = text::duplicates::place(review.group as u64 + 1, num_groups as u64);
        ui.add(Label::new(place).extend());
        ui.separator();
        for look in Look::ALL {
            let key = key_of(ui.ctx(), look_action(look));
            let choice = ui.selectable_label(look == review.look, look.name());
            if choice.on_hover_text(key).clicked() {
                push(DuplicateCommand::Look(look));
            }
        }
        if review.look == Look::Flicker {
            let flip = ui.button(text::duplicates::SHOW_THE_OTHER);
            if flip
                .on_hover_text(text::duplicates::SPACE_OR_HOLD_B)
                .clicked()
            {
                push(DuplicateCommand::Flip);
            }
        }
    });
    if review.look == Look::Difference
        && let Some(super::difference::Difference::Shown { text, .. }) = &review.difference
    {
        ui.label(RichText::new(text).weak());
    }
}
