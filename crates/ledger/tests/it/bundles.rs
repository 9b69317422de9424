//! Bundles and proofs: what is taken away verifies, with our program and without.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output};

use ward_ledger::bundle::{self, Export, Selection, ToFolder, ToTar, VERIFY_PY};
use ward_ledger::proof::{BadProof, Proof, prove};
use ward_ledger::source::{Folder, Source, Tar};
use ward_ledger::verify::{Place, Trust, verify_series};

use crate::fixture::{files, tempdir};
use crate::years::{SIZES, Years, shard_key, time, trust, witness};

fn selection(shard: &str, entries: std::ops::Range<u64>) -> Selection {
    Selection { shard: shard.to_owned(), entries }
}

pub(crate) fn exported(log: &Path, to: &Path, entries: Option<&[Selection]>) -> bundle::Exported {
    let schema = [("schema/entry.json".to_owned(), b"{}".to_vec())];
    let asked = Export { log: "platform", entries, files: &schema };
    let mut dest = ToFolder::new(to).unwrap();
    bundle::export(&Folder::new(log), &asked, &mut dest, &mut |_| {}).unwrap()
}

/// Runs the program in the bundle, with Debian's python3 and python3-cryptography.
pub(crate) fn python(bundle: &Path, keys: &[String]) -> Output {
    Command::new("python3").arg("verify.py").args(keys).current_dir(bundle).output().unwrap()
}

pub(crate) fn all_keys() -> Vec<String> {
    let shards = SIZES.iter().map(|(shard, _)| shard_key(shard).to_string());
    shards.chain([1, 2].map(|number| witness(number).key().to_string())).collect()
}

#[tokio::test]
async fn a_whole_log_is_exported_and_verifies_as_a_folder_and_as_a_tar_file_and_in_python() {
    let years = Years::new().await;
    let before = years.verify(&trust()).unwrap();
    let dir = tempdir().unwrap();
    let folder = dir.path().join("bundle");
    let done = exported(&years.path, &folder, None);
    assert_eq!(done.entries, 2100);
    assert_eq!(done.contents.range("2026-2"), Some(0..1100));
    let report = bundle::verify(&Folder::new(&folder), &trust(), &mut |_| {}).unwrap();
    assert!(report.anchored);
    assert_eq!(report.entries(), before.entries());
    assert!(report.shards.iter().all(|s| s.report.as_ref().unwrap().payloads > 30));
    assert_eq!(report.shards[0].report.as_ref().unwrap().witnessed.as_ref().unwrap().by.len(), 2);
    assert!(!folder.join("2026-1/wal").exists() && !folder.join("2026-1/head").exists());

    let tar = dir.path().join("bundle.tar");
    let mut dest = ToTar::new(File::create(&tar).unwrap());
    let schema = [("schema/entry.json".to_owned(), b"{}".to_vec())];
    let asked = Export { log: "platform", entries: None, files: &schema };
    bundle::export(&Folder::new(&years.path), &asked, &mut dest, &mut |_| {}).unwrap();
    let source = Tar::open(&tar).unwrap();
    assert_eq!(bundle::verify(&source, &trust(), &mut |_| {}).unwrap(), report);
    for (name, bytes) in files(&folder) {
        assert_eq!(source.read(&name, 1 << 20).unwrap().unwrap(), bytes, "{name}");
    }
    // The same again gives the same bytes.
    let mut again = ToTar::new(Vec::new());
    bundle::export(&Folder::new(&years.path), &asked, &mut again, &mut |_| {}).unwrap();
    assert_eq!(again.into_inner(), fs::read(&tar).unwrap());

    let output = python(&folder, &all_keys());
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("2026-2: entries 0 to 1100 of 1100 verify"));
}

#[test]
fn the_python_program_has_forty_lines() {
    let lines = VERIFY_PY.lines().filter(|line| !line.starts_with('#'));
    assert!(lines.clone().count() <= 40 && lines.clone().all(|line| line.len() <= 120 && !line.is_empty()));
}

#[tokio::test]
async fn a_part_is_exported_with_the_hashes_that_lead_to_the_root_and_without_other_entries() {
    let years = Years::new().await;
    let dir = tempdir().unwrap();
    for (number, entries) in [
        vec![selection("2026-2", 300..301)],
        vec![selection("2026-2", 0..1)],
        vec![selection("2026-2", 1099..1100)],
        vec![selection("2026-1", 255..257), selection("2026-2", 512..1024)],
        vec![selection("2027-1", 0..300)],
        vec![],
    ]
    .into_iter()
    .enumerate()
    {
        let folder = dir.path().join(number.to_string());
        let done = exported(&years.path, &folder, Some(&entries));
        let report = bundle::verify(&Folder::new(&folder), &trust(), &mut |_| {})
            .unwrap_or_else(|f| panic!("{number}: {f}"));
        assert_eq!(report.entries(), done.entries);
        assert!(done.entries < 2100, "{number}");
        for asked in &entries {
            let shard = report.shards.iter().find(|s| s.line.shard == asked.shard).unwrap();
            let report = shard.report.as_ref().unwrap();
            let whole = asked.entries == (0..report.size);
            assert_eq!(report.part, (!whole).then_some((asked.entries.start, asked.entries.end)));
        }
        let output = python(&folder, &all_keys());
        assert!(output.status.success(), "{number}: {output:?}");
    }
    // A kept checkpoint of another size: what the bundle cannot show is not taken for verified.
    let kept = fs::read_to_string(years.path.join("2027-1/checkpoint")).unwrap();
    let known = Trust { known: vec![kept], ..trust() };
    bundle::verify(&Folder::new(dir.path().join("0")), &known, &mut |_| {}).unwrap();
}

#[tokio::test]
async fn entries_are_selected_by_the_time_they_were_sequenced() {
    let years = Years::new().await;
    let log = Folder::new(&years.path);
    let select = |from, to| bundle::select_by_time(&log, from, to).unwrap();
    assert_eq!(select(None, None).len(), 3);
    assert_eq!(select(Some(time(1, 10)), Some(time(1, 20))), [selection("2026-2", 10..20)]);
    assert_eq!(
        select(Some(time(0, 690)), Some(time(1, 5))),
        [selection("2026-1", 690..700), selection("2026-2", 0..5)]
    );
    assert_eq!(select(Some(time(2, 299) + 1), None), []);
    assert_eq!(select(None, Some(0)), []);
    assert_eq!(select(Some(time(1, 300) - 1), Some(time(1, 300))), []);
}

#[tokio::test]
async fn a_shard_that_was_archived_is_left_out_and_named() {
    let years = Years::new().await;
    fs::remove_dir_all(years.path.join("2026-1")).unwrap();
    let finding = years.verify(&trust()).unwrap_err();
    assert_eq!(finding.place, Place::File("checkpoint".into()), "{finding}");
    assert_eq!(finding.shard.as_deref(), Some("2026-1"));
    fs::write(years.path.join("2026-1.archived"), "{}").unwrap();
    let report = years.verify(&trust()).unwrap();
    assert!(report.anchored && report.shards[0].report.is_none() && report.notes[0].contains("archived"));
    let dir = tempdir().unwrap();
    let folder = dir.path().join("bundle");
    assert_eq!(exported(&years.path, &folder, None).archived, ["2026-1"]);
    bundle::verify(&Folder::new(&folder), &trust(), &mut |_| {}).unwrap();
    let output = python(&folder, &all_keys()[1..3]);
    assert!(output.status.success(), "{output:?}");
    // The newest shard, which takes entries, cannot be archived.
    fs::rename(years.path.join("2027-1"), years.path.join("gone")).unwrap();
    fs::write(years.path.join("2027-1.archived"), "{}").unwrap();
    assert_eq!(years.verify(&trust()).unwrap_err().shard.as_deref(), Some("2027-1"));
}

#[tokio::test]
async fn what_was_not_asked_for_sensibly_is_refused() {
    let years = Years::new().await;
    let log = Folder::new(&years.path);
    let mut out = ToTar::new(Vec::new());
    let mut export = |log_name, shard| {
        let entries = [selection(shard, 0..9)];
        let asked = Export { log: log_name, entries: Some(&entries), files: &[] };
        bundle::export(&log, &asked, &mut out, &mut |_| {}).unwrap_err().to_string()
    };
    assert!(export("../x", "2026-1").contains("no name of a log"));
    assert!(export("platform", "2030-1").contains("no shard 2030-1"));
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("x"), "").unwrap();
    assert!(ToFolder::new(dir.path()).is_err());
}

#[tokio::test]
async fn a_proof_of_one_entry_verifies_and_a_changed_one_does_not() {
    let years = Years::new().await;
    let shard = Folder::new(years.path.join("2026-2"));
    let trust = trust();
    for index in [0, 1, 255, 256, 700, 1099] {
        let proof = prove(&shard, &shard_key("2026-2"), index).unwrap();
        let text = proof.to_text();
        let read = Proof::parse(text.as_bytes()).unwrap();
        assert_eq!(read, proof);
        let proven = read.verify(None, &trust).unwrap();
        assert_eq!((proven.index, proven.witnesses.len()), (index, 2));
        // The entry by itself, as another implementation would hold it.
        let bare = Proof { entry: None, ..read.clone() };
        assert_eq!(bare.verify(None, &trust), Err(BadProof::NoEntry));
        bare.verify(Some(&proven.entry), &trust).unwrap();
        assert_eq!(read.verify(Some(b"other"), &trust), Err(BadProof::OtherEntry));
        assert!(matches!(bare.verify(Some(b"other"), &trust), Err(BadProof::Inclusion(_))));
        let moved = Proof { index: (index + 1) % 1100, ..read.clone() };
        assert!(matches!(moved.verify(None, &trust), Err(BadProof::Inclusion(_))));
        // The line of the C2SP form that is read by others.
        assert!(
            text.starts_with("c2sp.org/tlog-proof@v1\nextra ")
                && text.contains(&format!("\nindex {index}\n"))
        );
    }
    let proof = prove(&shard, &shard_key("2026-2"), 3).unwrap();
    assert!(matches!(proof.verify(None, &Trust::default()), Err(BadProof::NoKey(_))));
    let three = Trust { needed: 3, ..trust.clone() };
    assert_eq!(proof.verify(None, &three), Err(BadProof::Witnesses { needed: 3, found: 2 }));
    let thief = ward_ledger::Signer::from_seed(shard_key("2026-2").name(), [1; 32]).unwrap();
    let stolen = Trust { keys: vec![thief.verifier_key().clone()], ..trust };
    assert!(matches!(proof.verify(None, &stolen), Err(BadProof::Note(_))));
    assert!(prove(&shard, &shard_key("2026-2"), 1100).unwrap_err().to_string().contains("below 1100"));
    // A damaged file is found before a proof is given out.
    let tile = years.path.join("2026-2/tile/0/000");
    let mut bytes = fs::read(&tile).unwrap();
    bytes[40] ^= 1;
    fs::write(tile, bytes).unwrap();
    assert!(prove(&shard, &shard_key("2026-2"), 0).is_err());
}

#[tokio::test]
async fn a_log_is_read_where_nothing_can_be_listed() {
    /// As a web server: it has files and no folders, and no write-ahead log.
    struct Web(Folder);
    impl Source for Web {
        fn open(&self, path: &str) -> std::io::Result<Option<Box<dyn std::io::Read + '_>>> {
            let served = !path.contains("wal/") && !path.ends_with("head");
            if served { self.0.open(path) } else { Ok(None) }
        }
        fn list(&self, _: &str) -> std::io::Result<Option<Vec<ward_ledger::source::Item>>> {
            Ok(None)
        }
    }
    let years = Years::new().await;
    let web = Web(Folder::new(&years.path));
    let report = verify_series(&web, &trust(), &mut |_| {}).unwrap();
    assert_eq!(report.entries(), 2100);
    let names = ["platform".to_owned()];
    let above = Web(Folder::new(years.path.parent().unwrap()));
    let report = ward_ledger::verify::verify_ledger(&above, &names, &trust(), &mut |_| {}).unwrap();
    assert_eq!(report.logs[0].1.entries(), 2100);
    // A partial tile that gave way to the full one meanwhile.
    let (partial, full) = ("2027-1/tile/entries/001.p/44", "2027-1/tile/entries/001");
    let mut bytes = fs::read(years.path.join(partial)).unwrap();
    fs::remove_dir_all(years.path.join("2027-1/tile/entries/001.p")).unwrap();
    for number in 0..212u8 {
        bytes.extend_from_slice(&[0, 1, number]);
    }
    fs::write(years.path.join(full), bytes).unwrap();
    verify_series(&web, &trust(), &mut |_| {}).unwrap();
    let dir = tempdir().unwrap();
    assert_eq!(exported(&years.path, &dir.path().join("b"), None).entries, 2100);
    bundle::verify(&Folder::new(dir.path().join("b")), &trust(), &mut |_| {}).unwrap();
}
