//! Integration tests, one module an area, in one binary to link once.

// A test answers with a panic, and says on stderr what it skips.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used
)]

mod cli;
mod engine;
mod fixture;
mod layers;
mod real_window;
mod screen;
mod startup;
