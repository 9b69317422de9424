//! The formats: notes, keys, tile paths, bundles, batches; random bytes and other implementations.

use proptest::prelude::*;
use ward_ledger::note::{Cosigner, Note};
use ward_ledger::tile::{Kind, Tile, decode_bundle, encode_entry};
use ward_ledger::wal::{Decoded, Header, decode_batch, later_batch};
use ward_ledger::{Checkpoint, NoteError, Signer, VerifierKey};

use crate::fixture::{ORIGIN, closed, entry, key, signer, tempdir};

/// The example of c2sp.org/signed-note and its well-known key (golang.org/x/mod/sumdb/note).
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn a_note_of_another_implementation_verifies() {
    let key: VerifierKey = PETER.parse().unwrap();
    assert_eq!(key.to_string(), PETER);
    assert!(Note::parse(PETER_NOTE.as_bytes()).unwrap().verify(&key).unwrap().starts_with("If you think"));
    let wrong = PETER_NOTE.replace("answer", "Answer");
    assert!(matches!(Note::parse(wrong.as_bytes()).unwrap().verify(&key), Err(NoteError::BadSignature(_))));
}

#[test]
fn another_implementation_verifies_our_checkpoints() {
    use signed_note::Verifier as _;
    let text = "ledger.test/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    let note = signer().sign(text);
    let theirs = signed_note::StandardVerifier::new(&key().to_string()).unwrap();
    assert_eq!((theirs.name(), theirs.key_id()), (ORIGIN, key().key_id()));
    let parsed = signed_note::Note::from_bytes(note.as_bytes()).unwrap();
    let known = signed_note::VerifierList::new(vec![Box::new(theirs)]);
    assert_eq!(parsed.verify(&known).unwrap().0.len(), 1);
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(parsed.text()).unwrap();
    assert_eq!((checkpoint.origin(), checkpoint.size()), (ORIGIN, 0));
}

/// A cosigner as another implementation sees it: `signed_note` asks for a verifier of the text, and leaves the form
/// of the signature to it.
struct Theirs(&'static str, u32, aws_lc_rs::signature::UnparsedPublicKey<Vec<u8>>);

impl signed_note::Verifier for Theirs {
    fn name(&self) -> &str {
        self.0
    }

    fn key_id(&self) -> u32 {
        self.1
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        // c2sp.org/tlog-cosignature, "Format" and "Ed25519 signed message", by the words.
        let Some((time, signature)) = signature.split_first_chunk::<8>() else { return false };
        let head = format!("cosignature/v1\ntime {}\n", u64::from_be_bytes(*time));
        self.2.verify(&[head.as_bytes(), text].concat(), signature).is_ok()
    }
}

#[test]
fn another_implementation_verifies_our_cosigned_checkpoints_and_reads_on_without_the_witness() {
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: 3,
        root: ward_ledger::leaf_hash(b"x"),
        extensions: Vec::new(),
    };
    let mut note = Note::parse(signer().sign(&checkpoint.to_text()).as_bytes()).unwrap();
    let witness = Cosigner::from_seed("witness.test/w", [9; 32]).unwrap();
    note.attach(witness.cosign(note.unverified_text(), 1_800_000_000)).unwrap();
    let text = note.to_string();
    let parsed = signed_note::Note::from_bytes(text.as_bytes()).unwrap();
    let log = || Box::new(signed_note::StandardVerifier::new(&key().to_string()).unwrap());
    // Somebody who does not know the witness sees the log's signature, and one that is unknown.
    let (known, unknown) = parsed.verify(&signed_note::VerifierList::new(vec![log()])).unwrap();
    assert_eq!((known.len(), unknown.len()), (1, 1));
    let vkey = witness.key().to_string();
    let blob = base64_of(vkey.splitn(3, '+').nth(2).unwrap());
    let public =
        aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, blob[1..].to_vec());
    let theirs = Theirs("witness.test/w", witness.key().key_id(), public);
    let both = signed_note::VerifierList::new(vec![log(), Box::new(theirs)]);
    assert_eq!(parsed.verify(&both).unwrap().0.len(), 2);
    let read = tlog_tiles::Checkpoint::from_bytes(parsed.text()).unwrap();
    assert_eq!((read.origin(), read.size(), read.hash().0), (ORIGIN, 3, checkpoint.root.0));
    // A cosignature at another time does not verify there either.
    let mut line = note.signatures()[1].clone();
    line.bytes[7] ^= 1;
    note.attach(line).unwrap();
    let changed = signed_note::Note::from_bytes(note.to_string().as_bytes()).unwrap();
    assert!(changed.verify(&both).is_err());
}

fn base64_of(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

#[test]
fn unknown_signatures_are_ignored_and_wrong_ones_are_not() {
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: 3,
        root: ward_ledger::leaf_hash(b"x"),
        extensions: vec!["more".to_owned()],
    };
    let note = signer().sign(&checkpoint.to_text());
    assert_eq!(Checkpoint::open(note.as_bytes(), &key()).unwrap(), checkpoint);
    let witness = Signer::from_seed("witness.test/w", [9; 32]).unwrap();
    let other = witness.sign(&checkpoint.to_text());
    let line = other.rsplit_once("\n\n").unwrap().1;
    assert_eq!(Checkpoint::open(format!("{note}{line}").as_bytes(), &key()).unwrap(), checkpoint);
    assert!(matches!(Checkpoint::open(other.as_bytes(), &key()), Err(NoteError::Unsigned(_))));
    // Another key under our name has another id: unknown, so the note counts as unsigned.
    let thief = Signer::from_seed(ORIGIN, [1; 32]).unwrap();
    let stolen = thief.sign(&checkpoint.to_text());
    assert!(matches!(Checkpoint::open(stolen.as_bytes(), &key()), Err(NoteError::Unsigned(_))));
    // A signature of ours over another log's checkpoint.
    let foreign = signer().sign("other.test/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
    assert!(matches!(Checkpoint::open(foreign.as_bytes(), &key()), Err(NoteError::WrongOrigin { .. })));
}

#[test]
fn malformed_keys_and_checkpoints_are_refused() {
    let good = key().to_string();
    for bad in ["", "a", "a+b+c", &good.replace("ledger", "other"), &good[..good.len() - 4], "+00000000+AQ=="]
    {
        assert!(bad.parse::<VerifierKey>().is_err(), "{bad}");
    }
    for name in ["", "a b", "a+b", "a\nb"] {
        assert!(Signer::from_seed(name, [0; 32]).is_err());
    }
    let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    assert!(Checkpoint::parse(&format!("o\n10\n{root}\n")).is_ok());
    for size in ["", "01", "+1", "-1", " 1", "1 ", "00", "18446744073709551616"] {
        assert!(Checkpoint::parse(&format!("o\n{size}\n{root}\n")).is_err(), "{size:?}");
    }
    for text in ["", "o\n1\n", "\n1\nx\n", "o\n1\nAAAA\n"] {
        assert!(Checkpoint::parse(text).is_err(), "{text:?}");
    }
    assert!(Checkpoint::parse(&format!("o\n1\n{root}")).is_err());
    assert!(Checkpoint::parse(&format!("o\n1\n{root}\n\n")).is_err());
}

#[test]
fn tile_paths_are_those_of_the_specification() {
    let tile = |kind, index, width| Tile { kind, index, width };
    let cases = [
        (tile(Kind::Hashes(0), 0, 256), "tile/0/000"),
        (tile(Kind::Hashes(2), 1_234_067, 256), "tile/2/x001/x234/067"),
        (tile(Kind::Entries, 1_234_067, 8), "tile/entries/x001/x234/067.p/8"),
        (tile(Kind::Hashes(63), 1000, 255), "tile/63/x001/000.p/255"),
    ];
    for (tile, path) in cases {
        assert_eq!(tile.path(), path);
        assert_eq!(Tile::parse(path), Some(tile));
    }
    let bad = [
        "tile/64/000",
        "tile/00/000",
        "tile/0/0",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p",
        "tile/0/000.p/1/2",
        "tile/0/x001",
        "tile//000",
        "entries/000",
        "tile/0/+01",
        "tile/0/000/",
    ];
    for path in bad {
        assert_eq!(Tile::parse(path), None, "{path}");
    }
    // The sizes of the specification's own example.
    let partial = |kind| Tile::partial(kind, 70_000).unwrap();
    assert_eq!(partial(Kind::Hashes(0)).path(), "tile/0/273.p/112");
    assert_eq!(partial(Kind::Hashes(1)).path(), "tile/1/001.p/17");
    assert_eq!(partial(Kind::Hashes(2)).path(), "tile/2/000.p/1");
}

#[tokio::test]
async fn another_implementation_reads_our_tiles() {
    struct Dir(std::path::PathBuf);
    impl tlog_tiles::TileReader for Dir {
        fn height(&self) -> u8 {
            8
        }
        fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
            Ok(tiles
                .iter()
                .map(|tile| {
                    let path = tile.path().replacen("tile/8/", "tile/", 1);
                    std::fs::read(self.0.join(path)).unwrap()
                })
                .collect())
        }
        fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
    }
    let dir = tempdir().unwrap();
    closed(dir.path(), 66_000, 2000).await;
    let note = std::fs::read(dir.path().join("checkpoint")).unwrap();
    let checkpoint = Checkpoint::open(&note, &key()).unwrap();
    let root = tlog_tiles::Hash(checkpoint.root.0);
    let tiles = Dir(dir.path().to_owned());
    let reader = tlog_tiles::TileHashReader::new(checkpoint.size, root, &tiles);
    for index in [0, 255, 256, 65_535, 65_536, 65_999] {
        let proof = tlog_tiles::prove_record(66_000, index, &reader).unwrap();
        let leaf = tlog_tiles::record_hash(&entry(index));
        tlog_tiles::check_record(&proof, 66_000, root, index, leaf).unwrap();
    }
}

proptest! {
    #[test]
    fn parsers_survive_random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..6000), offset in 0usize..6000) {
        let _ = Note::parse(&bytes);
        let _ = Checkpoint::open(&bytes, &key());
        let _ = decode_bundle(&bytes);
        let _ = Header::decode(&bytes);
        let _ = decode_batch(&bytes, offset);
        let _ = later_batch(&bytes, offset);
        let text = String::from_utf8_lossy(&bytes);
        let _ = Tile::parse(&text);
        let _ = Checkpoint::parse(&text);
        let _ = text.parse::<VerifierKey>();
    }

    #[test]
    fn almost_right_notes_are_parsed_without_a_panic(cut in 0usize..200, byte: u8) {
        let mut note = PETER_NOTE.as_bytes().to_vec();
        let at = cut % note.len();
        note[at] = byte;
        let verified = Note::parse(&note).is_ok_and(|note| note.verify(&PETER.parse().unwrap()).is_ok());
        prop_assert_eq!(verified, note == PETER_NOTE.as_bytes());
        let _ = Note::parse(&note[..at]);
    }

    #[test]
    fn bundles_and_paths_come_back(
        entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..20),
        level in 0u8..64, index: u64, width in 1u16..=256,
    ) {
        let mut bytes = Vec::new();
        prop_assert!(entries.iter().all(|entry| encode_entry(&mut bytes, entry)));
        prop_assert_eq!(decode_bundle(&bytes).unwrap(), entries);
        let tile = Tile { kind: Kind::Hashes(level), index, width };
        prop_assert_eq!(Tile::parse(&tile.path()), Some(tile));
    }
}

#[tokio::test]
async fn any_changed_byte_of_a_batch_is_noticed() {
    let dir = tempdir().unwrap();
    closed(dir.path(), 3, 3).await;
    let segment = std::fs::read(dir.path().join("wal/00000000000000000000.seg")).unwrap();
    let Decoded::Batch(batch) = decode_batch(&segment, 4096) else { panic!("no batch") };
    assert_eq!((batch.first, batch.entries.len()), (0, 3));
    for at in 0..batch.end {
        let mut changed = segment.clone();
        changed[at] ^= 0x10;
        let sound = Header::decode(&changed).is_ok();
        assert_eq!(sound, at >= 4096, "byte {at}");
        assert_eq!(matches!(decode_batch(&changed, 4096), Decoded::Batch(_)), at < 4096, "byte {at}");
    }
}
