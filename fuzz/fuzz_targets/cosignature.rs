//! See `ward_fuzz::cosignature`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ward_fuzz::cosignature(data));
