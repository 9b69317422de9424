//! The gate: every operation of Ward goes through here.
//!
//! Architecture Invariant: no effect without a decision and a record. A verb asks [`Ctx::permit`]; the gate
//! decides with Cedar, appends the attempt to the ledger and waits until it is durable, and only then does
//! the [`Permit`] give a [`WriteTx`]. Queries that write take `&mut WriteTx`, so nothing else can write.
//! Committing puts the outcome into an outbox in the same transaction; the ledger takes it from there.

pub mod alerts;
pub mod audit;
pub mod clock;
pub mod ctx;
pub mod db;
pub mod engine;
pub mod error;
pub mod events;
pub mod keyring;
pub mod permit;
pub mod policy;
pub mod reconcile;
pub mod routes;

pub use clock::{Clock, SystemClock};
pub use ctx::{Core, Ctx, DrainSettings, RequestInfo, Settings};
pub use db::{Bookkeeping, Db, ReadTx};
pub use error::{Error, Result};
pub use permit::{Permit, WriteTx};
