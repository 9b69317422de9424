//! What the ledger promises, tried on real files.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking; these lints spare test functions but not what they call"
)]

mod bundles;
mod crash;
mod faults;
mod fixture;
mod formats;
mod life;
mod matrix;
mod python;
mod series;
mod tamper;
mod trees;
mod years;
