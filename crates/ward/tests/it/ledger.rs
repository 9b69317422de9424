//! `ward ledger verify`: by the server's word, and without it.

use serde_json::json;
use ward_ledger::{Log, LogConfig, Signer};

use crate::stand_in::{Answer, StandIn};

#[test]
fn a_copy_is_verified_here_and_a_changed_one_is_found_out() {
    let server = StandIn::start(|_, _| Answer::Json(200, json!({})));
    let path = server.dir.path().join("log");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let key = runtime.block_on(async {
        let log = Log::open(&path, LogConfig::new(Signer::from_seed("ward.example/log", [7; 32]).unwrap()))
            .unwrap();
        for n in 0..20 {
            log.append(format!("the entry {n}").into_bytes()).await.unwrap();
        }
        log.verifier_key().to_string()
    });
    let path = path.to_str().unwrap();
    let ran = server.ward(&["ledger", "verify", path, "--key", &key], &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("Verified: 20 entries"), "{ran:?}");

    let other = Signer::from_seed("ward.example/log", [8; 32]).unwrap().verifier_key().to_string();
    assert_eq!(server.ward(&["ledger", "verify", path, "--key", &other], &[]).code, 1);
    assert_eq!(server.ward(&["ledger", "verify", path], &[]).code, 2);

    // One byte of one entry, wherever it is kept.
    let mut changed = 0;
    for file in walk(std::path::Path::new(path)) {
        let mut bytes = std::fs::read(&file).unwrap();
        if let Some(at) = bytes.windows(12).position(|part| part == b"the entry 11") {
            bytes[at] = b'T';
            std::fs::write(&file, bytes).unwrap();
            changed += 1;
        }
    }
    assert!(changed > 0);
    let ran = server.ward(&["ledger", "verify", path, "--key", &key], &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("does NOT verify"), "{ran:?}");
    let ran = server.ward(&["ledger", "verify", path, "--key", &key, "--json"], &[]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&ran.out).unwrap()["verified"], false);
    assert!(server.asked().is_empty());
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn the_server_s_word_says_how_to_do_without_it_and_a_bad_one_fails() {
    let server = StandIn::signed_in(|_, before| {
        let finding = (before > 0).then_some("tile/0/000: entry 3");
        Answer::Json(
            200,
            json!({ "verified": before == 0, "entries": 5, "checkpoint": "note", "key": "ward+1+x", "finding": finding }),
        )
    });
    let ran = server.ward(&["ledger", "verify"], &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("ward ledger verify PATH --key 'ward+1+x'"), "{ran:?}");
    let ran = server.ward(&["ledger", "verify"], &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("entry 3"), "{ran:?}");
}
