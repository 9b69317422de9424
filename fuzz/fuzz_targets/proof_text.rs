//! See `ward_fuzz::proof_text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ward_fuzz::proof_text(data));
