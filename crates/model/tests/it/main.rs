//! The canonical form of entries, from outside: round trips, the schema of OCSF, the documentation.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't go on fails"
)]

mod events;
mod reference;
mod round_trip;
mod schema;
