//! A signed tree head.

use super::{Note, NoteError, Signer, VerifierKey};
use crate::tree::Hash;

/// The head of a log at one size (c2sp.org/tlog-checkpoint).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the RFC 6962 tree over them.
    pub root: Hash,
    /// Extension lines; this crate writes none and keeps those it reads.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// Reads the text of a checkpoint note.
    ///
    /// # Errors
    /// [`NoteError::NotACheckpoint`] names the rule that is broken.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let bad = NoteError::NotACheckpoint;
        let body = text.strip_suffix('\n').ok_or(bad("does not end in a newline"))?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(bad("fewer than three lines"));
        };
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if origin.is_empty() || extensions.iter().any(String::is_empty) {
            return Err(bad("an empty line"));
        }
        let plain = size == "0" || (!size.starts_with('0') && size.bytes().all(|b| b.is_ascii_digit()));
        let size = size.parse().ok().filter(|_| plain).ok_or(bad("the size is not a decimal number"))?;
        let root = Hash::from_base64(root).ok_or(bad("the root is not a base64 SHA-256 hash"))?;
        Ok(Self { origin: origin.to_owned(), size, root, extensions })
    }

    /// Reads a signed checkpoint and verifies that `key` signed it and that it is of the log named by the key.
    ///
    /// # Errors
    /// Every way in which it can be wrong, see [`NoteError`].
    pub fn open(note: &[u8], key: &VerifierKey) -> Result<Self, NoteError> {
        let note = Note::parse(note)?;
        let checkpoint = Self::parse(note.verify(key)?)?;
        if checkpoint.origin != key.name() {
            return Err(NoteError::WrongOrigin { expected: key.name().to_owned(), found: checkpoint.origin });
        }
        Ok(checkpoint)
    }

    /// The text to be signed.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.origin, self.size, self.root);
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// The signed checkpoint of `signer`'s log at this size.
    pub(crate) fn sign(signer: &Signer, size: u64, root: Hash) -> String {
        let origin = signer.name().to_owned();
        signer.sign(&Self { origin, size, root, extensions: Vec::new() }.to_text())
    }
}
