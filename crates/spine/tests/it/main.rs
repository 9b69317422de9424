//! The gate on a real store, ledger and vault.

mod gate;
mod crash;
mod store;
