//! The forms of requests and answers.
//!
//! `add-checkpoint` is that of c2sp.org/tlog-witness. `add-shard` is this project's own: the specification has no
//! place for a log that goes on under a new key.

mod add_checkpoint;
mod add_shard;
mod answer;

pub use add_checkpoint::{AddCheckpoint, MOST_PROOF_LINES};
pub use add_shard::{AddShard, ClosingLink};
pub use answer::{Answer, Reply, SIZE_TYPE, TEXT_TYPE};

use ward_ledger::Hash;

/// Why a request can't be read: the rule that is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

impl Malformed {
    fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// A number as the specification writes it: decimal, no sign, no leading zeros.
fn decimal(text: &str) -> Option<u64> {
    let plain = text == "0" || (!text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
    text.parse().ok().filter(|_| plain)
}

/// The lines of a request before the first empty line, and what comes after it.
fn head(body: &[u8]) -> Result<(&str, &[u8]), Malformed> {
    let gap = body.windows(2).position(|two| two == b"\n\n");
    let gap = gap.ok_or_else(|| Malformed::new("there is no empty line after the proof"))?;
    let (head, rest) = body.split_at(gap);
    let head = std::str::from_utf8(head).map_err(|_| Malformed::new("the request is not UTF-8"))?;
    Ok((head, rest.get(2..).unwrap_or_default()))
}

/// One hash of a proof a line.
fn proof<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<Hash>, Malformed> {
    let mut hashes = Vec::new();
    for line in lines {
        if hashes.len() == MOST_PROOF_LINES {
            return Err(Malformed::new("the proof has more than 63 lines"));
        }
        let hash = Hash::from_base64(line);
        hashes.push(hash.ok_or_else(|| Malformed::new("a line of the proof is no base64 SHA-256 hash"))?);
    }
    Ok(hashes)
}
