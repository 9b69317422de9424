//! Stretches a passphrase with PBKDF2-HMAC-SHA-256 (NIST SP 800-132, RFC 8018).
//!
//! PBKDF2 and not Argon2, because it is the one inside a FIPS module. It is weaker against graphics cards, so the
//! passphrase must be long; six random words or more are right, or a key file.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use secrecy::{ExposeSecret, SecretString};

use super::document::SourceRecord;
use crate::{Error, Result, key::Key, random};

/// Iterations for new passphrases, and the least accepted (OWASP's figure for PBKDF2-HMAC-SHA-256; SP 800-132
/// section 5.2 asks for as many as users bear). About a quarter of a second.
pub const PBKDF2_ITERATIONS: u32 = 600_000;
/// Fewest characters of a passphrase (SP 800-63B-4 section 3.1.1.2: 15 where it is the only factor).
pub const MIN_PASSPHRASE_CHARS: usize = 15;

/// More would let an altered `vault.json` hang the start for hours.
const MOST_ITERATIONS: u32 = 20_000_000;
const KDF: &str = "PBKDF2-HMAC-SHA256";
/// SP 800-132 section 5.1 asks for 16 bytes or more.
const SALT: usize = 32;

pub(super) fn new_parameters(passphrase: &SecretString) -> Result<SourceRecord> {
    if passphrase.expose_secret().chars().count() < MIN_PASSPHRASE_CHARS {
        return Err(Error::Passphrase("it has fewer than 15 characters; six random words are good"));
    }
    let first = passphrase.expose_secret().chars().next();
    if passphrase.expose_secret().chars().all(|c| Some(c) == first) {
        return Err(Error::Passphrase("it repeats one character"));
    }
    Ok(SourceRecord::Passphrase {
        kdf: KDF.into(),
        iterations: PBKDF2_ITERATIONS,
        salt: hex::encode(random::bytes::<SALT>()),
    })
}

pub(super) fn stretch(passphrase: &SecretString, kdf: &str, iterations: u32, salt: &str) -> Result<Key> {
    let salt = hex::decode(salt).unwrap_or_default();
    if kdf != KDF || salt.len() != SALT {
        return Err(Error::Malformed("the passphrase parameters in vault.json"));
    }
    let iterations = NonZeroU32::new(iterations)
        .filter(|n| (PBKDF2_ITERATIONS..=MOST_ITERATIONS).contains(&n.get()))
        .ok_or(Error::Malformed("the iteration count in vault.json is out of bounds (was it lowered?)"))?;
    let mut key = Key::zero();
    let secret = passphrase.expose_secret().as_bytes();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, &salt, secret, key.bytes_mut());
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pbkdf2_answers_rfc_7914_section_11() {
        for (secret, salt, iterations, expected) in [
            ("passwd", "salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"),
            ("Password", "NaCl", 80_000, "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"),
        ] {
            let mut out = [0u8; 32];
            let iterations = NonZeroU32::new(iterations).unwrap();
            let algorithm = pbkdf2::PBKDF2_HMAC_SHA256;
            pbkdf2::derive(algorithm, iterations, salt.as_bytes(), secret.as_bytes(), &mut out);
            assert_eq!(hex::encode(out), expected);
        }
    }

    #[test]
    fn weak_passphrases_and_weakened_parameters_are_refused() {
        for weak in ["", "fourteen chars", "aaaaaaaaaaaaaaaaaaaa"] {
            assert!(new_parameters(&SecretString::from(weak)).is_err());
        }
        let good = SecretString::from("fifteen letters");
        let salt = "00".repeat(SALT);
        assert!(stretch(&good, KDF, PBKDF2_ITERATIONS - 1, &salt).is_err());
        assert!(stretch(&good, KDF, u32::MAX, &salt).is_err());
        assert!(stretch(&good, "MD5", PBKDF2_ITERATIONS, &salt).is_err());
        assert!(stretch(&good, KDF, PBKDF2_ITERATIONS, "00").is_err());
    }
}
