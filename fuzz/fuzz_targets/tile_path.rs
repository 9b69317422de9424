//! See `ward_fuzz::tile_path`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ward_fuzz::tile_path(data));
