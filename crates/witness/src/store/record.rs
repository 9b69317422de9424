//! What is known of one log.
//!
//! ```text
//! ward-witness-log/v1
//! key <vkey of the log>
//! previous <origin of the shard that vouched for the key, or ->
//! next <vkey that this closed shard vouched for, or ->
//! <an empty line>
//! <the checkpoint that was cosigned last, with both signatures; nothing before the first>
//! sum <base64 of SHA-256(0x00 || all lines above)>
//! ```
//!
//! The sum finds damage before the first checkpoint; from then on both signatures are checked as well, at each
//! reading.

use ward_ledger::{
    Checkpoint, Hash, VerifierKey, leaf_hash,
    note::{CosignerKey, Note},
    tree::empty_root,
};

const MAGIC: &str = "ward-witness-log/v1";

/// What is known of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// Its key, named as its origin.
    pub(crate) key: VerifierKey,
    /// Origin of the shard that vouched for the key; none if a person did.
    pub(crate) previous: Option<String>,
    /// The key that this shard vouched for when it was closed.
    pub(crate) next: Option<VerifierKey>,
    /// What was cosigned last.
    pub(crate) last: Option<Last>,
}

/// What was cosigned last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Last {
    /// The note with the log's signature and the witness's.
    pub(crate) note: Note,
    /// What it says.
    pub(crate) checkpoint: Checkpoint,
    /// When, in seconds since 1970.
    pub(crate) time: u64,
}

impl Record {
    pub(crate) fn new(key: VerifierKey, previous: Option<String>) -> Self {
        Self { key, previous, next: None, last: None }
    }

    /// Size and root that a new checkpoint must continue.
    pub(crate) fn head(&self) -> (u64, Hash) {
        self.last
            .as_ref()
            .map_or_else(|| (0, empty_root()), |last| (last.checkpoint.size, last.checkpoint.root))
    }

    pub(crate) fn to_text(&self) -> String {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let mut text = format!(
            "{MAGIC}\nkey {}\nprevious {}\nnext {}\n\n",
            self.key,
            or_dash(self.previous.clone()),
            or_dash(self.next.as_ref().map(ToString::to_string)),
        );
        if let Some(last) = &self.last {
            text.push_str(&last.note.to_string());
        }
        let sum = leaf_hash(text.as_bytes());
        text.push_str(&format!("sum {sum}\n"));
        text
    }

    /// Reads it and checks sum and signatures.
    pub(crate) fn parse(bytes: &[u8], own: &CosignerKey) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8")?;
        let body = text.strip_suffix('\n').ok_or("cut off")?;
        let sum_at = body.rfind('\n').ok_or("cut off")? + 1;
        let (above, sum) = body.split_at_checked(sum_at).ok_or("cut off")?;
        let sum = sum.strip_prefix("sum ").and_then(Hash::from_base64).ok_or("no sum")?;
        if leaf_hash(above.as_bytes()) != sum {
            return Err("the sum does not match".to_owned());
        }
        let (head, note) = above.split_once("\n\n").ok_or("no empty line")?;
        let mut lines = head.split('\n');
        if lines.next() != Some(MAGIC) {
            return Err("another form or version".to_owned());
        }
        let mut field = |name: &str| {
            let value =
                lines.next().and_then(|line| line.strip_prefix(name)).and_then(|l| l.strip_prefix(' '));
            value.map(|v| Some(v).filter(|v| *v != "-")).ok_or(format!("no {name}"))
        };
        let key = |text: &str| text.parse::<VerifierKey>().map_err(|e| e.to_string());
        let record = Self {
            key: key(field("key")?.ok_or("no key")?)?,
            previous: field("previous")?.map(str::to_owned),
            next: field("next")?.map(key).transpose()?,
            last: None,
        };
        if note.is_empty() {
            return Ok(record);
        }
        let checkpoint = Checkpoint::open(note.as_bytes(), &record.key).map_err(|e| e.to_string())?;
        let note = Note::parse(note.as_bytes()).map_err(|e| e.to_string())?;
        let time = own.verify(&note).map_err(|e| e.to_string())?.time;
        Ok(Self { last: Some(Last { note, checkpoint, time }), ..record })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ward_ledger::{Signer, note::Cosigner};

    use super::*;

    fn record() -> (Record, CosignerKey) {
        let log = Signer::from_seed("log.example/2026-1", [1; 32]).unwrap();
        let own = Cosigner::from_seed("witness.example/w", [2; 32]).unwrap();
        let text = format!("log.example/2026-1\n0\n{}\n", empty_root());
        let mut note = Note::parse(log.sign(&text).as_bytes()).unwrap();
        note.attach(own.cosign(&text, 77)).unwrap();
        let mut record = Record::new(log.verifier_key().clone(), Some("log.example/2025-1".into()));
        record.last = Some(Last { note, checkpoint: Checkpoint::parse(&text).unwrap(), time: 77 });
        (record, own.key().clone())
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let (mut record, own) = record();
        assert_eq!(Record::parse(record.to_text().as_bytes(), &own).unwrap(), record);
        record.next = Some(Signer::from_seed("log.example/2027-1", [3; 32]).unwrap().verifier_key().clone());
        record.last = None;
        assert_eq!(Record::parse(record.to_text().as_bytes(), &own).unwrap(), record);
    }

    #[test]
    fn any_flipped_bit_and_any_cut_is_found() {
        let (record, own) = record();
        let good = record.to_text().into_bytes();
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Record::parse(&bad, &own).is_err(), "bit {bit}");
        }
        for length in 0..good.len() {
            assert!(Record::parse(&good[..length], &own).is_err(), "cut at {length}");
        }
    }

    #[test]
    fn a_checkpoint_without_the_witness_own_signature_is_no_state() {
        let (mut record, own) = record();
        let last = record.last.as_mut().unwrap();
        last.note.retain(|s| !own.is_named_by(s));
        assert!(Record::parse(record.to_text().as_bytes(), &own).unwrap_err().contains("no signature"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_record_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let (_, own) = record();
            let _ = Record::parse(&bytes, &own);
        }
    }
}
