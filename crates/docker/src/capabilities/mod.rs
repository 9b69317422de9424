//! What the host can do, each tried rather than read from a version number.

mod probe;

pub(crate) use probe::{has_interpreter, probe};
