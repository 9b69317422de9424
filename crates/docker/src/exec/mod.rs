//! Commands inside running containers.
//!
//! They get the container's confinement and its plain environment, not the secrets: those are in
//! `/run/ward`, and `/.ward/init <command>` runs a command with them.

mod begin;
mod stream;
mod wait;
