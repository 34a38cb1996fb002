//! Any text is a query, or an error that points into it.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| query::check(text));
