//! The bodies of the fuzz targets (`fuzz/src/lib.rs`) over their seeds, so that each `cargo test` compiles and runs them.
//!
//! The seeds are made here from real logs, notes and proofs, and compared with the files in `fuzz/corpus`. Inputs that
//! fuzzing found to be trouble stand beside them. `WARD_UPDATE=1` writes the seeds anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ward_ledger::bundle::{self, Contents, Export, ToFolder, ToTar};
use ward_ledger::note::Note;
use ward_ledger::proof::{Proof, prove};
use ward_ledger::series::{parse_keys, shard_link};
use ward_ledger::source::{Folder, Source as _, Tar};
use ward_ledger::verify::{Trust, verify_shard};
use ward_ledger::{Checkpoint, Log, LogConfig, payload};
use ward_witness::wire::{AddCheckpoint, AddShard};

use crate::fixture::{files, tempdir};
use crate::targets::{TARGETS, signer};
use crate::years::{BASE, Years, shard_key, shard_signer, witness};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus")
}

/// A shard of 300 entries, without its write-ahead log, in a tar file.
async fn shard(entries: u64) -> Vec<u8> {
    let dir = tempdir().unwrap();
    let log = Log::open(dir.path(), LogConfig::new(signer())).unwrap();
    log.append_all((0..entries).map(|index| format!("{index}").into_bytes()).collect()).await.unwrap();
    log.close().await.unwrap();
    let mut out = ToTar::new(Vec::new());
    for (name, bytes) in files(dir.path()) {
        if name.starts_with("tile/") || name == "checkpoint" {
            bundle::Dest::file(&mut out, &name, &mut &bytes[..], bytes.len() as u64).unwrap();
        }
    }
    bundle::Dest::finish(&mut out).unwrap();
    out.into_inner()
}

async fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let years = Years::new().await;
    let log = Folder::new(&years.path);
    let read = |path: &str| log.read(path, 1 << 20).unwrap().unwrap();
    let checkpoint = read("2026-2/checkpoint");
    let text = String::from_utf8(checkpoint.clone()).unwrap();
    let body = format!("{}\n", text.split_once("\n\n").unwrap().0);
    assert!(Checkpoint::parse(&body).is_ok());
    let witnessed = read("2026-2/witnessed");
    let note = Note::parse(&witnessed).unwrap();
    let cosigned = format!("{}\n{}", witness(1).key(), String::from_utf8(witnessed.clone()).unwrap());
    let line = format!("{}\n{}\n", witness(1).key(), note.signatures()[1]);
    let shard_folder = Folder::new(years.path.join("2026-2"));
    let proof = prove(&shard_folder, &shard_key("2026-2"), 300).unwrap();
    let bare = Proof { entry: None, ..proof.clone() };
    let bundle = read("2026-2/tile/entries/004.p/76");
    let entries = ward_ledger::tile::decode_bundle(&bundle).unwrap();
    let closing = entries[entries.len() - 1].to_vec();
    let opening = ward_ledger::tile::decode_bundle(&read("2026-2/tile/entries/000")).unwrap()[0].to_vec();
    assert!(shard_link(&closing).is_some() && shard_link(&opening).is_some());
    let beside = entries.iter().find(|entry| payload::reference(entry).is_some()).unwrap().to_vec();
    let mut wal = years.snapshot.iter().filter(|(name, _)| name.starts_with("2027-1/wal/"));
    let segment = wal.next_back().unwrap().1.clone();
    let end = segment.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let batch = &segment[4096..end];
    let tile = |size: u32, index: u32, hashes: usize| {
        let hashes = (0..hashes as u64).flat_map(|index| ward_ledger::leaf_hash(&index.to_be_bytes()).0);
        [&size.to_be_bytes()[..], &index.to_be_bytes(), &hashes.collect::<Vec<u8>>()].concat()
    };
    let request = AddCheckpoint { old: 700, proof: proof.hashes.clone(), note };
    let add_shard = AddShard {
        shard: format!("{BASE}/2026-2"),
        index: 1099,
        proof: proof.hashes.clone(),
        entry: closing.clone(),
    };
    let keys = read("keys");
    assert_eq!(parse_keys(std::str::from_utf8(&keys).unwrap()).unwrap().len(), 3);
    let contents = Contents { log: "platform".to_owned(), shards: vec![("2026-1".to_owned(), 3..300)] };
    let small = shard(3).await;
    let whole = shard(300).await;
    let tar = Tar::read(whole.clone()).unwrap();
    verify_shard(&tar, signer().verifier_key(), &Trust::default(), &mut |_| {}).unwrap();
    let part = [bundle::Selection { shard: "2027-1".to_owned(), entries: 3..4 }];
    let asked = Export { log: "platform", entries: Some(&part), files: &[] };
    for shard in ["2026-1", "2026-2"] {
        fs::remove_dir_all(years.path.join(shard)).unwrap();
        fs::write(years.path.join(format!("{shard}.archived")), "{}").unwrap();
    }
    let taken = tempdir().unwrap();
    bundle::export(&log, &asked, &mut ToFolder::new(taken.path()).unwrap(), &mut |_| {}).unwrap();
    let mut out = ToTar::new(Vec::new());
    // Without the texts for people, which change more often than the forms.
    for (name, bytes) in
        files(taken.path()).iter().filter(|(name, _)| !["README.md", "verify.py"].contains(&name.as_str()))
    {
        bundle::Dest::file(&mut out, name, &mut &bytes[..], bytes.len() as u64).unwrap();
    }
    bundle::Dest::finish(&mut out).unwrap();
    let taken = out.into_inner();
    bundle::verify(&Tar::read(taken.clone()).unwrap(), &Trust::default(), &mut |_| {}).unwrap();
    vec![
        ("checkpoint", "text", body.clone().into_bytes()),
        ("checkpoint", "extended", format!("{body}more\n").into_bytes()),
        ("note", "checkpoint", checkpoint),
        ("note", "cosigned", witnessed),
        ("note", "key", shard_key("2026-1").to_string().into_bytes()),
        ("cosignature", "note", cosigned.into_bytes()),
        ("cosignature", "line", line.into_bytes()),
        ("tile_path", "full", b"tile/2/x001/x234/067".to_vec()),
        ("tile_path", "partial", b"tile/entries/000.p/8".to_vec()),
        ("hash_tile", "full", tile(256, 17, 256)),
        ("hash_tile", "partial", tile(5, 3, 5)),
        ("entry_bundle", "partial", bundle),
        ("wal_segment", "segment", segment[..end].to_vec()),
        ("wal_segment", "batch", batch[..batch.len().min(4096)].to_vec()),
        ("witness_request", "checkpoint", request.to_bytes()),
        ("witness_request", "shard", add_shard.to_bytes()),
        ("proof_text", "entry", proof.to_text().into_bytes()),
        ("proof_text", "bare", bare.to_text().into_bytes()),
        ("shard_link", "opened", opening),
        ("shard_link", "closed", closing),
        ("keys_file", "three", keys),
        ("contents", "part", contents.to_text().into_bytes()),
        ("payload", "entry", beside),
        ("tar", "bundle", taken),
        ("shard", "three", small),
        ("shard", "two-bundles", whole),
    ]
}

#[tokio::test]
async fn every_target_takes_all_of_its_corpus_and_the_seeds_are_those_of_the_present_forms() {
    assert_eq!(shard_signer("2026-1").name(), format!("{BASE}/2026-1"));
    #[expect(clippy::disallowed_methods, reason = "how all checked-in files of tests are renewed")]
    let update = std::env::var("WARD_UPDATE").is_ok_and(|value| value == "1");
    let mut by_target: BTreeMap<&str, u32> = BTreeMap::new();
    for (target, name, bytes) in seeds().await {
        let path = corpus().join(target).join(name);
        if update {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &bytes).unwrap();
        }
        let there = fs::read(&path).unwrap_or_default();
        // Built beside crates that keep the order of members, serde_json writes other bytes: compared when it sorts them.
        let sorted = serde_json::json!({ "b": 1, "a": 2 }).to_string().starts_with("{\"a\"");
        assert!(
            !there.is_empty() && (there == bytes || !sorted),
            "{} is not the seed of the present form: WARD_UPDATE=1 renews it",
            path.display()
        );
        *by_target.entry(target).or_default() += 1;
    }
    let mut replayed = 0;
    for (name, target) in TARGETS {
        assert!(by_target.contains_key(name), "{name} has no seed");
        let binary = corpus().join(format!("../fuzz_targets/{name}.rs"));
        assert!(binary.is_file(), "{} is missing", binary.display());
        for item in fs::read_dir(corpus().join(name)).unwrap() {
            target(&fs::read(item.unwrap().path()).unwrap());
            replayed += 1;
        }
    }
    assert!(replayed >= 26, "{replayed}");
    // The corpus of the redactor is replayed in its own crate, which this one does not name.
    let others = |item: &fs::DirEntry| item.file_name() != "redact";
    let folders = fs::read_dir(corpus()).unwrap().map(Result::unwrap).filter(others).count();
    assert_eq!(folders, TARGETS.len(), "a folder in the corpus has no target");
}
