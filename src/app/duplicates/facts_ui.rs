//! Paints what tells two posts apart.

use crate::app::text;
use eframe::egui::{Grid, RichText, Ui, Vec2};

use crate::app::theme;
use crate::model::Category;

use super::facts::{Fact, TagsApart, facts, tags_apart};
use super::look::Side;
use super::review::Review;

const NAME_WIDTH: f32 = 80.0;
const ROW_HEIGHT: f32 = 18.0;

pub fn facts_ui(ui: &mut Ui, review: &Review) {
    let palette = theme::palette(ui.visuals());
    let mut has_failed = false;
    for side in Side::BOTH {
        let details = review.post(side).and_then(|it| review.details(it));
        if let Some(Err(reason)) = details {
            has_failed = true;
            ui.colored_label(palette.error, format!("{}: {reason}", side.name()));
        }
    }
    let Some((left, right)) = review.both_details() else {
        if !has_failed {
            ui.weak(text::duplicates::LOADING);
        }
        return;
    };
    ui.spacing_mut().interact_size.y = ROW_HEIGHT;
    ui.spacing_mut().item_spacing.y = 2.0;
    tags_ui(ui, &tags_apart(left, right));
    ui.add_space(theme::GAP);
    let column = ((ui.available_width() - NAME_WIDTH) / 2.0 - theme::GAP_LARGE).max(80.0);
    Grid::new("duplicate facts")
        .num_columns(3)
        .min_col_width(NAME_WIDTH)
        .max_col_width(column)
        .striped(true)
        .show(ui, |ui| {
            ui.allocate_space(Vec2::ZERO);
            for side in Side::BOTH {
                ui.strong(side.name());
            }
            ui.end_row();
            for fact in facts(left, right) {
                fact_ui(ui, &fact);
                ui.end_row();
            }
        });
}

fn fact_ui(ui: &mut Ui, fact: &Fact) {
    ui.weak(fact.name);
    for (side, value) in [(Side::Left, &fact.left), (Side::Right, &fact.right)] {
        let mut said = RichText::new(value);
        if fact.better == Some(side) {
            said = said.color(theme::palette(ui.visuals()).good).strong();
        } else if !fact.differs() {
            said = said.weak();
        }
        ui.label(said);
    }
}

fn tags_ui(ui: &mut Ui, apart: &TagsApart) {
    let TagsApart {
        left,
        right,
        num_common,
    } = apart;
    if *num_common == 0 && left.is_empty() && right.is_empty() {
        ui.weak(text::duplicates::NEITHER_HAS_TAGS);
        return;
    }
    ui.label(text::duplicates::tags_in_common(*num_common));
    for (alone, tags) in [
        (text::duplicates::LEFT_ALONE, left),
        (text::duplicates::RIGHT_ALONE, right),
    ] {
        ui.horizontal_wrapped(|ui| {
            ui.weak(alone);
            if tags.is_empty() {
                ui.weak(text::duplicates::NONE);
            }
            for (name, category) in tags {
                tag_ui(ui, name, *category);
            }
        });
    }
}

fn tag_ui(ui: &mut Ui, name: &str, category: Category) {
    let color = theme::category_color(category, ui.visuals());
    ui.label(RichText::new(name.replace('_', " ")).color(color));
}
