//! Each check against the real thing: right, sabotaged, and repaired.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't go on fails"
)]

mod anchors;
mod containers;
mod encryption;
mod framework;
mod people;
mod record;
mod rig;
mod transmission;
mod witnesses;
