//! Drains: what the ledger holds arrives outside, whatever happens on the way.

mod crash;
mod files;
mod otlp;
mod rig;
mod rights;
mod rsyslog;
mod trouble;
mod webhook;
