//! The desktop's dialogs for folders and files, on a thread of their own, since
//! they wait.

use crate::app::text;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, TryRecvError, bounded};
use eframe::egui;

use crate::memory::{self, Component};

/// Nobody dismisses a dialog sooner than this.
const SHORTEST_LOOK: Duration = Duration::from_millis(300);

/// A dialog that is open.
pub struct Dialog {
    opened: Instant,
    answer: Receiver<Vec<PathBuf>>,
}

impl Dialog {
    /// Asks for folders to import.
    pub fn for_folders(ctx: &egui::Context) -> std::io::Result<Self> {
        Self::open(ctx, || {
            rfd::FileDialog::new()
                .set_title(text::import_panel::IMPORT_FOLDERS)
                .pick_folders()
                .unwrap_or_default()
        })
    }

    /// Asks for one folder.
    pub fn for_folder(ctx: &egui::Context, title: &'static str) -> std::io::Result<Self> {
        Self::open(ctx, move || {
            let picked = rfd::FileDialog::new().set_title(title).pick_folder();
            picked.into_iter().collect()
        })
    }

    /// Asks for a picture file, with one of the `extensions`.
    pub fn for_picture(
        ctx: &egui::Context,
        extensions: &'static [&'static str],
    ) -> std::io::Result<Self> {
        Self::open(ctx, move || {
            let picked = rfd::FileDialog::new()
                .set_title(text::import_panel::FIND_SIMILAR_TITLE)
                .add_filter(text::import_panel::PICTURES, extensions)
                .add_filter(text::import_panel::ALL_FILES, &["*"])
                .pick_file();
            picked.into_iter().collect()
        })
    }

    /// Opens it; wakes the window when it is answered.
    fn open(
        ctx: &egui::Context,
        pick: impl FnOnce() -> Vec<PathBuf> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (sender, answer) = bounded(1);
        let ctx = ctx.clone();
        // The thread ends with the dialog; nobody waits for it.
        let _thread = memory::spawn("file dialog", Component::Window, move || {
            // A window that has closed meanwhile no longer listens.
            let _ = sender.send(pick());
            ctx.request_repaint();
        })?;
        Ok(Self {
            opened: Instant::now(),
            answer,
        })
    }

    /// `None` while it is open; no paths where it was dismissed, or where the
    /// desktop has no dialog.
    pub fn answer(&self) -> Option<Vec<PathBuf>> {
        match self.answer.try_recv() {
            Ok(paths) => Some(paths),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Vec::new()),
        }
    }

    /// An answer came too soon for a person to have given it.
    pub fn was_never_seen(&self) -> bool {
        self.opened.elapsed() < SHORTEST_LOOK
    }
}
