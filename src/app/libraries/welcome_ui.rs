//! The page of an empty library: from here to one's own pictures in a click or two.

use eframe::egui::{Button, RichText, Ui, vec2};

use crate::app::KobakoApp;
use crate::app::command::Command;
use crate::app::{text, theme};
use crate::message::SuggestedFolder;

use super::{LibraryChoice, LibraryCommand};

const BUTTON_WIDTH: f32 = 320.0;

pub fn welcome_ui(ui: &mut Ui, app: &KobakoApp, commands: &mut Vec<Command>) {
    ui.heading(text::EMPTY_TITLE);
    ui.label(text::EMPTY_EXPLANATION);
    let is_choosing = app.import.dialog.is_some();
    let choose = Button::new(RichText::new(text::libraries::CHOOSE_PICTURES).strong())
        .wrap()
        .min_size(vec2(button_width(ui), 36.0));
    if ui.add_enabled(!is_choosing, choose).clicked() {
        commands.push(Command::ChooseFolder);
    }
    suggestions_ui(ui, app, commands);
    ui.weak(text::EMPTY_WAYS);
    ui.add_space(theme::GAP);
    if ui.link(text::libraries::TYPE_A_PATH).clicked() && !app.import.is_open {
        commands.push(Command::ToggleImport);
    }
    if app.libraries.connect.is_some() && ui.link(text::libraries::LOOK_AT_DEMO).clicked() {
        let open = LibraryCommand::Open(LibraryChoice::Demo);
        commands.push(Command::Libraries(open));
    }
    let path = app.library.path.display().to_string();
    ui.weak(text::libraries::kept_in(&path));
}

fn button_width(ui: &Ui) -> f32 {
    BUTTON_WIDTH.min(ui.available_width())
}

/// Folders that this person may have pictures in.
fn suggestions_ui(ui: &mut Ui, app: &KobakoApp, commands: &mut Vec<Command>) {
    let Some(suggested) = &app.libraries.suggested else {
        if app.libraries.has_asked_suggestions {
            ui.weak(text::libraries::LOOKING_FOR_PICTURES);
        }
        return;
    };
    for folder in suggested {
        let SuggestedFolder {
            path,
            num_pictures,
            is_part,
        } = folder;
        if *num_pictures == 0 && !is_part {
            continue;
        }
        let num = if *is_part {
            text::libraries::pictures_or_more(*num_pictures)
        } else {
            text::libraries::pictures(*num_pictures)
        };
        let path_text = path.display().to_string();
        let label = text::libraries::import_folder(&text::middle(&path_text, 40), &num);
        let button = Button::new(label)
            .wrap()
            .min_size(vec2(button_width(ui), 30.0));
        let response = ui
            .add(button)
            .on_hover_text(&path_text)
            .accessible_name(text::libraries::import_folder_name(&path_text, &num));
        if response.clicked() {
            commands.push(Command::Import(vec![path.clone()]));
        }
    }
}
