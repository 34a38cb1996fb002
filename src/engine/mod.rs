//! The engine thread: owns the library, the tag cache, search and similarity,
//! and answers requests. Long work runs as jobs on inputs of their own.

pub mod search;
pub mod similarity;
pub mod tag_cache;

use std::path::PathBuf;

use crate::library::LibraryError;
use crate::memory::Permits;
use crate::message::{Wake, WindowSide};
use crate::settings::Settings;

/// How the engine is started.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// The library's folder; made where it does not exist.
    pub library: PathBuf,
    pub settings: Settings,
    /// Bytes that decoders, pictures and queues may use at once.
    pub permits: Permits,
}

/// Starts the engine on a thread of its own. Opening the library happens
/// there: the first event is `Ready`, or `Notice` and `Stopped`.
pub fn spawn(_config: EngineConfig, _wake: Wake) -> std::io::Result<WindowSide> {
    todo!()
}

/// Runs the same engine state on the calling thread, for headless commands.
#[derive(Debug)]
pub struct Headless {}

impl Headless {
    pub fn open(_config: EngineConfig) -> Result<Self, LibraryError> {
        todo!()
    }
}
