//! `vault.json`: the parameters of the root key. No secret, but without it the keys are lost: back it up.
//!
//! It is replaced by rename after fsync, so a crash leaves the old or the new one, never half.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{Error, Result, WrappedKey, wrapped::KeyId};

const FILE: &str = "vault.json";
const FORMAT: u32 = 1;
const MOST_BYTES: u64 = 1 << 20;

/// The whole file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    format: u32,
    vault_id: String,
    pub(crate) root: Record,
    /// Earlier root keys, each wrapped under the current one, until all KEKs are rewrapped.
    #[serde(default)]
    pub(crate) previous: Vec<Previous>,
}

/// How to come to the current root key again.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub(crate) version: u32,
    pub(crate) source: SourceRecord,
    /// Check value, hex.
    pub(crate) check: String,
}

/// Kind and parameters of the source.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum SourceRecord {
    KeyFile,
    Passphrase { kdf: String, iterations: u32, salt: String },
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Previous {
    pub(crate) version: u32,
    pub(crate) key: WrappedKey,
}

impl SourceRecord {
    /// Unambiguous bytes for the check value.
    pub(super) fn canonical(&self) -> Vec<u8> {
        match self {
            Self::KeyFile => b"key_file".to_vec(),
            Self::Passphrase { kdf, iterations, salt } => {
                format!("passphrase\0{kdf}\0{iterations}\0{salt}").into_bytes()
            }
        }
    }
}

impl Document {
    pub(crate) fn new(vault: KeyId, root: Record) -> Self {
        Self { format: FORMAT, vault_id: hex::encode(vault), root, previous: Vec::new() }
    }

    /// The vault's id.
    pub(crate) fn vault(&self) -> Result<KeyId> {
        let mut id = [0; 16];
        hex::decode_to_slice(&self.vault_id, &mut id)
            .map_err(|_| Error::Malformed("the vault_id in vault.json"))?;
        Ok(id)
    }

    pub(crate) fn read(dir: &Path) -> Result<Self> {
        let path = dir.join(FILE);
        let failed = |source: std::io::Error| match source.kind() {
            ErrorKind::NotFound => Error::NotInitialized(path.clone()),
            _ => Error::Io { what: "reading", path: path.clone(), source },
        };
        let mut bytes = Vec::new();
        File::open(&path).map_err(failed)?.take(MOST_BYTES).read_to_end(&mut bytes).map_err(failed)?;
        let unusable = |reason: String| Error::Document { path: path.clone(), reason };
        let document: Self = serde_json::from_slice(&bytes).map_err(|e| unusable(e.to_string()))?;
        if document.format != FORMAT {
            return Err(unusable(format!("its format is {}, this program knows {FORMAT}", document.format)));
        }
        document.vault().map_err(|e| unusable(e.to_string()))?;
        Ok(document)
    }

    /// Writes the first document of a directory.
    pub(crate) fn create(&self, dir: &Path) -> Result<()> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
        made.map_err(|source| Error::Io { what: "creating", path: dir.to_owned(), source })?;
        let (path, written) = self.write_beside(dir)?;
        // A hard link fails where a rename would overwrite another vault.
        let linked = fs::hard_link(&written, &path);
        let removed = fs::remove_file(&written);
        match linked {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => return Err(Error::AlreadyInitialized(path)),
            other => other.map_err(|source| Error::Io { what: "creating", path: path.clone(), source })?,
        }
        removed.map_err(|source| Error::Io { what: "removing", path: written, source })?;
        sync_parent(&path)
    }

    /// Replaces the document.
    pub(crate) fn replace(&self, dir: &Path) -> Result<()> {
        let (path, written) = self.write_beside(dir)?;
        fs::rename(&written, &path).map_err(|source| Error::Io {
            what: "replacing",
            path: path.clone(),
            source,
        })?;
        sync_parent(&path)
    }

    fn write_beside(&self, dir: &Path) -> Result<(PathBuf, PathBuf)> {
        let name = format!("{FILE}.{}", hex::encode(crate::random::bytes::<8>()));
        let (path, written) = (dir.join(FILE), dir.join(name));
        let failed = |source| Error::Io { what: "writing", path: written.clone(), source };
        let mut text =
            serde_json::to_vec_pretty(self).map_err(|_| Error::Malformed("vault.json cannot be written"))?;
        text.push(b'\n');
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&written).map_err(failed)?;
        let done = file.write_all(&text).and_then(|()| file.sync_all());
        if let Err(source) = done {
            // The write failed; what matters is that error, not a left-over file.
            let _ = fs::remove_file(&written);
            return Err(failed(source));
        }
        Ok((path, written))
    }
}

/// Makes a new name in a directory durable.
pub(super) fn sync_parent(path: &Path) -> Result<()> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let synced = File::open(parent).and_then(|dir| dir.sync_all());
    synced.map_err(|source| Error::Io { what: "syncing", path: parent.to_owned(), source })
}
