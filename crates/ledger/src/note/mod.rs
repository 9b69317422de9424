//! Signed notes (c2sp.org/signed-note) and checkpoints (c2sp.org/tlog-checkpoint).
//!
//! A note is a text and lines of signatures under it. Signatures of unknown keys are kept and ignored, so that
//! witnesses and other algorithms can sign beside the log. A text means nothing before a known key has
//! verified it: [`Checkpoint::open`] is the way in.

mod checkpoint;
mod key;

use base64::{Engine as _, engine::general_purpose::STANDARD};

pub use checkpoint::Checkpoint;
pub use key::{KeyError, Signer, VerifierKey};

/// Longest note accepted, in bytes. Room for a hundred post-quantum signatures.
pub const MAX_NOTE_BYTES: usize = 1 << 20;
/// Most signatures accepted on one note.
pub const MAX_SIGNATURES: usize = 100;

/// A text with signatures that have not been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature line of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Name of the key, as the line says.
    pub name: String,
    /// Key id, as the line says.
    pub key_id: u32,
    /// The signature itself; its form depends on the key.
    pub bytes: Vec<u8>,
}

/// Why a note or a checkpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The bytes are no signed note.
    #[error("not a signed note: {0}")]
    Malformed(&'static str),
    /// None of the signatures names the expected key.
    #[error("no signature by {0}")]
    Unsigned(String),
    /// A signature names the expected key and does not verify.
    #[error("the signature by {0} does not verify")]
    BadSignature(String),
    /// The signed text is no checkpoint.
    #[error("not a checkpoint: {0}")]
    NotACheckpoint(&'static str),
    /// The checkpoint is of another log.
    #[error("the checkpoint is of the log {found}, expected {expected}")]
    WrongOrigin {
        /// Origin that the key belongs to.
        expected: String,
        /// Origin in the checkpoint.
        found: String,
    },
}

impl Note {
    /// Splits a note into its text and its signatures. Nothing is verified.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] names the rule that is broken.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        let malformed = NoteError::Malformed;
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(malformed("longer than 1 MiB"));
        }
        let all = std::str::from_utf8(bytes).map_err(|_| malformed("not UTF-8"))?;
        if all.bytes().any(|b| b < 0x20 && b != b'\n') {
            return Err(malformed("contains control characters"));
        }
        let gap = all.rfind("\n\n").ok_or(malformed("no empty line before the signatures"))?;
        let (text, rest) = all.split_at(gap + 1);
        let lines = rest.strip_prefix('\n').and_then(|s| s.strip_suffix('\n'));
        let lines = lines.ok_or(malformed("does not end in a signature line"))?;
        let mut signatures = Vec::new();
        for line in lines.split('\n') {
            if signatures.len() == MAX_SIGNATURES {
                return Err(malformed("more than 100 signatures"));
            }
            let line = line.strip_prefix("\u{2014} ").ok_or(malformed("a signature line has no dash"))?;
            let (name, encoded) =
                line.split_once(' ').ok_or(malformed("a signature line has no key name"))?;
            if !key::is_name(name) {
                return Err(malformed("a key name is empty or has spaces or a plus"));
            }
            let decoded = STANDARD.decode(encoded).map_err(|_| malformed("a signature is not base64"))?;
            let (id, sig) = decoded.split_first_chunk::<4>().ok_or(malformed("a signature is too short"))?;
            if sig.is_empty() {
                return Err(malformed("a signature is too short"));
            }
            signatures.push(Signature {
                name: name.to_owned(),
                key_id: u32::from_be_bytes(*id),
                bytes: sig.to_vec(),
            });
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The signatures, verified or not.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The text, if `key` signed it. Signatures by other keys are ignored.
    ///
    /// # Errors
    /// [`NoteError::Unsigned`] or [`NoteError::BadSignature`].
    pub fn verify(&self, key: &VerifierKey) -> Result<&str, NoteError> {
        let mut seen = false;
        for signature in &self.signatures {
            if signature.key_id != key.key_id() || signature.name != key.name() {
                continue;
            }
            if !key.verifies(self.text.as_bytes(), &signature.bytes) {
                return Err(NoteError::BadSignature(key.to_string()));
            }
            seen = true;
        }
        if seen { Ok(&self.text) } else { Err(NoteError::Unsigned(key.to_string())) }
    }
}

/// Writes a note with one signature line.
pub(crate) fn signed(text: &str, name: &str, key_id: u32, signature: &[u8]) -> String {
    let mut blob = key_id.to_be_bytes().to_vec();
    blob.extend_from_slice(signature);
    format!("{text}\n\u{2014} {name} {}\n", STANDARD.encode(blob))
}
