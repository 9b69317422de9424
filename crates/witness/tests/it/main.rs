//! The witness, from outside: over the library and over HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests; a panic is how a test fails"
)]

mod concurrency;
mod conversation;
mod crash;
mod fixture;
mod forks;
mod server;
mod shards;
mod state;
mod statuses;
