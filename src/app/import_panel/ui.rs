//! Paints the import panel, and the list of what failed.

use eframe::egui::{
    self, Id, Key, Label, ProgressBar, RichText, ScrollArea, TextEdit, Ui, text::CCursor,
    text_selection::CCursorRange,
};

use crate::app::command::Command;
use crate::app::{text, theme};
use crate::message::FailedFile;

use super::{ImportState, Job, progress_text, report_text};

/// Of a path's letters, points; most are narrower.
const PATH_CHAR_WIDTH: f32 = 7.5;

/// Of the field for a path, where there is room, points.
const PATH_WIDTH: f32 = 320.0;

/// `read_only` says why nothing can be imported, where that is so.
pub fn import_panel_ui(
    ui: &mut Ui,
    import: &mut ImportState,
    read_only: Option<&str>,
    commands: &mut Vec<Command>,
) {
    if let Some(reason) = read_only {
        let color = theme::palette(ui.visuals()).warning;
        ui.colored_label(color, text::import_panel::cant_import(reason));
    }
    ui.horizontal_wrapped(|ui| {
        let choose = ui.add_enabled(
            import.dialog.is_none() && read_only.is_none(),
            egui::Button::new(text::CHOOSE_FOLDER),
        );
        if choose.clicked() {
            commands.push(Command::ChooseFolder);
        }
        if import.dialog.is_some() {
            ui.weak(text::NO_PORTAL_HINT);
        }
        ui.label(text::import_panel::OR_A_PATH);
        let width = PATH_WIDTH.min(ui.max_rect().width() - theme::GAP_LARGE);
        let field = ui
            .add(
                TextEdit::singleline(&mut import.path_text)
                    .hint_text(text::import_panel::PATH_HINT)
                    .desired_width(width),
            )
            .accessible_name(text::import_panel::PATH_TO_IMPORT);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if std::mem::take(&mut import.wants_focus) || entered {
            field.request_focus();
            select_all(ui, field.id, &import.path_text);
        }
        let path = import.typed_path().filter(|_| read_only.is_none());
        let button = ui.add_enabled(
            path.is_some(),
            egui::Button::new(text::import_panel::IMPORT),
        );
        if let Some(path) = path
            && (entered || button.clicked())
        {
            commands.push(Command::Import(vec![path]));
        }
        if ui.button(text::import_panel::SHOW_FAILURES).clicked() {
            commands.push(Command::ShowFailures);
        }
    });
    for job in &import.jobs {
        job_ui(ui, job, commands);
    }
    if let Some(last) = &import.last {
        ui.horizontal_wrapped(|ui| {
            ui.label(report_text(last));
            let (label, query) = text::import_panel::SHOW_MISSING;
            if last.missing > 0 && ui.button(label).clicked() {
                commands.push(Command::Search(query.to_owned()));
            }
            if last.num_taken_out > 0 && read_only.is_none() {
                let button = ui.button(text::import_panel::BRING_BACK);
                if button
                    .on_hover_text(text::import_panel::BRING_BACK_HINT)
                    .clicked()
                {
                    commands.push(Command::BringBack(last.taken_out.clone()));
                }
            }
        });
    }
}

/// So that what is typed next replaces the path.
fn select_all(ui: &Ui, id: Id, text: &str) {
    let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
    let end = CCursor::new(text.chars().count());
    let range = CCursorRange::two(CCursor::new(0), end);
    state.cursor.set_char_range(Some(range));
    TextEdit::store_state(ui.ctx(), id, state);
}

/// One line: how far, how fast, how long, and a way to stop it.
pub fn job_ui(ui: &mut Ui, job: &Job, commands: &mut Vec<Command>) {
    let progress = &job.progress;
    ui.horizontal_wrapped(|ui| {
        if progress.is_counted && progress.num_found > 0 {
            let share = progress.num_done as f32 / progress.num_found as f32;
            ui.add(ProgressBar::new(share).desired_width(140.0));
        }
        let current = progress
            .current
            .as_ref()
            .map(|path| path.display().to_string())
            .unwrap_or_default();
        ui.label(text::import_panel::importing(&progress_text(progress)))
            .on_hover_text(current);
        let label = if job.is_cancelling {
            text::import_panel::CANCELLING
        } else {
            text::import_panel::CANCEL_IMPORT
        };
        let button = ui.add_enabled(!job.is_cancelling, egui::Button::new(label));
        if button.clicked() {
            commands.push(Command::Cancel(job.id));
        }
    });
}

pub fn failures_ui(ui: &mut Ui, failures: &[FailedFile], commands: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        ui.strong(match failures.len() {
            0 => text::import_panel::NO_FAILURES.to_owned(),
            number => text::import_panel::could_not_be_imported(number as u64),
        });
        if !failures.is_empty() {
            if ui.button(text::import_panel::TRY_AGAIN).clicked() {
                commands.push(Command::RetryFailures);
            }
            if ui.button(text::import_panel::COPY_ALL).clicked() {
                commands.push(Command::Copy(as_text(failures)));
            }
        }
        if ui.button(text::import_panel::CLOSE_FAILURES).clicked() {
            commands.push(Command::HideFailures);
        }
    });
    let line = ui.spacing().interact_size.y;
    let is_narrow = ui.available_width() < theme::NARROW_WIDTH;
    let height = if is_narrow {
        2.0 * line + ui.spacing().item_spacing.y
    } else {
        line
    };
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show_rows(ui, height, failures.len(), |ui, rows| {
            for failure in failures.get(rows).unwrap_or_default() {
                if is_narrow {
                    ui.vertical(|ui| {
                        ui.set_height(height);
                        ui.horizontal(|ui| path_ui(ui, failure, 1.0, commands));
                        reason_ui(ui, failure);
                    });
                } else {
                    ui.horizontal(|ui| {
                        path_ui(ui, failure, 0.5, commands);
                        reason_ui(ui, failure);
                    });
                }
            }
        });
}

/// A button and the path, shortened to about `share` of the width.
fn path_ui(ui: &mut Ui, failure: &FailedFile, share: f32, commands: &mut Vec<Command>) {
    let path = failure.path.display().to_string();
    let copy = ui.small_button(text::import_panel::COPY);
    if copy
        .accessible_name(text::import_panel::copy_path(&path))
        .clicked()
    {
        commands.push(Command::Copy(as_text(std::slice::from_ref(failure))));
    }
    let max_chars = (ui.available_width() * share / PATH_CHAR_WIDTH) as usize;
    let shown = text::middle(&path, max_chars.max(16)).into_owned();
    ui.label(shown).on_hover_text(&path);
}

/// What does not fit is in the tooltip that a shortened label has by itself.
fn reason_ui(ui: &mut Ui, failure: &FailedFile) {
    let color = theme::palette(ui.visuals()).error;
    ui.add(Label::new(RichText::new(&failure.reason).color(color)).truncate());
}

/// One file a line: path, tab, reason.
fn as_text(failures: &[FailedFile]) -> String {
    failures
        .iter()
        .map(|failure| format!("{}\t{}\n", failure.path.display(), failure.reason))
        .collect()
}
