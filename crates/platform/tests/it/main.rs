//! Tests of the platform's rooms on a real engine, as root. Each has an instance of its own and takes it away again.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod apps;
mod databases;
mod engine;
mod logs;
