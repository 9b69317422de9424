//! The root key: from a key file or a passphrase, in memory only, never written.
//!
//! Both sources give 32 bytes of material. From it, with the vault's id as salt, HKDF derives the key that wraps
//! KEKs and a check value that is stored. The check value tells a wrong passphrase at once and covers the
//! parameters beside it, so that a changed salt, version or iteration count is noticed. It helps an attacker no more
//! than any wrapped key does: each guess costs the whole PBKDF2.

pub(crate) mod document;
mod key_file;
mod passphrase;

use std::{fmt, path::PathBuf};

use secrecy::SecretString;

pub use key_file::create_key_file;
pub use passphrase::{MIN_PASSPHRASE_CHARS, PBKDF2_ITERATIONS};

use crate::{
    Error, Result,
    derive::{self, label},
    hash,
    key::Key,
    wrapped::KeyId,
};
use document::{Record, SourceRecord};

/// Where the root key comes from.
#[derive(Clone)]
pub enum RootKeySource {
    /// A file of 32 random bytes, raw or as 64 hex digits, mode 0600 or 0400, owned by the user who runs Ward. Keep
    /// it on another medium than the data, or it protects nothing.
    KeyFile(PathBuf),
    /// A passphrase that a person types; taken byte for byte.
    Passphrase(SecretString),
}

impl RootKeySource {
    /// A passphrase.
    pub fn passphrase(text: impl Into<String>) -> Self {
        Self::Passphrase(SecretString::from(text.into()))
    }

    /// A record for a new root key from this source, with a fresh salt, and the key.
    pub(crate) fn establish(&self, vault: KeyId, version: u32) -> Result<(Record, Key)> {
        let source = match self {
            Self::KeyFile(_) => SourceRecord::KeyFile,
            Self::Passphrase(text) => passphrase::new_parameters(text)?,
        };
        let material = self.material(&source)?;
        let key = wrapping_key(vault, version, &material)?;
        let check = check_value(vault, version, &source, &material)?;
        Ok((Record { version, source, check: hex::encode(check) }, key))
    }

    /// The root key, if this is the source `record` was made from.
    pub(crate) fn recover(&self, vault: KeyId, record: &Record) -> Result<Key> {
        let material = self.material(&record.source)?;
        let check = check_value(vault, record.version, &record.source, &material)?;
        // A check value that is not hex equals nothing.
        let stored = hex::decode(&record.check).unwrap_or_default();
        if !hash::constant_time_eq(&check, &stored) {
            return Err(Error::WrongRootKey(match self {
                Self::KeyFile(_) => "this key file is not the one of this vault (or vault.json was altered)",
                Self::Passphrase(_) => "wrong passphrase (or vault.json was altered)",
            }));
        }
        wrapping_key(vault, record.version, &material)
    }

    fn material(&self, record: &SourceRecord) -> Result<Key> {
        match (self, record) {
            (Self::KeyFile(path), SourceRecord::KeyFile) => key_file::read(path),
            (Self::Passphrase(text), SourceRecord::Passphrase { kdf, iterations, salt }) => {
                passphrase::stretch(text, kdf, *iterations, salt)
            }
            (Self::KeyFile(_), SourceRecord::Passphrase { .. }) => {
                Err(Error::WrongRootKey("this vault is unsealed with a passphrase, not with a key file"))
            }
            (Self::Passphrase(_), SourceRecord::KeyFile) => {
                Err(Error::WrongRootKey("this vault is unsealed with a key file, not with a passphrase"))
            }
        }
    }
}

impl fmt::Debug for RootKeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyFile(path) => f.debug_tuple("KeyFile").field(path).finish(),
            Self::Passphrase(_) => f.write_str("Passphrase(hidden)"),
        }
    }
}

fn wrapping_key(vault: KeyId, version: u32, material: &Key) -> Result<Key> {
    derive::key(&vault, material, &[label::ROOT_WRAP, &version.to_be_bytes()])
}

fn check_value(vault: KeyId, version: u32, source: &SourceRecord, material: &Key) -> Result<[u8; 32]> {
    let mut check = [0; 32];
    let info: [&[u8]; 3] = [label::ROOT_CHECK, &version.to_be_bytes(), &source.canonical()];
    derive::sha256(&vault, material.bytes(), &info, &mut check)?;
    Ok(check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_passphrase() {
        let source = RootKeySource::passphrase("correct horse battery staple");
        assert_eq!(format!("{source:?}"), "Passphrase(hidden)");
    }

    #[test]
    fn the_wrapping_key_depends_on_vault_version_and_material() {
        let material = Key::generate();
        let base = wrapping_key([1; 16], 1, &material).unwrap();
        assert_ne!(base.bytes(), wrapping_key([2; 16], 1, &material).unwrap().bytes());
        assert_ne!(base.bytes(), wrapping_key([1; 16], 2, &material).unwrap().bytes());
        assert_ne!(base.bytes(), wrapping_key([1; 16], 1, &Key::generate()).unwrap().bytes());
    }

    #[test]
    fn the_check_value_is_not_the_wrapping_key() {
        let material = Key::generate();
        let check = check_value([1; 16], 1, &SourceRecord::KeyFile, &material).unwrap();
        assert_ne!(&check, wrapping_key([1; 16], 1, &material).unwrap().bytes());
    }
}
