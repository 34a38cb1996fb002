//! The window: the only folder that names egui.

use crate::message::{Wake, WindowSide};

/// How the window starts.
#[derive(Clone, Debug, Default)]
pub struct WindowOptions {
    pub title: String,
    pub demo: bool,
    pub texture_limit_bytes: u64,
    pub start_query: Option<String>,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
#[error("this build has no window")]
pub struct WindowError;

/// Opens the window and stays until it is closed.
pub fn run(
    _options: WindowOptions,
    _connect: impl FnOnce(Wake) -> std::io::Result<WindowSide> + 'static,
) -> Result<(), WindowError> {
    Err(WindowError)
}
