//! The engine against a real Podman, as root. Each test has an instance of its own and takes it away again.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod destroy;
mod exec;
mod hardening;
mod healing;
mod host;
mod images;
mod limits;
mod logs;
mod network;
mod postgres;
mod replace;
mod run;
mod scratch;
mod secrets;
mod two;
mod volumes;
