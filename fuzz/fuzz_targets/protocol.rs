//! Any bytes are messages of the worker's protocol, or an error.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| query::check_protocol(bytes));
