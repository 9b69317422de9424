//! Signed notes (c2sp.org/signed-note) and checkpoints (c2sp.org/tlog-checkpoint).
//!
//! A note is a text and lines of signatures under it. Signatures of unknown keys are kept and ignored, so that
//! witnesses and other algorithms can sign beside the log. A text means nothing before a known key has
//! verified it: [`Checkpoint::open`] is the way in.

mod checkpoint;
mod cosignature;
mod key;
mod signature;

use std::fmt;

pub use checkpoint::Checkpoint;
pub use cosignature::{Algorithm, Cosignature, Cosigner, CosignerKey};
pub use key::{KeyError, Signer, VerifierKey};
pub use signature::Signature;

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
    /// A signature is of an algorithm that this build can't verify.
    #[error("the signature by {0} is not verifiable by this build")]
    Unverifiable(String),
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
        let lines = rest.strip_prefix('\n').ok_or(malformed("does not end in a signature line"))?;
        Ok(Self { text: text.to_owned(), signatures: Signature::parse_lines(lines)? })
    }

    /// The text, though nobody has verified it: to find out which log it claims to be of.
    pub fn unverified_text(&self) -> &str {
        &self.text
    }

    /// Keeps the signatures that `keep` says yes to.
    pub fn retain(&mut self, keep: impl FnMut(&Signature) -> bool) {
        self.signatures.retain(keep);
    }

    /// Puts a signature under the note. It takes the place of all others of the same key.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] if the note would have too many.
    pub fn attach(&mut self, signature: Signature) -> Result<(), NoteError> {
        let other = |s: &Signature| (s.key_id, &s.name) != (signature.key_id, &signature.name);
        if self.signatures.iter().filter(|s| other(s)).count() >= MAX_SIGNATURES {
            return Err(NoteError::Malformed("more than 100 signatures"));
        }
        self.signatures.retain(other);
        self.signatures.push(signature);
        Ok(())
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

/// The note as it is stored and sent.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

/// Writes a note with one signature line.
pub(crate) fn signed(text: &str, name: &str, key_id: u32, signature: &[u8]) -> String {
    let signature = Signature { name: name.to_owned(), key_id, bytes: signature.to_vec() };
    format!("{text}\n{signature}\n")
}
