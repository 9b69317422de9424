//! See `ward_fuzz::keys_file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ward_fuzz::keys_file(data));
