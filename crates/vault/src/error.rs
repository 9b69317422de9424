//! What can go wrong with keys, told so that a person knows what to do next.
//!
//! No variant carries key material, plaintext or a passphrase, so an error may be logged.

use std::path::PathBuf;

/// An operation of the vault failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The root key is not in memory.
    #[error("the vault is sealed; unseal it with its key file or passphrase")]
    Sealed,
    /// The bytes are not what this vault sealed under this key and this context: altered, swapped, cut short or
    /// foreign. Which of them cannot be told, and must not be guessed.
    #[error("not authentic: altered, cut short, or sealed under another key or context")]
    Authentic,
    /// `init` found a vault already.
    #[error("there is a vault at {} already; a second `init` would lose its keys", .0.display())]
    AlreadyInitialized(PathBuf),
    /// `open` found no vault.
    #[error("there is no vault at {}; create one with `init`", .0.display())]
    NotInitialized(PathBuf),
    /// `vault.json` cannot be used.
    #[error("{} cannot be used: {reason}", path.display())]
    Document {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The key file cannot be used.
    #[error("key file {} cannot be used: {reason}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it and what to do.
        reason: String,
    },
    /// The passphrase is too weak to make a root key from.
    #[error("the passphrase cannot be used: {0}")]
    Passphrase(&'static str),
    /// The key file or passphrase is not the one this vault was set up with.
    #[error("{0}")]
    WrongRootKey(&'static str),
    /// A KEK was wrapped under a root key that this vault no longer holds.
    #[error(
        "wrapped under root key version {0}, which this vault does not hold (retired before it was rewrapped?)"
    )]
    UnknownRoot(u32),
    /// A KEK was given where a DEK is wanted, or the other way round.
    #[error("a {expected} is wanted here, but this is a {found}")]
    WrongKind {
        /// What the operation needs.
        expected: crate::KeyKind,
        /// What it was given.
        found: crate::KeyKind,
    },
    /// The bytes are not in this crate's format at all.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// An argument is outside what the operation allows.
    #[error("refused: {0}")]
    Refused(String),
    /// A certificate or its key could not be made or read.
    #[error("certificate: {0}")]
    Certificate(String),
    /// The crypto library refused an operation that should not fail.
    #[error("the crypto library failed at {0}")]
    Module(&'static str),
    /// The file system failed.
    #[error("{what} {}: {source}", path.display())]
    Io {
        /// What was tried, as a gerund ("reading").
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
}
