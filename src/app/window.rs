use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::egui;

use crate::message::{
    EditProgress, Generation, LibrarySummary, Request, WindowSettings, WindowSide,
};

use crate::session::Session;

use super::WindowOptions;
use super::actions::{Keymap, TypeAhead};
use super::duplicates::Duplicates;
use super::grid::{Copying, EditNote, GridOptions, GridState};
use super::help::Help;
use super::import_panel::ImportState;
use super::keep_session::SessionKeeper;
use super::libraries::{Connect, Libraries};
use super::link::Link;
use super::memory_panel::MemoryPanel;
use super::notices::Notices;
use super::options::Options;
use super::palette::Palette;
use super::search::{Results, SearchState};
use super::shortcuts;
use super::side_bar::SideBar;
use super::similar::Similar;
use super::tabs::Tabs;
use super::tagging::Tagger;
use super::textures::TextureCache;
use super::theme::{self, ThemeChoice};
use super::trash::TrashQuestion;
use super::view::View;
use super::viewer::{Presenting, Viewer, ViewerOptions};
use super::window_trace::WindowTrace;

/// How far the engine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineState {
    Opening,
    Ready,
    Stopped,
}

/// The state of the window.
pub struct KobakoApp {
    pub(super) link: Link,
    pub(super) engine: EngineState,
    pub(super) library: LibrarySummary,
    pub(super) search: SearchState,
    pub(super) results: Results,
    pub(super) grid: GridState,
    /// What was changed by hand last.
    pub(super) edit_note: EditNote,
    /// How far the change is that takes long.
    pub(super) edit_progress: Option<EditProgress>,
    pub(super) is_edit_stopping: bool,
    /// What is searched may be what is being changed: the result follows.
    pub(super) follows_edit: bool,
    /// What is being gathered to be copied.
    pub(super) copying: Option<Copying>,
    /// Whether files go to the trash, while that is asked.
    pub(super) trash: Option<TrashQuestion>,
    /// The tags that are edited, while they are.
    pub(super) tagger: Option<Tagger>,
    pub(super) view: View,
    pub(super) viewer: Option<Viewer>,
    pub(super) presenting: Presenting,
    pub(super) similar: Similar,
    pub(super) duplicates: Duplicates,
    pub(super) textures: TextureCache,
    /// What all textures may take, bytes.
    pub(super) texture_limit_bytes: u64,
    /// What was given back, which the engine is to be told of.
    pub(super) given: Option<Generation>,
    pub(super) memory_panel: MemoryPanel,
    pub(super) session: SessionKeeper,
    pub(super) libraries: Libraries,
    pub(super) tabs: Tabs,
    pub(super) side_bar: SideBar,
    /// Grows with each change of the library.
    pub(super) library_version: u64,
    /// The memory panel takes the place of the pictures.
    pub(super) is_covered: bool,
    pub(super) import: ImportState,
    pub(super) notices: Notices,
    pub(super) keymap: Keymap,
    pub(super) palette: Palette,
    pub(super) type_ahead: TypeAhead,
    /// The main menu opens with the next frame.
    pub(super) opens_menu: bool,
    pub(super) options: Options,
    pub(super) help: Help,
    /// As they count in this window.
    pub(super) settings: WindowSettings,
    pub(super) theme: ThemeChoice,
    pub(super) is_demo: bool,
    pub(super) is_end_wanted: Arc<AtomicBool>,
    pub(super) trace: WindowTrace,
}

impl KobakoApp {
    /// A window that talks to the engine at the other end of `side`.
    pub fn new(ctx: &egui::Context, side: WindowSide, options: WindowOptions) -> Self {
        let WindowOptions {
            title: _,
            demo,
            texture_limit_bytes,
            start_query,
            settings,
            session,
            is_end_wanted,
            notice,
            trace,
        } = options;
        let is_kept = session.is_some();
        let session = session.unwrap_or_else(Session::bare);
        let theme = ThemeChoice::named(&settings.theme);
        theme::install(ctx, theme);
        theme::scale(ctx, settings.ui_scale);
        let mut search = SearchState::default();
        let tabs = match start_query {
            Some(query) => Tabs::showing(query),
            None => Tabs::new(&session.tabs, session.active_tab),
        };
        search.text = tabs.active_place().query;
        let mut app = Self {
            link: Link::new(side),
            engine: EngineState::Opening,
            library: LibrarySummary::default(),
            search,
            results: Results::default(),
            grid: GridState::default(),
            edit_note: EditNote::default(),
            edit_progress: None,
            is_edit_stopping: false,
            follows_edit: false,
            copying: None,
            trash: None,
            tagger: None,
            view: View::default(),
            viewer: None,
            presenting: Presenting::new(ViewerOptions::new(&settings)),
            similar: Similar::default(),
            duplicates: Duplicates::default(),
            textures: TextureCache::new(texture_limit_bytes),
            texture_limit_bytes,
            given: None,
            memory_panel: MemoryPanel::new(),
            libraries: Libraries::default(),
            tabs,
            side_bar: SideBar::new(&session.side_bar),
            session: SessionKeeper::new(session, is_kept),
            library_version: 0,
            is_covered: false,
            import: ImportState::default(),
            notices: Notices::default(),
            keymap: Keymap::default(),
            palette: Palette::default(),
            type_ahead: TypeAhead::default(),
            opens_menu: false,
            options: Options::default(),
            help: Help::default(),
            settings,
            theme,
            is_demo: demo,
            is_end_wanted,
            trace: WindowTrace::new(trace),
        };
        app.set_grid_options(GridOptions::new(&app.settings));
        app.take_keys(ctx);
        if let Some(notice) = notice {
            app.notices.push(notice);
        }
        app
    }
}

impl KobakoApp {
    /// Lets other libraries be opened in this window.
    #[must_use]
    pub fn with_libraries(mut self, connect: Connect) -> Self {
        self.set_connect(connect);
        self
    }

    /// The same of a window that is there.
    pub fn set_connect(&mut self, connect: Connect) {
        self.libraries.connect = Some(connect);
    }
}

impl eframe::App for KobakoApp {
    fn raw_input_hook(&mut self, ctx: &egui::Context, raw_input: &mut egui::RawInput) {
        shortcuts::clipboard_keys(ctx, &mut raw_input.events);
    }

    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        if self.is_end_wanted.swap(false, Ordering::Relaxed) {
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
        self.take_events(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.trace.frame_begins(frame.info().cpu_usage);
        let mut commands = Vec::new();
        self.window_ui(ui, &mut commands);
        self.carry_out(ui.ctx(), commands);
        self.keep_session(ui.ctx());
        self.trace.frame_ends();
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.keep_session_at_end();
        self.link.send(Request::Shutdown);
    }
}
