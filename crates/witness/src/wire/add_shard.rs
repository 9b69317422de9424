//! `POST /add-shard`: a closed log names the log that goes on.
//!
//! A log that begins a new shard (a year ended, a key was rotated) gets a new origin and a new key. The witness
//! learns the new key from the last entry of the old shard, proven to be the last one under the very checkpoint that
//! the witness cosigned. So the old key, which it trusts, vouches for the new one, and the old shard is closed for
//! good.
//!
//! The body, each line ending in a newline:
//!
//! ```text
//! shard <origin of the closed shard>
//! index <index of the closing entry, in decimal>
//! <inclusion proof (RFC 6962 2.1.1), base64, a hash a line>
//! <an empty line>
//! <the closing entry, byte for byte>
//! ```
//!
//! Answers: 200 and the new key in vkey form; 400 malformed; 404 the origin is not followed; 409 and the size that was
//! cosigned last, if the closing entry is not the last one below it; 422 the proof does not hold or the entry closes
//! nothing; 403 another key was vouched for before.

use ward_ledger::{
    Hash, MAX_ENTRY_BYTES, VerifierKey,
    series::{ShardLink, shard_link},
};

use super::{Malformed, decimal, head, proof};

/// The last entry of a closed shard, with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddShard {
    /// Origin of the closed shard.
    pub shard: String,
    /// Index of the closing entry: the last one.
    pub index: u64,
    /// Inclusion proof under the checkpoint of `index + 1` entries.
    pub proof: Vec<Hash>,
    /// The closing entry.
    pub entry: Vec<u8>,
}

impl AddShard {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`Malformed`] names the rule that is broken.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let (head, entry) = head(body)?;
        let mut lines = head.split('\n');
        let shard = lines.next().and_then(|line| line.strip_prefix("shard ")).filter(|o| !o.is_empty());
        let shard = shard.ok_or_else(|| Malformed::new("the first line is not `shard` and an origin"))?;
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or_else(|| Malformed::new("the second line is not `index` and a number"))?;
        let proof = proof(lines)?;
        if entry.len() > MAX_ENTRY_BYTES {
            return Err(Malformed::new(format!("the entry is longer than {MAX_ENTRY_BYTES} bytes")));
        }
        Ok(Self { shard: shard.to_owned(), index, proof, entry: entry.to_vec() })
    }

    /// The body of a request.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("shard {}\nindex {}\n", self.shard, self.index);
        for hash in &self.proof {
            text.push_str(&format!("{hash}\n"));
        }
        text.push('\n');
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.entry);
        bytes
    }
}

/// What the closing entry of a shard says: `unmapped.shard` in its JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingLink {
    /// Name of the shard that is closed.
    pub shard: String,
    /// Key of the shard that goes on; its name is the new origin.
    pub next: VerifierKey,
}

impl ClosingLink {
    /// Reads it from an entry.
    ///
    /// # Errors
    /// [`Malformed`] if the entry closes nothing.
    pub fn read(entry: &[u8]) -> Result<Self, Malformed> {
        let (shard, next) = match shard_link(entry) {
            Some(ShardLink::Closed { shard, next }) => (shard, next),
            Some(ShardLink::Opened { .. }) => {
                return Err(Malformed::new("the entry opens a shard, it closes none"));
            }
            None => return Err(Malformed::new("the entry has no unmapped.shard: it closes nothing")),
        };
        let key: VerifierKey =
            next.key.parse().map_err(|e| Malformed::new(format!("the new key can't be read: {e}")))?;
        if key.name() != next.origin {
            return Err(Malformed::new("the new key is not of the new origin"));
        }
        Ok(Self { shard, next: key })
    }

    /// Whether this link may lead from the log of this origin to the next: both lie under the same base, and the
    /// link is that log's own.
    pub fn continues(&self, origin: &str) -> bool {
        match (origin.rsplit_once('/'), self.next.name().rsplit_once('/')) {
            (Some((base, shard)), Some((next_base, next))) => {
                base == next_base && shard == self.shard && shard != next
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ward_ledger::Signer;

    use super::*;

    #[test]
    fn a_closing_link_is_read_and_others_are_refused() {
        let key = Signer::from_seed("a.example/ledger/2027-1", [3; 32]).unwrap().verifier_key().to_string();
        let entry = |event: &str, origin: &str| {
            format!(
                r#"{{"unmapped":{{"shard":{{"event":"{event}","shard":"2026-1","origin":"o","key":"k","next":{{"origin":"{origin}","key":"{key}"}}}}}}}}"#
            )
        };
        let link = ClosingLink::read(entry("closed", "a.example/ledger/2027-1").as_bytes()).unwrap();
        assert!(link.continues("a.example/ledger/2026-1"));
        assert!(!link.continues("a.example/ledger/2026-2"), "the link of another shard");
        assert!(!link.continues("b.example/ledger/2026-1"), "another base");
        assert!(!link.continues("2026-1"), "no base at all");
        for (wrong, why) in [
            (entry("opened", "a.example/ledger/2027-1"), "closes none"),
            (entry("closed", "a.example/ledger/2028-1"), "not of the new origin"),
            ("{}".to_owned(), "closes nothing"),
            ("no json".to_owned(), "closes nothing"),
        ] {
            let said = ClosingLink::read(wrong.as_bytes()).unwrap_err().to_string();
            assert!(said.contains(why), "{wrong}: {said}");
        }
    }

    #[test]
    fn what_breaks_a_rule_is_refused_by_name() {
        for (body, why) in [
            ("shard a/b\nindex 1\n", "no empty line"),
            ("shard \nindex 1\n\n", "`shard`"),
            ("shard a/b\nindex x\n\n", "`index`"),
            ("shard a/b\n\n", "`index`"),
            ("shard a/b\nindex 1\nx\n\n", "base64"),
        ] {
            let Malformed(said) = AddShard::parse(body.as_bytes()).unwrap_err();
            assert!(said.contains(why), "{body:?}: {said}");
        }
        let long = [b"shard a/b\nindex 1\n\n", vec![b'x'; MAX_ENTRY_BYTES + 1].as_slice()].concat();
        assert!(AddShard::parse(&long).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_request_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = AddShard::parse(&bytes);
            let _ = ClosingLink::read(&bytes);
        }

        #[test]
        fn what_is_written_is_read(shard in "[a-z0-9./-]{1,40}", index: u64, hashes in prop::collection::vec(any::<[u8; 32]>(), 0..=63), entry in prop::collection::vec(any::<u8>(), 0..300)) {
            let request = AddShard { shard, index, proof: hashes.into_iter().map(Hash).collect(), entry };
            prop_assert_eq!(AddShard::parse(&request.to_bytes()).unwrap(), request);
        }
    }
}
