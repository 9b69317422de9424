//! A witness of transparency logs, after C2SP `tlog-witness` and `tlog-cosignature`.
//!
//! A log alone can show one history to one person and another to the next, or roll back. A witness remembers the
//! newest checkpoint of each log that it follows and signs a newer one only when it is proven to continue that. So
//! whoever sees its cosignature knows that no other history was shown to the witness. README.md says what that is
//! worth and what it is not.
//!
//! - [`Witness`] is the state machine over a directory; [`server`] carries it over HTTP;
//! - [`client`] asks a witness, over whatever transport it is given;
//! - [`wire`] holds the forms of requests and answers.
//!
//! The crate knows nothing of Ward: any log in the C2SP formats can be followed. It knows no clock and no
//! randomness.

pub mod client;
mod judge;
mod key;
pub mod server;
mod store;
pub mod wire;

pub use judge::{Clock, Notice, Report, Witness};
pub use key::{Key, init};
pub use store::{Added, Followed, StateError, follow, logs};
