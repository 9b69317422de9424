//! The record (45 CFR 164.312(b), 164.312(c)(2), 164.316(b)): the ledger, as somebody sees it who doubts it.

mod capacity;
mod chain;
mod evidence;
mod immutable;
mod retention;
mod schema;
mod witnessed;

pub(crate) use capacity::CapacityFailClosed;
pub(crate) use chain::ChainIntact;
pub(crate) use evidence::EvidenceSigned;
pub(crate) use immutable::Immutable;
pub(crate) use retention::Retention;
pub(crate) use schema::EventSchema;
