//! Changes the root key without touching data.
//!
//! 1. [`Vault::rotate_root`] makes the new root key current and keeps the old one, wrapped under the new.
//! 2. The caller rewraps each KEK ([`Vault::rewrap_kek`]) and stores it; a crash in between leaves both readable.
//! 3. When no KEK of an older version is left, [`Vault::retire_roots`] forgets the old ones. KEKs in backups of the
//!    database taken before then cannot be read any more, so keep the old root until those backups expire.
//!
//! Rotating protects what is written later, and what an attacker copies later. Who had the old root key and a copy
//! of the wrapped KEKs keeps what those protect: then new KEKs and DEKs and re-encryption are needed.

use super::Vault;
use crate::{Error, KeyKind, Result, RootKeySource, WrappedKey, root::document::Previous, wrapped::Label};

/// The context under which an earlier root key is wrapped.
pub(super) fn context(version: u32) -> String {
    format!("root/{version}")
}

impl Vault {
    /// Version of the current root key, from 1.
    pub fn root_version(&self) -> u32 {
        self.read().document.root.version
    }

    /// Makes `source` the root key and returns its version. Durable when it returns.
    ///
    /// # Errors
    /// [`Error::Sealed`]; [`Error::Refused`] if it is the same key as now; those of [`init`](Self::init). After an
    /// error the old root key is current still, unless the error is an [`Error::Io`] with "syncing", when it is
    /// unknown which one a crash would leave: rotate again.
    pub fn rotate_root(&self, source: &RootKeySource) -> Result<u32> {
        let mut state = self.write();
        let roots = state.roots.clone().ok_or(Error::Sealed)?;
        match source.recover(self.id, &state.document.root) {
            Ok(_) => return Err(Error::Refused("the new root key is the current one".into())),
            Err(Error::WrongRootKey(_)) => {}
            Err(error) => return Err(error),
        }
        let version =
            state.document.root.version.checked_add(1).ok_or(Error::Malformed("root key version"))?;
        let (record, key) = source.establish(self.id, version)?;
        let mut document = state.document.clone();
        document.root = record;
        document.previous.clear();
        for (old, old_key) in &roots {
            let context = context(*old);
            let label = Label {
                kind: KeyKind::Root,
                id: None,
                parent: self.id,
                root_version: version,
                context: &context,
            };
            let wrapped = WrappedKey::wrap(&key, label, old_key)?;
            document.previous.push(Previous { version: *old, key: wrapped });
        }
        let mut roots = roots;
        roots.insert(version, key);
        document.replace(&self.dir)?;
        state.document = document;
        state.roots = Some(roots);
        Ok(version)
    }

    /// Wraps a KEK under the current root key; id, context and the key itself stay, so its DEKs stay valid.
    ///
    /// # Errors
    /// [`Error::Sealed`], [`Error::Authentic`], [`Error::WrongKind`], [`Error::UnknownRoot`].
    pub fn rewrap_kek(&self, kek: &WrappedKey) -> Result<WrappedKey> {
        let key = self.unwrap_kek(kek)?;
        let version = self.root_version();
        let label = Label {
            kind: KeyKind::Kek,
            id: Some(kek.id()),
            parent: self.id,
            root_version: version,
            context: kek.context(),
        };
        WrappedKey::wrap(&self.root(version)?, label, &key)
    }

    /// Forgets every root key but the current one and returns how many. The caller has made sure that no KEK is
    /// under them any more.
    ///
    /// # Errors
    /// [`Error::Sealed`], [`Error::Io`].
    pub fn retire_roots(&self) -> Result<usize> {
        let mut state = self.write();
        if state.roots.is_none() {
            return Err(Error::Sealed);
        }
        let mut document = state.document.clone();
        let retired = document.previous.len();
        document.previous.clear();
        document.replace(&self.dir)?;
        let current = document.root.version;
        state.document = document;
        if let Some(roots) = state.roots.as_mut() {
            roots.retain(|version, _| *version == current);
        }
        Ok(retired)
    }
}
