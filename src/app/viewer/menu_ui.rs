//! The menu of an open post: what it is rated, how it is seen, what becomes of it.

use eframe::egui::{Button, Ui};

use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::grid::GridCommand;
use crate::app::tagging::TaggingCommand;
use crate::app::text;
use crate::model::Rating;

use super::Viewer;
use super::camera::{Axis, Zoom};
use super::command::ViewerCommand as V;
use super::options::{Background, ViewerOptions};
use super::presenting::Presenting;

/// Seconds that a slideshow may stay at a post.
const INTERVALS: [u64; 7] = [2, 3, 5, 10, 15, 30, 60];

pub fn menu_ui(ui: &mut Ui, viewer: &Viewer, presenting: &Presenting, commands: &mut Vec<Command>) {
    let options = &presenting.options;
    let favorite = Command::Grid(GridCommand::ToggleFavorite);
    let title = text::viewer::FAVORITE;
    let is_favorite = viewer.known().is_some_and(|it| it.is_favorite);
    let button = Button::selectable(is_favorite, title);
    let button = ui.add(button.shortcut_text(key_of(ui.ctx(), "post.favorite")));
    if button.accessible_name(title).clicked() {
        commands.push(favorite);
        ui.close();
    }
    ui.menu_button(text::viewer::RATING, |ui| rating_ui(ui, viewer, commands));
    let tags = Command::Tagging(TaggingCommand::Open);
    entry(ui, text::tagging::EDIT_TAGS, "post.tags", tags, commands);
    ui.separator();
    ui.menu_button(text::viewer::VIEW, |ui| {
        view_menu_ui(ui, viewer, options, commands);
    });
    ui.menu_button(text::viewer::COPY, |ui| copy_ui(ui, commands));
    ui.menu_button(text::viewer::SLIDESHOW, |ui| {
        slideshow_ui(ui, presenting, commands);
    });
    ui.separator();
    let mut item = |ui: &mut Ui, title, id, command| item(ui, title, id, command, commands);
    let info = if presenting.is_info_seen {
        text::viewer::HIDE_INFORMATION
    } else {
        text::viewer::SHOW_INFORMATION
    };
    item(ui, info, "viewer.info", V::ToggleInfo);
    let title = text::viewer::FULLSCREEN;
    item(ui, title, "viewer.fullscreen", V::ToggleFullscreen);
    let title = text::viewer::COMPARE_WITH_THE_PREVIOUS_POST;
    item(ui, title, "viewer.compare", V::CompareWithPrevious);
    ui.separator();
    let title = text::viewer::SHOW_IN_FILE_MANAGER;
    item(ui, title, "viewer.folder", V::ShowInFolder);
    let title = text::viewer::OPEN_WITH_ANOTHER_PROGRAM;
    item(ui, title, "viewer.open_with", V::OpenWith);
    let title = text::viewer::SEND_TO_TRASH;
    item(ui, title, "viewer.trash", V::AskTrash);
}

/// An entry with the key of the action `id`, which does the same.
fn entry(ui: &mut Ui, title: &str, id: &str, command: Command, commands: &mut Vec<Command>) {
    let button = Button::new(title).shortcut_text(key_of(ui.ctx(), id));
    if ui.add(button).accessible_name(title).clicked() {
        commands.push(command);
        ui.close();
    }
}

fn item(ui: &mut Ui, title: &str, id: &str, command: V, commands: &mut Vec<Command>) {
    entry(ui, title, id, Command::Viewer(command), commands);
}

fn rating_ui(ui: &mut Ui, viewer: &Viewer, commands: &mut Vec<Command>) {
    let known = viewer.known().and_then(|it| it.rating);
    for rating in Rating::ALL {
        let title = text::viewer::rate(rating.name());
        let key = key_of(ui.ctx(), &format!("post.rate_{}", rating.name()));
        let button = Button::selectable(known == Some(rating), title.as_str());
        let button = ui.add(button.shortcut_text(key));
        if button.accessible_name(title).clicked() {
            commands.push(Command::Grid(GridCommand::Rate(Some(rating))));
            ui.close();
        }
    }
    let title = text::viewer::TAKE_THE_RATING_AWAY;
    let none = Command::Grid(GridCommand::Rate(None));
    entry(ui, title, "post.unrate", none, commands);
}

fn copy_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    for (title, id, command) in [
        (text::viewer::PICTURE, "viewer.copy_picture", V::CopyPicture),
        (text::viewer::PATH, "post.copy_paths", V::CopyPath),
        (text::viewer::MD5, "post.copy_md5s", V::CopyMd5),
        (text::viewer::TAGS, "post.copy_tags", V::CopyTags),
    ] {
        item(ui, title, id, command, commands);
    }
}

/// What turns and what is behind; of the view alone.
pub fn view_menu_ui(
    ui: &mut Ui,
    viewer: &Viewer,
    options: &ViewerOptions,
    commands: &mut Vec<Command>,
) {
    let mut item = |ui: &mut Ui, title, id, command| item(ui, title, id, command, commands);
    let title = text::viewer::FIT_THE_WINDOW;
    item(ui, title, "viewer.fit", V::SetZoom(Zoom::Fit));
    let title = text::viewer::FIT_THE_WIDTH;
    item(ui, title, "viewer.fit_width", V::SetZoom(Zoom::Width));
    let title = text::viewer::REAL_SIZE;
    item(ui, title, "viewer.real", V::SetZoom(Zoom::Scale(1.0)));
    ui.separator();
    let title = text::viewer::ROTATE_RIGHT;
    item(ui, title, "viewer.rotate", V::Rotate(1));
    let title = text::viewer::ROTATE_LEFT;
    item(ui, title, "viewer.rotate_back", V::Rotate(-1));
    let title = text::viewer::MIRROR;
    item(ui, title, "viewer.mirror", V::Mirror(Axis::Horizontal));
    let title = text::viewer::FLIP_UPSIDE_DOWN;
    item(ui, title, "viewer.flip", V::Mirror(Axis::Vertical));
    if !viewer.camera.turn().is_upright() || viewer.camera.zoom() != Zoom::Fit {
        let title = text::viewer::RESET_THE_VIEW;
        item(ui, title, "viewer.reset", V::ResetView);
    }
    ui.separator();
    ui.weak(text::viewer::BACKGROUND);
    for background in Background::ALL {
        let is_it = options.background == background;
        if ui.selectable_label(is_it, background.name()).clicked() {
            commands.push(Command::Viewer(V::SetBackground(background)));
            ui.close();
        }
    }
}

fn slideshow_ui(ui: &mut Ui, presenting: &Presenting, commands: &mut Vec<Command>) {
    let options = &presenting.options;
    let label = if presenting.slideshow.is_some() {
        text::viewer::END
    } else {
        text::viewer::START
    };
    let toggle = V::ToggleSlideshow;
    item(ui, label, "viewer.slideshow", toggle, commands);
    ui.separator();
    let mut push = |command| commands.push(Command::Viewer(command));
    let mut is_random = options.slideshow_is_random;
    if ui
        .checkbox(&mut is_random, text::viewer::IN_RANDOM_ORDER)
        .clicked()
    {
        push(V::ToggleRandom);
    }
    let mut loops = options.slideshow_loops;
    if ui
        .checkbox(&mut loops, text::viewer::FROM_THE_START_AGAIN)
        .clicked()
    {
        push(V::ToggleLoop);
    }
    ui.separator();
    for secs in INTERVALS {
        let is_it = options.slideshow_secs == secs;
        if ui
            .selectable_label(is_it, text::viewer::secs_each(secs))
            .clicked()
        {
            push(V::SetInterval(secs));
        }
    }
}
