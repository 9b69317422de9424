//! Tests of the tree itself: its promises, its fences, its generated pages. They read sources, and run nothing of Ward.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod fences;
mod links;
mod reference;
mod specification;
mod tree;
