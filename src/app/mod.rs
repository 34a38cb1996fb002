//! The window: the only folder that names egui.
//!
//! It talks to the engine through [`crate::message::WindowSide`] and is woken by [`Wake`]; it
//! knows neither files nor SQL, sorts nothing and never waits. A frame has
//! three parts: `logic` takes in what the engine told, the `ui` functions
//! paint and push commands, and the commands are carried out after
//! painting. State and painting of one thing are in separate files.
//!
//! ```text
//!  engine ── Event ──▶ logic ──▶ state ──▶ ui ──▶ Command ──▶ logic ── Request ──▶ engine
//! ```
//!
//! Nothing here asks for a frame without need: while nothing happens, no
//! frame is painted.

mod actions;
mod command;
mod duplicates;
mod give_back;
mod gone;
mod grid;
mod help;
mod import_panel;
mod keep_session;
mod libraries;
mod link;
mod logic;
mod memory_panel;
mod notices;
mod options;
mod palette;
mod renderer;
mod rows;
mod search;
mod shortcuts;
mod side_bar;
mod similar;
mod sort_ui;
mod star;
mod status_ui;
mod tabs;
mod tag_row_ui;
mod tagging;
mod text;
mod textures;
mod theme;
mod trash;
mod trash_ui;
mod ui;
mod view;
mod view_figures;
mod viewer;
mod wanted;
mod window;
mod window_trace;

pub use libraries::{Connect, LibraryChoice, missing_library, title};
pub use window::KobakoApp;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::memory::{self, Component};
use crate::message::{Notice, Wake, WindowSettings};
use crate::session::{Session, WindowPlace};
use crate::trace::Trace;

/// As the desktop knows the program: its icon and its entry in menus have this name.
pub const APP_ID: &str = "org.kobako.Kobako";

/// A frame follows this long after the engine has spoken. With no delay at all
/// egui would paint two.
const WAKE_DELAY: Duration = Duration::from_millis(1);

/// How the window starts.
#[derive(Clone, Debug)]
pub struct WindowOptions {
    /// Of the window, for the desktop.
    pub title: String,
    /// The demo library is being brought in; the empty page says so.
    pub demo: bool,
    /// Textures kept, bytes. What is on screen is never given up, but drawn smaller.
    pub texture_limit_bytes: u64,
    /// Searched at once; everything where it is `None`.
    pub start_query: Option<String>,
    pub settings: WindowSettings,
    /// As the window was, and is to be kept; bare where it is `None`.
    pub session: Option<Session>,
    /// Set from outside, before the window is woken: it closes then.
    pub is_end_wanted: Arc<AtomicBool>,
    /// Said at the start.
    pub notice: Option<Notice>,
    pub trace: Trace,
}

impl Default for WindowOptions {
    fn default() -> Self {
        Self {
            title: text::NAME.to_owned(),
            demo: false,
            texture_limit_bytes: 32 << 20,
            start_query: None,
            settings: WindowSettings::default(),
            session: None,
            is_end_wanted: Arc::default(),
            notice: None,
            trace: Trace::default(),
        }
    }
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    #[error(
        "the window could not be opened: {0}; check that DISPLAY or WAYLAND_DISPLAY is set and \
         that OpenGL works, or use the commands without a window (kobako --help)"
    )]
    Window(String),
}

/// The window as it was, else of a size that fits most screens.
fn viewport(options: &WindowOptions) -> egui::ViewportBuilder {
    let place = options.session.as_ref().map(|it| it.window.clone());
    let WindowPlace {
        size,
        position,
        is_maximized,
    } = place.unwrap_or_default();
    let viewport = egui::ViewportBuilder::default()
        .with_title(&options.title)
        .with_app_id(APP_ID)
        .with_inner_size(size.unwrap_or([1200.0, 740.0]))
        .with_min_inner_size([480.0, 320.0])
        .with_drag_and_drop(true)
        .with_maximized(is_maximized)
        .with_icon(icon());
    match position {
        Some(position) => viewport.with_position(position),
        None => viewport,
    }
}

/// Opens the window and stays until it is closed.
///
/// `connect` is called when the window exists and can be woken, with `first`, and
/// again when another library is to be opened; it starts the engine and returns the
/// window's ends of the channels. It must not wait for anything.
pub fn run(
    options: WindowOptions,
    first: LibraryChoice,
    mut connect: Connect,
) -> Result<(), WindowError> {
    let _scope = memory::scope(Component::Window);
    let native_options = eframe::NativeOptions {
        viewport: viewport(&options),
        renderer: eframe::Renderer::Glow,
        persist_window: false,
        // Left to `shortcuts::clipboard_keys`: egui would decode a picture in the
        // clipboard while the window waits.
        clipboard_shortcuts: false,
        ..Default::default()
    };
    let title = options.title.clone();
    // From here on the C code of this thread is the display server's and the driver's.
    memory::adopt_driver_thread();
    options.trace.moment("window asked for");
    eframe::run_native(
        &title,
        native_options,
        Box::new(move |creation| {
            options.trace.moment("graphics ready");
            renderer::tell_memory(creation);
            let ctx = creation.egui_ctx.clone();
            let wake: Wake = Arc::new(move || ctx.request_repaint_after(WAKE_DELAY));
            let side = connect(&first, wake)?;
            let app = KobakoApp::new(&creation.egui_ctx, side, options);
            Ok(Box::new(app.with_libraries(connect)))
        }),
    )
    .map_err(|err| WindowError::Window(err.to_string()))
}

/// The program's own; nothing where it can't be read.
fn icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon.png")).unwrap_or_default()
}

use eframe::egui;
