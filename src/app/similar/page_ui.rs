//! Lays the page out: what is asked at the side, what was found in the middle.

use eframe::egui::{
    self, Align, Button, CentralPanel, Label, Layout, Panel, RichText, ScrollArea, Ui,
};

use crate::app::command::Command;
use crate::app::grid::grid_ui;
use crate::app::link::Link;
use crate::app::textures::TextureCache;
use crate::app::{text, theme};

use super::found::Found;
use super::options_ui::options_ui;
use super::page::SimilarPage;
use super::state_ui::state_ui;
use super::{Similar, SimilarCommand};

/// `query` is what was searched last; `read_only` says why nothing can be
/// stored, where that is so.
pub fn similar_page_ui(
    ui: &mut Ui,
    similar: &mut Similar,
    query: &str,
    read_only: Option<&str>,
    textures: &mut TextureCache,
    link: &mut Link,
    commands: &mut Vec<Command>,
) {
    let options = |ui: &mut Ui, textures: &mut TextureCache, commands: &mut Vec<Command>| {
        ScrollArea::vertical()
            .id_salt("similar options")
            .auto_shrink([false, false])
            .show(ui, |ui| {
                options_ui(ui, similar, query, textures, commands);
                ui.add_space(theme::GAP);
                ui.separator();
                state_ui(ui, similar, read_only, commands);
                ui.add_space(theme::GAP);
            });
    };
    // Where neither has room beside or above the other, one stands in the other's place.
    let is_beside = ui.available_width() >= theme::NARROW_WIDTH * 0.8;
    let folds = !is_beside && ui.available_height() < theme::LOW_HEIGHT * 0.8;
    Panel::top("similar bar")
        .show_separator_line(false)
        .show(ui, |ui| bar_ui(ui, &similar.page, folds, commands));
    let is_unfolded = folds && similar.page.is_unfolded();
    if is_unfolded {
        CentralPanel::default().show(ui, |ui| options(ui, textures, commands));
        return;
    }
    if is_beside {
        Panel::left("similar options")
            .resizable(true)
            .default_size(theme::OPTIONS_PANEL_WIDTH)
            .size_range(theme::OPTIONS_PANEL_WIDTH * 0.8..=ui.available_width() * 0.6)
            .show(ui, |ui| options(ui, textures, commands));
    } else if !folds {
        let height = ui.available_height();
        Panel::top("similar options above")
            .resizable(true)
            .default_size(height * 0.45)
            .max_size(height * 0.7)
            .show(ui, |ui| options(ui, textures, commands));
    }
    let frame = egui::Frame::central_panel(ui.style()).inner_margin(egui::Margin {
        left: 8,
        right: 2,
        top: 4,
        bottom: 0,
    });
    CentralPanel::default().frame(frame).show(ui, |ui| {
        results_ui(ui, &mut similar.page, textures, link, commands);
    });
}

/// `folds` says that what is asked may be out of sight.
fn bar_ui(ui: &mut Ui, page: &SimilarPage, folds: bool, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        if ui
            .button(text::similar::BACK)
            .on_hover_text(text::similar::ESC)
            .clicked()
        {
            commands.push(Command::Similar(SimilarCommand::Leave));
        }
        if !folds {
            ui.strong(text::FIND_SIMILAR_TITLE);
            return;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let is_unfolded = page.is_unfolded();
            let fold = Button::new(text::similar::OPTIONS).selected(is_unfolded);
            let fold = ui.add(fold).on_hover_text(text::similar::OPTIONS_ARE);
            if fold.clicked() {
                let command = SimilarCommand::Unfold(!is_unfolded);
                commands.push(Command::Similar(command));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let title = match &page.subject {
                    Some(subject) => subject.name(),
                    None => text::FIND_SIMILAR_TITLE.to_owned(),
                };
                ui.add(Label::new(RichText::new(title).strong()).truncate());
            });
        });
    });
}

fn results_ui(
    ui: &mut Ui,
    page: &mut SimilarPage,
    textures: &mut TextureCache,
    link: &mut Link,
    commands: &mut Vec<Command>,
) {
    let SimilarPage {
        subject,
        finder,
        grid,
        ..
    } = page;
    let is_slow = finder.is_slow(ui.ctx());
    if let Some(found) = &finder.found {
        head_ui(ui, found, is_slow, commands);
        if !found.result.posts.is_empty() {
            grid_ui(ui, grid, found, textures, link, commands);
            return;
        }
    }
    middle_ui(ui, |ui| {
        if let Some(failure) = &finder.failure {
            ui.heading(text::similar::NOTHING_CAN_BE_COMPARED);
            ui.colored_label(theme::palette(ui.visuals()).error, &failure.message);
            if let Some(way_out) = &failure.way_out {
                ui.label(way_out);
            }
            if ui.button(text::similar::TRY_AGAIN).clicked() {
                commands.push(Command::Similar(SimilarCommand::Retry));
            }
        } else if is_slow {
            ui.heading(text::SEARCHING);
        } else if finder.found.is_some() && !finder.is_waiting() {
            ui.heading(text::similar::NOTHING_SIMILAR_WAS_FOUND);
            ui.label(text::similar::COMPARE_IN_ANOTHER_WAY);
        } else if subject.is_none() {
            ui.heading(text::similar::DROP_A_PICTURE_HERE);
            ui.label(text::similar::DROPPED_FILE_STAYS);
        }
    });
}

fn head_ui(ui: &mut Ui, found: &Found, is_slow: bool, commands: &mut Vec<Command>) {
    let palette = theme::palette(ui.visuals());
    let result = &found.result;
    ui.horizontal_wrapped(|ui| {
        ui.label(found.summary());
        if result.is_stale {
            let stale = RichText::new(text::similar::REMEMBERED_FROM_BEFORE);
            ui.label(stale.color(palette.warning));
        } else if result.is_remembered {
            ui.weak(text::similar::REMEMBERED);
        }
        if is_slow {
            ui.weak(text::SEARCHING);
        }
    });
    if let Some(post) = result.same_file {
        ui.horizontal_wrapped(|ui| {
            let said = text::similar::same_file(&post.to_string());
            ui.label(RichText::new(said).color(palette.good));
            if ui.button(text::similar::OPEN_IT).clicked() {
                commands.push(Command::Similar(SimilarCommand::OpenPost(post)));
            }
        });
    }
    for note in &result.notes {
        ui.label(RichText::new(note).color(palette.warning));
    }
    ui.add_space(2.0);
}

/// Calm text in the middle of the room that is left.
fn middle_ui(ui: &mut Ui, add_contents: impl FnOnce(&mut Ui)) {
    ui.add_space((ui.available_height() * 0.3).min(220.0));
    ui.vertical_centered(|ui| {
        ui.set_max_width(460.0);
        ui.spacing_mut().item_spacing.y = theme::GAP_LARGE;
        add_contents(ui);
    });
}
