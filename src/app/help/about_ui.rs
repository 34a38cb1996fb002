//! Paints the page about the program.

use std::path::Path;

use eframe::egui::{Align, CollapsingHeader, Layout, RichText, ScrollArea, TextStyle, Ui, vec2};

use crate::app::command::Command;
use crate::app::options::{head_ui, page_ui};
use crate::app::view::View;
use crate::app::{KobakoApp, text, theme};

use super::about::{Fact, LICENCE, VERSION, facts, parts, report};

/// Of the list of what is built in, points.
const PARTS_HEIGHT: f32 = 260.0;
/// What stands before each line, points.
const NAME_WIDTH: f32 = 80.0;
/// Of a path, characters.
const MAX_PATH: usize = 70;

pub fn about_page_ui(ui: &mut Ui, app: &KobakoApp, commands: &mut Vec<Command>) {
    let library = Some(app.library.path.as_path()).filter(|it| !it.as_os_str().is_empty());
    let places = [
        (text::help::LIBRARY, library),
        (text::help::SETTINGS, app.options.path()),
    ];
    let facts = facts(ui.pixels_per_point(), app.library.num_posts);
    page_ui(ui, "about", |ui| {
        head_ui(ui, text::help::ABOUT, View::About, commands);
        ui.label(RichText::new(text::help::name_and_version(VERSION)).strong());
        ui.label(text::help::WHAT_IT_IS);
        ui.weak(text::help::NO_NETWORK);

        heading_ui(ui, text::help::WHERE_THINGS_ARE);
        for (name, path) in places {
            named_ui(ui, name, |ui| place_ui(ui, name, path, commands));
        }
        named_ui(ui, text::help::LOG, |ui| {
            ui.label(text::help::LOG_IS);
        });

        heading_ui(ui, text::help::FOR_A_BUG_REPORT);
        for Fact { name, value } in &facts {
            named_ui(ui, name, |ui| {
                ui.label(value);
            });
        }
        ui.add_space(theme::GAP);
        if ui
            .button(text::help::COPY_ALL)
            .on_hover_text(text::help::COPY_ALL_IS)
            .clicked()
        {
            commands.push(Command::Copy(report(&facts, &places)));
        }

        heading_ui(ui, text::help::LICENCES);
        ui.label(text::help::licence(LICENCE));
        parts_ui(ui);
        ui.add_space(theme::GAP_LARGE);
    });
}

fn heading_ui(ui: &mut Ui, title: &str) {
    ui.add_space(theme::GAP_LARGE);
    ui.heading(title);
    ui.separator();
}

/// A name, as wide for all, and what it is beside it.
fn named_ui(ui: &mut Ui, name: &str, add_contents: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        let size = vec2(NAME_WIDTH, ui.spacing().interact_size.y);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(NAME_WIDTH);
            ui.weak(name);
        });
        ui.horizontal_wrapped(add_contents);
    });
}

fn place_ui(ui: &mut Ui, name: &str, path: Option<&Path>, commands: &mut Vec<Command>) {
    let Some(path) = path else {
        ui.weak(text::help::UNKNOWN);
        return;
    };
    let said = path.display().to_string();
    ui.label(RichText::new(text::middle(&said, MAX_PATH)).monospace())
        .on_hover_text(&said);
    let show = ui
        .button(text::help::SHOW)
        .on_hover_text(text::help::SHOW_IS)
        .accessible_name(text::help::show(name));
    if show.clicked() {
        commands.push(Command::ShowPath(path.to_owned()));
    }
    let copy = ui
        .button(text::COPY_PATH)
        .accessible_name(text::help::copy_path(name));
    if copy.clicked() {
        commands.push(Command::Copy(said));
    }
}

fn parts_ui(ui: &mut Ui) {
    let parts = parts();
    let list = CollapsingHeader::new(text::help::built_in(parts.len() as u64))
        .id_salt("built in")
        .show(ui, |ui| {
            let height = ui.text_style_height(&TextStyle::Body);
            ScrollArea::vertical()
                .id_salt("parts")
                .max_height(PARTS_HEIGHT)
                .auto_shrink([false, true])
                .show_rows(ui, height, parts.len(), |ui, rows| {
                    for part in parts.get(rows).unwrap_or_default() {
                        ui.horizontal(|ui| {
                            ui.label(part.name);
                            ui.weak(part.licence);
                        });
                    }
                });
        });
    if list.header_response.has_focus() {
        theme::focus_ring(ui, list.header_response.rect);
    }
}
