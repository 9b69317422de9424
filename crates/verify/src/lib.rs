//! Verifies a ledger, a bundle or the proof of one entry, and says in words or JSON what came out.
//!
//! The program `ward-verify` is this with arguments; `ward ledger verify` speaks with the same words and the same exit
//! codes. All judging is done by `ward_ledger::verify`; here is found out what was given.

mod date;
mod judge;
mod say;

pub use judge::{Verdict, judge_files, judge_path};
pub use say::{json, words};

/// It verifies, and a key that was given vouches for it.
pub const VERIFIED: u8 = 0;
/// It does not verify.
pub const WRONG: u8 = 1;
/// The arguments make no sense.
pub const USAGE: u8 = 2;
/// It cannot be read, so nothing is known.
pub const UNREADABLE: u8 = 3;
/// It agrees with itself, but no key was given that vouches for it.
pub const UNANCHORED: u8 = 4;
