//! The wing on a real store and a real ledger.
