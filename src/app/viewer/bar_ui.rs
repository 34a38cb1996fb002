//! The bar above the picture: where it is in its list, how large it is shown,
//! and a menu for all else.

use eframe::egui::{self, Response, RichText, Ui};

use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::rows::start_row_unless;
use crate::app::similar::SimilarCommand;
use crate::app::{text, theme};

use super::camera::Zoom;
use super::command::ViewerCommand as V;
use super::menu_ui::menu_ui;
use super::player::Player;
use super::presenting::Presenting;
use super::{Picture, Viewer};

/// Of the buttons that zoom, points.
const ZOOM_ROOM: f32 = 150.0;
/// Of the buttons of an animation and the number of its frame, points.
const PLAYER_ROOM: f32 = 210.0;

pub fn bar_ui(
    ui: &mut Ui,
    viewer: &mut Viewer,
    num_posts: usize,
    presenting: &Presenting,
    commands: &mut Vec<Command>,
) {
    ui.horizontal_wrapped(|ui| {
        let key = |ui: &Ui, id| key_of(ui.ctx(), id);
        let back = ui.button(text::viewer::BACK);
        if back.on_hover_text(key(ui, "viewer.close")).clicked() {
            commands.push(Command::CloseViewer);
        }
        let index = viewer.place.index();
        let is_first = index.is_none_or(|it| it == 0);
        let is_last = index.is_none_or(|it| it + 1 >= num_posts);
        let previous = ui.add_enabled(!is_first, egui::Button::new(text::viewer::PREVIOUS));
        if previous.on_hover_text(key(ui, "viewer.previous")).clicked() {
            commands.push(Command::PreviousPost);
        }
        let next = ui.add_enabled(!is_last, egui::Button::new(text::viewer::NEXT));
        if next.on_hover_text(key(ui, "viewer.next")).clicked() {
            commands.push(Command::NextPost);
        }
        match index {
            Some(index) => {
                let place = text::viewer::place(index as u64 + 1, num_posts as u64);
                ui.add(egui::Label::new(place).extend())
            }
            None => ui.label(text::viewer::post(&viewer.post.to_string())),
        };
        // The three of them stay together.
        start_row_unless(ui, ZOOM_ROOM);
        zoom_ui(ui, viewer, commands);
        // The strip has one of its own.
        if !viewer.has_strip {
            let find = ui.button(text::FIND_SIMILAR);
            if find.on_hover_text(key(ui, "similar.find")).clicked() {
                commands.push(Command::Similar(SimilarCommand::FindThis));
            }
        }
        if let Some((_, post)) = viewer.trail.last() {
            let back = ui.button(text::viewer::back_to_post(&post.to_string()));
            if back.on_hover_text(key(ui, "similar.go_back")).clicked() {
                commands.push(Command::Similar(SimilarCommand::GoBack));
            }
        }
        let more = ui.menu_button(text::viewer::MORE, |ui| {
            menu_ui(ui, viewer, presenting, commands);
        });
        more.response
            .accessible_name(text::viewer::MORE_ABOUT_THIS_POST);
        state_ui(ui, viewer, presenting, commands);
    });
}

fn zoom_ui(ui: &mut Ui, viewer: &Viewer, commands: &mut Vec<Command>) {
    let Some(laid) = viewer.laid else {
        return;
    };
    let mut push = |command| commands.push(Command::Viewer(command));
    let smaller = hinted(ui, "−", text::viewer::ZOOM_OUT, "viewer.zoom_out");
    if smaller.clicked() {
        push(V::ZoomBy(-1));
    }
    let menu = ui.menu_button(laid.percent(), |ui| {
        for (label, id, zoom) in [
            (text::viewer::FIT_THE_WINDOW, "viewer.fit", Zoom::Fit),
            (text::viewer::FIT_THE_WIDTH, "viewer.fit_width", Zoom::Width),
            (
                text::viewer::REAL_SIZE_PERCENT,
                "viewer.real",
                Zoom::Scale(1.0),
            ),
            ("200 %", "", Zoom::Scale(2.0)),
            ("400 %", "", Zoom::Scale(4.0)),
        ] {
            let button = egui::Button::selectable(viewer.camera.zoom() == zoom, label);
            let key = key_of(ui.ctx(), id);
            if ui.add(button.shortcut_text(key)).clicked() {
                push(V::SetZoom(zoom));
                ui.close();
            }
        }
    });
    menu.response
        .accessible_name(text::viewer::zoom(&laid.percent()));
    let larger = hinted(ui, "+", text::viewer::ZOOM_IN, "viewer.zoom_in");
    if larger.clicked() {
        push(V::ZoomBy(1));
    }
}

/// What is under way, or less than it should be.
fn state_ui(ui: &mut Ui, viewer: &Viewer, presenting: &Presenting, commands: &mut Vec<Command>) {
    if let Some(show) = &presenting.slideshow {
        let label = if show.is_paused {
            text::viewer::GO_ON_WITH_SLIDESHOW
        } else {
            text::viewer::PAUSE_SLIDESHOW
        };
        let keys = ["viewer.play", "viewer.slideshow"].map(|id| key_of(ui.ctx(), id));
        let [pause, end] = &keys;
        let button = ui.button(label);
        let button = button.on_hover_text(text::viewer::slideshow_keys(pause, end));
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
        ui.weak(text::viewer::SHARPENING);
    }
    if presenting.is_copying() {
        ui.weak(text::viewer::COPYING);
    }
    match &viewer.picture {
        Picture::Shown(shown) => {
            if let Some(degraded) = &shown.degraded {
                let color = theme::palette(ui.visuals()).warning;
                ui.label(RichText::new(degraded).color(color));
            }
        }
        Picture::Loading => {
            ui.weak(text::viewer::LOADING);
        }
        Picture::Failed(_) => {}
    }
}

fn player_ui(ui: &mut Ui, player: &Player, commands: &mut Vec<Command>) {
    let mut button = |ui: &mut Ui, label: &str, name: &str, id: &str, command| {
        if hinted(ui, label, name, id).clicked() {
            commands.push(Command::Viewer(command));
        }
    };
    // What moves frames stays together.
    start_row_unless(ui, PLAYER_ROOM);
    let previous = text::viewer::PREVIOUS_FRAME;
    button(ui, "‹", previous, "viewer.frame_previous", V::StepFrame(-1));
    let label = if player.is_playing {
        text::viewer::PAUSE
    } else {
        text::viewer::PLAY
    };
    button(ui, label, label, "viewer.play", V::TogglePlaying);
    let next = text::viewer::NEXT_FRAME;
    button(ui, "›", next, "viewer.frame_next", V::StepFrame(1));
    ui.weak(player.text());
    if let Some(problem) = &player.problem {
        let color = theme::palette(ui.visuals()).warning;
        ui.label(RichText::new(problem).color(color));
    }
}

/// A button of this name, with the key of the action that does the same.
fn hinted(ui: &mut Ui, label: &str, name: &str, id: &str) -> Response {
    let key = key_of(ui.ctx(), id);
    ui.button(label)
        .on_hover_text(text::actions::with_key(name, &key))
        .accessible_name(name)
}
