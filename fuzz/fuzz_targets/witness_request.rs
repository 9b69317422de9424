//! See `ward_fuzz::witness_request`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ward_fuzz::witness_request(data));
