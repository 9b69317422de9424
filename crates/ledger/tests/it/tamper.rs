//! The tamper matrix: what is done x where; each is found, and named at its place.

use std::fs;
use std::path::Path;

use ward_ledger::tile::{decode_bundle, encode_entry};
use ward_ledger::verify::{Finding, Place, verify_against};
use ward_ledger::wal::{Decoded, decode_batch};
use ward_ledger::{Log, LogConfig, Signer};

use crate::fixture::{ORIGIN, closed, config, files, grow, key, restore, tempdir, verify};

const SIZE: u64 = 600;

/// One closed log, restored before each attempt.
struct Victim {
    _dir: tempfile::TempDir,
    path: std::path::PathBuf,
    snapshot: Vec<(String, Vec<u8>)>,
}

impl Victim {
    async fn new() -> Self {
        let dir = tempdir().unwrap();
        let path = dir.path().join("log");
        closed(&path, SIZE, 8).await;
        assert_eq!(verify(&path).unwrap().size, SIZE);
        let snapshot = files(&path);
        Self { _dir: dir, path, snapshot }
    }

    /// Changes one file, and returns what the verification says.
    fn after(&self, name: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Finding {
        restore(&self.path, &self.snapshot);
        let path = self.path.join(name);
        let bytes = fs::read(&path).unwrap();
        let changed = change(bytes.clone());
        assert!(changed != bytes, "nothing was changed in {name}");
        fs::write(&path, changed).unwrap();
        verify(&self.path).expect_err(name)
    }

    fn after_on(&self, deed: impl FnOnce(&Path)) -> Finding {
        restore(&self.path, &self.snapshot);
        deed(&self.path);
        verify(&self.path).unwrap_err()
    }

    fn segments(&self) -> Vec<String> {
        let names = self.snapshot.iter().map(|(name, _)| name.clone());
        names.filter(|name| name.starts_with("wal/")).collect()
    }
}

fn at_file(finding: &Finding, name: &str, entry: u64) {
    assert_eq!(finding.place, Place::File(name.to_owned()), "{finding}");
    assert_eq!(finding.entry, Some(entry), "{finding}");
}

pub(crate) fn rewrite(bundle: &[u8], change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let mut entries: Vec<Vec<u8>> = decode_bundle(bundle).unwrap().into_iter().map(<[u8]>::to_vec).collect();
    change(&mut entries);
    let mut out = Vec::new();
    assert!(entries.iter().all(|entry| encode_entry(&mut out, entry)));
    out
}

#[tokio::test]
async fn changes_to_entries_are_found_at_the_entry() {
    let victim = Victim::new().await;
    let full = "tile/entries/001";
    let partial = "tile/entries/002.p/88";
    for (name, start) in [(full, 256), (partial, 512)] {
        let flip = |bytes: Vec<u8>| rewrite(&bytes, |entries| entries[7][2] ^= 4);
        at_file(&victim.after(name, flip), name, start + 7);
        let drop = |bytes: Vec<u8>| rewrite(&bytes, |entries| drop(entries.remove(9)));
        at_file(&victim.after(name, drop), name, start + 9);
        let insert = |bytes: Vec<u8>| rewrite(&bytes, |entries| entries.insert(11, b"forged".to_vec()));
        at_file(&victim.after(name, insert), name, start + 11);
        let reorder = |bytes: Vec<u8>| rewrite(&bytes, |entries| entries.swap(3, 5));
        at_file(&victim.after(name, reorder), name, start + 3);
        let cut = |bytes: Vec<u8>| rewrite(&bytes, |entries| entries.truncate(80));
        at_file(&victim.after(name, cut), name, start + 80);
        at_file(
            &victim.after(name, |bytes| bytes[..bytes.len() - 1].to_vec()),
            name,
            start + if start == 256 { 255 } else { 87 },
        );
        at_file(&victim.after_on(|dir| fs::remove_file(dir.join(name)).unwrap()), name, start);
    }
}

#[tokio::test]
async fn changes_to_tiles_are_found_at_every_level() {
    let victim = Victim::new().await;
    // (tile, first entry under its second hash, first entry of the tile)
    let tiles = [("tile/0/000", 1, 0), ("tile/0/002.p/88", 513, 512), ("tile/1/000.p/2", 256, 0)];
    for (name, second, first) in tiles {
        let flip = |mut bytes: Vec<u8>| {
            bytes[40] ^= 1;
            bytes
        };
        at_file(&victim.after(name, flip), name, second);
        let swap = |mut bytes: Vec<u8>| {
            bytes[..64].rotate_left(32);
            bytes
        };
        at_file(&victim.after(name, swap), name, first);
        at_file(&victim.after(name, |bytes| bytes[32..].to_vec()), name, first);
        at_file(&victim.after(name, |bytes| [&[7; 32], &bytes[..]].concat()), name, first);
        at_file(&victim.after(name, |bytes| bytes[..32].to_vec()), name, second);
        at_file(&victim.after_on(|dir| fs::remove_file(dir.join(name)).unwrap()), name, first);
    }
    for name in ["tile/0/003", "tile/entries/002.p/89", "tile/2/000.p/1", "tile/0/readme", "tile/x"] {
        let finding = victim.after_on(|dir| {
            fs::create_dir_all(dir.join(name).parent().unwrap()).unwrap();
            fs::write(dir.join(name), [0; 8192]).unwrap();
        });
        assert_eq!(finding.place, Place::File(name.to_owned()), "{finding}");
    }
}

#[tokio::test]
async fn changes_to_checkpoint_and_head_are_found() {
    let victim = Victim::new().await;
    let thief = Signer::from_seed(ORIGIN, [1; 32]).unwrap();
    for name in ["checkpoint", "head"] {
        let place = Place::File(name.to_owned());
        for at in [0, 17, 20, 40, 90] {
            let flip = |mut bytes: Vec<u8>| {
                bytes[at] ^= 1;
                bytes
            };
            assert_eq!(victim.after(name, flip).place, place);
        }
        let swapped = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            thief.sign(text.split_once("\n\n").unwrap().0.to_owned().as_str()).into_bytes()
        };
        assert_eq!(victim.after(name, swapped).place, place);
        // Signed with the right key, of another history: only the entries can tell.
        let fork = |_: Vec<u8>| {
            let root = ward_ledger::leaf_hash(b"fork");
            crate::fixture::signer().sign(&format!("{ORIGIN}\n{SIZE}\n{root}\n")).into_bytes()
        };
        assert_eq!(victim.after(name, fork).place, place);
        assert_eq!(victim.after(name, |bytes| bytes[..50].to_vec()).place, place);
        assert_eq!(victim.after_on(|dir| fs::remove_file(dir.join(name)).unwrap()).place, place);
    }
    let finding = verify_against(&victim.path, thief.verifier_key(), &[], &mut |_| {}).unwrap_err();
    assert_eq!(finding.place, Place::File("head".to_owned()));
}

/// Offsets and ends of the batches.
pub(crate) fn batches(segment: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 4096;
    while let Decoded::Batch(batch) = decode_batch(segment, at) {
        found.push((at, batch.end));
        at = batch.end;
    }
    found
}

/// Puts the right checksum under a changed batch, as someone would who knows the format.
pub(crate) fn reseal(segment: &mut [u8], (from, end): (usize, usize)) {
    let crc = crc32fast_of(&segment[from..end - 4]);
    segment[end - 4..end].copy_from_slice(&crc.to_be_bytes());
}

fn crc32fast_of(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[tokio::test]
async fn changes_to_the_write_ahead_log_are_found_at_the_batch_and_the_entry() {
    let victim = Victim::new().await;
    let names = victim.segments();
    assert!(names.len() >= 3, "{names:?}");
    for (position, name) in [&names[0], &names[names.len() - 1]].into_iter().enumerate() {
        let bytes = victim.snapshot.iter().find(|(path, _)| path == name).unwrap().1.clone();
        let first: u64 = name[4..24].parse().unwrap();
        let all = batches(&bytes);
        let (from, end) = all[1];
        let wal = |finding: &Finding, offset: usize, entry: u64| {
            let place = Place::Wal { segment: name.clone(), offset: offset as u64 };
            assert_eq!((&finding.place, finding.entry), (&place, Some(entry)), "{finding}");
        };
        // Second entry of the second batch: after its header, the first entry and the length.
        let Decoded::Batch(batch) = decode_batch(&bytes, from) else { panic!() };
        let inside = from + 24 + 2 + batch.entries[0].len() + 2 + 3;
        for resealed in [false, true] {
            let flip = |mut bytes: Vec<u8>| {
                bytes[inside] ^= 1;
                if resealed {
                    reseal(&mut bytes, (from, end));
                }
                bytes
            };
            wal(&victim.after(name, flip), from, first + 9);
        }
        let drop = |bytes: Vec<u8>| [&bytes[..from], &bytes[end..]].concat();
        wal(&victim.after(name, drop), from, first + 8);
        let again = |bytes: Vec<u8>| [&bytes[..end], &bytes[from..]].concat();
        wal(&victim.after(name, again), end, first + 16);
        let reorder = |bytes: Vec<u8>| {
            let (a, b) = (&bytes[from..end], &bytes[all[2].0..all[2].1]);
            [&bytes[..from], b, a, &bytes[all[2].1..]].concat()
        };
        wal(&victim.after(name, reorder), from, first + 8);
        // The checkpoint of a batch signed by another key, with the right checksum.
        let thief = Signer::from_seed(ORIGIN, [1; 32]).unwrap();
        let swap = |mut bytes: Vec<u8>| {
            let text = String::from_utf8(batch.checkpoint.to_vec()).unwrap();
            let forged = thief.sign(&format!("{}\n", text.split_once("\n\n").unwrap().0));
            assert_eq!(forged.len(), text.len());
            bytes[end - 4 - forged.len()..end - 4].copy_from_slice(forged.as_bytes());
            reseal(&mut bytes, (from, end));
            bytes
        };
        wal(&victim.after(name, swap), from, first + 8);
        let header = victim.after(name, |mut bytes| {
            bytes[9] ^= 1;
            bytes
        });
        at_file(&header, name, first);
        let cut = victim.after(name, |bytes| bytes[..all[all.len() - 1].0].to_vec());
        let lost = first + 8 * (all.len() as u64 - 1);
        assert_eq!(cut.entry, Some(lost), "{cut}");
        let removed = victim.after_on(|dir| fs::remove_file(dir.join(name)).unwrap());
        assert_eq!(removed.entry, Some(first), "{removed}, {position}");
        // Opening refuses as well what a crash cannot explain.
        if position == 1 {
            assert!(Log::open(&victim.path, config()).is_err());
        }
    }
    let stranger = victim.after_on(|dir| {
        let (a, b) = (dir.join(&names[0]), dir.join(&names[1]));
        fs::copy(a, b).unwrap();
    });
    assert!(matches!(&stranger.place, Place::File(name) if *name == names[1]), "{stranger}");
}

#[tokio::test]
async fn a_whole_log_rolled_back_or_written_anew_is_found_with_a_kept_checkpoint() {
    let dir = tempdir().unwrap();
    closed(dir.path(), 100, 10).await;
    let old = files(dir.path());
    let log = Log::open(dir.path(), config()).unwrap();
    grow(&log, 150, 10).await;
    let kept = vec![log.checkpoint()];
    log.close().await.unwrap();
    let against = || verify_against(dir.path(), &key(), &kept, &mut |_| {});
    assert_eq!(against().unwrap().size, 150);
    // All files of an earlier day: nothing inside can tell.
    restore(dir.path(), &old);
    assert_eq!(verify(dir.path()).unwrap().size, 100);
    let finding = against().unwrap_err();
    assert_eq!((&finding.place, finding.entry), (&Place::Known { size: 150 }, Some(100)));
    // Another history under the same key.
    fs::remove_dir_all(dir.path()).unwrap();
    let log = Log::open(dir.path(), LogConfig::new(crate::fixture::signer())).unwrap();
    log.append_all(vec![b"forged".to_vec(); 200]).await.unwrap();
    log.close().await.unwrap();
    assert_eq!(verify(dir.path()).unwrap().size, 200);
    assert_eq!(against().unwrap_err().place, Place::Known { size: 150 });
    // Only the head of an earlier day put back: nothing is lost by it, and opening goes on.
    let old_head = &old.iter().find(|(name, _)| name == "head").unwrap().1;
    fs::write(dir.path().join("head"), old_head).unwrap();
    assert_eq!(verify(dir.path()).unwrap_err().place, Place::File("head".to_owned()));
}
