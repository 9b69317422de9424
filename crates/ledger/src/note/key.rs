//! Keys that sign notes: Ed25519, in the vkey text form.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::tree::plain_hash;

/// Signature type byte of plain Ed25519 (c2sp.org/signed-note, "Signature types").
const ED25519_TYPE: u8 = 1;

/// Why a key is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name is empty or has spaces, control characters or a plus.
    #[error("a key name must not be empty nor contain spaces, control characters or a plus")]
    Name,
    /// The text is not `name+id+key`.
    #[error("not a verifier key: expected name+hash+base64")]
    Form,
    /// The hash in the text is not the one of this name and key.
    #[error("the key hash does not belong to this name and key")]
    Hash,
    /// The key is of another type than Ed25519.
    #[error("the key is not an Ed25519 key")]
    Type,
    /// The key is not one of a cosigner.
    #[error("not the key of a cosigner (signature type 04 or 06); is it the key of a log?")]
    NoCosigner,
    /// The crypto library refused the seed.
    #[error("the crypto library refused the key")]
    Refused,
}

/// Key names must be non-empty, without spaces and plus signs; control characters could not stand in a note.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

/// The id of a key: it tells keys and algorithms of one name apart (c2sp.org/signed-note, "Signatures").
pub(super) fn key_id(name: &str, kind: u8, key: &[u8]) -> u32 {
    let mut data = name.as_bytes().to_vec();
    data.push(b'\n');
    data.push(kind);
    data.extend_from_slice(key);
    let [a, b, c, d, ..] = plain_hash(&data).0;
    u32::from_be_bytes([a, b, c, d])
}

/// The text form of a public key.
pub(super) fn vkey(name: &str, key_id: u32, kind: u8, key: &[u8]) -> String {
    let mut blob = vec![kind];
    blob.extend_from_slice(key);
    format!("{name}+{key_id:08x}+{}", STANDARD.encode(blob))
}

/// Splits the text form into name, key id, and type with key. The id is not compared yet.
pub(super) fn parse_vkey(text: &str) -> Result<(&str, u32, Vec<u8>), KeyError> {
    // The base64 part may contain plus signs, the name may not: split from the left.
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(hash), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Form);
    };
    let hex = hash.len() == 8 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    let hash = u32::from_str_radix(hash, 16).ok().filter(|_| hex).ok_or(KeyError::Form)?;
    Ok((name, hash, STANDARD.decode(encoded).map_err(|_| KeyError::Form)?))
}

/// The public key of a log, with its name.
///
/// Its text form is the vkey: `name+hash+base64(0x01 || public key)`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key_id: u32,
    key: [u8; 32],
}

impl VerifierKey {
    /// Makes a verifier of a name and an Ed25519 public key (RFC 8032 encoding).
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn new(name: &str, key: [u8; 32]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        Ok(Self { name: name.to_owned(), key_id: key_id(name, ED25519_TYPE, &key), key })
    }

    /// The name of the key, which is the origin of its log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of SHA-256(name, newline, type, key).
    pub fn key_id(&self) -> u32 {
        self.key_id
    }

    /// The 32 bytes of the public key.
    pub fn public_key(&self) -> &[u8; 32] {
        &self.key
    }

    /// Whether `signature` is this key's over `text`.
    pub fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.key).verify(text, signature).is_ok()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&vkey(&self.name, self.key_id, ED25519_TYPE, &self.key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, hash, blob) = parse_vkey(text)?;
        let (kind, key) = blob.split_first().ok_or(KeyError::Form)?;
        if *kind != ED25519_TYPE {
            return Err(KeyError::Type);
        }
        let key = Self::new(name, key.try_into().map_err(|_| KeyError::Form)?)?;
        if key.key_id == hash { Ok(key) } else { Err(KeyError::Hash) }
    }
}

/// The private key of a log. Its name is the origin of the log.
pub struct Signer {
    verifier: VerifierKey,
    pair: Ed25519KeyPair,
}

impl Signer {
    /// Makes a signer from a 32-byte Ed25519 seed. The seed passed in is wiped; the crypto library wipes its
    /// own copy when the signer goes.
    ///
    /// # Errors
    /// [`KeyError::Name`] or [`KeyError::Refused`].
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Result<Self, KeyError> {
        let seed = Zeroizing::new(seed);
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map_err(|_| KeyError::Refused)?;
        let key = pair.public_key().as_ref().try_into().map_err(|_| KeyError::Refused)?;
        Ok(Self { verifier: VerifierKey::new(name, key)?, pair })
    }

    /// The name, which is the origin of the log.
    pub fn name(&self) -> &str {
        self.verifier.name()
    }

    /// The public half.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs `text` (which must end in a newline) into a note. Ed25519 is deterministic: the same text gives
    /// the same bytes.
    pub fn sign(&self, text: &str) -> String {
        super::signed(text, self.name(), self.verifier.key_id, self.pair.sign(text.as_bytes()).as_ref())
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.verifier)
    }
}
