//! See `ward_fuzz::shard_link_target`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ward_fuzz::shard_link_target(data));
