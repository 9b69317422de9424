//! One signature line of a note.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{MAX_SIGNATURES, NoteError, key::is_name};

/// One signature line of a note, verified or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Name of the key, as the line says.
    pub name: String,
    /// Key id, as the line says.
    pub key_id: u32,
    /// The signature itself; its form depends on the key.
    pub bytes: Vec<u8>,
}

impl Signature {
    /// Reads a line without its newline: a dash (U+2014), the key's name, and base64 of key id and signature.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] names the rule that is broken.
    pub fn parse_line(line: &str) -> Result<Self, NoteError> {
        let malformed = NoteError::Malformed;
        let line = line.strip_prefix("\u{2014} ").ok_or(malformed("a signature line has no dash"))?;
        let (name, encoded) = line.split_once(' ').ok_or(malformed("a signature line has no key name"))?;
        if !is_name(name) {
            return Err(malformed("a key name is empty or has spaces or a plus"));
        }
        let decoded = STANDARD.decode(encoded).map_err(|_| malformed("a signature is not base64"))?;
        let (id, sig) = decoded.split_first_chunk::<4>().ok_or(malformed("a signature is too short"))?;
        if sig.is_empty() {
            return Err(malformed("a signature is too short"));
        }
        Ok(Self { name: name.to_owned(), key_id: u32::from_be_bytes(*id), bytes: sig.to_vec() })
    }

    /// Reads lines that each end in a newline: the end of a note, or what a witness answers
    /// (c2sp.org/tlog-witness, add-checkpoint).
    ///
    /// # Errors
    /// [`NoteError::Malformed`] names the rule that is broken.
    pub fn parse_lines(text: &str) -> Result<Vec<Self>, NoteError> {
        let lines = text.strip_suffix('\n');
        let lines = lines.ok_or(NoteError::Malformed("does not end in a signature line"))?;
        let mut signatures = Vec::new();
        for line in lines.split('\n') {
            if signatures.len() == MAX_SIGNATURES {
                return Err(NoteError::Malformed("more than 100 signatures"));
            }
            signatures.push(Self::parse_line(line)?);
        }
        Ok(signatures)
    }
}

/// The line, without its newline.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut blob = self.key_id.to_be_bytes().to_vec();
        blob.extend_from_slice(&self.bytes);
        write!(f, "\u{2014} {} {}", self.name, STANDARD.encode(blob))
    }
}
