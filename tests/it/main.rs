//! Integration tests, one module an area, in one binary to link once.

mod cli;
mod engine;
mod fixture;
