//! The bar at the bottom: what is shown, how fast it was found, what is under way.

use eframe::egui::{self, ProgressBar, RichText, Ui};

use crate::message::{EditProgress, LibrarySummary};

use super::KobakoApp;
use super::command::Command;
use super::grid::{GridCommand, position_ui, size_ui};
use super::import_panel::job_ui;
use super::memory_panel::search_text;
use super::similar::embedding_ui;
use super::sort_ui::sort_ui;
use super::view::View;
use super::window::EngineState;
use super::{text, theme};

pub fn status_bar_ui(ui: &mut Ui, app: &KobakoApp, commands: &mut Vec<Command>) {
    // What changes under the pointer is not marked by it.
    ui.style_mut().interaction.selectable_labels = false;
    if !app.import.is_open {
        for job in &app.import.jobs {
            job_ui(ui, job, commands);
        }
    }
    if let Some(progress) = &app.edit_progress {
        edit_ui(ui, progress, app.is_edit_stopping, commands);
    }
    if app.view != View::Similar || app.viewer.is_some() {
        let state = app.similar.state.as_ref();
        if let Some(progress) = state.and_then(|it| it.embedding.as_ref()) {
            embedding_ui(ui, progress, commands);
        }
    }
    let mut from_left = Vec::new();
    egui::Sides::new().shrink_left().truncate().show(
        ui,
        |ui| left_ui(ui, app, &mut from_left),
        |ui| {
            if app.engine == EngineState::Ready
                && app.grid.is_full(app.results.len())
                && let Some(num_new) = app.search.num_new()
            {
                let label = match num_new {
                    0 => text::status::LIBRARY_CHANGED.to_owned(),
                    _ => text::status::new_posts(num_new),
                };
                if ui
                    .link(label)
                    .on_hover_text(app.keymap.shown("search.refresh"))
                    .clicked()
                {
                    commands.push(Command::ShowNew);
                }
            }
            if let Some((grid, _)) = app.front_grid()
                && ui.ctx().content_rect().width() >= theme::NARROW_WIDTH * 0.75
            {
                size_ui(ui, grid.options(), commands);
            }
            if let Some(rss) = app.memory_panel.rss_bytes() {
                ui.label(text::status::rss(rss))
                    .on_hover_text(text::status::RSS_IS);
            }
            if app.library.read_only.is_some() {
                let color = theme::palette(ui.visuals()).warning;
                ui.label(RichText::new(text::status::READ_ONLY).color(color));
            }
        },
    );
    commands.append(&mut from_left);
}

fn left_ui(ui: &mut Ui, app: &KobakoApp, commands: &mut Vec<Command>) {
    match app.engine {
        EngineState::Opening => {
            ui.weak(text::OPENING);
            return;
        }
        EngineState::Stopped => {
            ui.weak(text::STOPPED_TITLE);
            return;
        }
        EngineState::Ready => {}
    }
    // Figures of different things stand beside each other.
    ui.spacing_mut().item_spacing.x = theme::GAP_FIGURES;
    if let Some((grid, cells)) = app.front_grid() {
        position_ui(ui, grid, cells, commands);
    }
    note_ui(ui, app, commands);
    if app.results.is_any() && app.view == View::Posts {
        let total = app.results.total();
        let num_listed = app.results.len() as u64;
        let label = if num_listed < total {
            ui.label(text::status::results_listed(num_listed, total))
        } else {
            ui.label(text::status::results(total))
        };
        label.on_hover_ui(|ui| {
            let (num_held, bytes) = (app.results.num_held(), app.results.held_bytes());
            ui.label(search_text(num_held, bytes));
        });
        if total > 1 {
            sort_ui(ui, &app.search.summary.order, commands);
        }
        ui.weak(text::status::took(app.search.summary.elapsed_us));
    }
    if app.search.is_running() {
        ui.label(text::SEARCHING);
    }
    let LibrarySummary {
        num_posts,
        num_tags,
        ..
    } = app.library;
    ui.weak(text::status::library_has(num_posts, num_tags))
        .on_hover_text(app.library.path.display().to_string());
    if let Some(reason) = &app.library.read_only {
        ui.label(RichText::new(reason).color(theme::palette(ui.visuals()).warning));
    }
}

/// How far a change of posts is.
fn edit_ui(ui: &mut Ui, progress: &EditProgress, is_stopping: bool, commands: &mut Vec<Command>) {
    let EditProgress {
        what,
        num_done,
        num_all,
    } = progress;
    ui.horizontal_wrapped(|ui| {
        let share = *num_done as f32 / (*num_all).max(1) as f32;
        ui.add(ProgressBar::new(share).desired_width(140.0));
        let (done, all) = (text::count(*num_done), text::count(*num_all));
        ui.label(text::edits::progress(what, &done, &all));
        let label = if is_stopping {
            text::edits::STOPPING
        } else {
            text::edits::STOP
        };
        if ui
            .add_enabled(!is_stopping, egui::Button::new(label))
            .clicked()
        {
            commands.push(Command::Grid(GridCommand::StopEdit));
        }
    });
}

/// What was done to posts last, with the way back.
fn note_ui(ui: &mut Ui, app: &KobakoApp, commands: &mut Vec<Command>) {
    let Some(note) = app.edit_note.text() else {
        return;
    };
    ui.label(note);
    let way = if !app.edit_note.is_of_edit() {
        None
    } else if app.edit_note.undo.as_deref() == Some(note) {
        Some((text::grid::UNDO, "edit.undo", GridCommand::Undo))
    } else if app.edit_note.redo.is_some() {
        Some((text::grid::REDO, "edit.redo", GridCommand::Redo))
    } else {
        None
    };
    if let Some((title, action, command)) = way
        && ui
            .link(title)
            .on_hover_text(app.keymap.shown(action))
            .clicked()
    {
        commands.push(Command::Grid(command));
    }
}
