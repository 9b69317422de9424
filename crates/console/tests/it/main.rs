//! The console, driven as a person would: by plain requests, and in a browser.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in a test, a panic with the place is what is wanted"
)]

mod browser;
mod house;
mod plain;
mod walk;
