//! The gate on a real store, ledger and vault.

mod crash;
mod gate;
mod store;
