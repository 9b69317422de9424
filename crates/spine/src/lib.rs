//! spine
pub mod engine;
