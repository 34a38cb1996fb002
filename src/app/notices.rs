//! What went wrong or is worth knowing: bars that can be dismissed, never a dialog.

use eframe::egui::{self, RichText};

use crate::message::Notice;

use super::command::Command;
use super::theme;

/// Older ones go when more than this many stand.
const MAX_NOTICES: usize = 3;

#[derive(Debug, Default)]
pub struct Notices {
    list: Vec<Notice>,
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

pub fn notices_ui(ui: &mut egui::Ui, notices: &Notices, commands: &mut Vec<Command>) {
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
                        if ui.button("Dismiss").clicked() {
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
}
