//! See `target` in `crates/redact/tests/it/fuzz.rs`, where a test replays the corpus.
#![no_main]

#[path = "../../crates/redact/tests/it/fuzz.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|data: &[u8]| body::target(data));
