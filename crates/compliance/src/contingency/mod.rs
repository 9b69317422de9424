//! Contingency (45 CFR 164.308(a)(7)): whether there are backups, and whether they are what was written.

mod schedule;
mod scrub;

pub(crate) use schedule::Schedule;
pub(crate) use scrub::Scrub;
