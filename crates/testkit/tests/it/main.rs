//! Tests of the tree itself: its promises, its fences, its generated pages. They read sources, and run nothing of Ward.

mod fences;
mod reference;
mod specification;
mod tree;
