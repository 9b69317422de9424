//! AES-256-GCM (NIST SP 800-38D), with the nonce drawn inside the crypto module.
//!
//! Nonce limit: SP 800-38D section 8.3 allows 2^32 encryptions under one key with random 96-bit nonces (collision
//! probability then below 2^-32). A KEK wraps some thousand DEKs and a DEK encrypts some thousand secrets, so the
//! limit is far; whoever plans more per key uses more DEKs. Bulk data goes through streams, which have a key each.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use zeroize::{Zeroize, Zeroizing};

use crate::{Error, Result, key::Key};

/// Bytes of a nonce (96 bits, SP 800-38D section 5.2.1.1).
pub(crate) const NONCE: usize = 12;
/// Bytes of an authentication tag (128 bits, never shortened).
pub(crate) const TAG: usize = 16;

/// Appends `nonce || ciphertext || tag` to `out`.
pub(crate) fn seal(key: &Key, aad: &[u8], plaintext: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let failed = |_| Error::Module("AES-256-GCM encryption");
    let cipher = RandomizedNonceKey::new(&AES_256_GCM, key.bytes()).map_err(failed)?;
    // Reserved at once: growing later would leave a copy of the plaintext in freed memory.
    let start = out.len();
    out.reserve_exact(NONCE + plaintext.len() + TAG);
    out.extend_from_slice(&[0; NONCE]);
    out.extend_from_slice(plaintext);
    let Some((nonce, body)) = out.get_mut(start..).and_then(|tail| tail.split_at_mut_checked(NONCE)) else {
        return Err(Error::Module("AES-256-GCM encryption"));
    };
    match cipher.seal_in_place_separate_tag(Aad::from(aad), body) {
        Ok((drawn, tag)) => {
            nonce.copy_from_slice(drawn.as_ref());
            out.extend_from_slice(tag.as_ref());
            Ok(())
        }
        Err(error) => {
            body.zeroize();
            out.truncate(start);
            Err(failed(error))
        }
    }
}

/// Opens `nonce || ciphertext || tag`. Nothing unverified leaves.
pub(crate) fn open(key: &Key, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE>().ok_or(Error::Authentic)?;
    if body.len() < TAG {
        return Err(Error::Authentic);
    }
    let cipher = RandomizedNonceKey::new(&AES_256_GCM, key.bytes())
        .map_err(|_| Error::Module("AES-256-GCM decryption"))?;
    let mut plain = Zeroizing::new(body.to_vec());
    let length = cipher
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(aad), plain.as_mut_slice())
        .map_err(|_| Error::Authentic)?
        .len();
    plain.truncate(length);
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_test_case_16_of_the_gcm_specification() {
        let key = hex::decode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308").unwrap();
        let aad = hex::decode("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
        let plain = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
                     1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
        let sealed = hex::decode(
            "cafebabefacedbaddecaf888\
             522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
             8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662\
             76fc6ece0f4e1768cddf8853bb2d551b",
        )
        .unwrap();
        let key = Key::from_slice(&key).unwrap();
        assert_eq!(hex::encode(&*open(&key, &aad, &sealed).unwrap()), plain);
    }

    #[test]
    fn a_thousand_nonces_are_all_different() {
        let key = Key::generate();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1000 {
            let mut out = Vec::new();
            seal(&key, b"", b"same", &mut out).unwrap();
            assert!(seen.insert(out[..NONCE].to_vec()));
        }
    }

    #[test]
    fn an_empty_or_short_input_is_not_authentic() {
        let key = Key::generate();
        for length in 0..NONCE + TAG {
            assert!(matches!(open(&key, b"", &vec![0; length]), Err(Error::Authentic)));
        }
    }
}
