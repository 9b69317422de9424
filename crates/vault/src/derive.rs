//! Key derivation with HKDF (RFC 5869; the two-step method of NIST SP 800-56C Rev. 2, whose expansion is a
//! feedback-mode KDF of SP 800-108).
//!
//! One key, one use: a DEK never encrypts anything itself. Each use derives its own key under a label of its own,
//! so that a weakness in one use says nothing about another.

use aws_lc_rs::hkdf::{self, KeyType, Salt};

use crate::{Error, Result, key::Key};

/// The uses of derived keys. A label is never reused for another purpose or format.
pub(crate) mod label {
    /// Wraps KEKs, derived from the root material.
    pub(crate) const ROOT_WRAP: &[u8] = b"ward vault root wrap v1\0";
    /// Recognizes the right root material and authenticates its parameters.
    pub(crate) const ROOT_CHECK: &[u8] = b"ward vault root check v1\0";
    /// Encrypts small data, derived from a DEK.
    pub(crate) const DATA: &[u8] = b"ward vault data v1\0";
    /// Encrypts the chunks of one stream.
    pub(crate) const STREAM: &[u8] = b"ward vault stream v1\0";
    /// Commits a stream's header to its key.
    pub(crate) const STREAM_COMMIT: &[u8] = b"ward vault stream commit v1\0";
    /// Master key of an encrypted directory.
    pub(crate) const VOLUME: &[u8] = b"ward vault volume v1\0";
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-SHA-256 into `out`. `info` parts are concatenated: only the last may have a variable length.
pub(crate) fn sha256(salt: &[u8], secret: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<()> {
    hkdf(hkdf::HKDF_SHA256, salt, secret, info, out)
}

/// HKDF-SHA-512 into `out`; the same rule for `info`.
pub(crate) fn sha512(salt: &[u8], secret: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<()> {
    hkdf(hkdf::HKDF_SHA512, salt, secret, info, out)
}

/// A 256-bit key by HKDF-SHA-256.
pub(crate) fn key(salt: &[u8], secret: &Key, info: &[&[u8]]) -> Result<Key> {
    let mut out = Key::zero();
    sha256(salt, secret.bytes(), info, out.bytes_mut())?;
    Ok(out)
}

fn hkdf(kind: hkdf::Algorithm, salt: &[u8], secret: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<()> {
    let prk = Salt::new(kind, salt).extract(secret);
    let okm = prk.expand(info, Length(out.len())).map_err(|_| Error::Module("HKDF"))?;
    okm.fill(out).map_err(|_| Error::Module("HKDF"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_test_case_1_of_rfc_5869() {
        let salt = hex::decode("000102030405060708090a0b0c").unwrap();
        let info = hex::decode("f0f1f2f3f4f5f6f7f8f9").unwrap();
        let mut out = [0u8; 42];
        sha256(&salt, &[0x0b; 22], &[&info], &mut out).unwrap();
        assert_eq!(
            hex::encode(out),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        );
    }

    #[test]
    fn answers_test_case_3_of_rfc_5869_without_salt_and_info() {
        let mut out = [0u8; 42];
        sha256(&[], &[0x0b; 22], &[], &mut out).unwrap();
        assert_eq!(
            hex::encode(out),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        );
    }

    #[test]
    fn labels_are_all_different_and_end_in_nul() {
        use label::*;
        let all = [ROOT_WRAP, ROOT_CHECK, DATA, STREAM, STREAM_COMMIT, VOLUME];
        for (i, one) in all.iter().enumerate() {
            assert_eq!(one.last(), Some(&0));
            assert!(all.iter().skip(i + 1).all(|other| other != one));
        }
    }
}
