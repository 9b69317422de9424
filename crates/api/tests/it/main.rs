//! Tests of the REST door, over the router itself and over real connections.

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
