//! Finds and masks protected health information in byte streams.
//!
//! Application logs are where PHI leaks first. This crate reads bytes, finds the 18 identifiers of 45 CFR
//! 164.514(b)(2)(i) and writes the same bytes with markers in their place. It knows nothing of Ward: no clock, no I/O,
//! no cryptography (the caller gives a keyed hash if pseudonyms are wanted).
//!
//! ```
//! use ward_redact::{Config, Mode, Redactor};
//! let redactor = Redactor::new(Config::new(Mode::Log)).unwrap();
//! let mut stream = redactor.stream();
//! let mut out = Vec::new();
//! stream.push(b"saved ssn=123-45-", &mut out);
//! stream.push(b"6789 in 12 ms\n", &mut out);
//! stream.finish(&mut out);
//! assert_eq!(out, b"saved ssn=[SSN] in 12 ms\n");
//! ```
//!
//! - [`Redactor`] is made once from a [`Config`] and shared; it is immutable.
//! - [`Stream`] holds what one stream of bytes needs: at most one line, or one window of a line that is too long. Any
//!   chunking gives the same output.
//! - [`Redactor::find`] tells places instead of replacing them.
//!
//! Structure stays valid: JSON stays JSON, logfmt stays logfmt, HL7 keeps its separators. What is written is read
//! again until nothing more is found, so redacting twice is redacting once.

#![expect(
    clippy::nonminimal_bool,
    clippy::if_same_then_else,
    reason = "conditions are written as they are thought: what counts, and then what is excepted"
)]

mod apply;
mod check;
mod config;
mod context;
mod custom;
mod engine;
mod finding;
mod format;
mod gate;
mod identifier;
mod policy;
mod redactor;
mod shape;
mod statistics;
mod stream;
mod text;
mod words;

pub use config::{Action, Binary, Config, ConfigError, Field, Keyed, Mode, Treatment};
pub use custom::{Custom, Trial, Validator, test};
pub use finding::Finding;
pub use identifier::Identifier;
pub use policy::{Policy, PolicyError, PolicyField, PolicyRecognizer};
pub use redactor::Redactor;
pub use statistics::Statistics;
pub use stream::{LINE_LIMIT, Quarantined, Reason, Sink, Stream};

/// Fewest characters of an entry of the allow-list.
pub const MIN_ALLOWED: usize = 2;
