//! `POST /add-checkpoint` (c2sp.org/tlog-witness).

use ward_ledger::{Hash, note::Note};

use super::{Malformed, decimal, head, proof};

/// Most hashes of a consistency proof: no tree of 2^63 entries needs more.
pub const MOST_PROOF_LINES: usize = 63;

/// A checkpoint to be cosigned, with the proof that it continues the one that was cosigned before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// Size of the tree that the witness cosigned last, 0 if none.
    pub old: u64,
    /// RFC 6962 2.1.2, from the old size to the checkpoint's.
    pub proof: Vec<Hash>,
    /// The signed checkpoint. Nothing in it is verified.
    pub note: Note,
}

impl AddCheckpoint {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`Malformed`] names the rule that is broken.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let (head, note) = head(body)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal);
        let old = old.ok_or_else(|| Malformed::new("the first line is not `old` and a decimal size"))?;
        let proof = proof(lines)?;
        let note = Note::parse(note).map_err(|e| Malformed::new(format!("the checkpoint is {e}")))?;
        Ok(Self { old, proof, note })
    }

    /// The body of a request.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("old {}\n", self.old);
        for hash in &self.proof {
            text.push_str(&format!("{hash}\n"));
        }
        text.push('\n');
        text.push_str(&self.note.to_string());
        text.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ward_ledger::Signer;

    use super::*;

    fn note(text: &str) -> Note {
        Note::parse(Signer::from_seed("log.example/a", [1; 32]).unwrap().sign(text).as_bytes()).unwrap()
    }

    /// The request that the specification prints.
    #[test]
    fn the_example_of_the_specification_is_read() {
        let body = "old 20852014\n\
            PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
            jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
            5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
            /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\
            \n\
            example.com/behind-the-sofa\n\
            20852163\n\
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
            \n\
            \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
            \u{2014} example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
        let read = AddCheckpoint::parse(body.as_bytes()).unwrap();
        assert_eq!((read.old, read.proof.len(), read.note.signatures().len()), (20_852_014, 4, 2));
        assert_eq!(String::from_utf8(read.to_bytes()).unwrap(), body);
    }

    #[test]
    fn what_breaks_a_rule_is_refused_by_name() {
        let note = note("log.example/a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n").to_string();
        let hash = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        for (body, why) in [
            (String::new(), "no empty line"),
            (format!("old 1\n{note}"), "old"),
            (format!("size 1\n\n{note}"), "`old`"),
            (format!("old 01\n\n{note}"), "`old`"),
            (format!("old +1\n\n{note}"), "`old`"),
            (format!("old 18446744073709551616\n\n{note}"), "`old`"),
            (format!("old 1 \n\n{note}"), "`old`"),
            (format!("old 1\nshort\n\n{note}"), "base64"),
            (format!("old 1\n{}\n{note}", hash.repeat(64)), "63 lines"),
            ("old 1\n\nno note".to_owned(), "not a signed note"),
        ] {
            let refused = AddCheckpoint::parse(body.as_bytes());
            match refused {
                Err(Malformed(said)) => assert!(said.contains(why) || why == "old", "{body:?}: {said}"),
                Ok(read) => panic!("{body:?} was read as {read:?}"),
            }
        }
        assert!(AddCheckpoint::parse(format!("old 1\n{}\n{note}", hash.repeat(63)).as_bytes()).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_request_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = AddCheckpoint::parse(&bytes);
        }

        #[test]
        fn nearly_right_text_is_a_request_or_an_error(head in "(old [0-9]{0,21}\n)?([A-Za-z0-9+/=]{0,44}\n){0,3}", rest in "\n?[a-z\n\u{2014} ]{0,60}") {
            let _ = AddCheckpoint::parse(format!("{head}{rest}").as_bytes());
        }

        #[test]
        fn what_is_written_is_read(old: u64, hashes in prop::collection::vec(any::<[u8; 32]>(), 0..=63), text in "[ -~]{1,40}\n[0-9]{1,9}\n") {
            let request = AddCheckpoint { old, proof: hashes.into_iter().map(Hash).collect(), note: note(&text) };
            prop_assert_eq!(AddCheckpoint::parse(&request.to_bytes()).unwrap(), request);
        }
    }
}
