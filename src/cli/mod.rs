//! Headless commands, one file each; the same engine as the window.

pub mod synth;
