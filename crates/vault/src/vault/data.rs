//! Small data (secrets, tokens, seeds) and the master keys of encrypted volumes.
//!
//! ```text
//! offset  bytes
//!      0      1  format version, 1
//!      1      1  algorithm: 1 = AES-256-GCM with a random 96-bit nonce
//!      2     16  id of the DEK
//!     18     12  nonce
//!     30      n  ciphertext, as long as the plaintext
//!   30+n     16  tag
//! ```
//!
//! The caller's `aad` names the place (`secret/env_…/DATABASE_URL/3`): bytes copied to another row don't open.
//! The length of the plaintext is not hidden.

use zeroize::Zeroizing;

use super::Vault;
use crate::{
    Error, Result, WrappedKey,
    derive::{self, label},
    gcm,
    key::Key,
};

/// Most bytes of one plaintext (64 MiB; far below the 64 GiB of SP 800-38D section 5.2.1.1). Longer data goes
/// through [`Vault::sealer`].
pub const MAX_PLAINTEXT: usize = 64 << 20;

const VERSION: u8 = 1;
const AES_256_GCM: u8 = 1;
const HEADER: usize = 18;

impl Vault {
    /// Encrypts `plaintext` for the place `aad`. At most 2^32 times per DEK (SP 800-38D section 8.3).
    ///
    /// # Errors
    /// [`Error::Sealed`], [`Error::Authentic`], [`Error::WrongKind`], [`Error::UnknownRoot`];
    /// [`Error::Refused`] over [`MAX_PLAINTEXT`].
    pub fn encrypt(
        &self,
        kek: &WrappedKey,
        dek: &WrappedKey,
        aad: &str,
        plaintext: &[u8],
    ) -> Result<Vec<u8>> {
        let key = data_key(&self.unwrap_dek(kek, dek)?)?;
        if plaintext.len() > MAX_PLAINTEXT {
            return Err(Error::Refused(format!("over {MAX_PLAINTEXT} bytes; use a stream")));
        }
        let mut out = Vec::with_capacity(HEADER + gcm::NONCE + plaintext.len() + gcm::TAG);
        out.extend_from_slice(&header(dek));
        gcm::seal(&key, &bound(dek, aad), plaintext, &mut out)?;
        Ok(out)
    }

    /// Opens what [`encrypt`](Self::encrypt) made with the same keys for the same place.
    ///
    /// # Errors
    /// As `encrypt`; [`Error::Authentic`] for anything else than those very bytes.
    pub fn decrypt(
        &self,
        kek: &WrappedKey,
        dek: &WrappedKey,
        aad: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>> {
        let key = data_key(&self.unwrap_dek(kek, dek)?)?;
        let body = sealed.strip_prefix(header(dek).as_slice()).ok_or(Error::Authentic)?;
        gcm::open(&key, &bound(dek, aad), body)
    }

    /// The 64-byte master key of an encrypted directory (fscrypt v2: `FSCRYPT_MAX_KEY_SIZE`), by HKDF-SHA-512 from
    /// the DEK. The same keys and `context` give the same key, so nothing more is stored.
    ///
    /// # Errors
    /// As [`encrypt`](Self::encrypt).
    pub fn volume_key(
        &self,
        kek: &WrappedKey,
        dek: &WrappedKey,
        context: &str,
    ) -> Result<Zeroizing<[u8; 64]>> {
        let dek = self.unwrap_dek(kek, dek)?;
        let mut key = Zeroizing::new([0; 64]);
        derive::sha512(&[], dek.bytes(), &[label::VOLUME, context.as_bytes()], key.as_mut_slice())?;
        Ok(key)
    }
}

fn data_key(dek: &Key) -> Result<Key> {
    derive::key(&[], dek, &[label::DATA])
}

fn header(dek: &WrappedKey) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(&[VERSION, AES_256_GCM]);
    header.extend_from_slice(&dek.id());
    header
}

fn bound(dek: &WrappedKey, aad: &str) -> Vec<u8> {
    let mut bound = header(dek);
    bound.extend_from_slice(aad.as_bytes());
    bound
}
