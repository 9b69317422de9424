//! The `ward` program against a small server of its own: over TLS, over a Unix socket, on a terminal.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't go on has failed; clippy knows test functions only, not what they call"
)]

mod deploy;
mod drains;
mod ledger;
mod sign_in;
mod stand_in;
mod talk;
mod tunnel;
mod witness;
