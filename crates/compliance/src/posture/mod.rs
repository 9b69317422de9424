//! Posture: what follows from the newest observations for each requirement, and never more.

mod judge;
mod read;

pub use judge::{Known, judge};
pub use read::read;
