//! Follows imports: what is asked for, and what they brought.

use std::path::PathBuf;

use eframe::egui;

use crate::app::{KobakoApp, text};
use crate::message::{ImportReport, JobId, Notice};

use super::{ImportState, report_text};

impl KobakoApp {
    pub(in crate::app) fn import_finished(
        &mut self,
        ctx: &egui::Context,
        job: JobId,
        report: ImportReport,
    ) {
        // The demo comes with each start, and mostly brings nothing new.
        let brought_any = report.added + report.updated > 0;
        let is_news = self.import.was_asked() || changed_anything(&report);
        if report.stopped.is_some() {
            self.notices.last_error_is_of_import();
        }
        self.library.has_failures |= !report.failed.is_empty();
        // There is nothing more to do in the panel where all of it went well.
        let is_last = self.import.jobs.iter().all(|it| it.id == job);
        if brought_any && is_last && went_well(&report) {
            self.import.is_open = false;
        }
        let is_told = !ImportState::has_failed(&report) && !self.import.is_open && is_news;
        if is_told && went_well(&report) {
            // A bar would push the pictures down, and up again when it goes.
            self.edit_note.say(report_text(&report));
        } else if is_told {
            self.tell_import(&report);
        }
        self.import.finished(job, report, &mut self.link);
        self.follow_at_rest();
        // A file that was missing may be back, a damaged one mended.
        self.textures.forget_failures();
        self.ask_thumbnails_again();
        if brought_any {
            self.similar.probe(ctx);
        }
    }

    /// Says what an import brought that is more than figures.
    fn tell_import(&mut self, report: &ImportReport) {
        let notice = Notice {
            is_error: false,
            message: report_text(report),
            way_out: if !report.failed.is_empty() {
                Some(text::import_panel::SAYS_WHAT_FAILED.to_owned())
            } else if report.num_taken_out > 0 {
                Some(text::import_panel::BRINGS_BACK.to_owned())
            } else {
                None
            },
        };
        if report.missing > 0 {
            let (label, query) = text::import_panel::SHOW_MISSING;
            self.notices.offer_search(notice.clone(), label, query);
        }
        self.notices.push_of_import(notice);
    }

    pub(in crate::app) fn take_dialog(&mut self) {
        let Some(dialog) = &self.import.dialog else {
            return;
        };
        let Some(folders) = dialog.answer() else {
            return;
        };
        if folders.is_empty() && dialog.was_never_seen() {
            self.notices.error(
                text::import_panel::NO_FOLDER_DIALOG,
                text::import_panel::TYPE_OR_DROP,
            );
            self.notices.last_error_is_of_import();
            // Ready for the path.
            if !self.import.is_open {
                self.import.toggle();
            }
        }
        self.import.dialog = None;
        self.start_import(folders);
    }

    pub(in crate::app) fn import_places(&mut self, paths: Vec<PathBuf>) {
        self.start_import(paths);
    }

    pub(in crate::app) fn start_import(&mut self, paths: Vec<PathBuf>) {
        if !paths.is_empty() {
            self.notices.import_begins();
        }
        self.import.import(paths, &mut self.link);
    }
}

/// There is nothing to read about it but its figures.
fn went_well(report: &ImportReport) -> bool {
    let is_whole = !report.cancelled && report.stopped.is_none();
    is_whole
        && report.missing == 0
        && report.failed.is_empty()
        && report.notes.is_empty()
        && report.skipped == 0
        && report.num_taken_out == 0
}

fn changed_anything(report: &ImportReport) -> bool {
    let ImportReport {
        added,
        updated,
        unchanged: _,
        skipped: _,
        num_taken_out: _,
        taken_out: _,
        notes,
        missing,
        failed,
        seconds: _,
        cancelled,
        stopped,
    } = report;
    added + updated + missing > 0
        || !failed.is_empty()
        || !notes.is_empty()
        || *cancelled
        || stopped.is_some()
}
