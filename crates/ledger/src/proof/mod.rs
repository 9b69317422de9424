//! One entry with its proof, as a small text file (c2sp.org/tlog-proof@v1).
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <the entry, base64>
//! index <its index>
//! <hashes from the entry's sibling to below the root, base64, one a line>
//!
//! <the checkpoint, with the log's signature and the cosignatures of witnesses>
//! ```
//!
//! The specification leaves `extra` to the application: here it is the entry itself, byte for byte, so that the file
//! needs nothing else but the keys. It is not trusted: the proof holds only if its hash leads to the root.

mod make;

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::note::{Checkpoint, MAX_NOTE_BYTES, Note, NoteError};
use crate::tree::{Hash, ProofError, leaf_hash, verify_inclusion};
use crate::verify::Trust;

pub use make::prove;

const TITLE: &str = "c2sp.org/tlog-proof@v1";
/// Longest proof file accepted, in bytes: the longest entry in base64, 64 hashes and the longest note.
pub const MAX_PROOF_BYTES: usize = MAX_NOTE_BYTES + (128 << 10);

/// A proof that has not been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The entry, if the file holds it.
    pub entry: Option<Vec<u8>>,
    /// Its index in the log.
    pub index: u64,
    /// Sibling hashes, from the entry upwards.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint, as a note.
    pub checkpoint: String,
}

/// What a proof has proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The entry.
    pub entry: Vec<u8>,
    /// Its index.
    pub index: u64,
    /// The checkpoint under which it lies.
    pub checkpoint: Checkpoint,
    /// Names of the given witnesses that cosigned it, each with its time in seconds since the epoch.
    pub witnesses: Vec<(String, u64)>,
}

/// Why a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadProof {
    /// The file has not the form of a proof.
    #[error("not a proof: {0}")]
    Form(&'static str),
    /// The entry is not in the file and was not given.
    #[error("the proof does not hold the entry, and none was given")]
    NoEntry,
    /// The entry in the file is not the one that was given.
    #[error("the proof is for another entry than the given one")]
    OtherEntry,
    /// None of the given keys is of the log.
    #[error("the proof is of the log {0}, and its key was not given")]
    NoKey(String),
    /// The checkpoint, or a cosignature, does not hold.
    #[error("the checkpoint: {0}")]
    Note(#[from] NoteError),
    /// Too few witnesses.
    #[error("the checkpoint has {found} cosignatures of the given witnesses, {needed} are needed")]
    Witnesses {
        /// How many are needed.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// The entry is not in the tree of the checkpoint.
    #[error("the entry is not at this place of the log: {0}")]
    Inclusion(#[from] ProofError),
}

impl Proof {
    /// Reads a proof file. Nothing is verified.
    ///
    /// # Errors
    /// [`BadProof::Form`] names the rule that is broken.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadProof> {
        let bad = BadProof::Form;
        if bytes.len() > MAX_PROOF_BYTES {
            return Err(bad("too long"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| bad("not UTF-8"))?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(bad("no empty line before the checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(TITLE) {
            return Err(bad("the first line is not c2sp.org/tlog-proof@v1"));
        }
        let mut line = lines.next().ok_or(bad("no index"))?;
        let mut entry = None;
        if let Some(extra) = line.strip_prefix("extra ") {
            entry = Some(STANDARD.decode(extra).map_err(|_| bad("the extra line is not base64"))?);
            line = lines.next().ok_or(bad("no index"))?;
        }
        let index = line.strip_prefix("index ").ok_or(bad("no index"))?;
        let plain = index == "0" || (!index.starts_with('0') && index.bytes().all(|b| b.is_ascii_digit()));
        let index = index.parse().ok().filter(|_| plain).ok_or(bad("the index is not a decimal number"))?;
        let mut hashes = Vec::new();
        for line in lines {
            if hashes.len() == 64 {
                return Err(bad("more than 64 hashes"));
            }
            hashes.push(Hash::from_base64(line).ok_or(bad("a line is not a base64 SHA-256 hash"))?);
        }
        Note::parse(checkpoint.as_bytes())?;
        Ok(Self { entry, index, hashes, checkpoint: checkpoint.to_owned() })
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let mut text = format!("{TITLE}\n");
        if let Some(entry) = &self.entry {
            let _ = writeln!(text, "extra {}", STANDARD.encode(entry));
        }
        let _ = writeln!(text, "index {}", self.index);
        for hash in &self.hashes {
            let _ = writeln!(text, "{hash}");
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Verifies the proof: the entry (`given`, or the one in the file) is in the log of one of the keys in `trust`,
    /// under a checkpoint with as many cosignatures as needed. `known` is not looked at: one proof cannot show that
    /// a log goes on from a checkpoint.
    ///
    /// # Errors
    /// [`BadProof`].
    pub fn verify(&self, given: Option<&[u8]>, trust: &Trust) -> Result<Proven, BadProof> {
        let entry = given.or(self.entry.as_deref()).ok_or(BadProof::NoEntry)?;
        if self.entry.as_deref().is_some_and(|own| own != entry) {
            return Err(BadProof::OtherEntry);
        }
        let origin = self.checkpoint.split('\n').next().unwrap_or_default();
        let key = trust.keys.iter().find(|key| key.name() == origin);
        let key = key.ok_or_else(|| BadProof::NoKey(origin.to_owned()))?;
        let checkpoint = Checkpoint::open(self.checkpoint.as_bytes(), key)?;
        let note = Note::parse(self.checkpoint.as_bytes())?;
        let mut witnesses = Vec::new();
        for witness in &trust.witnesses {
            match witness.verify(&note) {
                Ok(signature) => witnesses.push((witness.name().to_owned(), signature.time)),
                Err(NoteError::Unsigned(_) | NoteError::Unverifiable(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if witnesses.len() < trust.needed {
            return Err(BadProof::Witnesses { needed: trust.needed, found: witnesses.len() });
        }
        verify_inclusion(&leaf_hash(entry), self.index, checkpoint.size, &checkpoint.root, &self.hashes)?;
        Ok(Proven { entry: entry.to_vec(), index: self.index, checkpoint, witnesses })
    }
}
