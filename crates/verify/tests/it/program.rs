//! Runs the static program.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use ward_ledger::bundle::{self, Export, Selection, ToFolder, ToTar};
use ward_ledger::proof::prove;
use ward_ledger::source::Folder;

use crate::years::{Years, shard_key, witness};

/// Builds the program as `make verify` does, but for the profile.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let arguments = ["rustc", "-q", "-p", "ward-verify", "--bin", "ward-verify"];
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .args(["--message-format", "json", "--", "-C", "target-feature=+crt-static"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap();
        let messages = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let built: Vec<String> =
            messages.filter_map(|m| m["executable"].as_str().map(str::to_owned)).collect();
        PathBuf::from(&built[0])
    })
}

/// A root with the program and what is to be verified, and nothing else.
struct Cell(tempfile::TempDir);

impl Cell {
    fn new() -> Self {
        let dir = crate::fixture::tempdir().unwrap();
        fs::copy(program(), dir.path().join("ward-verify")).unwrap();
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new("/usr/sbin/chroot");
        command.arg(self.0.path()).arg("/ward-verify").args(arguments).env_clear();
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap();
        (status.code().unwrap(), text)
    }
}

fn export(years: &Years, dest: &mut dyn bundle::Dest, entries: Option<&[Selection]>) {
    let asked = Export { log: "platform", entries, files: &[] };
    bundle::export(&Folder::new(&years.path), &asked, dest, &mut |_| {}).unwrap();
}

#[tokio::test]
async fn the_program_runs_in_an_empty_root_and_tells_the_verdict_by_its_exit_code() {
    let years = Years::new().await;
    let cell = Cell::new();
    export(&years, &mut ToFolder::new(cell.path("bundle")).unwrap(), None);
    export(&years, &mut ToTar::new(File::create(cell.path("bundle.tar")).unwrap()), None);
    let part = [Selection { shard: "2026-2".to_owned(), entries: 300..310 }];
    export(&years, &mut ToFolder::new(cell.path("part")).unwrap(), Some(&part));
    let shard = years.path.join("2026-2");
    let proof = prove(&Folder::new(&shard), &shard_key("2026-2"), 305).unwrap();
    fs::write(cell.path("entry.proof"), proof.to_text()).unwrap();
    fs::copy(years.path.join("2027-1/checkpoint"), cell.path("kept")).unwrap();
    let (key, one, two) =
        (shard_key("2026-1").to_string(), witness(1).key().to_string(), witness(2).key().to_string());
    let own = shard_key("2026-2").to_string();
    let thief = ward_ledger::Signer::from_seed(shard_key("2026-1").name(), [1; 32]).unwrap();
    let thief = thief.verifier_key().to_string();

    let witnesses = ["--witness", &one, "--witness", &two, "--needed", "2", "--known", "kept"];
    for path in ["bundle", "bundle.tar", "part"] {
        let (code, text) = cell.run(&[&[path, "--key", &key], &witnesses[..]].concat());
        assert_eq!(code, 0, "{path}: {text}");
        assert!(
            text.starts_with("VERIFIED: ") && text.contains("cosigned at 1100 entries by witness.test/w1"),
            "{text}"
        );
        let (code, text) = cell.run(&[path]);
        assert_eq!(code, 4, "{path}: {text}");
        assert!(text.starts_with("AGREES WITH ITSELF"), "{text}");
        let (code, text) = cell.run(&[path, "--key", &thief]);
        assert_eq!(code, 1, "{path}: {text}");
    }
    let (code, text) = cell.run(&["part", "--key", &own, "--json"]);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &value["verified"], &value["exit"]), (0, &true.into(), &0.into()));
    assert_eq!(value["logs"][0]["shards"][1]["report"]["part"], serde_json::json!([300, 310]));

    let (code, text) = cell.run(&["entry.proof", "--key", &own, "--witness", &one]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("this is entry 305 of ward.test/ledger/1/platform/2026-2"), "{text}");
    assert!(text.contains("cosigned: witness.test/w1, 2027-01-15 08:00:01 UTC"), "{text}");
    assert_eq!(cell.run(&["entry.proof"]).0, 2);
    assert_eq!(cell.run(&["entry.proof", "--key", &key]).0, 1);
    let changed = proof.to_text().replace("index 305", "index 306");
    fs::write(cell.path("entry.proof"), changed).unwrap();
    assert_eq!(cell.run(&["entry.proof", "--key", &own]).0, 1);

    let tile = cell.path("bundle/2026-2/tile/entries/001");
    let mut bytes = fs::read(&tile).unwrap();
    bytes[20] ^= 1;
    fs::write(&tile, bytes).unwrap();
    let (code, text) = cell.run(&["bundle", "--key", &key]);
    assert_eq!(code, 1, "{text}");
    assert!(text.starts_with("DOES NOT VERIFY: 2026-2: tile/entries/001: entry 256:"), "{text}");

    assert_eq!(cell.run(&["nothing", "--key", &key]).0, 3);
    assert_eq!(cell.run(&["ward-verify", "--key", &key]).0, 3);
    assert_eq!(cell.run(&["--key", &key]).0, 2);
    assert_eq!(cell.run(&["bundle", "--wrong"]).0, 2);
    assert_eq!(cell.run(&["--help"]).0, 0);
    assert_eq!(cell.run(&["--version"]).1, format!("ward-verify {}\n", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn the_folders_of_an_installation_are_verified_as_they_are() {
    let years = Years::new().await;
    let cell = Cell::new();
    let copy = |name: &str| {
        for (file, bytes) in crate::fixture::files(&years.path) {
            let path = cell.path(&format!("{name}/{file}"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    };
    copy("ledger/platform");
    let key = shard_key("2027-1").to_string();
    let (code, text) = cell.run(&["ledger", "--key", &key]);
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("platform: VERIFIED: 2100 entries in 3 shards."), "{text}");
    assert_eq!(cell.run(&["ledger/platform", "--key", &key]).0, 0);
    assert_eq!(cell.run(&["ledger/platform/2027-1", "--key", &key]).0, 0);
    assert_eq!(cell.run(&["ledger/platform/2027-1"]).0, 2);
    // Another log's folder in this one's place.
    copy("ledger/org_1");
    let (code, text) = cell.run(&["ledger", "--key", &key, "--json"]);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &value["log"], &value["place"]), (1, &"org_1".into(), &"keys".into()), "{text}");
}
