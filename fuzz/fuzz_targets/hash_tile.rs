//! See `ward_fuzz::hash_tile`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ward_fuzz::hash_tile(data));
