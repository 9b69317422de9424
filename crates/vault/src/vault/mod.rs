//! The vault: one root key in memory, or none.
//!
//! Sealed, it can do nothing; unsealed, it unwraps keys for one operation each and wipes them after it. It caches no
//! KEK and no DEK: unwrapping costs microseconds, and sealing then has one thing to forget. Share it as
//! `Arc<Vault>`. Unsealing with a passphrase computes for a quarter of a second: call it from a blocking thread.
//!
//! One process at a time changes `vault.json`; the daemon's own lock on its data directory sees to that.

mod data;
mod envelope;
mod rotate;
mod stream;

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

pub use data::MAX_PLAINTEXT;

use crate::{
    Error, KeyKind, Result, RootKeySource, key::Key, random, root::document::Document, wrapped::KeyId,
};

/// Keeps the root key and does everything that needs it.
pub struct Vault {
    dir: PathBuf,
    id: KeyId,
    state: RwLock<State>,
}

struct State {
    document: Document,
    /// Root keys by version; `None` when sealed.
    roots: Option<BTreeMap<u32, Key>>,
}

impl Vault {
    /// Sets up a new vault in `dir` (made with mode 0700 if missing) and leaves it unsealed.
    ///
    /// # Errors
    /// [`Error::AlreadyInitialized`], [`Error::KeyFile`], [`Error::Passphrase`], [`Error::Io`].
    pub fn init(dir: impl AsRef<Path>, source: &RootKeySource) -> Result<Self> {
        let id = random::bytes();
        let (record, key) = source.establish(id, 1)?;
        let document = Document::new(id, record);
        document.create(dir.as_ref())?;
        let roots = Some(BTreeMap::from([(1, key)]));
        Ok(Self { dir: dir.as_ref().to_owned(), id, state: RwLock::new(State { document, roots }) })
    }

    /// Opens the vault in `dir`, sealed.
    ///
    /// # Errors
    /// [`Error::NotInitialized`], [`Error::Document`], [`Error::Io`].
    pub fn open(dir: impl AsRef<Path>) -> Result<Self> {
        let document = Document::read(dir.as_ref())?;
        let id = document.vault()?;
        Ok(Self { dir: dir.as_ref().to_owned(), id, state: RwLock::new(State { document, roots: None }) })
    }

    /// Takes the root key into memory. Unsealing an unsealed vault checks the source again and changes nothing.
    ///
    /// # Errors
    /// [`Error::WrongRootKey`], [`Error::KeyFile`], [`Error::Document`]. After an error a sealed vault stays sealed.
    pub fn unseal(&self, source: &RootKeySource) -> Result<()> {
        // The slow part runs on a copy, without the lock.
        let document = self.read().document.clone();
        let current = source.recover(self.id, &document.root)?;
        let mut roots = BTreeMap::new();
        for previous in &document.previous {
            previous.key.expect_kind(KeyKind::Root)?;
            let named = previous.key.context() == rotate::context(previous.version);
            let key = previous.key.unwrap_with(&current);
            let (true, Ok(key)) = (named, key) else {
                return Err(Error::Document {
                    path: self.dir.clone(),
                    reason: format!(
                        "the previous root key {} in vault.json is not authentic",
                        previous.version
                    ),
                });
            };
            roots.insert(previous.version, key);
        }
        roots.insert(document.root.version, current);
        let mut state = self.write();
        if state.document.root.version != document.root.version {
            return Err(Error::WrongRootKey("the root key was rotated meanwhile; unseal with the new one"));
        }
        state.roots = Some(roots);
        Ok(())
    }

    /// Wipes the root key. Every operation then fails with [`Error::Sealed`]; streams already begun can end, because
    /// each holds a key of its own.
    pub fn seal(&self) {
        // Dropping the keys wipes them.
        self.write().roots = None;
    }

    /// Whether the root key is absent.
    pub fn is_sealed(&self) -> bool {
        self.read().roots.is_none()
    }

    /// The vault's id in hex; not secret. Wrapped KEKs belong to one vault.
    pub fn id_hex(&self) -> String {
        hex::encode(self.id)
    }

    /// A copy of the root key of `version`, wiped after use.
    fn root(&self, version: u32) -> Result<Key> {
        let state = self.read();
        let roots = state.roots.as_ref().ok_or(Error::Sealed)?;
        roots.get(&version).cloned().ok_or(Error::UnknownRoot(version))
    }

    // A panic while the lock was held cannot leave a half-changed state: each change is one assignment.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("dir", &self.dir)
            .field("id", &self.id_hex())
            .field("sealed", &self.is_sealed())
            .finish_non_exhaustive()
    }
}
