//! Other people's Python: `pymerkle` from PyPI against the tree, and the program in a bundle on tampered ones.

use std::convert::Infallible;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use ward_ledger::tree::{Hash, Nodes, inclusion_proof, leaf_hash, range_hash};

use crate::bundles::{all_keys, exported, python};
use crate::fixture::{entry, tempdir};
use crate::tamper::rewrite;
use crate::years::{Years, shard_key, witness};

const PYMERKLE: &str = "pymerkle==7.0.0";

/// A virtual environment with `pymerkle`, made once for all runs. Without python3-venv or PyPI this fails: a test that
/// is skipped shows nothing.
fn pymerkle() -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pymerkle-7.0.0");
    let interpreter = dir.join("bin/python");
    if !dir.join("ready").exists() {
        let run = |command: &mut Command| {
            let output = command.output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{command:?} failed (python3-venv and PyPI are needed): {said}");
        };
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&dir));
        run(Command::new(&interpreter).args(["-m", "pip", "install", "-q", "--no-input", PYMERKLE]));
        fs::write(dir.join("ready"), PYMERKLE).unwrap();
    }
    interpreter
}

struct Leaves(Vec<Hash>);

impl Nodes for Leaves {
    type Error = Infallible;

    fn node(&self, height: u32, index: u64) -> Result<Hash, Infallible> {
        if height == 0 {
            return Ok(self.0[index as usize]);
        }
        let (left, right) = (self.node(height - 1, index * 2)?, self.node(height - 1, index * 2 + 1)?);
        Ok(ward_ledger::tree::node_hash(&left, &right))
    }
}

fn hex(hash: &Hash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn pymerkle_has_the_same_leaves_roots_and_inclusion_proofs_and_its_consistency_proofs_fit_our_roots() {
    const SIZE: u64 = 150;
    let entries: Vec<String> = (0..SIZE).map(|index| String::from_utf8(entry(index)).unwrap()).collect();
    let leaves = Leaves(entries.iter().map(|entry| leaf_hash(entry.as_bytes())).collect());
    let root = |size: u64| hex(&range_hash(&leaves, 0, size).unwrap());
    let inclusion: Vec<(u64, u64)> =
        (1..=SIZE).flat_map(|size| [0, size / 3, size / 2, size - 1].map(|index| (index, size))).collect();
    let consistency: Vec<Value> = (2..=SIZE)
        .flat_map(|size| [1, size / 2, size - 1].map(|old| (old, size)))
        .map(|(old, size)| json!([old, size, [root(old), root(size)]]))
        .chain([json!([7, 90, [root(8), root(90)]]), json!([7, 90, [root(7), root(91)]])])
        .collect();
    let asked = json!({"entries": entries, "inclusion": inclusion, "consistency": consistency});

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/ask_pymerkle.py");
    let mut command = Command::new(pymerkle());
    let mut child = command
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let sent = child.stdin.take().unwrap().write_all(asked.to_string().as_bytes());
    let output = child.wait_with_output().unwrap();
    assert!(sent.is_ok() && output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs: Value = serde_json::from_slice(&output.stdout).unwrap();

    assert_eq!(theirs["leaves"], json!(leaves.0.iter().map(hex).collect::<Vec<_>>()));
    assert_eq!(theirs["roots"], json!((1..=SIZE).map(root).collect::<Vec<_>>()));
    let ours: Vec<Vec<String>> = inclusion
        .iter()
        .map(|(index, size)| {
            inclusion_proof(&leaves, *index, *size).unwrap().unwrap().iter().map(hex).collect()
        })
        .collect();
    assert_eq!(theirs["inclusion"], json!(ours));
    let mut fits: Vec<bool> = serde_json::from_value(theirs["consistency"].clone()).unwrap();
    // The last two were asked with a wrong root each.
    assert_eq!(fits.split_off(fits.len() - 2), [false, false]);
    assert!(fits.len() > 400 && fits.iter().all(|fit| *fit));
}

/// What is changed in a bundle.
type Change = fn(&Path);

fn change(path: PathBuf, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let bytes = fs::read(&path).unwrap();
    fs::write(path, change(bytes)).unwrap();
}

#[tokio::test]
async fn the_program_in_the_bundle_refuses_what_was_tampered_with() {
    let years = Years::new().await;
    let dir = tempdir().unwrap();
    let deeds: [(&str, Change); 11] = [
        ("an entry changed", |b| {
            change(b.join("2026-2/tile/entries/001"), |x| rewrite(&x, |e| e[44][20] ^= 4));
        }),
        ("an entry dropped", |b| {
            change(b.join("2026-2/tile/entries/001"), |x| rewrite(&x, |e| drop(e.remove(3))));
        }),
        ("an entry inserted", |b| {
            change(b.join("2027-1/tile/entries/001.p/44"), |x| rewrite(&x, |e| e.insert(0, b"x".to_vec())));
        }),
        ("entries swapped", |b| {
            change(b.join("2026-1/tile/entries/000"), |x| rewrite(&x, |e| e.swap(3, 4)));
        }),
        ("a bundle removed", |b| fs::remove_file(b.join("2026-2/tile/entries/002")).unwrap()),
        ("the end cut off", |b| {
            change(b.join("2027-1/tile/entries/001.p/44"), |x| rewrite(&x, |e| e.truncate(9)));
        }),
        ("a checkpoint of another size", |b| {
            change(b.join("2026-2/checkpoint"), |x| {
                String::from_utf8(x).unwrap().replace("1100", "1099").into()
            });
        }),
        ("another key", |b| {
            let thief = ward_ledger::Signer::from_seed(shard_key("2027-1").name(), [1; 32]).unwrap();
            let (old, new) = (shard_key("2027-1").to_string(), thief.verifier_key().to_string());
            change(b.join("keys"), |x| String::from_utf8(x).unwrap().replace(&old, &new).into());
        }),
        ("a wrong key hash", |b| {
            let id = format!("+{:08x}+", shard_key("2026-1").key_id());
            change(b.join("keys"), |x| String::from_utf8(x).unwrap().replace(&id, "+00000000+").into());
        }),
        ("a cosignature changed", |b| {
            change(b.join("2027-1/witnessed"), |x| {
                let mut note = ward_ledger::note::Note::parse(&x).unwrap();
                let mut line = note.signatures()[1].clone();
                line.bytes[7] ^= 1;
                note.attach(line).unwrap();
                note.to_string().into_bytes()
            });
        }),
        ("a shard of another log", |b| {
            fs::remove_dir_all(b.join("2026-1")).unwrap();
            fs::rename(b.join("2026-2"), b.join("2026-1")).unwrap();
        }),
    ];
    for (number, (name, deed)) in deeds.into_iter().enumerate() {
        let bundle = dir.path().join(number.to_string());
        exported(&years.path, &bundle, None);
        assert!(python(&bundle, &all_keys()).status.success());
        deed(&bundle);
        let output = python(&bundle, &all_keys());
        assert_eq!(output.status.code(), Some(1), "{name}: {output:?}");
    }
    // Keys that signed nothing here.
    let bundle = dir.path().join("0");
    fs::remove_dir_all(&bundle).unwrap();
    exported(&years.path, &bundle, None);
    for stranger in [witness(3).key().to_string(), format!("{}x", shard_key("2026-1"))] {
        assert_eq!(python(&bundle, &[stranger]).status.code(), Some(1));
    }
}
