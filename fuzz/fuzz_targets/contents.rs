//! See `ward_fuzz::contents`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ward_fuzz::contents(data));
