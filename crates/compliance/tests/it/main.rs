//! Each check against the real thing: right, sabotaged, and repaired.
mod containers;
mod encryption;
mod framework;
mod people;
mod record;
mod rig;
mod transmission;
