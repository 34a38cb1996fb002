//! Lays the page out: what is looked for above, groups at the side, the one that
//! is looked at in the middle.

use eframe::egui::{self, Panel, ProgressBar, RichText, Slider, Ui};

use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::link::Link;
use crate::app::rows::start_row_unless;
use crate::app::textures::TextureCache;
use crate::app::{text, theme};
use crate::message::DuplicateMeasure;

use super::list_ui::{MAX_UNFOLDED, list_ui};
use super::review_ui::review_ui;
use super::{DuplicateCommand, Duplicates};

/// `read_only` says why nothing can be decided, where that is so.
pub fn duplicates_page_ui(
    ui: &mut Ui,
    duplicates: &mut Duplicates,
    read_only: Option<&str>,
    textures: &mut TextureCache,
    link: &mut Link,
    commands: &mut Vec<Command>,
) {
    // In a low window two pictures have the room; the list has the bar again.
    let is_low = ui.available_height() < BAR_LEAST_HEIGHT && duplicates.review.is_some();
    Panel::top("duplicates bar")
        .show_separator_line(false)
        .show(ui, |ui| {
            if is_low {
                ui.horizontal(|ui| back_ui(ui, commands));
                outcome_ui(ui, duplicates, commands);
            } else {
                bar_ui(ui, duplicates, commands);
            }
        });
    let has_room = ui.available_width() >= theme::NARROW_WIDTH * 0.8;
    let has_groups = duplicates.num_groups() > 0;
    if has_groups && has_room {
        Panel::left("groups of duplicates")
            .resizable(true)
            .default_size(theme::GROUPS_PANEL_WIDTH)
            .size_range(theme::GROUPS_PANEL_WIDTH * 0.6..=ui.available_width() * 0.5)
            .show(ui, |ui| list_ui(ui, duplicates, textures, commands));
    }
    egui::CentralPanel::default()
        .frame(
            egui::Frame::central_panel(ui.style()).inner_margin(egui::Margin {
                left: 8,
                right: 8,
                top: 4,
                bottom: 4,
            }),
        )
        .show(ui, |ui| {
            if duplicates.review.is_some() {
                review_ui(ui, duplicates, read_only, has_room, textures, commands);
            } else if has_groups && !has_room {
                list_ui(ui, duplicates, textures, commands);
            } else {
                nothing_ui(ui, duplicates, commands);
            }
        });
    duplicates.ask_thumbnails(textures, link);
}

impl Duplicates {
    /// Of the groups on screen, those of the one that is looked at first.
    fn ask_thumbnails(&mut self, textures: &TextureCache, link: &mut Link) {
        let review = self.review.iter();
        let mut posts: Vec<_> = review
            .flat_map(|it| it.members.iter().map(|it| it.post))
            .collect();
        for index in self.shown.clone() {
            if let Some(group) = self.group(index) {
                let num = match self.unfolded {
                    Some(unfolded) if unfolded == index => MAX_UNFOLDED,
                    _ => self.num_fitting,
                };
                posts.extend(group.posts.iter().take(num).map(|it| it.post));
            }
        }
        self.wanted.ask(posts, textures, link);
    }
}

/// A page lower than this has no bar above two pictures, points.
const BAR_LEAST_HEIGHT: f32 = 420.0;

/// Bits of a perceptual hash.
const NUM_BITS: u32 = 64;
/// Pictures that differ in more bits are no duplicates.
const MOST_BITS: u32 = 12;
/// A slider with its figure, points.
const SLIDER_ROOM: f32 = 170.0;

fn back_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    let back = ui.button(text::duplicates::BACK);
    if back.on_hover_text(text::duplicates::ESC).clicked() {
        commands.push(Command::Duplicates(DuplicateCommand::TogglePage));
    }
    ui.strong(text::FIND_DUPLICATES_TITLE);
}

fn bar_ui(ui: &mut Ui, duplicates: &Duplicates, commands: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        back_ui(ui, commands);
        let mut push = |command| commands.push(Command::Duplicates(command));
        ui.add_space(theme::GAP);
        let is_distance = matches!(duplicates.measure, DuplicateMeasure::Distance(_));
        let by_hash = ui.radio(is_distance, text::duplicates::BY_HASH);
        if by_hash
            .on_hover_text(text::duplicates::BY_HASH_EXPLAINED)
            .clicked()
        {
            let measure = DuplicateMeasure::Distance(duplicates.distance);
            push(DuplicateCommand::SetMeasure(measure));
        }
        let by_content = ui.radio(!is_distance, text::duplicates::BY_CONTENT);
        if by_content
            .on_hover_text(text::duplicates::BY_CONTENT_EXPLAINED)
            .clicked()
        {
            let measure = DuplicateMeasure::Cosine(duplicates.cosine);
            push(DuplicateCommand::SetMeasure(measure));
        }
        ui.spacing_mut().slider_width = 90.0;
        start_row_unless(ui, SLIDER_ROOM);
        match duplicates.measure {
            DuplicateMeasure::Distance(bits) => {
                // As the other slider: the more alike, the further to the right.
                let mut num_same = NUM_BITS - bits.min(MOST_BITS);
                let slider = Slider::new(&mut num_same, NUM_BITS - MOST_BITS..=NUM_BITS)
                    .custom_formatter(|num_same, _| {
                        text::duplicates::percent_of_same(num_same).to_string()
                    })
                    .custom_parser(|typed| {
                        let percent: f64 = typed.trim_end_matches('%').trim().parse().ok()?;
                        Some((percent / 100.0 * f64::from(NUM_BITS)).round())
                    })
                    .suffix(text::duplicates::PERCENT_ALIKE);
                let slider = ui
                    .add(slider)
                    .accessible_name(text::duplicates::LEAST_LIKENESS);
                if slider.changed() {
                    let bits = NUM_BITS - num_same.min(NUM_BITS);
                    push(DuplicateCommand::SetMeasure(DuplicateMeasure::Distance(
                        bits,
                    )));
                }
            }
            DuplicateMeasure::Cosine(mut cosine) => {
                let slider = Slider::new(&mut cosine, 0.8..=1.0)
                    .step_by(0.005)
                    .custom_formatter(|cosine, _| format!("{:.1}", 100.0 * cosine))
                    .custom_parser(|typed| {
                        let percent: f64 = typed.trim_end_matches('%').trim().parse().ok()?;
                        Some(percent / 100.0)
                    })
                    .suffix(text::duplicates::PERCENT_ALIKE);
                let slider = ui
                    .add(slider)
                    .accessible_name(text::duplicates::LEAST_LIKENESS);
                if slider.changed() {
                    push(DuplicateCommand::SetMeasure(DuplicateMeasure::Cosine(
                        cosine,
                    )));
                }
            }
        }
        match duplicates.finding {
            Some(finding) => {
                ui.add(
                    ProgressBar::new(finding.share)
                        .desired_width(120.0)
                        .show_percentage(),
                );
                if ui
                    .button(text::duplicates::STOP)
                    .on_hover_text(text::duplicates::ESC)
                    .clicked()
                {
                    push(DuplicateCommand::Stop);
                }
            }
            // Stands in the middle of the page then.
            None if duplicates.is_untouched() => {}
            None => {
                let find = ui
                    .button(text::duplicates::FIND_DUPLICATES)
                    .on_hover_text(key_of(ui.ctx(), "duplicates.find"));
                if find.clicked() {
                    push(DuplicateCommand::Find);
                }
            }
        }
    });
    let palette = theme::palette(ui.visuals());
    if let Some(summary) = duplicates.summary() {
        ui.add(egui::Label::new(RichText::new(summary).weak()).wrap());
    }
    if let Some((_, groups)) = &duplicates.groups {
        for note in &groups.notes {
            ui.label(RichText::new(note).color(palette.warning));
        }
    }
    outcome_ui(ui, duplicates, commands);
}

/// What the last decision did, and the way back.
fn outcome_ui(ui: &mut Ui, duplicates: &Duplicates, commands: &mut Vec<Command>) {
    let palette = theme::palette(ui.visuals());
    if duplicates.outcome.is_none() && duplicates.undo.is_none() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        match &duplicates.outcome {
            Some(Ok(said)) => {
                ui.label(RichText::new(said).color(palette.good));
            }
            Some(Err(reason)) => {
                ui.label(RichText::new(reason).color(palette.error));
            }
            None => {}
        }
        if let Some(undo) = &duplicates.undo {
            let is_possible = duplicates.sent.is_none();
            let button =
                ui.add_enabled(is_possible, egui::Button::new(text::duplicates::undo(undo)));
            if button
                .on_hover_text(key_of(ui.ctx(), "duplicates.undo"))
                .clicked()
            {
                commands.push(Command::Duplicates(DuplicateCommand::Undo));
            }
        }
    });
}

fn nothing_ui(ui: &mut Ui, duplicates: &Duplicates, commands: &mut Vec<Command>) {
    ui.add_space((ui.available_height() * 0.3).min(220.0));
    ui.vertical_centered(|ui| {
        ui.set_max_width(ui.available_width().min(460.0));
        ui.spacing_mut().item_spacing.y = theme::GAP_LARGE;
        if let Some(reason) = &duplicates.failure {
            ui.heading(text::duplicates::DUPLICATES_CANT_BE_FOUND);
            ui.colored_label(theme::palette(ui.visuals()).error, reason);
        } else if duplicates.finding.is_some() {
            ui.heading(text::SEARCHING);
        } else if duplicates.num_groups() > 0 {
            ui.heading(text::duplicates::CHOOSE_A_GROUP);
            if ui
                .button(text::duplicates::BEGIN_WITH_THE_FIRST)
                .on_hover_text(key_of(ui.ctx(), "duplicates.next"))
                .clicked()
            {
                commands.push(Command::Duplicates(DuplicateCommand::Review(0)));
            }
        } else if duplicates.groups.is_some() {
            ui.heading(text::duplicates::NO_DUPLICATES_WERE_FOUND);
            ui.label(text::duplicates::LOOSEN_THE_BOUNDS);
        } else {
            ui.heading(text::duplicates::FIND_DUPLICATES_EXPLAINED);
            ui.label(text::DUPLICATES_ARE);
            let find = ui.button(RichText::new(text::duplicates::FIND_DUPLICATES).strong());
            let key = key_of(ui.ctx(), "duplicates.find");
            if find.on_hover_text(key).clicked() {
                commands.push(Command::Duplicates(DuplicateCommand::Find));
            }
        }
    });
}
