//! Tests of the REST door, over the router itself and over real connections.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests: a failure here is a failed test"
)]

mod coverage;
mod document;
mod events;
mod forged;
mod idempotency;
mod ledger;
mod logs;
mod paging;
mod problems;
mod resolve;
mod sealed;
mod tunnel;
mod uploads;
mod world;
