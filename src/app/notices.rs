//! What went wrong or is worth knowing: bars that can be dismissed, never a dialog.

use eframe::egui::{self, RichText};

use crate::message::Notice;

use super::command::Command;
use super::text;
use super::theme;

/// Older ones go when more than this many stand.
const MAX_NOTICES: usize = 3;

#[derive(Debug, Default)]
pub struct Notices {
    list: Vec<Notice>,
    /// Those of `list` that the next import makes old.
    of_import: Vec<Notice>,
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

    /// Shows `notice` until it is dismissed or the next import is asked for.
    pub fn push_of_import(&mut self, notice: Notice) {
        self.of_import.push(notice.clone());
        self.push(notice);
    }

    /// The newest error is about an import.
    pub fn last_error_is_of_import(&mut self) {
        let last = self.last_error().cloned();
        self.of_import.extend(last);
    }

    /// An import was asked for: what was said about those before it goes.
    pub fn import_begins(&mut self) {
        let Self { list, of_import } = self;
        list.retain(|notice| !of_import.contains(notice));
        of_import.clear();
    }

    pub fn error(&mut self, message: impl Into<String>, way_out: impl Into<String>) {
        self.push(Notice {
            is_error: true,
            message: message.into(),
            way_out: Some(way_out.into()),
        });
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
        let (fill, color) = if notice.is_error {
            (palette.error_fill, palette.error)
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
                            ui.label(way_out);
                        }
                    },
                    |ui| {
                        if ui.button(text::DISMISS).clicked() {
                            commands.push(Command::DismissNotice(index));
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
        for message in ["a", "b", "b", "c", "d"] {
            notices.error(message, "try again");
        }
        let shown: Vec<&str> = notices.list.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(shown, ["b", "c", "d"]);
        notices.dismiss(7);
        notices.dismiss(0);
        assert_eq!(
            notices.last_error().map(|it| it.message.as_str()),
            Some("d")
        );
        assert_eq!(notices.list.len(), 2);
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
