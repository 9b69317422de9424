//! wardd
fn main() {}
