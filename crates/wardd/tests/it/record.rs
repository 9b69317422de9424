//! Section: what the installation wrote about itself, as an auditor takes it away: every entry is of the published
//! schema, and bundles, proofs and the server's own files verify with one key.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;
use ward_ledger::{Reader, series::parse_keys};
use ward_model::ocsf;

use crate::{installation::Installation, programs::said, set_up::World};

pub(crate) fn is_of_its_schema_and_can_be_taken_away(ward: &Installation, world: &World) {
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("ward.json", serde_json::from_str(ocsf::SCHEMA).unwrap()).unwrap();
    let schema = compiler.compile("ward.json", &mut schemas).unwrap();
    let entries = entries(&ward.control());
    for (place, bytes) in &entries {
        let entry: Value = serde_json::from_slice(bytes).unwrap();
        if let Err(error) = schemas.validate(&entry, schema) {
            panic!("{place}: {error:#}\n{entry:#}");
        }
    }
    assert!(entries.len() > 100, "{}", entries.len());
    let grants = entries.iter().filter(|(_, bytes)| {
        let entry: Value = serde_json::from_slice(bytes).unwrap();
        entry["class_uid"] == 3005 && entry["status_id"] == 1 && entry["user"]["uid"].is_null()
    });
    assert_eq!(grants.count(), 0, "an entry of granting says to whom");

    let key = key_of(&ward.control(), &world.organization);
    let platform = key_of(&ward.control(), "platform");
    let org = ["--org", &world.organization];
    let bundle = ward.home.join("bundle");
    let dest = bundle.to_str().unwrap();
    world.ward(ward, &[&["ledger", "export", dest], &org[..]].concat());
    assert!(bundle.join("schema").is_dir());
    assert!(world.ward(ward, &["ledger", "verify", dest, "--key", &key]).contains("VERIFIED"));
    let python = |key: &str| -> Output {
        Command::new("/usr/bin/python3").args(["verify.py", key]).current_dir(&bundle).output().unwrap()
    };
    let (code, text) = said(&python(&key));
    assert!(code == 0 && text.contains("verify"), "{text}");
    assert_ne!(said(&python(&platform)).0, 0, "a key of another log is not in it");
    fs::remove_dir_all(&bundle).unwrap();

    let tar = ward.home.join("hour.tar");
    let dest = tar.to_str().unwrap();
    world.ward(ward, &["ledger", "export", dest, "--platform", "--from", "1h"]);
    assert!(world.ward(ward, &["ledger", "verify", dest, "--key", &platform]).contains("VERIFIED"));
    fs::remove_file(&tar).unwrap();

    let proof = ward.home.join("entry.proof");
    let to = proof.to_str().unwrap();
    world.ward(ward, &["ledger", "prove", "3", "--platform", "-o", to]);
    let said = world.ward(ward, &["ledger", "verify", to, "--key", &platform]);
    assert!(said.contains("this is entry 3"), "{said}");
    fs::remove_file(&proof).unwrap();

    // All logs through the server, with the platform's key alone.
    let said = world.ward(ward, &["ledger", "verify", &ward.address(), "--key", &platform]);
    assert!(said.contains("platform: VERIFIED") && said.contains(&world.organization), "{said}");
    let said = world.ward(ward, &["ledger", "logs", "--platform"]);
    assert!(said.contains(&key) && said.contains("mercy"), "{said}");
}

/// The newest key of a log, from the file that is published.
fn key_of(control: &Path, log: &str) -> String {
    let text = fs::read_to_string(control.join("ledger").join(log).join("keys")).unwrap();
    parse_keys(&text).unwrap().pop().unwrap().key.to_string()
}

/// All entries of all logs with their places, from the files alone.
fn entries(control: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for log in fs::read_dir(control.join("ledger")).unwrap() {
        let log = log.unwrap();
        let keys = fs::read_to_string(log.path().join("keys")).unwrap();
        for line in parse_keys(&keys).unwrap() {
            let reader = Reader::open(log.path().join(&line.shard), &line.key).unwrap();
            let mut at = 0;
            while at < reader.size() {
                for (index, bytes) in reader.entries(at..reader.size()).unwrap() {
                    found.push((format!("{:?} {} {index}", log.file_name(), line.shard), bytes));
                    at = index + 1;
                }
            }
        }
    }
    found
}
