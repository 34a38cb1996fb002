//! Has the engine remember how the window looks, a moment after it changed.

use eframe::egui;

use super::KobakoApp;
use super::window::EngineState;
use crate::message::{PlaceRequest, Request};
use crate::session::{Session, WindowPlace};

/// Between two writings, seconds; so much may be lost by a crash.
const INTERVAL_SECS: f64 = 2.0;

#[derive(Debug, Default)]
pub struct SessionKeeper {
    /// Somebody wants it back at the next start.
    is_kept: bool,
    /// As it was sent last, or found at the start.
    kept: Option<Session>,
    /// When, as egui counts.
    sent_at: f64,
    window: WindowPlace,
    /// Frames until the window, which is shown by then, is maximised again.
    maximizes_in: Option<u8>,
    /// What was in the library's folder was told, or there is nothing.
    awaits: bool,
    /// The memory panel was open.
    wants_memory: bool,
}

impl SessionKeeper {
    /// `is_kept` is false where nothing of it is to be written.
    pub fn new(session: Session, is_kept: bool) -> Self {
        Self {
            is_kept,
            window: session.window.clone(),
            maximizes_in: session.window.is_maximized.then_some(1),
            wants_memory: session.is_memory_open,
            kept: Some(session),
            ..Self::default()
        }
    }

    /// Of another library: the window stays as it is, all else comes from there.
    pub fn of_other_library(&self) -> Self {
        Self {
            is_kept: self.is_kept,
            window: self.window.clone(),
            awaits: true,
            ..Self::default()
        }
    }
}

impl KobakoApp {
    /// To be called after each frame.
    pub(super) fn keep_session(&mut self, ctx: &egui::Context) {
        if self.maximizes_again(ctx) || self.engine != EngineState::Ready || !self.session.is_kept {
            return;
        }
        self.session.window = window_place(ctx, &self.session.window);
        let session = self.session_now();
        if self.session.kept.as_ref() == Some(&session) {
            return;
        }
        let now = ctx.input(|input| input.time);
        let waited = now - self.session.sent_at;
        if waited < INTERVAL_SECS && self.session.kept.is_some() {
            let rest = (INTERVAL_SECS - waited) as f32;
            ctx.request_repaint_after_secs(rest);
            return;
        }
        self.session.sent_at = now;
        self.send_session(session);
    }

    /// Window managers of X11 take no notice of what is asked for a window that is not
    /// shown yet, which it is after its first frame.
    fn maximizes_again(&mut self, ctx: &egui::Context) -> bool {
        match self.session.maximizes_in.take() {
            None => return false,
            Some(0) => ctx.send_viewport_cmd(egui::ViewportCommand::Maximized(true)),
            Some(frames) => self.session.maximizes_in = Some(frames - 1),
        }
        ctx.request_repaint();
        true
    }

    /// The last time: nothing waits any more.
    pub(super) fn keep_session_at_end(&mut self) {
        if self.engine == EngineState::Ready && self.session.is_kept {
            let session = self.session_now();
            if self.session.kept.as_ref() != Some(&session) {
                self.send_session(session);
            }
        }
    }

    fn send_session(&mut self, session: Session) {
        self.session.kept = Some(session.clone());
        let request = PlaceRequest::KeepSession(Box::new(session));
        self.link.send(Request::Places(request));
    }

    fn session_now(&self) -> Session {
        let here = self.here();
        Session {
            window: self.session.window.clone(),
            tabs: self.tabs.session(&here),
            active_tab: self.tabs.active(),
            side_bar: self.side_bar.session(),
            is_memory_open: self.memory_panel.is_open(),
        }
    }

    /// Opens the panels that were open; to be called when the engine is ready.
    pub(super) fn restore_panels(&mut self) {
        if std::mem::take(&mut self.session.wants_memory) && !self.memory_panel.is_open() {
            self.memory_panel.toggle(&mut self.link);
        }
    }

    /// What was kept of a library that was opened in this window.
    pub(super) fn take_session(&mut self, session: &Session) {
        if std::mem::take(&mut self.session.awaits) {
            self.tabs = super::tabs::Tabs::new(&session.tabs, session.active_tab);
            self.side_bar.restore(&session.side_bar);
            self.session.wants_memory = session.is_memory_open;
        }
    }
}

/// A maximised window keeps the size that it had before.
fn window_place(ctx: &egui::Context, before: &WindowPlace) -> WindowPlace {
    // A window is made before everything in it gets its size.
    let zoom = ctx.zoom_factor();
    ctx.input(|input| {
        let viewport = input.viewport();
        let is_maximized = viewport.maximized.unwrap_or(false) || viewport.fullscreen == Some(true);
        if is_maximized {
            return WindowPlace {
                is_maximized,
                ..before.clone()
            };
        }
        let round = |x: f32, y: f32| [(x * zoom).round(), (y * zoom).round()];
        let size = viewport.inner_rect.map(|it| round(it.width(), it.height()));
        let position = viewport.outer_rect.map(|it| round(it.left(), it.top()));
        WindowPlace {
            size: size.or(before.size),
            position: position.or(before.position),
            is_maximized,
        }
    })
}
