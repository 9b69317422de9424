//! What every fuzz target does with its bytes.
//!
//! A target takes any bytes, must not panic, and asserts what must hold if the bytes were accepted: mostly that what
//! was read is written back the same. `crates/verify/tests/it/corpus.rs` includes this file and runs each target
//! over its corpus, so these bodies are compiled and run by every `cargo test`.

use std::io::{self, Read};

use ward_ledger::bundle::Contents;
use ward_ledger::note::{CosignerKey, Note, Signature};
use ward_ledger::payload;
use ward_ledger::proof::Proof;
use ward_ledger::series::{format_keys, logged_time, parse_keys, shard_link};
use ward_ledger::source::{Item, Published, Source, Tar};
use ward_ledger::tile::{Tile, decode_bundle, encode_entry};
use ward_ledger::verify::{Trust, verify_series, verify_shard};
use ward_ledger::wal::{Decoded, Header, decode_batch, later_batch};
use ward_ledger::{Checkpoint, Signer, VerifierKey, leaf_hash, verify_inclusion};
use ward_witness::wire::{AddCheckpoint, AddShard, ClosingLink};

/// One target.
pub type Target = fn(&[u8]);

/// All of them, by the name of their binary and of the folder of their corpus.
pub const TARGETS: [(&str, Target); 15] = [
    ("checkpoint", checkpoint),
    ("note", note),
    ("cosignature", cosignature),
    ("tile_path", tile_path),
    ("hash_tile", hash_tile),
    ("entry_bundle", entry_bundle),
    ("wal_segment", wal_segment),
    ("witness_request", witness_request),
    ("proof_text", proof_text),
    ("shard_link", shard_link_target),
    ("keys_file", keys_file),
    ("contents", contents),
    ("payload", payload_reference),
    ("tar", tar),
    ("shard", shard),
];

/// The key of the example at c2sp.org/signed-note.
const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

fn text(data: &[u8]) -> &str {
    std::str::from_utf8(data).unwrap_or_default()
}

/// A checkpoint without its signatures.
pub fn checkpoint(data: &[u8]) {
    if let Ok(checkpoint) = Checkpoint::parse(text(data)) {
        let again = Checkpoint::parse(&checkpoint.to_text()).expect("what is written is read");
        assert_eq!(again, checkpoint);
    }
    let key: VerifierKey = KEY.parse().expect("the key of the example");
    let _ = Checkpoint::open(data, &key);
}

/// A signed note, and a verifier key.
pub fn note(data: &[u8]) {
    if let Ok(note) = Note::parse(data) {
        assert_eq!(Note::parse(note.to_string().as_bytes()).as_ref(), Ok(&note));
        let key: VerifierKey = KEY.parse().expect("the key of the example");
        let _ = note.verify(&key);
    }
    if let Ok(key) = text(data).parse::<VerifierKey>() {
        assert_eq!(key.to_string().parse(), Ok(key));
    }
}

/// A cosignature line, and the key of a cosigner; the first line is the key, the rest a note.
pub fn cosignature(data: &[u8]) {
    let (key, rest) = text(data).split_once('\n').unwrap_or((text(data), ""));
    if let Ok(signature) = Signature::parse_line(rest.trim_end_matches('\n')) {
        assert_eq!(Signature::parse_line(&signature.to_string()).as_ref(), Ok(&signature));
    }
    let _ = Signature::parse_lines(rest);
    if let Ok(key) = key.parse::<CosignerKey>() {
        assert_eq!(key.to_string().parse().as_ref(), Ok(&key));
        if let Ok(note) = Note::parse(rest.as_bytes()) {
            let _ = key.verify(&note);
        }
    }
}

/// The path of a tile.
pub fn tile_path(data: &[u8]) {
    if let Some(tile) = Tile::parse(text(data)) {
        assert_eq!(tile.path(), text(data));
    }
}

/// A source in which every file is these bytes.
struct Everywhere<'a>(&'a [u8]);

impl Source for Everywhere<'_> {
    fn open(&self, _: &str) -> io::Result<Option<Box<dyn Read + '_>>> {
        Ok(Some(Box::new(self.0)))
    }

    fn list(&self, _: &str) -> io::Result<Option<Vec<Item>>> {
        Ok(None)
    }
}

/// A tile of hashes; before it four bytes of the size of the log and four of an index. Every tile of the log is this one.
pub fn hash_tile(data: &[u8]) {
    let Some((size, rest)) = data.split_first_chunk::<4>() else { return };
    let Some((index, tile)) = rest.split_first_chunk::<4>() else { return };
    let (size, index) = (u64::from(u32::from_be_bytes(*size)), u64::from(u32::from_be_bytes(*index)));
    let source = Everywhere(tile);
    let published = Published::new(&source, size);
    if let Ok(hashes) = published.hashes(0, index / 256) {
        assert!(!hashes.is_empty() && hashes.len() <= 256);
    }
    let _ = published.root();
    if let (Ok(Some(proof)), Ok(root)) = (published.inclusion_proof(index), published.root()) {
        assert!(index < size && proof.len() <= 32);
        let _ = verify_inclusion(&leaf_hash(b""), index, size, &root, &proof);
    }
}

/// A bundle of entries.
pub fn entry_bundle(data: &[u8]) {
    if let Ok(entries) = decode_bundle(data) {
        let mut out = Vec::new();
        assert!(entries.iter().all(|entry| encode_entry(&mut out, entry)));
        assert_eq!(out, data);
        for entry in entries {
            let _ = (logged_time(entry), payload::reference(entry));
        }
    }
}

/// A segment of the write-ahead log: its header, then batches.
pub fn wal_segment(data: &[u8]) {
    let _ = Header::decode(data);
    let mut offset = 4096.min(data.len());
    while let Decoded::Batch(batch) = decode_batch(data, offset) {
        assert!(batch.end > offset && batch.end <= data.len());
        offset = batch.end;
    }
    if let Some(later) = later_batch(data, offset) {
        assert!(later > offset);
    }
    // Small inputs reach the batches only without a header before them.
    let _ = decode_batch(data, 0);
}

/// What a witness is asked.
pub fn witness_request(data: &[u8]) {
    if let Ok(request) = AddCheckpoint::parse(data) {
        assert_eq!(AddCheckpoint::parse(&request.to_bytes()).ok().as_ref(), Some(&request));
    }
    if let Ok(request) = AddShard::parse(data) {
        assert_eq!(AddShard::parse(&request.to_bytes()).ok().as_ref(), Some(&request));
        let _ = ClosingLink::read(&request.entry);
    }
}

/// A proof of one entry.
pub fn proof_text(data: &[u8]) {
    if let Ok(proof) = Proof::parse(data) {
        assert_eq!(Proof::parse(proof.to_text().as_bytes()).as_ref(), Ok(&proof));
        let trust = Trust { keys: KEY.parse().into_iter().collect(), ..Trust::default() };
        let _ = proof.verify(None, &trust);
        let _ = proof.verify(Some(b"entry"), &trust);
    }
}

/// The link in an entry.
pub fn shard_link_target(data: &[u8]) {
    let _ = ClosingLink::read(data);
    let _ = shard_link(data);
    let _ = logged_time(data);
}

/// The file `keys`.
pub fn keys_file(data: &[u8]) {
    if let Ok(lines) = parse_keys(text(data)) {
        assert_eq!(parse_keys(&format_keys(&lines)), Ok(lines));
    }
}

/// The file `contents`.
pub fn contents(data: &[u8]) {
    if let Ok(contents) = Contents::parse(text(data)) {
        assert_eq!(Contents::parse(&contents.to_text()), Ok(contents));
    }
}

/// An entry that may name a payload.
pub fn payload_reference(data: &[u8]) {
    if let Some(payload) = payload::reference(data) {
        assert_eq!(payload.sha256().len(), 64);
        // The entry need not be UTF-8 all through, and the hash may be written with escapes.
        let entry = String::from_utf8_lossy(data);
        assert!(entry.contains(&payload.sha256()) || entry.contains("\\u"));
    }
}

/// A tar file.
pub fn tar(data: &[u8]) {
    if let Ok(tar) = Tar::read(data.to_vec()) {
        let items = tar.list("").expect("it lists").unwrap_or_default();
        for item in items {
            assert!(!item.name.contains('/') && item.name != "..");
            let _ = tar.read(&item.name, 1 << 20);
        }
        let _ = verify_series(&tar, &Trust::default(), &mut |_| {});
    }
}

/// The key under which the shards in `corpus/shard` are signed: everybody may know it.
pub fn signer() -> Signer {
    Signer::from_seed("fuzz.test/log", [5; 32]).expect("a fixed seed")
}

/// A whole shard in a tar file: what stands behind a valid signature.
pub fn shard(data: &[u8]) {
    if let Ok(tar) = Tar::read(data.to_vec()) {
        let signer = signer();
        if let Ok(report) = verify_shard(&tar, signer.verifier_key(), &Trust::default(), &mut |_| {}) {
            assert_eq!(report.entries, report.size);
        }
    }
}
