//! The bar above the picture: where it is in its list, how large it is shown,
//! and a menu for all else.

use eframe::egui::{self, RichText, Ui};

use crate::app::command::Command;
use crate::app::similar::SimilarCommand;
use crate::app::{text, theme};

use super::camera::{Axis, Zoom};
use super::command::ViewerCommand as V;
use super::options::{Background, ViewerOptions};
use super::player::Player;
use super::presenting::Presenting;
use super::{Picture, Viewer};

/// Seconds that a slideshow may stay at a post.
const INTERVALS: [u64; 7] = [2, 3, 5, 10, 15, 30, 60];

pub fn bar_ui(
    ui: &mut Ui,
    viewer: &mut Viewer,
    num_posts: usize,
    presenting: &Presenting,
    commands: &mut Vec<Command>,
) {
    ui.horizontal_wrapped(|ui| {
        if ui.button("Back").on_hover_text("Esc").clicked() {
            commands.push(Command::CloseViewer);
        }
        let index = viewer.place.index();
        let is_first = index.is_none_or(|it| it == 0);
        let is_last = index.is_none_or(|it| it + 1 >= num_posts);
        let previous = ui.add_enabled(!is_first, egui::Button::new("Previous"));
        if previous.on_hover_text("Page up").clicked() {
            commands.push(Command::PreviousPost);
        }
        let next = ui.add_enabled(!is_last, egui::Button::new("Next"));
        if next.on_hover_text("Page down").clicked() {
            commands.push(Command::NextPost);
        }
        match index {
            Some(index) => ui.label(format!(
                "{} of {}",
                text::count(index as u64 + 1),
                text::count(num_posts as u64)
            )),
            None => ui.label(format!("Post {}", viewer.post)),
        };
        zoom_ui(ui, viewer, commands);
        // The strip has one of its own.
        if !viewer.has_strip {
            let find = ui.button(text::FIND_SIMILAR).on_hover_text("S");
            if find.clicked() {
                commands.push(Command::Similar(SimilarCommand::FindThis));
            }
        }
        if let Some((_, post)) = viewer.trail.last() {
            let back = ui.button(format!("Back to post {post}"));
            if back.on_hover_text("Backspace").clicked() {
                commands.push(Command::Similar(SimilarCommand::GoBack));
            }
        }
        let more = ui.menu_button("More", |ui| {
            menu_ui(ui, viewer, presenting, commands);
        });
        more.response.accessible_name("More about this post");
        state_ui(ui, viewer, presenting, commands);
    });
}

fn zoom_ui(ui: &mut Ui, viewer: &Viewer, commands: &mut Vec<Command>) {
    let Some(laid) = viewer.laid else {
        return;
    };
    let mut push = |command| commands.push(Command::Viewer(command));
    let smaller = ui.small_button("−").on_hover_text("−");
    if smaller.accessible_name("Zoom out").clicked() {
        push(V::ZoomBy(-1));
    }
    let menu = ui.menu_button(laid.percent(), |ui| {
        for (label, key, zoom) in [
            ("Fit the window", "0", Zoom::Fit),
            ("Fit the width", "W", Zoom::Width),
            ("Real size (100 %)", "=", Zoom::Scale(1.0)),
            ("200 %", "", Zoom::Scale(2.0)),
            ("400 %", "", Zoom::Scale(4.0)),
        ] {
            let button = egui::Button::selectable(viewer.camera.zoom() == zoom, label);
            if ui.add(button.shortcut_text(key)).clicked() {
                push(V::SetZoom(zoom));
                ui.close();
            }
        }
    });
    menu.response
        .accessible_name(format!("Zoom: {}", laid.percent()));
    let larger = ui.small_button("+").on_hover_text("+");
    if larger.accessible_name("Zoom in").clicked() {
        push(V::ZoomBy(1));
    }
}

/// What is under way, or less than it should be.
fn state_ui(ui: &mut Ui, viewer: &Viewer, presenting: &Presenting, commands: &mut Vec<Command>) {
    if let Some(show) = &presenting.slideshow {
        let label = if show.is_paused {
            "Slideshow paused"
        } else {
            "Slideshow"
        };
        let button = ui.button(label).on_hover_text("Space pauses, F9 ends");
        if button.clicked() {
            commands.push(Command::Viewer(V::TogglePlaying));
        }
    }
    if let Some(player) = &viewer.player {
        player_ui(ui, player, commands);
    }
    if let Some(reason) = viewer.less_sharp() {
        let color = theme::palette(ui.visuals()).warning;
        ui.label(RichText::new(reason).color(color));
    } else if viewer.tiles.is_waiting() {
        ui.weak("Sharpening…");
    }
    if presenting.is_copying() {
        ui.weak("Copying…");
    }
    match &viewer.picture {
        Picture::Shown(shown) => {
            if let Some(degraded) = &shown.degraded {
                let color = theme::palette(ui.visuals()).warning;
                ui.label(RichText::new(degraded).color(color));
            }
        }
        Picture::Loading => {
            ui.weak("Loading…");
        }
        Picture::Failed(_) => {}
    }
}

fn player_ui(ui: &mut Ui, player: &Player, commands: &mut Vec<Command>) {
    let mut button = |ui: &mut Ui, label: &str, name: &str, key: &str, command| {
        let button = ui.small_button(label).on_hover_text(key);
        if button.accessible_name(name).clicked() {
            commands.push(Command::Viewer(command));
        }
    };
    button(ui, "‹", "Previous frame", ",", V::StepFrame(-1));
    let label = if player.is_playing { "Pause" } else { "Play" };
    button(ui, label, label, "Space", V::TogglePlaying);
    button(ui, "›", "Next frame", ".", V::StepFrame(1));
    ui.weak(player.text());
    if let Some(problem) = &player.problem {
        let color = theme::palette(ui.visuals()).warning;
        ui.label(RichText::new(problem).color(color));
    }
}

fn item(ui: &mut Ui, label: &str, key: &str, command: V, commands: &mut Vec<Command>) {
    let button = egui::Button::new(label).shortcut_text(key);
    if ui.add(button).clicked() {
        commands.push(Command::Viewer(command));
        ui.close();
    }
}

fn menu_ui(ui: &mut Ui, viewer: &Viewer, presenting: &Presenting, commands: &mut Vec<Command>) {
    let options = &presenting.options;
    ui.menu_button("View", |ui| view_menu_ui(ui, viewer, options, commands));
    ui.menu_button("Copy", |ui| {
        item(ui, "Picture", "Ctrl+Shift+C", V::CopyPicture, commands);
        item(ui, "Path", "", V::CopyPath, commands);
        item(ui, "MD5", "", V::CopyMd5, commands);
        item(ui, "Tags", "", V::CopyTags, commands);
    });
    ui.menu_button("Slideshow", |ui| slideshow_ui(ui, presenting, commands));
    ui.separator();
    let info = if presenting.is_info_hidden {
        "Show information"
    } else {
        "Hide information"
    };
    item(ui, info, "I", V::ToggleInfo, commands);
    item(ui, "Fullscreen", "F11", V::ToggleFullscreen, commands);
    item(
        ui,
        "Compare with the previous post",
        "C",
        V::CompareWithPrevious,
        commands,
    );
    ui.separator();
    item(
        ui,
        "Show in file manager",
        "Ctrl+Enter",
        V::ShowInFolder,
        commands,
    );
    item(
        ui,
        "Open with another program",
        "Ctrl+Shift+O",
        V::OpenWith,
        commands,
    );
    item(ui, "Send to trash…", "Del", V::AskTrash, commands);
}

/// What turns and what is behind; of the view alone.
pub fn view_menu_ui(
    ui: &mut Ui,
    viewer: &Viewer,
    options: &ViewerOptions,
    commands: &mut Vec<Command>,
) {
    item(ui, "Fit the window", "0", V::SetZoom(Zoom::Fit), commands);
    item(ui, "Fit the width", "W", V::SetZoom(Zoom::Width), commands);
    item(ui, "Real size", "=", V::SetZoom(Zoom::Scale(1.0)), commands);
    ui.separator();
    item(ui, "Rotate right", "R", V::Rotate(1), commands);
    item(ui, "Rotate left", "Shift+R", V::Rotate(-1), commands);
    item(ui, "Mirror", "H", V::Mirror(Axis::Horizontal), commands);
    item(
        ui,
        "Flip upside down",
        "Shift+H",
        V::Mirror(Axis::Vertical),
        commands,
    );
    if !viewer.camera.turn().is_upright() || viewer.camera.zoom() != Zoom::Fit {
        item(ui, "Reset the view", "Shift+Z", V::ResetView, commands);
    }
    ui.separator();
    ui.weak("Background");
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
        "End"
    } else {
        "Start"
    };
    item(ui, label, "F9", V::ToggleSlideshow, commands);
    ui.separator();
    let mut push = |command| commands.push(Command::Viewer(command));
    let mut is_random = options.slideshow_is_random;
    if ui.checkbox(&mut is_random, "In random order").clicked() {
        push(V::ToggleRandom);
    }
    let mut loops = options.slideshow_loops;
    if ui.checkbox(&mut loops, "From the start again").clicked() {
        push(V::ToggleLoop);
    }
    ui.separator();
    for secs in INTERVALS {
        let is_it = options.slideshow_secs == secs;
        if ui
            .selectable_label(is_it, format!("{secs} s each"))
            .clicked()
        {
            push(V::SetInterval(secs));
        }
    }
}
