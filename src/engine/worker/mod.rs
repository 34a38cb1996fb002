//! The worker: the same program once more, as a process of its own, that makes
//! embeddings of pictures with an ONNX model.
//!
//! ```text
//!  application                            worker (`kobako worker`)
//!  WorkerClient ── Question, over stdin ──▶ decode ─ scale ─ model
//!               ◀── Answer, over stdout ──
//! ```
//!
//! A process, since a model needs several times the memory of everything else,
//! and since a model or a picture that crashes, hangs or eats memory is then
//! the worker's end and not the window's. It is started when the first picture
//! is to be embedded, and leaves when it has had nothing to do for a while, or
//! when its pipe ends: when the application does, however it ends.
//!
//! It opens no window, no library and no settings: all that it needs comes over
//! the pipe. What it writes to stderr is the log.

mod ahead;
mod built_in;
mod child;
mod client;
mod embedder;
mod figures;
mod from_settings;
pub mod model;
mod onnx_runtime;
mod path_bytes;
mod preprocess;
mod process;
pub mod protocol;
mod server;
mod tract;

pub use client::{EmbedError, PictureInput, WorkerClient, WorkerConfig, default_program};
pub use embedder::{Loaded, load};
pub use figures::WorkerFigures;
pub use model::ModelSpec;
pub use server::run;
