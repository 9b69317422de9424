//! A key encrypted under another key, in a form that describes itself.
//!
//! ```text
//! offset  bytes
//!      0      1  format version, 1
//!      1      1  kind: 1 root, 2 KEK, 3 DEK
//!      2      1  algorithm: 1 = AES-256-GCM with a random 96-bit nonce
//!      3     16  id of this key
//!     19     16  id of the wrapping key (the vault's id under a root key, a KEK's id for a DEK)
//!     35      4  version of the wrapping root key, big endian (0 for a DEK)
//!     39      2  length of the context, big endian
//!     41      n  context, UTF-8
//!   41+n     12  nonce
//!   53+n     48  encrypted key and tag
//! ```
//!
//! All before the nonce is authenticated (AAD), so nothing here can be changed or moved to another key unnoticed.
//! The bytes are safe to store in a database: without the wrapping key they say no more than ids and context.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    gcm::{self, NONCE, TAG},
    key::Key,
    random,
};

const VERSION: u8 = 1;
const AES_256_GCM: u8 = 1;
const FIXED: usize = 41;
const BODY: usize = NONCE + 32 + TAG;
const AAD_LABEL: &[u8] = b"ward vault wrapped key v1\0";

/// Most bytes of a context.
pub const MAX_CONTEXT: usize = 512;

/// 16 random bytes that name a key.
pub(crate) type KeyId = [u8; 16];

/// What a wrapped key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// An earlier root key, wrapped under the current one.
    Root,
    /// A key encryption key, wrapped under a root key; wraps DEKs.
    Kek,
    /// A data encryption key, wrapped under a KEK.
    Dek,
}

impl KeyKind {
    fn code(self) -> u8 {
        match self {
            Self::Root => 1,
            Self::Kek => 2,
            Self::Dek => 3,
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Root => "root key",
            Self::Kek => "KEK",
            Self::Dek => "DEK",
        })
    }
}

/// An encrypted key. Store it as bytes, or as base64 text ([`fmt::Display`], [`FromStr`], serde).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct WrappedKey {
    kind: KeyKind,
    id: KeyId,
    parent: KeyId,
    root_version: u32,
    context: String,
    body: Vec<u8>,
}

impl WrappedKey {
    /// Reads the format above. Only its form is checked; whether it is authentic shows when it is used.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let short = Error::Malformed("a wrapped key was cut short");
        let (&[version, kind, algorithm], rest) = bytes.split_first_chunk().ok_or(short)?;
        if version != VERSION {
            return Err(Error::Malformed("a wrapped key of an unknown format version"));
        }
        if algorithm != AES_256_GCM {
            return Err(Error::Malformed("a wrapped key of an unknown algorithm"));
        }
        let kind = match kind {
            1 => KeyKind::Root,
            2 => KeyKind::Kek,
            3 => KeyKind::Dek,
            _ => return Err(Error::Malformed("a wrapped key of an unknown kind")),
        };
        let short = || Error::Malformed("a wrapped key was cut short");
        let (id, rest) = rest.split_first_chunk().ok_or_else(short)?;
        let (parent, rest) = rest.split_first_chunk().ok_or_else(short)?;
        let (root_version, rest) = rest.split_first_chunk().ok_or_else(short)?;
        let (length, rest) = rest.split_first_chunk().ok_or_else(short)?;
        let (context, body) =
            rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or_else(short)?;
        let context = std::str::from_utf8(context)
            .map_err(|_| Error::Malformed("the context of a wrapped key is not UTF-8"))?;
        if context.is_empty() || context.len() > MAX_CONTEXT || body.len() != BODY {
            return Err(Error::Malformed("a wrapped key of a wrong length"));
        }
        Ok(Self {
            kind,
            id: *id,
            parent: *parent,
            root_version: u32::from_be_bytes(*root_version),
            context: context.to_owned(),
            body: body.to_vec(),
        })
    }

    /// The bytes to store.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.header();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn from_text(text: &str) -> Result<Self> {
        let bytes = STANDARD.decode(text).map_err(|_| Error::Malformed("a wrapped key is not base64"))?;
        Self::from_bytes(&bytes)
    }

    /// Base64 (RFC 4648 section 4, padded) for a TEXT column.
    pub fn to_text(&self) -> String {
        STANDARD.encode(self.to_bytes())
    }

    /// What it is for.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The key's id in hex, for the ledger and for people; not secret.
    pub fn id_hex(&self) -> String {
        hex::encode(self.id)
    }

    /// The context it was made for. Authenticated when the key is used, not before.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// Version of the root key above a KEK, to find those that wait for
    /// [`rewrap_kek`](crate::Vault::rewrap_kek); 0 for a DEK.
    pub fn root_version(&self) -> u32 {
        self.root_version
    }

    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn parent(&self) -> KeyId {
        self.parent
    }

    pub(crate) fn expect_kind(&self, expected: KeyKind) -> Result<()> {
        if self.kind == expected { Ok(()) } else { Err(Error::WrongKind { expected, found: self.kind }) }
    }

    /// Wraps `key` under `wrapping`.
    pub(crate) fn wrap(wrapping: &Key, label: Label<'_>, key: &Key) -> Result<Self> {
        if label.context.is_empty() || label.context.len() > MAX_CONTEXT {
            return Err(Error::Refused(format!("a key's context must have 1 to {MAX_CONTEXT} bytes")));
        }
        let mut wrapped = Self {
            kind: label.kind,
            id: label.id.unwrap_or_else(random::bytes),
            parent: label.parent,
            root_version: label.root_version,
            context: label.context.to_owned(),
            body: Vec::new(),
        };
        let mut body = Vec::new();
        gcm::seal(wrapping, &wrapped.aad(), key.bytes(), &mut body)?;
        wrapped.body = body;
        Ok(wrapped)
    }

    /// Unwraps with `wrapping`.
    pub(crate) fn unwrap_with(&self, wrapping: &Key) -> Result<Key> {
        let key = gcm::open(wrapping, &self.aad(), &self.body)?;
        Key::from_slice(&key)
    }

    fn header(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FIXED + self.context.len() + BODY);
        bytes.extend_from_slice(&[VERSION, self.kind.code(), AES_256_GCM]);
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(&self.parent);
        bytes.extend_from_slice(&self.root_version.to_be_bytes());
        // At most MAX_CONTEXT, checked where a value is made.
        bytes.extend_from_slice(&(self.context.len() as u16).to_be_bytes());
        bytes.extend_from_slice(self.context.as_bytes());
        bytes
    }

    fn aad(&self) -> Vec<u8> {
        [AAD_LABEL, self.header().as_slice()].concat()
    }
}

/// What is written beside a wrapped key.
pub(crate) struct Label<'a> {
    pub(crate) kind: KeyKind,
    /// `None`: a new random one.
    pub(crate) id: Option<KeyId>,
    pub(crate) parent: KeyId,
    pub(crate) root_version: u32,
    pub(crate) context: &'a str,
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrappedKey")
            .field("kind", &self.kind)
            .field("id", &self.id_hex())
            .field("context", &self.context)
            .field("root_version", &self.root_version)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl FromStr for WrappedKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::from_text(text)
    }
}

impl From<WrappedKey> for String {
    fn from(key: WrappedKey) -> Self {
        key.to_text()
    }
}

impl TryFrom<String> for WrappedKey {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Self::from_text(&text)
    }
}
