//! PostgreSQL's SCRAM-SHA-256 verifier (RFC 5802, RFC 7677), so that a password never reaches the database in clear.
//!
//! `ALTER ROLE app PASSWORD 'SCRAM-SHA-256$4096:…'` stores the verifier as it is; the clear password then is in no
//! statement log, no replication stream and no `pg_stat_activity`. PBKDF2 and HMAC here come from the crypto module,
//! but PostgreSQL's own side of SCRAM is OpenSSL's.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::{Error, Result, hash, random};

/// PostgreSQL's default (`scram_iterations`) and the least RFC 7677 allows. A generated password carries its
/// strength itself (use [`random::password`] with 32 characters); iterations only help weak ones.
pub const ITERATIONS: NonZeroU32 = NonZeroU32::MIN.saturating_add(4095);

/// `SCRAM-SHA-256$4096:<salt>$<StoredKey>:<ServerKey>` for `password`, with a new 16-byte salt.
///
/// # Errors
/// [`Error::Refused`] if the password is empty or has a character outside printable ASCII: for those, SASLprep
/// (RFC 4013) changes nothing, and for others two implementations may disagree.
pub fn verifier(password: &str) -> Result<String> {
    with_salt(password, &random::bytes::<16>(), ITERATIONS)
}

fn with_salt(password: &str, salt: &[u8], iterations: NonZeroU32) -> Result<String> {
    if password.is_empty() || !password.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return Err(Error::Refused("a database password must be printable ASCII and not empty".into()));
    }
    let mut salted = Zeroizing::new([0u8; 32]);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, password.as_bytes(), salted.as_mut_slice());
    let client_key = Zeroizing::new(hash::hmac_sha256(salted.as_slice(), b"Client Key"));
    let stored_key = hash::sha256(client_key.as_slice());
    let server_key = hash::hmac_sha256(salted.as_slice(), b"Server Key");
    let text = |bytes: &[u8]| STANDARD.encode(bytes);
    Ok(format!("SCRAM-SHA-256${iterations}:{}${}:{}", text(salt), text(&stored_key), text(&server_key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exchange printed in RFC 7677 section 3: user `user`, password `pencil`.
    #[test]
    fn the_verifier_accepts_the_proof_of_rfc_7677_and_gives_its_server_signature() {
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let verifier = with_salt("pencil", &salt, ITERATIONS).unwrap();
        let keys = verifier.strip_prefix("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$").unwrap();
        let (stored, server) = keys.split_once(':').unwrap();
        let (stored, server) = (STANDARD.decode(stored).unwrap(), STANDARD.decode(server).unwrap());
        let message = "n=user,r=rOprNGfwEbeRWgbNEkqO,\
             r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
             c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let proof = STANDARD.decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=").unwrap();
        let signature = hash::hmac_sha256(&stored, message.as_bytes());
        let client_key: Vec<u8> = proof.iter().zip(signature).map(|(a, b)| a ^ b).collect();
        assert_eq!(hash::sha256(&client_key).to_vec(), stored);
        assert_eq!(
            STANDARD.encode(hash::hmac_sha256(&server, message.as_bytes())),
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
        );
    }

    #[test]
    fn two_verifiers_of_one_password_differ_and_hide_it() {
        let (a, b) = (verifier("correct-horse").unwrap(), verifier("correct-horse").unwrap());
        assert_ne!(a, b);
        assert!(!a.contains("correct-horse"));
    }

    #[test]
    fn a_password_that_needs_saslprep_is_refused() {
        for bad in ["", "p\u{e4}ss", "tab\t", "nul\0"] {
            assert!(matches!(verifier(bad), Err(Error::Refused(_))), "{bad:?}");
        }
    }
}
