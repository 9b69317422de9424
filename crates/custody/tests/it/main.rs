//! The wing on a real store and a real ledger.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't go on fails"
)]

mod archive;
mod archivist;
mod drains;
mod killed;
mod outbound;
mod receiver;
mod retention;
mod s3;
mod witnesses;
