//! Paints the state of embeddings, of their index and of the worker.

use eframe::egui::{CollapsingHeader, ProgressBar, RichText, Ui};

use crate::app::command::Command;
use crate::app::{text, theme};
use crate::message::{EmbedCommand, EmbedProgress, IndexCommand, IndexState, SimilarityState};

use super::state_text::{
    embedded_text, index_text, num_missing, progress_share, progress_text, worker_text,
};
use super::{Similar, SimilarCommand};

const PROGRESS_WIDTH: f32 = 140.0;

fn command_button(ui: &mut Ui, label: &str, command: SimilarCommand, commands: &mut Vec<Command>) {
    if ui.button(label).clicked() {
        commands.push(Command::Similar(command));
    }
}

/// One line while pictures are embedded: how far, how fast, how long, and the
/// ways to pause and to stop it.
pub fn embedding_ui(ui: &mut Ui, progress: &EmbedProgress, commands: &mut Vec<Command>) {
    let bar = || ProgressBar::new(progress_share(progress));
    let is_narrow = ui.available_width() < theme::NARROW_WIDTH / 2.0;
    if is_narrow {
        ui.add(bar());
    }
    ui.horizontal_wrapped(|ui| {
        if !is_narrow {
            ui.add(bar().desired_width(PROGRESS_WIDTH));
        }
        let current = progress.current.as_ref().map(|it| it.display().to_string());
        let label = ui.label(progress_text(progress));
        if let Some(current) = current {
            label.on_hover_text(current);
        }
        if progress.is_paused {
            let resume = SimilarCommand::Embed(EmbedCommand::Resume);
            command_button(ui, text::similar::RESUME_EMBEDDING, resume, commands);
        } else {
            let pause = SimilarCommand::Embed(EmbedCommand::Pause);
            command_button(ui, text::similar::PAUSE_EMBEDDING, pause, commands);
        }
        let cancel = SimilarCommand::Embed(EmbedCommand::Cancel);
        command_button(ui, text::similar::CANCEL_EMBEDDING, cancel, commands);
    });
}

/// Everything about embeddings, on the page. `read_only` says why none can be
/// made, where that is so.
pub fn state_ui(
    ui: &mut Ui,
    similar: &Similar,
    read_only: Option<&str>,
    commands: &mut Vec<Command>,
) {
    ui.strong(text::similar::EMBEDDINGS);
    let Some(state) = &similar.state else {
        ui.weak(text::similar::LOADING);
        return;
    };
    if let Some(problem) = &state.problem {
        ui.colored_label(theme::palette(ui.visuals()).error, problem);
    }
    if !state.is_enabled {
        off_ui(ui, commands);
        return;
    }
    match &state.embedding {
        Some(progress) => embedding_ui(ui, progress, commands),
        None => at_rest_ui(ui, state, read_only, commands),
    }
    if state.num_failed > 0 && state.embedding.is_none() {
        let retry = SimilarCommand::Embed(EmbedCommand::RetryFailed);
        let label = text::similar::try_again(state.num_failed);
        command_button(ui, &label, retry, commands);
    }
    let details = CollapsingHeader::new(text::similar::DETAILS)
        .id_salt("embedding details")
        .show(ui, |ui| details_ui(ui, state, commands));
    if details.header_response.has_focus() {
        theme::focus_ring(ui, details.header_response.rect);
    }
    ui.add_space(theme::GAP);
    if similar.asks_off {
        asks_off_ui(ui, commands);
    } else {
        command_button(
            ui,
            text::similar::ASK_OFF,
            SimilarCommand::AskOff(true),
            commands,
        );
    }
}

/// What few people ask: the model, the index and the worker, with their figures.
fn details_ui(ui: &mut Ui, state: &SimilarityState, commands: &mut Vec<Command>) {
    if !state.model.is_empty() {
        let model = match state.dimensions {
            0 => state.model.clone(),
            dimensions => text::similar::model(&state.model, dimensions),
        };
        ui.label(model).on_hover_text(text::EMBEDDINGS_ARE);
    }
    ui.weak(worker_text(state.worker.as_ref()));
    ui.add_space(theme::GAP);
    ui.strong(text::similar::INDEX);
    index_ui(ui, state, commands);
}

fn at_rest_ui(
    ui: &mut Ui,
    state: &SimilarityState,
    read_only: Option<&str>,
    commands: &mut Vec<Command>,
) {
    ui.label(embedded_text(state))
        .on_hover_text(text::EMBEDDINGS_ARE);
    let num_missing = num_missing(state);
    if num_missing == 0 {
        return;
    }
    match read_only {
        Some(reason) => {
            let color = theme::palette(ui.visuals()).warning;
            ui.colored_label(color, text::similar::cant_be_stored(reason));
        }
        None => {
            let start = SimilarCommand::Embed(EmbedCommand::Start);
            command_button(ui, &text::similar::embed(num_missing), start, commands);
        }
    }
}

fn index_ui(ui: &mut Ui, state: &SimilarityState, commands: &mut Vec<Command>) {
    let label = ui.label(index_text(state));
    if state.index_recall.is_some() {
        label.on_hover_text(text::RECALL_IS);
    }
    if state.index == IndexState::Nothing {
        return;
    }
    if !state.index_kind.is_empty() {
        ui.weak(text::sentence(&state.index_kind));
    }
    if !state.index_policy.is_empty() {
        ui.weak(text::sentence(&state.index_policy));
    }
    ui.horizontal_wrapped(|ui| {
        let mut button = |label: &str, command| {
            command_button(ui, label, SimilarCommand::Index(command), commands);
        };
        match state.index {
            // There is nothing to be done.
            IndexState::Nothing | IndexState::Building | IndexState::Loading => {}
            IndexState::NotBuilt => button(text::similar::BUILD_INDEX, IndexCommand::Rebuild),
            IndexState::NotLoaded => {
                button(text::similar::LOAD_INDEX, IndexCommand::Load);
                button(text::similar::REBUILD_INDEX, IndexCommand::Rebuild);
            }
            IndexState::Loaded { .. } => {
                button(text::similar::UNLOAD_INDEX, IndexCommand::Unload);
                button(text::similar::REBUILD_INDEX, IndexCommand::Rebuild);
            }
        }
    });
}

fn off_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    let color = theme::palette(ui.visuals()).warning;
    ui.label(RichText::new(text::SIMILARITY_IS_OFF).color(color));
    ui.weak(text::STILL_ALIKE);
    let on = SimilarCommand::Index(IndexCommand::SetEnabled(true));
    command_button(ui, text::similar::SWITCH_ON, on, commands);
}

/// What it costs and what it saves, before it is done.
fn asks_off_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    ui.label(text::SWITCHING_OFF);
    ui.horizontal_wrapped(|ui| {
        let off = SimilarCommand::Index(IndexCommand::SetEnabled(false));
        command_button(ui, text::similar::CONFIRM_OFF, off, commands);
        command_button(
            ui,
            text::similar::KEEP_IT_ON,
            SimilarCommand::AskOff(false),
            commands,
        );
    });
}
