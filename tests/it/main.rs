//! Integration tests, one module an area, in one binary to link once.

// A test answers with a panic, and says on stderr what it skips.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used
)]

mod budget;
mod cli;
mod collections;
mod duplicates;
mod edited;
mod edits;
mod edits_killed;
mod embedding;
mod engine;
mod engine_places;
mod engine_searches;
mod fake_engine;
mod fake_memory;
mod fake_places;
mod fake_posts;
mod fake_similar;
mod fixture;
mod import;
mod inspect;
mod layers;
mod library;
mod mem_cli;
mod models;
mod onnx;
mod packaging;
mod picture;
mod rasterizer;
mod real_window;
mod screen;
mod search;
mod settings;
mod show;
mod similar;
mod similar_semantic;
mod similarity;
mod startup;
mod tag_cache;
mod tate;
mod window;
mod worker;

use std::path::PathBuf;

/// The folder of development data, if it is there.
fn shared_data() -> Option<PathBuf> {
    let path = std::env::var_os("KOBAKO_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let data = path.join("data");
    if data.is_dir() {
        Some(data)
    } else {
        eprintln!("skipped: {} is not there", data.display());
        None
    }
}
