//! The desktop's folder dialog, on a thread of its own, since it waits.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, TryRecvError, bounded};
use eframe::egui;

use crate::memory::{self, Component};

/// Nobody dismisses a dialog sooner than this.
const SHORTEST_LOOK: Duration = Duration::from_millis(300);

/// A dialog that is open.
pub struct FolderDialog {
    opened: Instant,
    answer: Receiver<Vec<PathBuf>>,
}

impl FolderDialog {
    /// Opens it; wakes the window when it is answered.
    pub fn open(ctx: &egui::Context) -> std::io::Result<Self> {
        let (sender, answer) = bounded(1);
        let ctx = ctx.clone();
        // The thread ends with the dialog; nobody waits for it.
        let _thread = memory::spawn("folder dialog", Component::Window, move || {
            let folders = rfd::FileDialog::new()
                .set_title("Import folders")
                .pick_folders()
                .unwrap_or_default();
            // A window that has closed meanwhile no longer listens.
            let _ = sender.send(folders);
            ctx.request_repaint();
        })?;
        Ok(Self {
            opened: Instant::now(),
            answer,
        })
    }

    /// `None` while it is open; no folders where it was dismissed, or where the
    /// desktop has no dialog.
    pub fn answer(&self) -> Option<Vec<PathBuf>> {
        match self.answer.try_recv() {
            Ok(folders) => Some(folders),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Vec::new()),
        }
    }

    /// An answer came too soon for a person to have given it.
    pub fn was_never_seen(&self) -> bool {
        self.opened.elapsed() < SHORTEST_LOOK
    }
}
