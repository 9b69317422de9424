//! Cosignatures (c2sp.org/tlog-cosignature): somebody else's timestamped word for a checkpoint.
//!
//! A cosignature states that, at its time, the checkpoint was the largest consistent one that the cosigner had
//! seen of this log. Ed25519 cosignatures are made and verified. Those of ML-DSA-44 are read, kept and told from
//! garbage by their length; they verify nowhere in this build, because the crypto library offers ML-DSA only in
//! its unstable part. They must not be counted before they are verified.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use zeroize::Zeroizing;

use super::key::{is_name, key_id, parse_vkey, vkey};
use super::{KeyError, Note, NoteError, Signature};

/// Largest timestamp of a cosignature (c2sp.org/tlog-cosignature, "Format").
const LAST_TIME: u64 = i64::MAX as u64;

/// How a cosigner signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Timestamped Ed25519, signature type 0x04: 64 bytes under a key of 32.
    Ed25519,
    /// Timestamped ML-DSA-44 (FIPS 204), signature type 0x06: 2,420 bytes under a key of 1,312.
    MlDsa44,
}

impl Algorithm {
    /// Signature type byte.
    pub const fn type_byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x04,
            Self::MlDsa44 => 0x06,
        }
    }

    /// Bytes of a public key.
    pub const fn key_bytes(self) -> usize {
        match self {
            Self::Ed25519 => 32,
            Self::MlDsa44 => 1312,
        }
    }

    /// Bytes of a signature, without the timestamp before it.
    pub const fn signature_bytes(self) -> usize {
        match self {
            Self::Ed25519 => 64,
            Self::MlDsa44 => 2420,
        }
    }

    /// Whether this build verifies it.
    pub const fn is_verifiable(self) -> bool {
        matches!(self, Self::Ed25519)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519 => "Ed25519",
            Self::MlDsa44 => "ML-DSA-44",
        })
    }
}

/// The public key of a cosigner, with its name.
///
/// Its text form is the vkey `name+hash+base64(type || public key)`, with type 0x04 or 0x06. A log's key
/// (type 0x01) is another kind of key and is refused.
#[derive(Clone, PartialEq, Eq)]
pub struct CosignerKey {
    name: String,
    key_id: u32,
    algorithm: Algorithm,
    key: Vec<u8>,
}

/// A cosignature of one cosigner under one checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// When it was made, in seconds since 1970. The cosigner's clock says so.
    pub time: u64,
    /// The line that holds it.
    pub signature: Signature,
}

impl CosignerKey {
    /// Makes the key of a name and the bytes of a public key.
    ///
    /// # Errors
    /// [`KeyError::Name`], or [`KeyError::Form`] if the length does not fit the algorithm.
    pub fn new(name: &str, algorithm: Algorithm, key: &[u8]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        if key.len() != algorithm.key_bytes() {
            return Err(KeyError::Form);
        }
        let key_id = key_id(name, algorithm.type_byte(), key);
        Ok(Self { name: name.to_owned(), key_id, algorithm, key: key.to_vec() })
    }

    /// The name of the cosigner.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of SHA-256(name, newline, type, key).
    pub fn key_id(&self) -> u32 {
        self.key_id
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether a signature line names this key. Says nothing of its truth.
    pub fn is_named_by(&self, signature: &Signature) -> bool {
        signature.key_id == self.key_id && signature.name == self.name
    }

    /// The cosignature by this key under a note; the newest if there are several.
    ///
    /// This does not look at the log's own signature: open the checkpoint with the log's key as well.
    ///
    /// # Errors
    /// [`NoteError::Unsigned`] if there is none, [`NoteError::BadSignature`] if one does not verify,
    /// [`NoteError::Unverifiable`] if this build can't tell.
    pub fn verify(&self, note: &Note) -> Result<Cosignature, NoteError> {
        let mut newest: Option<Cosignature> = None;
        for signature in note.signatures().iter().filter(|s| self.is_named_by(s)) {
            let time = self.check(note.unverified_text(), &signature.bytes)?;
            if newest.as_ref().is_none_or(|n| n.time < time) {
                newest = Some(Cosignature { time, signature: signature.clone() });
            }
        }
        newest.ok_or_else(|| NoteError::Unsigned(self.to_string()))
    }

    /// Checks one timestamped signature over `text`; returns its time.
    fn check(&self, text: &str, bytes: &[u8]) -> Result<u64, NoteError> {
        let bad = || NoteError::BadSignature(self.to_string());
        let (time, signature) = bytes.split_first_chunk::<8>().ok_or_else(bad)?;
        let time = u64::from_be_bytes(*time);
        if time > LAST_TIME || signature.len() != self.algorithm.signature_bytes() {
            return Err(bad());
        }
        match self.algorithm {
            Algorithm::Ed25519 => {
                let message = message(text, time);
                let key = UnparsedPublicKey::new(&ED25519, &self.key);
                key.verify(message.as_bytes(), signature).map(|()| time).map_err(|_| bad())
            }
            Algorithm::MlDsa44 => Err(NoteError::Unverifiable(self.name.clone())),
        }
    }
}

/// What an Ed25519 cosignature signs (c2sp.org/tlog-cosignature, "Ed25519 signed message").
fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

impl fmt::Display for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&vkey(&self.name, self.key_id, self.algorithm.type_byte(), &self.key))
    }
}

impl fmt::Debug for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CosignerKey({}+{:08x}, {})", self.name, self.key_id, self.algorithm)
    }
}

impl FromStr for CosignerKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, hash, blob) = parse_vkey(text)?;
        let (kind, key) = blob.split_first().ok_or(KeyError::Form)?;
        let algorithm = match kind {
            0x04 => Algorithm::Ed25519,
            0x06 => Algorithm::MlDsa44,
            _ => return Err(KeyError::NoCosigner),
        };
        let key = Self::new(name, algorithm, key)?;
        if key.key_id == hash { Ok(key) } else { Err(KeyError::Hash) }
    }
}

/// The private key of a cosigner. One key must serve one name only: the signed message does not hold the name.
pub struct Cosigner {
    key: CosignerKey,
    pair: Ed25519KeyPair,
}

impl Cosigner {
    /// Makes a cosigner from a 32-byte Ed25519 seed. The seed passed in is wiped.
    ///
    /// # Errors
    /// [`KeyError::Name`] or [`KeyError::Refused`].
    pub fn from_seed(name: &str, seed: [u8; 32]) -> Result<Self, KeyError> {
        let seed = Zeroizing::new(seed);
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).map_err(|_| KeyError::Refused)?;
        let key = CosignerKey::new(name, Algorithm::Ed25519, pair.public_key().as_ref())?;
        Ok(Self { key, pair })
    }

    /// The public half.
    pub fn key(&self) -> &CosignerKey {
        &self.key
    }

    /// Signs the text of a checkpoint at `time`, in seconds since 1970. Whoever calls this has verified that the
    /// checkpoint continues all that was cosigned before, and has written it down.
    pub fn cosign(&self, text: &str, time: u64) -> Signature {
        let time = time.min(LAST_TIME);
        let mut bytes = time.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.pair.sign(message(text, time).as_bytes()).as_ref());
        Signature { name: self.key.name.clone(), key_id: self.key.key_id, bytes }
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({})", self.key)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::note::{Signer, VerifierKey};

    const TEXT: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    fn log() -> Signer {
        Signer::from_seed("example.com/behind-the-sofa", [1; 32]).unwrap()
    }

    fn witness() -> Cosigner {
        Cosigner::from_seed("witness.example/w1", [2; 32]).unwrap()
    }

    fn cosigned(time: u64) -> Note {
        let mut note = Note::parse(log().sign(TEXT).as_bytes()).unwrap();
        note.attach(witness().cosign(TEXT, time)).unwrap();
        note
    }

    #[test]
    fn a_cosignature_verifies_beside_the_logs_signature_and_tells_its_time() {
        let note = Note::parse(cosigned(1_679_315_147).to_string().as_bytes()).unwrap();
        assert_eq!(note.verify(log().verifier_key()).unwrap(), TEXT);
        assert_eq!(witness().key().verify(&note).unwrap().time, 1_679_315_147);
    }

    #[test]
    fn the_signed_message_and_the_key_id_are_those_of_the_specification() {
        let cosigner = witness();
        let signature = cosigner.cosign(TEXT, 1_679_315_147);
        let (time, rest) = signature.bytes.split_at(8);
        assert_eq!(time, 1_679_315_147_u64.to_be_bytes());
        let message = format!("cosignature/v1\ntime 1679315147\n{TEXT}");
        UnparsedPublicKey::new(&ED25519, &cosigner.key.key).verify(message.as_bytes(), rest).unwrap();
        let mut hashed = b"witness.example/w1\n\x04".to_vec();
        hashed.extend_from_slice(&cosigner.key.key);
        assert_eq!(
            cosigner.key.key_id.to_be_bytes(),
            aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &hashed).as_ref()[..4]
        );
    }

    /// The note that the specification prints is well formed, and so is its cosignature: 8 bytes of time, 64 of
    /// signature. (It does not print the keys.)
    #[test]
    fn the_example_of_the_specification_is_read() {
        let text = format!(
            "{TEXT}\n\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
        );
        let note = Note::parse(text.as_bytes()).unwrap();
        assert_eq!(note.to_string(), text);
        let line = &note.signatures()[1];
        assert_eq!((line.name.as_str(), line.bytes.len()), ("witness.example.com/w1", 72));
        assert_eq!(u64::from_be_bytes(line.bytes[..8].try_into().unwrap()), 1_679_315_147);
    }

    #[test]
    fn a_changed_time_text_or_signature_does_not_verify() {
        let key = witness().key().clone();
        let good = cosigned(1000);
        for bit in 0..good.signatures()[1].bytes.len() * 8 {
            let mut bad = good.clone();
            bad.signatures[1].bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(matches!(key.verify(&bad), Err(NoteError::BadSignature(_))), "bit {bit}");
        }
        let mut other = Note::parse(log().sign(&TEXT.replace("20852163", "20852164")).as_bytes()).unwrap();
        other.attach(good.signatures()[1].clone()).unwrap();
        assert!(matches!(key.verify(&other), Err(NoteError::BadSignature(_))));
        // A plain signature by the same key is no cosignature.
        let plain = Signer::from_seed("witness.example/w1", [2; 32]).unwrap();
        let note = Note::parse(plain.sign(TEXT).as_bytes()).unwrap();
        assert!(matches!(key.verify(&note), Err(NoteError::Unsigned(_))));
    }

    #[test]
    fn of_several_cosignatures_the_newest_counts() {
        let mut note = cosigned(1000);
        note.signatures.push(witness().cosign(TEXT, 3000));
        note.signatures.push(witness().cosign(TEXT, 2000));
        assert_eq!(witness().key().verify(&note).unwrap().time, 3000);
        // Attached properly, one stays.
        note.attach(witness().cosign(TEXT, 4000)).unwrap();
        assert_eq!(note.signatures().len(), 2);
        assert_eq!(witness().key().verify(&note).unwrap().time, 4000);
    }

    #[test]
    fn a_post_quantum_cosignature_is_kept_and_not_counted() {
        let key = CosignerKey::new("pq.example/w", Algorithm::MlDsa44, &[7; 1312]).unwrap();
        assert_eq!(key.to_string().parse::<CosignerKey>().unwrap(), key);
        let mut note = cosigned(1000);
        let bytes = [&1000_u64.to_be_bytes()[..], &[9; 2420]].concat();
        note.attach(Signature { name: "pq.example/w".into(), key_id: key.key_id(), bytes }).unwrap();
        let note = Note::parse(note.to_string().as_bytes()).unwrap();
        assert_eq!(note.signatures().len(), 3);
        assert_eq!(key.verify(&note), Err(NoteError::Unverifiable("pq.example/w".into())));
        assert!(!key.algorithm().is_verifiable());
        let mut short = note.clone();
        short.signatures[2].bytes.pop();
        assert!(matches!(key.verify(&short), Err(NoteError::BadSignature(_))));
    }

    #[test]
    fn keys_of_logs_and_of_cosigners_are_not_mistaken_for_each_other() {
        let (log, witness) = (log().verifier_key().to_string(), witness().key().to_string());
        assert_eq!(log.parse::<CosignerKey>(), Err(KeyError::NoCosigner));
        assert_eq!(witness.parse::<VerifierKey>(), Err(KeyError::Type));
        assert_eq!(witness.parse::<CosignerKey>().unwrap().to_string(), witness);
        assert_eq!(CosignerKey::new("a b", Algorithm::Ed25519, &[0; 32]), Err(KeyError::Name));
        assert_eq!(CosignerKey::new("a", Algorithm::Ed25519, &[0; 31]), Err(KeyError::Form));
        assert_eq!(witness.replace("w1+", "w2+").parse::<CosignerKey>(), Err(KeyError::Hash));
    }

    proptest! {
        #[test]
        fn any_text_is_a_key_or_an_error(text in "\\PC{0,80}") {
            let _ = text.parse::<CosignerKey>();
            let _ = Signature::parse_line(&text);
            let _ = Signature::parse_lines(&text);
        }

        #[test]
        fn a_line_that_is_read_is_written_the_same(name in "[a-z./0-9]{1,20}", key_id: u32, bytes in prop::collection::vec(any::<u8>(), 1..90)) {
            let signature = Signature { name, key_id, bytes };
            prop_assert_eq!(Signature::parse_line(&signature.to_string()).unwrap(), signature);
        }
    }
}
