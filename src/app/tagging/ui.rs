//! The bar above the pictures in which tags are edited.

use eframe::egui::{Button, Frame, Margin, RichText, Ui};

use crate::app::command::Command;
use crate::app::link::Link;
use crate::app::rows::button_width;
use crate::app::{text, theme};
use crate::message::TagWordKind;

use super::field_ui::field_ui;
use super::tags_ui::tags_ui;
use super::{Tagger, TaggingCommand};

const CLOSE: &str = "×";

/// Of the name of a post the middle is left out.
const MAX_NAME: usize = 48;

/// The field has a line of its own where less is left beside what it is for, points.
const LEAST_FIELD: f32 = 220.0;

/// `read_only` says why nothing can be changed, where that is so.
pub fn tagger_ui(
    ui: &mut Ui,
    tagger: &mut Tagger,
    read_only: Option<&str>,
    link: &mut Link,
    commands: &mut Vec<Command>,
) {
    let margin = Margin::symmetric(theme::GAP as i8, theme::GAP as i8);
    Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let title = title(tagger);
        let is_wide = ui.available_width() >= theme::NARROW_WIDTH * 0.75;
        if !is_wide {
            ui.label(RichText::new(&title).strong());
        }
        ui.horizontal(|ui| {
            if is_wide {
                ui.label(RichText::new(&title).strong());
            }
            match read_only {
                Some(reason) => {
                    let color = theme::palette(ui.visuals()).warning;
                    let said = text::tagging::read_only(reason);
                    ui.label(RichText::new(said).color(color));
                    close_ui(ui, commands);
                }
                None => entry_ui(ui, tagger, link, commands),
            }
        });
        if read_only.is_none() {
            said_ui(ui, tagger);
        }
        tags_ui(ui, tagger, read_only.is_none(), commands);
    });
}

fn title(tagger: &Tagger) -> String {
    match (tagger.only(), &tagger.name) {
        (Some(_), Some(name)) => {
            text::tagging::tags_of(&text::on_screen(&text::middle(name, MAX_NAME)))
        }
        (Some(post), None) => {
            text::tagging::tags_of(&text::viewer::post_in_sentence(&post.to_string()))
        }
        (None, _) => text::tagging::tags_of_posts(tagger.num_posts()),
    }
}

fn entry_ui(ui: &mut Ui, tagger: &mut Tagger, link: &mut Link, commands: &mut Vec<Command>) {
    let gap = ui.spacing().item_spacing.x;
    let buttons = button_width(ui, text::tagging::APPLY) + button_width(ui, CLOSE) + 2.0 * gap;
    let width = (ui.available_width() - buttons).max(LEAST_FIELD.min(ui.available_width()));
    field_ui(ui, tagger, width, link, commands);
    let is_typed = !tagger.field.text.trim().is_empty();
    let apply = Button::new(text::tagging::APPLY);
    if ui.add_enabled(is_typed, apply).clicked() {
        commands.push(Command::Tagging(TaggingCommand::Apply));
    }
    close_ui(ui, commands);
}

fn close_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    let close = ui.button(CLOSE).on_hover_text(text::tagging::CLOSE);
    if close.accessible_name(text::tagging::CLOSE).clicked() {
        commands.push(Command::Tagging(TaggingCommand::Close));
    }
}

/// What is to be known before Enter: what is wrong, what is new; else what keys do.
fn said_ui(ui: &mut Ui, tagger: &Tagger) {
    let palette = theme::palette(ui.visuals());
    let reading = &tagger.reading;
    let new = reading.new_names();
    let mut is_said = false;
    for problem in reading.problems() {
        ui.label(RichText::new(problem).color(palette.error));
        is_said = true;
    }
    for word in &reading.words {
        if word.kind == TagWordKind::Categorized {
            let said = text::tagging::categorized(&word.tag.name, word.category.name());
            ui.label(RichText::new(said).color(palette.warning));
            is_said = true;
        }
    }
    if !new.is_empty() {
        let said = text::tagging::new_tags(&new);
        ui.label(RichText::new(said).color(palette.warning));
        is_said = true;
    }
    if !is_said {
        ui.weak(text::tagging::KEYS);
    }
}
