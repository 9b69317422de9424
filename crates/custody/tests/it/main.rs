//! The wing on a real store and a real ledger.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that can't go on fails")]

mod outbound;
mod receiver;
