//! Paints what the page asks: the picture, what "alike" means, where to look.

use eframe::egui::{
    self, Color32, Grid, Rect, RichText, Role, Sense, Slider, Ui, Vec2, WidgetInfo, pos2,
};

use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::textures::{Look, TextureCache, fitted};
use crate::app::{text, theme};
use crate::message::{Blend, SimilarMode, TagMeasure};

use super::found::mode_name;
use super::page::SimilarPage;
use super::subject::Subject;
use super::{Similar, SimilarCommand};

const SUBJECT_EDGE: f32 = 96.0;
/// The same, where the options have little room.
const SUBJECT_EDGE_LOW: f32 = 48.0;
const SLIDER_WIDTH: f32 = 48.0;
/// Of a file name, characters; the whole of it is in the tooltip.
const MAX_NAME: usize = 60;

pub fn options_ui(
    ui: &mut Ui,
    similar: &Similar,
    query: &str,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) {
    let page = &similar.page;
    subject_ui(ui, page, textures, commands);
    ui.add_space(theme::GAP);
    mode_ui(ui, page, commands);
    match page.mode {
        SimilarMode::Blended => blend_ui(ui, &page.blend, commands),
        SimilarMode::Tags => measure_ui(ui, page.measure, commands),
        SimilarMode::Semantic | SimilarMode::Visual => {}
    }
    within_ui(ui, page, query, commands);
}

fn subject_ui(
    ui: &mut Ui,
    page: &SimilarPage,
    textures: &mut TextureCache,
    commands: &mut Vec<Command>,
) {
    ui.horizontal_top(|ui| {
        if let Some(subject) = &page.subject
            && !matches!(subject, Subject::File(_))
        {
            thumbnail_ui(ui, subject, textures);
        }
        ui.vertical(|ui| match &page.subject {
            Some(subject) => {
                let name = subject.name();
                let label = ui.label(RichText::new(text::middle(&name, MAX_NAME)).strong());
                if let Subject::File(path) = subject {
                    label.on_hover_text(path.display().to_string());
                }
                if let Subject::Post(post) = subject
                    && ui
                        .link(text::similar::OPEN)
                        .on_hover_text(text::similar::SHOW_IT_LARGE)
                        .clicked()
                {
                    commands.push(Command::Similar(SimilarCommand::OpenPost(*post)));
                }
                if let Subject::Pasted { pixels, .. } = subject {
                    ui.weak(format!("{} × {}", pixels.width, pixels.height));
                }
            }
            None => {
                ui.weak(text::SUBJECT_HINT);
            }
        });
    });
    ui.horizontal_wrapped(|ui| {
        let choose = ui.add_enabled(
            page.dialog.is_none(),
            egui::Button::new(text::similar::CHOOSE_FILE),
        );
        if choose
            .on_hover_text(key_of(ui.ctx(), "similar.choose"))
            .clicked()
        {
            commands.push(Command::Similar(SimilarCommand::ChooseFile));
        }
        let paste = ui.add_enabled(
            page.paste.is_none(),
            egui::Button::new(text::similar::PASTE_PICTURE),
        );
        if paste
            .on_hover_text(key_of(ui.ctx(), "similar.paste"))
            .clicked()
        {
            commands.push(Command::Similar(SimilarCommand::Paste));
        }
        if page.paste.is_some() {
            ui.weak(text::similar::READING_THE_CLIPBOARD);
        }
    });
    if let Some(problem) = &page.problem {
        ui.colored_label(theme::palette(ui.visuals()).error, problem);
    }
}

fn thumbnail_ui(ui: &mut Ui, subject: &Subject, textures: &mut TextureCache) {
    let edge = if ui.clip_rect().height() < theme::LOW_HEIGHT / 2.0 {
        SUBJECT_EDGE_LOW
    } else {
        SUBJECT_EDGE
    };
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(edge), Sense::hover());
    let name = text::similar::compared_with(&subject.name());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    let palette = theme::palette(ui.visuals());
    ui.painter()
        .rect_filled(rect, theme::CELL_ROUNDING, palette.cell);
    let look = match subject {
        Subject::Post(post) => match textures.look(*post) {
            Look::Ready { texture, size, .. } => Some((texture, size)),
            Look::Loading | Look::Failed { .. } => None,
        },
        Subject::Pasted { thumbnail, .. } => Some((thumbnail.id(), thumbnail.size_vec2())),
        Subject::File(_) => None,
    };
    if let Some((texture, size)) = look {
        let inner = rect.shrink(3.0).size();
        let image = Rect::from_center_size(rect.center(), fitted(size, inner, 1.0));
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(texture, image, whole, Color32::WHITE);
    }
}

fn mode_ui(ui: &mut Ui, page: &SimilarPage, commands: &mut Vec<Command>) {
    ui.strong(text::similar::ALIKE_BY);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP_CHOICES;
        for mode in SimilarMode::ALL {
            let (name, what) = mode_name(mode);
            let key = key_of(ui.ctx(), mode_action(mode));
            let choice = ui.radio(mode == page.mode, name);
            if choice
                .on_hover_text(text::actions::with_key(what, &key))
                .clicked()
            {
                commands.push(Command::Similar(SimilarCommand::SetMode(mode)));
            }
        }
    });
}

/// The action that does the same.
fn mode_action(mode: SimilarMode) -> &'static str {
    match mode {
        SimilarMode::Blended => "similar.blended",
        SimilarMode::Semantic => "similar.semantic",
        SimilarMode::Visual => "similar.visual",
        SimilarMode::Tags => "similar.tags",
    }
}

/// A line for each measure: how much it counts, and from where on.
fn blend_ui(ui: &mut Ui, blend: &Blend, commands: &mut Vec<Command>) {
    let mut wish = *blend;
    let defaults = Blend::default();
    Grid::new("blend").num_columns(3).show(ui, |ui| {
        ui.spacing_mut().slider_width = SLIDER_WIDTH;
        let reset = ui.add_enabled(
            wish != defaults,
            egui::Button::new(text::similar::RESET).small(),
        );
        let is_reset = reset
            .accessible_name(text::similar::RESET_WEIGHTS)
            .clicked();
        ui.weak(text::similar::WEIGHT);
        ui.weak(text::similar::COUNTS_FROM);
        ui.end_row();
        ui.label(text::similar::SEMANTIC);
        slider_ui(ui, text::similar::WEIGHT_OF_SEMANTIC, &mut wish.semantic);
        slider_ui(ui, text::similar::LEAST_COSINE, &mut wish.least_cosine);
        ui.end_row();
        ui.label(text::similar::VISUAL);
        slider_ui(ui, text::similar::WEIGHT_OF_VISUAL, &mut wish.visual);
        let slider =
            Slider::new(&mut wish.most_distance, 0..=32).suffix(text::similar::BITS_SUFFIX);
        theme::slider_ui(ui, slider).accessible_name(text::similar::MOST_BITS_THAT_DIFFER);
        ui.end_row();
        ui.label(text::similar::TAGS);
        slider_ui(ui, text::similar::WEIGHT_OF_TAGS, &mut wish.tags);
        slider_ui(
            ui,
            text::similar::LEAST_LIKENESS_OF_TAGS,
            &mut wish.least_tags,
        );
        ui.end_row();
        if is_reset {
            wish = defaults;
        }
    });
    if wish != *blend {
        commands.push(Command::Similar(SimilarCommand::SetBlend(wish)));
    }
}

fn slider_ui(ui: &mut Ui, name: &str, value: &mut f32) {
    let slider = Slider::new(value, 0.0..=1.0)
        .step_by(0.05)
        .fixed_decimals(2);
    theme::slider_ui(ui, slider).accessible_name(name);
}

fn measure_ui(ui: &mut Ui, current: TagMeasure, commands: &mut Vec<Command>) {
    let choices = [
        (
            TagMeasure::Weighted,
            text::similar::WEIGHTED,
            text::similar::RARE_TAGS_AND_CHARACTERS,
        ),
        (
            TagMeasure::GeneralOnly,
            text::similar::GENERAL_TAGS_ONLY,
            text::similar::GENERAL_TAGS_EXPLAINED,
        ),
        (
            TagMeasure::Jaccard,
            text::similar::JACCARD,
            text::similar::JACCARD_EXPLAINED,
        ),
    ];
    for (measure, name, what) in choices {
        let choice = ui.radio(measure == current, name).on_hover_text(what);
        if choice.clicked() && measure != current {
            commands.push(Command::Similar(SimilarCommand::SetMeasure(measure)));
        }
    }
}

/// `query` is what was searched last.
fn within_ui(ui: &mut Ui, page: &SimilarPage, query: &str, commands: &mut Vec<Command>) {
    let mut is_within = page.within.is_some();
    let is_possible = is_within || !query.trim().is_empty();
    let checkbox = ui
        .add_enabled(
            is_possible,
            egui::Checkbox::new(&mut is_within, text::similar::ONLY_IN_THE_SEARCH),
        )
        .on_hover_text(text::actions::with_key(
            text::similar::ONLY_IN_THE_SEARCH_EXPLAINED,
            &key_of(ui.ctx(), "similar.within"),
        ))
        .on_disabled_hover_text(text::similar::SEARCH_FOR_SOMETHING_FIRST);
    if checkbox.changed() {
        commands.push(Command::Similar(SimilarCommand::SetWithin(is_within)));
    }
    let shown = page.within.as_deref().unwrap_or(query).trim();
    if !shown.is_empty() {
        ui.weak(text::middle(shown, 80)).on_hover_text(shown);
    }
}
