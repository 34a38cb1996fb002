//! How large the selected pictures are together: asked once the selection rests.

use std::time::Duration;

use eframe::egui::Ui;

use crate::app::link::Link;
use crate::message::{Generation, Request};

use super::Cells;
use super::selection::Selection;

/// The selection has to rest for so long, seconds.
const REST_SECS: f64 = 0.2;

#[derive(Debug, Default)]
pub struct Measure {
    /// The selection's number of changes that was asked about, and since which time of
    /// a frame it has been so.
    version: u64,
    since: f64,
    asked: Option<Generation>,
    bytes: Option<u64>,
}

impl Measure {
    /// Bytes of the selected pictures, where that is known.
    pub fn bytes(&self) -> Option<u64> {
        self.bytes
    }

    /// Asks, or asks for a frame when it will.
    pub fn follow(&mut self, ui: &Ui, selection: &Selection, cells: &dyn Cells, link: &mut Link) {
        let now = ui.input(|input| input.time);
        if selection.version() != self.version {
            self.version = selection.version();
            self.since = now;
            self.asked = None;
            self.bytes = None;
        }
        if self.asked.is_some() || selection.len() < 2 {
            return;
        }
        let left = self.since + REST_SECS - now;
        if left > 0.0 {
            ui.ctx()
                .request_repaint_after(Duration::from_secs_f64(left));
            return;
        }
        let generation = link.next_generation();
        self.asked = Some(generation);
        link.send(Request::Measure {
            generation,
            posts: selection.posts(cells),
        });
    }

    pub fn take(&mut self, generation: Generation, bytes: u64) {
        if self.asked == Some(generation) {
            self.bytes = Some(bytes);
        }
    }
}
