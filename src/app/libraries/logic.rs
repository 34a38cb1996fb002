//! Opens another library in this window.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui;

use crate::app::options::Options;
use crate::app::text;
use crate::app::window::EngineState;
use crate::app::{KobakoApp, WAKE_DELAY, WindowOptions};
use crate::message::{KnownLibrary, PlaceRequest, Request, SuggestedFolder, Wake};

use super::{LibraryChoice, LibraryCommand, title};

impl KobakoApp {
    /// Asks for what the menu and the first page show.
    pub(in crate::app) fn follow_libraries(&mut self) {
        if self.engine != EngineState::Ready {
            return;
        }
        if self.library.num_posts == 0 && !self.libraries.has_asked_suggestions {
            self.libraries.has_asked_suggestions = true;
            self.link.send(Request::Places(PlaceRequest::Suggest));
        }
        if self.side_bar.is_open() && !self.libraries.has_asked_known {
            self.libraries.has_asked_known = true;
            self.link.send(Request::Places(PlaceRequest::ListLibraries));
        }
    }

    pub(in crate::app) fn take_libraries(&mut self, known: Vec<KnownLibrary>) {
        self.libraries.known = known;
    }

    pub(in crate::app) fn take_suggested(&mut self, suggested: Vec<SuggestedFolder>) {
        self.libraries.suggested = Some(suggested);
    }

    pub(in crate::app) fn carry_out_libraries(
        &mut self,
        ctx: &egui::Context,
        command: LibraryCommand,
    ) {
        match command {
            LibraryCommand::Open(choice) => self.open_library(ctx, &choice),
            LibraryCommand::AskFolder => self.side_bar.ask_library(),
            LibraryCommand::Forget(path) => {
                self.libraries.known.retain(|it| it.path != path);
                let request = PlaceRequest::ForgetLibrary(path);
                self.link.send(Request::Places(request));
            }
        }
    }

    /// A path was typed or chosen: of a library, or of a folder for one.
    pub(in crate::app) fn open_library_at(&mut self, ctx: &egui::Context, path: PathBuf) {
        self.open_library(ctx, &LibraryChoice::At(path));
    }

    fn open_library(&mut self, ctx: &egui::Context, choice: &LibraryChoice) {
        if matches!(choice, LibraryChoice::At(path) if *path == self.library.path)
            && self.engine == EngineState::Ready
        {
            return;
        }
        let woken = ctx.clone();
        let wake: Wake = Arc::new(move || woken.request_repaint_after(WAKE_DELAY));
        let Some(connect) = &mut self.libraries.connect else {
            return;
        };
        let side = match connect(choice, wake) {
            Ok(side) => side,
            Err(err) => {
                return self.notices.error(
                    text::libraries::not_opened(err),
                    text::libraries::CLOSE_SOME_PROGRAMS,
                );
            }
        };
        // The old one closes by itself; nothing waits for it.
        self.keep_session_at_end();
        self.link.send(Request::Shutdown);
        let options = WindowOptions {
            demo: *choice == LibraryChoice::Demo,
            texture_limit_bytes: self.texture_limit_bytes,
            settings: self.settings.clone(),
            is_end_wanted: self.is_end_wanted.clone(),
            ..WindowOptions::default()
        };
        let mut fresh = Self::new(ctx, side, options);
        fresh.session = self.session.of_other_library();
        fresh.options = Options::of_other_library();
        fresh.side_bar = std::mem::take(&mut self.side_bar);
        fresh.side_bar.library_changed();
        fresh.libraries.connect = self.libraries.connect.take();
        fresh.libraries.known = std::mem::take(&mut self.libraries.known);
        std::mem::swap(&mut fresh.trace, &mut self.trace);
        *self = fresh;
        self.results.publish();
        self.tabs.publish();
        self.textures.publish();
        ctx.send_viewport_cmd(egui::ViewportCommand::Title(title(choice)));
    }
}
