//! What containers write.
//!
//! The monitor writes each container's log to a file on the run tmpfs, so no line rests on a disk, and it is
//! read from there: that works while the service restarts, and costs nothing when nobody follows.

mod line;
mod read;

pub(crate) use line::parse;
