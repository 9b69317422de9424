//! Signing in and access, on a real store, ledger and vault.
#![expect(clippy::unwrap_used, reason = "tests")]

mod grants;
mod person;
mod sessions;
mod tokens;
