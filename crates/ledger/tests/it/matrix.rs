//! The tamper matrix: every kind of tampering x every place where it can be done. Each cell is found and located, or
//! is one that only a witness can find, and is found with what a witness holds.
//!
//! The types of the table leave no cell out: nine rows, five columns, a deed in each.

use std::fs;
use std::path::PathBuf;

use ward_ledger::bundle::{self, Export, ToFolder};
use ward_ledger::source::{Folder, Published};
use ward_ledger::verify::{Finding, Place, Trust, verify_series};
use ward_ledger::wal::{Decoded, decode_batch};
use ward_ledger::{Log, LogConfig, Signer, VerifierKey, WITNESSED_FILE, leaf_hash};

use crate::fixture::{files, restore, tempdir};
use crate::tamper::{batches, reseal, rewrite};
use crate::years::{EARLIER, SIZES, Years, entry, shard_key, shard_signer, time, trust};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tampering {
    BitFlip,
    Drop,
    Insert,
    Reorder,
    TailTruncation,
    RollBack,
    Fork,
    KeySwap,
    TimeEdit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Entry,
    Tile,
    Checkpoint,
    Wal,
    Bundle,
}

const TARGETS: [Target; 5] = [Target::Entry, Target::Tile, Target::Checkpoint, Target::Wal, Target::Bundle];

/// Where the tampering must be found.
enum Expected {
    /// In this shard, at this place, from this entry on.
    Found(&'static str, Place, Option<u64>),
    /// In a file of the log, beside the shards.
    FoundInLog(&'static str),
    /// Nothing inside can tell.
    OnlyAWitness,
}

type Deed = fn(&Stage) -> Expected;

const TABLE: [(Tampering, [Deed; 5]); 9] = [
    (Tampering::BitFlip, [flip_entry, flip_tile, flip_checkpoint, flip_wal, flip_bundle]),
    (Tampering::Drop, [drop_entry, drop_hash, drop_checkpoint, drop_batch, drop_bundle]),
    (Tampering::Insert, [insert_entry, insert_hash, insert_line, insert_batch, insert_into_bundle]),
    (Tampering::Reorder, [swap_entries, swap_hashes, swap_checkpoints, swap_batches, swap_bundles]),
    (Tampering::TailTruncation, [cut_entries, cut_hashes, cut_checkpoint, cut_wal, cut_bundle]),
    (Tampering::RollBack, [old_entries, old_tile, old_checkpoint, old_everything, old_bundle]),
    (Tampering::Fork, [fork_entries, fork_tiles, fork_checkpoint, fork_everything, fork_bundle]),
    (
        Tampering::KeySwap,
        [other_key_in_link, tile_of_other_key, other_signer, other_signer_in_wal, other_keys],
    ),
    (
        Tampering::TimeEdit,
        [other_time, other_time_and_hash, other_cosigning_time, backwards, other_closing_time],
    ),
];

/// The shard that most deeds are done to: closed, 1,100 entries.
const SHARD: &str = "2026-2";
/// The one that takes entries: 300 of them.
const OPEN: &str = "2027-1";
const OPEN_NUMBER: usize = 2;

/// A log and a bundle of it, restored before each deed; and what an attacker prepared.
struct Stage {
    years: Years,
    bundle: tempfile::TempDir,
    exported: Vec<(String, Vec<u8>)>,
    /// The open shard, written anew by somebody who has its key, from entry 150 on.
    forked: Vec<(String, Vec<u8>)>,
    /// The open shard, with an entry added by somebody who has its key and sets the time back.
    backwards: Vec<(String, Vec<u8>)>,
}

async fn written(entries: Vec<Vec<u8>>) -> Vec<(String, Vec<u8>)> {
    let dir = tempdir().unwrap();
    let log = Log::open(dir.path(), LogConfig::new(shard_signer(OPEN))).unwrap();
    for batch in entries.chunks(30) {
        log.append_all(batch.to_vec()).await.unwrap();
    }
    log.close().await.unwrap();
    files(dir.path())
}

impl Stage {
    async fn new() -> Self {
        let years = Years::new().await;
        let open = Folder::new(years.path.join(OPEN));
        let published = Published::new(&open, 300);
        let real: Vec<Vec<u8>> = (0..300).map(|index| published.entry(index).unwrap()).collect();
        let mut other = real.clone();
        other.iter_mut().zip(0..).skip(150).for_each(|(e, index)| *e = entry(OPEN_NUMBER, index + 7, None));
        let forked = written(other).await;
        let mut back = real;
        back.push(entry(OPEN_NUMBER, 20, None));
        let backwards = written(back).await;
        let bundle = tempdir().unwrap();
        let stage = Self { years, bundle, exported: Vec::new(), forked, backwards };
        stage.export();
        let exported = files(&stage.bundle());
        Self { exported, ..stage }
    }

    fn bundle(&self) -> PathBuf {
        self.bundle.path().join("bundle")
    }

    fn export(&self) {
        let _ = fs::remove_dir_all(self.bundle());
        let asked = Export { log: "platform", ..Export::default() };
        let mut dest = ToFolder::new(self.bundle()).unwrap();
        bundle::export(&Folder::new(&self.years.path), &asked, &mut dest, &mut |_| {}).unwrap();
    }

    fn restore(&self) {
        self.years.restore();
        restore(&self.bundle(), &self.exported);
    }

    fn log_file(&self, shard: &str, name: &str) -> PathBuf {
        self.years.path.join(shard).join(name)
    }

    fn change(&self, shard: &str, name: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        change_file(&self.log_file(shard, name), change);
    }

    fn change_bundle(&self, name: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        change_file(&self.bundle().join(name), change);
    }

    /// Puts these files in place of the open shard, and takes what the witnesses signed away.
    fn replace_open(&self, files: &[(String, Vec<u8>)]) {
        let dir = self.years.path.join(OPEN);
        let payloads =
            crate::fixture::files(&dir).into_iter().filter(|(name, _)| name.starts_with("payload/"));
        let all: Vec<_> = files.iter().cloned().chain(payloads).collect();
        restore(&dir, &all);
    }

    fn verify(&self, target: Target, trust: &Trust) -> Result<(), Finding> {
        let path = if target == Target::Bundle { self.bundle() } else { self.years.path.clone() };
        verify_series(&Folder::new(path), trust, &mut |_| {}).map(|_| ())
    }
}

fn change_file(path: &std::path::Path, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let bytes = fs::read(path).unwrap();
    let changed = change(bytes.clone());
    assert!(changed != bytes, "nothing was changed in {}", path.display());
    fs::write(path, changed).unwrap();
}

fn file(shard: &'static str, name: &str, entry: impl Into<Option<u64>>) -> Expected {
    Expected::Found(shard, Place::File(name.to_owned()), entry.into())
}

const BUNDLE: &str = "tile/entries/001";
const TILE: &str = "tile/0/001";
const LAST_BUNDLE: &str = "tile/entries/001.p/44";
const LAST_TILE: &str = "tile/0/001.p/44";

fn flip(at: usize) -> impl FnOnce(Vec<u8>) -> Vec<u8> {
    move |mut bytes| {
        bytes[at] ^= 1;
        bytes
    }
}

// Bit flip.

fn flip_entry(stage: &Stage) -> Expected {
    stage.change(SHARD, BUNDLE, |bytes| rewrite(&bytes, |entries| entries[44][20] ^= 4));
    file(SHARD, BUNDLE, 300)
}

fn flip_tile(stage: &Stage) -> Expected {
    stage.change(SHARD, TILE, flip(44 * 32));
    file(SHARD, TILE, 300)
}

fn flip_checkpoint(stage: &Stage) -> Expected {
    stage.change(SHARD, "checkpoint", flip(60));
    file(SHARD, "checkpoint", None)
}

/// The second segment of the shard: name, content, offsets and ends of its batches, index of its first entry.
fn segment(stage: &Stage) -> (String, Vec<u8>, Vec<(usize, usize)>, u64) {
    let names = fs::read_dir(stage.log_file(SHARD, "wal")).unwrap().map(|item| item.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    let bytes = fs::read(stage.log_file(SHARD, "wal").join(&names[1])).unwrap();
    let found = batches(&bytes);
    (format!("wal/{}", names[1]), bytes, found, names[1][..20].parse().unwrap())
}

fn at_batch(segment: String, offset: usize, entry: u64) -> Expected {
    Expected::Found(SHARD, Place::Wal { segment, offset: offset as u64 }, Some(entry))
}

fn flip_wal(stage: &Stage) -> Expected {
    let (name, bytes, batches, first) = segment(stage);
    let Decoded::Batch(batch) = decode_batch(&bytes, batches[1].0) else { panic!("no batch") };
    let inside = batches[1].0 + 24 + 2 + batch.entries[0].len() + 2 + 9;
    stage.change(SHARD, &name, flip(inside));
    at_batch(name, batches[1].0, first + batches_before(&bytes, &batches[..1]) + 1)
}

fn batches_before(segment: &[u8], batches: &[(usize, usize)]) -> u64 {
    let count = |(at, _): &(usize, usize)| match decode_batch(segment, *at) {
        Decoded::Batch(batch) => batch.entries.len() as u64,
        other => panic!("{other:?}"),
    };
    batches.iter().map(count).sum()
}

fn flip_bundle(stage: &Stage) -> Expected {
    stage.change_bundle("2026-2/tile/entries/001", |bytes| rewrite(&bytes, |entries| entries[44][20] ^= 4));
    file(SHARD, BUNDLE, 300)
}

// Drop.

fn drop_entry(stage: &Stage) -> Expected {
    stage.change(SHARD, BUNDLE, |bytes| rewrite(&bytes, |entries| drop(entries.remove(44))));
    file(SHARD, BUNDLE, 300)
}

fn drop_hash(stage: &Stage) -> Expected {
    stage.change(SHARD, TILE, |bytes| [&bytes[..44 * 32], &bytes[45 * 32..]].concat());
    file(SHARD, TILE, 300)
}

fn drop_checkpoint(stage: &Stage) -> Expected {
    fs::remove_file(stage.log_file(SHARD, "checkpoint")).unwrap();
    file(SHARD, "checkpoint", None)
}

fn drop_batch(stage: &Stage) -> Expected {
    let (name, bytes, batches, first) = segment(stage);
    stage.change(SHARD, &name, |bytes| [&bytes[..batches[1].0], &bytes[batches[1].1..]].concat());
    at_batch(name, batches[1].0, first + batches_before(&bytes, &batches[..1]))
}

fn drop_bundle(stage: &Stage) -> Expected {
    fs::remove_file(stage.bundle().join("2026-2/tile/entries/001")).unwrap();
    file(SHARD, BUNDLE, 256)
}

// Insert.

fn insert_entry(stage: &Stage) -> Expected {
    stage.change(SHARD, BUNDLE, |bytes| rewrite(&bytes, |entries| entries.insert(44, b"forged".to_vec())));
    file(SHARD, BUNDLE, 300)
}

fn insert_hash(stage: &Stage) -> Expected {
    stage.change(SHARD, TILE, |bytes| [&bytes[..44 * 32], &[7; 32], &bytes[44 * 32..]].concat());
    file(SHARD, TILE, 300)
}

fn insert_line(stage: &Stage) -> Expected {
    let more =
        |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replacen("\n\n", "\nmore\n\n", 1).into_bytes();
    stage.change(SHARD, "checkpoint", more);
    file(SHARD, "checkpoint", None)
}

fn insert_batch(stage: &Stage) -> Expected {
    let (name, bytes, batches, first) = segment(stage);
    stage.change(SHARD, &name, |bytes| [&bytes[..batches[1].1], &bytes[batches[1].0..]].concat());
    at_batch(name, batches[1].1, first + batches_before(&bytes, &batches[..2]))
}

fn insert_into_bundle(stage: &Stage) -> Expected {
    let forged = |bytes: Vec<u8>| rewrite(&bytes, |entries| entries.insert(44, b"forged".to_vec()));
    stage.change_bundle("2026-2/tile/entries/001", forged);
    file(SHARD, BUNDLE, 300)
}

// Reorder.

fn swap_entries(stage: &Stage) -> Expected {
    stage.change(SHARD, BUNDLE, |bytes| rewrite(&bytes, |entries| entries.swap(44, 50)));
    file(SHARD, BUNDLE, 300)
}

fn swap_hashes(stage: &Stage) -> Expected {
    let swap = |mut bytes: Vec<u8>| {
        bytes[44 * 32..46 * 32].rotate_left(32);
        bytes
    };
    stage.change(SHARD, TILE, swap);
    file(SHARD, TILE, 300)
}

fn swap_checkpoints(stage: &Stage) -> Expected {
    let other = fs::read(stage.log_file("2026-1", "checkpoint")).unwrap();
    stage.change(SHARD, "checkpoint", |_| other);
    file(SHARD, "checkpoint", None)
}

fn swap_batches(stage: &Stage) -> Expected {
    let (name, bytes, batches, first) = segment(stage);
    let (a, b) = (batches[1], batches[2]);
    let swapped = [&bytes[..a.0], &bytes[b.0..b.1], &bytes[a.0..a.1], &bytes[b.1..]].concat();
    stage.change(SHARD, &name, |_| swapped);
    at_batch(name, a.0, first + batches_before(&bytes, &batches[..1]))
}

fn swap_bundles(stage: &Stage) -> Expected {
    let other = fs::read(stage.bundle().join("2026-2/tile/entries/002")).unwrap();
    let mut first = Vec::new();
    stage.change_bundle("2026-2/tile/entries/001", |bytes| {
        first = bytes;
        other
    });
    stage.change_bundle("2026-2/tile/entries/002", |_| first);
    file(SHARD, BUNDLE, 256)
}

// Tail truncation.

fn cut_entries(stage: &Stage) -> Expected {
    stage.change(OPEN, LAST_BUNDLE, |bytes| rewrite(&bytes, |entries| entries.truncate(30)));
    file(OPEN, LAST_BUNDLE, 286)
}

fn cut_hashes(stage: &Stage) -> Expected {
    stage.change(OPEN, LAST_TILE, |bytes| bytes[..30 * 32].to_vec());
    file(OPEN, LAST_TILE, 286)
}

fn cut_checkpoint(stage: &Stage) -> Expected {
    stage.change(OPEN, "checkpoint", |bytes| bytes[..50].to_vec());
    file(OPEN, "checkpoint", None)
}

fn cut_wal(stage: &Stage) -> Expected {
    let names = fs::read_dir(stage.log_file(OPEN, "wal")).unwrap().map(|item| item.unwrap().file_name());
    let name = format!("wal/{}", names.max().unwrap().to_str().unwrap());
    let bytes = fs::read(stage.log_file(OPEN, &name)).unwrap();
    let all = batches(&bytes);
    let (last, before) = (all[all.len() - 1], &all[..all.len() - 1]);
    let first: u64 = name[4..24].parse().unwrap();
    stage.change(OPEN, &name, |bytes| bytes[..last.0].to_vec());
    // The first of the checkpoints that the write-ahead log does not reach.
    file(OPEN, WITNESSED_FILE, first + batches_before(&bytes, before))
}

fn cut_bundle(stage: &Stage) -> Expected {
    let cut = |bytes: Vec<u8>| rewrite(&bytes, |entries| entries.truncate(30));
    stage.change_bundle(&format!("{OPEN}/{LAST_BUNDLE}"), cut);
    file(OPEN, LAST_BUNDLE, 286)
}

// Roll back to an old checkpoint.

fn earlier(stage: &Stage, name: &str) -> Vec<u8> {
    let name = format!("{OPEN}/{name}");
    stage.years.earlier.iter().find(|(file, _)| *file == name).unwrap().1.clone()
}

fn old_entries(stage: &Stage) -> Expected {
    // The first bundle as it was before it was full.
    let old = earlier(stage, &format!("tile/entries/000.p/{EARLIER}"));
    stage.change(OPEN, "tile/entries/000", |_| old);
    file(OPEN, "tile/entries/000", EARLIER)
}

fn old_tile(stage: &Stage) -> Expected {
    let old = earlier(stage, &format!("tile/0/000.p/{EARLIER}"));
    stage.change(OPEN, "tile/0/000", |_| old);
    file(OPEN, "tile/0/000", EARLIER)
}

fn old_checkpoint(stage: &Stage) -> Expected {
    let old = earlier(stage, "checkpoint");
    stage.change(OPEN, "checkpoint", |_| old);
    file(OPEN, "checkpoint", None)
}

fn old_everything(stage: &Stage) -> Expected {
    restore(&stage.years.path, &stage.years.earlier);
    Expected::OnlyAWitness
}

fn old_bundle(stage: &Stage) -> Expected {
    restore(&stage.years.path, &stage.years.earlier);
    stage.export();
    Expected::OnlyAWitness
}

// Fork.

fn forked<'a>(stage: &'a Stage, name: &str) -> &'a [u8] {
    &stage.forked.iter().find(|(file, _)| file == name).unwrap().1
}

fn fork_entries(stage: &Stage) -> Expected {
    for name in ["tile/entries/000", LAST_BUNDLE] {
        stage.change(OPEN, name, |_| forked(stage, name).to_vec());
    }
    file(OPEN, "tile/entries/000", 150)
}

fn fork_tiles(stage: &Stage) -> Expected {
    for name in ["tile/0/000", LAST_TILE, "tile/1/000.p/1"] {
        stage.change(OPEN, name, |_| forked(stage, name).to_vec());
    }
    file(OPEN, "tile/0/000", 150)
}

fn fork_checkpoint(stage: &Stage) -> Expected {
    stage.change(OPEN, "checkpoint", |_| forked(stage, "checkpoint").to_vec());
    file(OPEN, "checkpoint", None)
}

fn fork_everything(stage: &Stage) -> Expected {
    stage.replace_open(&stage.forked);
    Expected::OnlyAWitness
}

fn fork_bundle(stage: &Stage) -> Expected {
    stage.replace_open(&stage.forked);
    stage.export();
    Expected::OnlyAWitness
}

// Key swap.

fn thief(shard: &str) -> Signer {
    Signer::from_seed(shard_key(shard).name(), [1; 32]).unwrap()
}

fn exchanged(text: &[u8], from: &VerifierKey, to: &VerifierKey) -> Vec<u8> {
    String::from_utf8(text.to_vec()).unwrap().replace(&from.to_string(), &to.to_string()).into_bytes()
}

fn other_key_in_link(stage: &Stage) -> Expected {
    let swap = |entries: &mut Vec<Vec<u8>>| {
        entries[0] = exchanged(&entries[0], &shard_key(SHARD), thief(SHARD).verifier_key());
    };
    stage.change(SHARD, "tile/entries/000", |bytes| rewrite(&bytes, swap));
    file(SHARD, "tile/entries/000", 0)
}

fn tile_of_other_key(stage: &Stage) -> Expected {
    let other = fs::read(stage.log_file("2026-1", TILE)).unwrap();
    stage.change(SHARD, TILE, |_| other);
    file(SHARD, TILE, 256)
}

fn other_signer(stage: &Stage) -> Expected {
    stage.change(SHARD, "checkpoint", |bytes| signed_by(&thief(SHARD), &bytes));
    file(SHARD, "checkpoint", None)
}

fn signed_by(signer: &Signer, note: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(note.to_vec()).unwrap();
    signer.sign(&format!("{}\n", text.split_once("\n\n").unwrap().0)).into_bytes()
}

fn other_signer_in_wal(stage: &Stage) -> Expected {
    let (name, bytes, batches, first) = segment(stage);
    let (from, end) = batches[1];
    let Decoded::Batch(batch) = decode_batch(&bytes, from) else { panic!("no batch") };
    let forged = signed_by(&thief(SHARD), batch.checkpoint);
    stage.change(SHARD, &name, |mut bytes| {
        bytes[end - 4 - forged.len()..end - 4].copy_from_slice(&forged);
        reseal(&mut bytes, (from, end));
        bytes
    });
    at_batch(name, from, first + batches_before(&bytes, &batches[..1]))
}

fn other_keys(stage: &Stage) -> Expected {
    // The thief lists a key of his own for the open shard, and signs with it.
    stage.change_bundle("keys", |bytes| exchanged(&bytes, &shard_key(OPEN), thief(OPEN).verifier_key()));
    for name in ["checkpoint", WITNESSED_FILE] {
        stage.change_bundle(&format!("{OPEN}/{name}"), |bytes| signed_by(&thief(OPEN), &bytes));
    }
    // The shard before it was closed in favour of another key.
    file(SHARD, "tile/entries/004", 1099)
}

// Time edit.

fn later(entry: &mut Vec<u8>) {
    let text = String::from_utf8(entry.clone()).unwrap();
    let (old, new) = (time(1, 300).to_string(), (time(1, 300) + 1).to_string());
    *entry = text.replace(&old, &new).into_bytes();
}

fn other_time(stage: &Stage) -> Expected {
    stage.change(SHARD, BUNDLE, |bytes| rewrite(&bytes, |entries| later(&mut entries[44])));
    file(SHARD, BUNDLE, 300)
}

fn other_time_and_hash(stage: &Stage) -> Expected {
    let mut leaf = None;
    stage.change(SHARD, BUNDLE, |bytes| {
        rewrite(&bytes, |entries| {
            later(&mut entries[44]);
            leaf = Some(leaf_hash(&entries[44]));
        })
    });
    stage.change(SHARD, TILE, |mut bytes| {
        bytes[44 * 32..45 * 32].copy_from_slice(&leaf.unwrap().0);
        bytes
    });
    file(SHARD, BUNDLE, 300)
}

fn other_cosigning_time(stage: &Stage) -> Expected {
    // The log's own checkpoint has no time; a cosignature has.
    let note = String::from_utf8(fs::read(stage.log_file(OPEN, WITNESSED_FILE)).unwrap()).unwrap();
    let mut note = ward_ledger::note::Note::parse(note.as_bytes()).unwrap();
    let mut signature = note.signatures().last().unwrap().clone();
    signature.bytes[7] ^= 1;
    note.attach(signature).unwrap();
    stage.change(OPEN, WITNESSED_FILE, |_| note.to_string().into_bytes());
    Expected::OnlyAWitness
}

fn backwards(stage: &Stage) -> Expected {
    stage.replace_open(&stage.backwards);
    let name =
        stage.backwards.iter().map(|(name, _)| name).filter(|name| name.starts_with("wal/")).max().unwrap();
    let bytes = &stage.backwards.iter().find(|(file, _)| file == name).unwrap().1;
    let offset = batches(bytes).last().unwrap().0 as u64;
    Expected::Found(OPEN, Place::Wal { segment: name.clone(), offset }, Some(300))
}

fn other_closing_time(stage: &Stage) -> Expected {
    let closed = time(1, 0).to_string();
    stage.change_bundle("keys", |bytes| {
        String::from_utf8(bytes).unwrap().replacen(&closed, &(time(1, 0) - 1).to_string(), 1).into_bytes()
    });
    Expected::FoundInLog("keys")
}

/// What somebody has who was given a key of the log, and nothing else.
fn a_key() -> Trust {
    Trust { keys: vec![shard_key(SHARD)], ..Trust::default() }
}

/// What somebody has who asks the witnesses: their keys, and the newest checkpoint that they cosigned.
fn witnesses(stage: &Stage) -> Trust {
    let name = format!("{OPEN}/{WITNESSED_FILE}");
    let kept = &stage.years.snapshot.iter().find(|(file, _)| *file == name).unwrap().1;
    Trust { known: vec![String::from_utf8(kept.clone()).unwrap()], ..trust() }
}

/// Runs one cell; what is not as expected comes back.
fn cell(stage: &Stage, target: Target, deed: Deed) -> Result<&'static str, String> {
    stage.restore();
    let expected = deed(stage);
    let found = stage.verify(target, &a_key());
    match (expected, found) {
        (Expected::Found(shard, place, entry), Err(finding)) => {
            let right =
                finding.shard.as_deref() == Some(shard) && finding.place == place && finding.entry == entry;
            if right {
                Ok("found")
            } else {
                Err(format!("expected {shard} {place} {entry:?}, got {finding}"))
            }
        }
        (Expected::FoundInLog(name), Err(finding)) => {
            let right = finding.place == Place::File(name.to_owned());
            if right { Ok("found") } else { Err(format!("expected {name}, got {finding}")) }
        }
        (Expected::OnlyAWitness, Ok(())) => match stage.verify(target, &witnesses(stage)) {
            Err(_) => Ok("only a witness"),
            Ok(()) => Err("not even a witness finds it".to_owned()),
        },
        (Expected::OnlyAWitness, Err(finding)) => Err(format!("needs no witness: {finding}")),
        (_, Ok(())) => Err("not found".to_owned()),
    }
}

#[tokio::test]
async fn every_tampering_is_found_and_located_or_is_one_that_only_a_witness_finds() {
    let stage = Stage::new().await;
    assert_eq!(SIZES[OPEN_NUMBER].0, OPEN);
    for target in TARGETS {
        stage.verify(target, &a_key()).unwrap();
        stage.verify(target, &witnesses(&stage)).unwrap();
    }
    let (mut wrong, mut counts) = (Vec::new(), (0, 0));
    for (tampering, deeds) in TABLE {
        let mut row = format!("{tampering:?}");
        for (target, deed) in TARGETS.into_iter().zip(deeds) {
            match cell(&stage, target, deed) {
                Ok(found) => {
                    row.push_str(&format!(" | {target:?}: {found}"));
                    if found == "found" { counts.0 += 1 } else { counts.1 += 1 }
                }
                Err(what) => wrong.push(format!("{tampering:?} x {target:?}: {what}")),
            }
        }
        println!("{row}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // 45 cells; five of them need somebody outside.
    assert_eq!(counts, (40, 5));
}
