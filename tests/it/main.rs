//! Integration tests, one module an area, in one binary to link once.

mod fake_engine;
mod window;
