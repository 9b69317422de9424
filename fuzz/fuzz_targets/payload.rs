//! See `ward_fuzz::payload_reference`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ward_fuzz::payload_reference(data));
