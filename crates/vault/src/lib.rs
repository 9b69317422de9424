//! The keys: everything Ward encrypts, derives, draws at random or certifies passes here.
//!
//! A reviewer of Ward's cryptography reads this crate, `ward-ledger` and nothing else: no other crate names the
//! crypto library. It knows none of Ward's nouns, keeps no database and does no async; callers store the
//! [`WrappedKey`] bytes and the sealed bytes wherever they like.
//!
//! ```text
//! key file or passphrase -> root key (memory only) -> KEK (wrapped) -> DEK (wrapped) -> data, streams, volume keys
//! ```
//!
//! - [`Vault`]: root key, seal and unseal, rotation, envelopes, data, volume keys, streams.
//! - [`certs`], [`scram`], [`signing`]: keys that other programs check.
//! - [`hash`], [`random`]: the small parts.
//!
//! Encryption of ePHI at rest is 45 CFR 164.312(a)(2)(iv); the algorithms are those of NIST SP 800-38D (AES-GCM),
//! RFC 5869 and SP 800-56C (HKDF), SP 800-132 (PBKDF2). What is outside a FIPS module is listed in this crate's
//! README.

pub mod certs;
mod derive;
mod error;
mod gcm;
pub mod hash;
mod key;
pub mod random;
mod root;
pub mod scram;
pub mod signing;
mod stream;
mod vault;
mod wrapped;

pub use error::Error;
pub use root::{MIN_PASSPHRASE_CHARS, PBKDF2_ITERATIONS, RootKeySource, create_key_file};
pub use stream::{ChunkSize, Opener, Sealer, StreamSummary};
pub use vault::{MAX_PLAINTEXT, Vault};
pub use wrapped::{KeyKind, MAX_CONTEXT, WrappedKey};

/// What every operation of this crate returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Whether the crypto library runs in FIPS mode now (asked of the library, not of the build flags).
pub fn fips_mode() -> bool {
    aws_lc_rs::try_fips_mode().is_ok()
}

/// Which crypto module is in use, as a sentence for the posture page and the evidence pack.
///
/// It says "a validated module", never "certified": a certificate belongs to a module, a version and an operating
/// environment, and the auditor compares those.
pub fn module_description() -> String {
    let version = aws_lc_rs::awslc_version();
    if fips_mode() {
        format!(
            "AWS-LC FIPS {version} in FIPS mode, a validated module (certificates are for AWS-LC FIPS 3.x)"
        )
    } else {
        format!("AWS-LC {version}, not in FIPS mode: the same algorithms, not a validated module")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_module_description_agrees_with_the_library() {
        let text = super::module_description();
        assert_eq!(super::fips_mode(), cfg!(feature = "fips"));
        assert_eq!(text.contains("not in FIPS mode"), !cfg!(feature = "fips"));
        assert!(!text.contains("certified"));
    }
}
