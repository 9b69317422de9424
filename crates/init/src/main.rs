//! First program of every container: takes the secrets from memory and becomes the app.
fn main() {}
