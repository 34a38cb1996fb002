//! Kobako: an offline, booru-style browser for large local image collections.
//!
//! ```text
//!  window (egui)  ── Request (bounded) ──▶  engine thread ──▶ SQLite library
//!    app/         ◀── Event + wake ──────   engine/            library/
//!                                             │        │
//!                                       decoder pool  jobs (import/)
//!                                       picture/
//!  inspect/ answers `kobako mem --pid` from another process
//!  memory/ accounts for all of it and depends on nothing above it
//! ```

pub mod app;
pub mod cli;
pub mod engine;
pub mod import;
pub mod inspect;
pub mod library;
pub mod memory;
pub mod message;
pub mod model;
pub mod picture;
pub mod session;
pub mod settings;
pub mod startup;
pub mod trace;
