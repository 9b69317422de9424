//! Asks a witness for its cosignature.
//!
//! The transport is given: this room knows the conversation, not the network. One round trip if the size that the
//! witness cosigned last is known, two otherwise.

use async_trait::async_trait;
use ward_ledger::{
    Checkpoint, Hash, VerifierKey,
    note::{CosignerKey, Note, NoteError, Signature},
};

use crate::wire::{AddCheckpoint, AddShard, Reply};

/// Carries a request to one witness.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends a POST to this path below the witness's address, and returns the answer, whatever its status. The error
    /// is a sentence. Answers are short: 64 KiB are more than enough.
    async fn post(&self, path: &str, body: Vec<u8>) -> Result<Reply, String>;
}

/// Makes consistency proofs of the log that is submitted.
pub trait Prover: Send + Sync {
    /// RFC 6962 2.1.2. The error is a sentence.
    fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, String>;
}

impl<F: Fn(u64, u64) -> Result<Vec<Hash>, String> + Send + Sync> Prover for F {
    fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, String> {
        self(old, new)
    }
}

/// A cosignature that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The line to put under the checkpoint.
    pub signature: Signature,
    /// When it was made, in seconds since 1970, by the witness's clock.
    pub time: u64,
    /// Whether this build could verify it. Otherwise it may be kept, and must not be counted.
    pub verified: bool,
}

/// Why there is no cosignature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The witness can't be reached.
    #[error("{0}")]
    Unreachable(String),
    /// It does not follow the log.
    #[error("it does not follow this log: on the witness, run `ward witness follow` with the log's key")]
    NotFollowed,
    /// It knows another key for this origin.
    #[error("it does not accept the log's signature: {0}")]
    Key(String),
    /// It has cosigned more entries than the log has now.
    #[error("it has cosigned {witnessed} entries and the log has {ours}: the log was rolled back")]
    RolledBack {
        /// Entries that it cosigned.
        witnessed: u64,
        /// Entries of the log.
        ours: u64,
    },
    /// It has cosigned another history.
    #[error(
        "it has cosigned another history of this log up to {at} entries: the log was forked or rewritten"
    )]
    Forked {
        /// Size up to which the histories are not the same.
        at: u64,
    },
    /// Somebody else submitted at the same time.
    #[error("its state changed meanwhile")]
    Busy,
    /// It answers something that a witness does not.
    #[error("it answers what no witness would: {0}")]
    Strange(String),
    /// It can't sign now.
    #[error("it answers {status}: {said}")]
    Failed {
        /// Status.
        status: u16,
        /// What it says.
        said: String,
    },
    /// The log can't be read.
    #[error("the log can't be read: {0}")]
    Log(String),
}

impl Refusal {
    /// Whether it says that the log shows another history than before: the reason why witnesses exist.
    pub fn is_alarm(&self) -> bool {
        matches!(self, Self::RolledBack { .. } | Self::Forked { .. })
    }
}

/// Submits a signed checkpoint. `known` is the size that the witness is believed to have cosigned last.
///
/// # Errors
/// [`Refusal`] says why there is no cosignature.
pub async fn add_checkpoint(
    transport: &dyn Transport,
    witness: &CosignerKey,
    note: &Note,
    known: u64,
    prover: &dyn Prover,
) -> Result<Cosigned, Refusal> {
    let checkpoint =
        Checkpoint::parse(note.unverified_text()).map_err(|error| Refusal::Log(error.to_string()))?;
    let size = checkpoint.size;
    let mut old = known.min(size);
    for round in 0..3 {
        let proof = prover.consistency(old, size).map_err(Refusal::Log)?;
        let request = AddCheckpoint { old, proof, note: note.clone() };
        let reply = transport.post("/add-checkpoint", request.to_bytes()).await;
        let reply = reply.map_err(Refusal::Unreachable)?;
        match reply.status {
            200 => return cosigned(witness, note, &reply),
            409 => match reply.size() {
                Some(witnessed) if witnessed > size => {
                    return Err(Refusal::RolledBack { witnessed, ours: size });
                }
                // It holds this very size, and still there is a conflict: the roots differ.
                Some(witnessed) if witnessed == size && old == size => {
                    return Err(Refusal::Forked { at: size });
                }
                Some(witnessed) if round < 2 => old = witnessed,
                Some(_) => return Err(Refusal::Busy),
                None => return Err(Refusal::Strange("a conflict without its size".to_owned())),
            },
            // The proof is the log's own, so the root that the witness holds is of another history.
            422 => return Err(Refusal::Forked { at: old }),
            _ => return Err(other(&reply)),
        }
    }
    Err(Refusal::Busy)
}

/// Shows the closing entry of a shard, so that the witness follows the next one.
///
/// # Errors
/// [`Refusal`]; [`Refusal::Failed`] with status 409 if the witness has not cosigned the whole closed shard yet.
pub async fn add_shard(
    transport: &dyn Transport,
    request: &AddShard,
    next: &VerifierKey,
) -> Result<(), Refusal> {
    let reply = transport.post("/add-shard", request.to_bytes()).await.map_err(Refusal::Unreachable)?;
    match reply.status {
        200 if reply.body.trim_ascii() == next.to_string().as_bytes() => Ok(()),
        200 => Err(Refusal::Strange("it follows another key than the one that was shown".to_owned())),
        404 if reply.said().contains("no such path") => {
            Err(Refusal::Strange("it can't follow a log over to its next shard (add-shard)".to_owned()))
        }
        _ => Err(other(&reply)),
    }
}

fn other(reply: &Reply) -> Refusal {
    match reply.status {
        403 => Refusal::Key(reply.said()),
        404 => Refusal::NotFollowed,
        status => Refusal::Failed { status, said: reply.said() },
    }
}

/// The cosignature of `witness` in an answer; those of keys that nobody asked for are ignored.
fn cosigned(witness: &CosignerKey, note: &Note, reply: &Reply) -> Result<Cosigned, Refusal> {
    let strange = |why: &str| Refusal::Strange(why.to_owned());
    let text = std::str::from_utf8(&reply.body).map_err(|_| strange("bytes that are no text"))?;
    let lines = Signature::parse_lines(text).map_err(|e| Refusal::Strange(e.to_string()))?;
    let mut alone = note.clone();
    alone.retain(|_| false);
    let mut newest = None;
    for line in lines.into_iter().filter(|line| witness.is_named_by(line)) {
        newest = Some(line.clone());
        alone.attach(line).map_err(|e| Refusal::Strange(e.to_string()))?;
    }
    let signature = newest.ok_or_else(|| strange("a cosignature by another key than the one expected"))?;
    match witness.verify(&alone) {
        Ok(found) => Ok(Cosigned { signature: found.signature, time: found.time, verified: true }),
        Err(NoteError::Unverifiable(_)) => {
            let time = signature.bytes.first_chunk::<8>().map_or(0, |time| u64::from_be_bytes(*time));
            Ok(Cosigned { signature, time, verified: false })
        }
        Err(error) => Err(Refusal::Strange(error.to_string())),
    }
}
