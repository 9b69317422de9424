//! The gate on a real store, ledger and vault.
#![expect(clippy::unwrap_used, reason = "tests")]

mod crash;
mod gate;
mod record;
mod store;
