//! What went wrong or is worth knowing: bars that can be dismissed, never a dialog.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::egui::{self, RichText};

use crate::message::{HandoverFailure, Notice};

use super::command::Command;
use super::text;
use super::theme;

/// Older ones go when more than this many stand; what does not fit is scrolled to.
const MAX_NOTICES: usize = 12;

/// After so long, what only tells that something went well was read.
const READ_TIME: Duration = Duration::from_secs(20);

#[derive(Debug, Default)]
pub struct Notices {
    list: Vec<Notice>,
    /// Those of `list` that the next import makes old.
    of_import: Vec<Notice>,
    /// Those of `list` that go by themselves, and since when somebody is there to read
    /// them.
    passing: Vec<(Notice, Option<Instant>)>,
    /// Those of `list` that are about a file, which can be copied.
    about: Vec<(Notice, PathBuf)>,
    /// Those of `list` that offer a search, with what its button says.
    searches: Vec<(Notice, &'static str, &'static str)>,
}

impl Notices {
    /// Shows `notice`, once.
    pub fn push(&mut self, notice: Notice) {
        self.list.retain(|it| *it != notice);
        self.list.push(notice);
        if self.list.len() > MAX_NOTICES {
            self.list.remove(0);
        }
    }

    /// Shows why a file was not handed to another program.
    pub fn push_about(&mut self, failure: HandoverFailure) {
        let HandoverFailure {
            reason,
            way_out,
            path,
        } = failure;
        let notice = Notice {
            is_error: true,
            message: reason,
            way_out,
        };
        self.about.retain(|it| self.list.contains(&it.0));
        self.about.extend(path.map(|path| (notice.clone(), path)));
        self.push(notice);
    }

    /// Has `notice` offer to search `query`, where it is shown.
    pub fn offer_search(&mut self, notice: Notice, label: &'static str, query: &'static str) {
        self.searches.retain(|it| self.list.contains(&it.0));
        self.searches.push((notice, label, query));
    }

    /// The search that it offers, after what its button says.
    fn search_of(&self, notice: &Notice) -> Option<(&'static str, &'static str)> {
        let offer = self.searches.iter().find(|it| it.0 == *notice);
        offer.map(|it| (it.1, it.2))
    }

    /// The file that it is about.
    fn path_of(&self, notice: &Notice) -> Option<&Path> {
        let about = self.about.iter().find(|it| it.0 == *notice);
        about.map(|it| it.1.as_path())
    }

    /// Shows what an import brought until it was read, something is searched, or the
    /// next import is asked for.
    pub fn push_of_import(&mut self, notice: Notice) {
        self.of_import.push(notice.clone());
        self.push_passing(notice);
    }

    /// Shows `notice` until it was read, or something is searched.
    pub fn push_passing(&mut self, notice: Notice) {
        self.passing.retain(|it| it.0 != notice);
        self.passing.push((notice.clone(), None));
        self.push(notice);
    }

    /// What was read for long enough goes. It is read from the first thing on that a
    /// person does: before, there may be nobody.
    pub fn pass(&mut self, ctx: &egui::Context) {
        if self.passing.is_empty() {
            return;
        }
        let (is_somebody, is_pressed) = ctx.input(|input| {
            let is_pressed = input.pointer.any_down() || input.pointer.any_released();
            (!input.events.is_empty(), is_pressed)
        });
        let Self { list, passing, .. } = self;
        passing.retain_mut(|(notice, since)| {
            if since.is_none() && is_somebody {
                *since = Some(Instant::now());
            }
            // What is below moves up: not while something there is clicked.
            let stays = is_pressed || since.is_none_or(|it| it.elapsed() < READ_TIME);
            if !stays {
                list.retain(|it| it != notice);
            }
            stays
        });
    }

    /// Something was searched: what tells of before goes, errors stay.
    pub fn search_begins(&mut self) {
        let Self { list, passing, .. } = self;
        list.retain(|notice| passing.iter().all(|it| it.0 != *notice));
        passing.clear();
    }

    /// The newest error is about an import.
    pub fn last_error_is_of_import(&mut self) {
        let last = self.last_error().cloned();
        self.of_import.extend(last);
    }

    /// An import was asked for: what was said about those before it goes.
    pub fn import_begins(&mut self) {
        let Self {
            list,
            of_import,
            passing,
            about: _,
            searches: _,
        } = self;
        list.retain(|notice| !of_import.contains(notice));
        passing.retain(|it| !of_import.contains(&it.0));
        of_import.clear();
    }

    pub fn error(&mut self, message: impl Into<String>, way_out: impl Into<String>) {
        self.push(Notice {
            is_error: true,
            message: message.into(),
            way_out: Some(way_out.into()),
        });
    }

    /// What this said is no news any more.
    pub fn remove(&mut self, message: &str) {
        let Self { list, passing, .. } = self;
        list.retain(|it| it.message != message);
        passing.retain(|it| it.0.message != message);
    }

    pub fn dismiss(&mut self, index: usize) {
        if index < self.list.len() {
            self.list.remove(index);
        }
    }

    /// The newest error, for the page that says why the engine stopped.
    pub fn last_error(&self) -> Option<&Notice> {
        self.list.iter().rev().find(|it| it.is_error)
    }
}

/// At most a third of the window high; more is scrolled to.
pub fn notices_ui(ui: &mut egui::Ui, notices: &Notices, commands: &mut Vec<Command>) {
    if notices.list.is_empty() {
        return;
    }
    egui::ScrollArea::vertical()
        .id_salt("notices")
        .auto_shrink([false, true])
        .max_height(ui.ctx().content_rect().height() / 3.0)
        .show(ui, |ui| list_ui(ui, notices, commands));
}

fn list_ui(ui: &mut egui::Ui, notices: &Notices, commands: &mut Vec<Command>) {
    for (index, notice) in notices.list.iter().enumerate() {
        let palette = theme::palette(ui.visuals());
        let search = notices.search_of(notice);
        let (fill, color) = if notice.is_error {
            (palette.error_fill, palette.error)
        } else if search.is_some() {
            (palette.info_fill, palette.warning)
        } else {
            (palette.info_fill, palette.accent)
        };
        egui::Frame::new()
            .fill(fill)
            .corner_radius(4)
            .inner_margin(egui::Margin::symmetric(8, 4))
            .show(ui, |ui| {
                egui::Sides::new().shrink_left().wrap().show(
                    ui,
                    |ui| {
                        ui.label(RichText::new(&notice.message).color(color).strong());
                        if let Some(way_out) = &notice.way_out {
                            ui.weak(text::BETWEEN_SENTENCES);
                            ui.label(way_out);
                        }
                    },
                    |ui| {
                        if ui.button(text::DISMISS).clicked() {
                            commands.push(Command::DismissNotice(index));
                        }
                        if let Some((label, query)) = search
                            && ui.button(label).clicked()
                        {
                            commands.push(Command::Search(query.to_owned()));
                        }
                        if let Some(path) = notices.path_of(notice)
                            && ui.button(text::COPY_PATH).clicked()
                        {
                            commands.push(Command::Copy(path.display().to_string()));
                        }
                    },
                );
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_shown_once_and_the_oldest_goes() {
        let mut notices = Notices::default();
        notices.error("the oldest", "try again");
        for number in 0..MAX_NOTICES - 2 {
            notices.error(format!("{number}"), "try again");
        }
        for message in ["b", "c", "c", "d"] {
            notices.error(message, "try again");
        }
        let shown: Vec<&str> = notices.list.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(shown.len(), MAX_NOTICES);
        assert_eq!(shown[..2], ["1", "2"]);
        assert_eq!(shown[MAX_NOTICES - 3..], ["b", "c", "d"]);
        notices.dismiss(70);
        notices.dismiss(0);
        assert_eq!(
            notices.last_error().map(|it| it.message.as_str()),
            Some("d")
        );
        assert_eq!(notices.list.len(), MAX_NOTICES - 1);
    }

    #[test]
    fn what_went_well_goes_with_the_next_search_and_errors_stay() {
        let mut notices = Notices::default();
        notices.push_of_import(Notice {
            is_error: false,
            message: "9 pictures were imported".to_owned(),
            way_out: None,
        });
        notices.error("the disk is full", "make room");
        let ctx = egui::Context::default();
        notices.pass(&ctx);
        assert_eq!(notices.list.len(), 2, "nobody has read it");
        notices.passing[0].1 = Instant::now().checked_sub(READ_TIME);
        notices.pass(&ctx);
        let shown =
            |it: &Notices| -> Vec<String> { it.list.iter().map(|it| it.message.clone()).collect() };
        assert_eq!(shown(&notices), ["the disk is full"]);

        notices.push_passing(Notice {
            is_error: false,
            message: "the folder was moved".to_owned(),
            way_out: None,
        });
        notices.search_begins();
        assert_eq!(shown(&notices), ["the disk is full"]);
    }

    #[test]
    fn the_next_import_makes_only_import_errors_old() {
        let mut notices = Notices::default();
        notices.error("no folder dialog", "type the path");
        notices.last_error_is_of_import();
        notices.error("the disk is full", "make room");
        notices.import_begins();
        let shown: Vec<&str> = notices.list.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(shown, ["the disk is full"]);
    }
}
