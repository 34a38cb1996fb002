//! Which renderer draws; one of the few files with `unsafe`.
//!
//! It is sound because the OpenGL context that eframe made is current while
//! the window is being created, and only a string is read from it.
#![allow(unsafe_code)]

use std::sync::OnceLock;

use eframe::glow::{self, HasContext as _};

use crate::memory;

/// As OpenGL names it.
static NAME: OnceLock<String> = OnceLock::new();

/// What draws, as OpenGL names it; `None` where that is not known.
pub(super) fn name() -> Option<&'static str> {
    NAME.get().map(String::as_str)
}

/// Tells the memory accounting where textures are: a software renderer keeps
/// them in this process.
pub(super) fn tell_memory(creation: &eframe::CreationContext<'_>) {
    if let Some(gl) = &creation.gl {
        // SAFETY: see above.
        let name = unsafe { gl.get_parameter_string(glow::RENDERER) };
        tracing::info!("drawn by {name}");
        memory::set_renderer(&name);
        let _ = NAME.set(name);
    }
}
