//! What the kernel says of the machine and of a process, read from `/proc`.

pub(crate) mod child;
mod process;

pub(crate) use process::{Status, limit, mounts, read};
