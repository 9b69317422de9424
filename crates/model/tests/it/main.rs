//! The canonical form of entries, from outside: round trips, the schema of OCSF, the documentation.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod events;
mod round_trip;
