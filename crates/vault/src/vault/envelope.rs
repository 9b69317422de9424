//! KEKs and DEKs.
//!
//! Destroying a KEK or DEK (all its copies, backups included) destroys what is under it: that is how Ward deletes
//! data whose copies it cannot reach (NIST SP 800-88 Rev. 1, cryptographic erase).

use super::Vault;
use crate::{Error, KeyKind, Result, WrappedKey, key::Key, wrapped::Label};

impl Vault {
    /// A new key encryption key, wrapped under the root key. `context` says what it is for, in the caller's words
    /// (`environment/env_…`); it can be read back and is authenticated.
    ///
    /// # Errors
    /// [`Error::Sealed`]; [`Error::Refused`] if the context is empty or over [`MAX_CONTEXT`](crate::MAX_CONTEXT).
    pub fn new_kek(&self, context: &str) -> Result<WrappedKey> {
        let version = self.root_version();
        let root = self.root(version)?;
        let label = Label { kind: KeyKind::Kek, id: None, parent: self.id, root_version: version, context };
        WrappedKey::wrap(&root, label, &Key::generate())
    }

    /// A new data encryption key, wrapped under `kek`.
    ///
    /// # Errors
    /// [`Error::Sealed`], [`Error::Authentic`], [`Error::WrongKind`], [`Error::UnknownRoot`], [`Error::Refused`].
    pub fn new_dek(&self, kek: &WrappedKey, context: &str) -> Result<WrappedKey> {
        let wrapping = self.unwrap_kek(kek)?;
        let label = Label { kind: KeyKind::Dek, id: None, parent: kek.id(), root_version: 0, context };
        WrappedKey::wrap(&wrapping, label, &Key::generate())
    }

    /// Checks that `key` is authentic and was made for `context`: whoever reads a wrapped key from a row makes sure
    /// with this that it is that row's. `kek` is the KEK above a DEK, and `None` for a KEK.
    ///
    /// # Errors
    /// [`Error::Authentic`] and those of [`new_dek`](Self::new_dek).
    pub fn check_key(&self, kek: Option<&WrappedKey>, key: &WrappedKey, context: &str) -> Result<()> {
        match kek {
            Some(kek) => self.unwrap_dek(kek, key)?,
            None => self.unwrap_kek(key)?,
        };
        if key.context() == context { Ok(()) } else { Err(Error::Authentic) }
    }

    pub(super) fn unwrap_kek(&self, kek: &WrappedKey) -> Result<Key> {
        // Sealed is told first: it is what the caller can mend.
        if self.is_sealed() {
            return Err(Error::Sealed);
        }
        kek.expect_kind(KeyKind::Kek)?;
        if kek.parent() != self.id {
            return Err(Error::Authentic);
        }
        kek.unwrap_with(&self.root(kek.root_version())?)
    }

    pub(super) fn unwrap_dek(&self, kek: &WrappedKey, dek: &WrappedKey) -> Result<Key> {
        let wrapping = self.unwrap_kek(kek)?;
        dek.expect_kind(KeyKind::Dek)?;
        if dek.parent() != kek.id() {
            return Err(Error::Authentic);
        }
        dek.unwrap_with(&wrapping)
    }
}
