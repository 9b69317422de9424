//! What was found where.

use std::ops::Range;

use crate::Identifier;

/// A value that identifies, and its place in the bytes that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub identifier: Identifier,
    /// Where it stands, in bytes.
    pub span: Range<usize>,
}
