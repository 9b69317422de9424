//! See `ward_fuzz::entry_bundle`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ward_fuzz::entry_bundle(data));
