//! `ward ledger`: verified by the server's word, and without it, from a folder, a bundle, a proof and a web server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use ward_ledger::series::{Owner, OwnerError, ShardLink};
use ward_ledger::{AppendError, Log, LogConfig, Series, SeriesConfig, Signer};

use crate::stand_in::{Answer, StandIn, problem};

/// The keys of a log's shards follow from their names.
struct Seeds;

fn signer(shard: &str) -> Signer {
    let mut seed = [9; 32];
    seed[..shard.len()].copy_from_slice(shard.as_bytes());
    Signer::from_seed(&format!("ward.example/ledger/1/platform/{shard}"), seed).unwrap()
}

impl Owner for Seeds {
    fn create_key(&self, dir: &Path, origin: &str) -> Result<Signer, OwnerError> {
        self.open_key(dir, origin)
    }
    fn open_key(&self, dir: &Path, _: &str) -> Result<Signer, OwnerError> {
        Ok(signer(dir.file_name().unwrap().to_str().unwrap()))
    }
    fn destroy_key(&self, _: &Path) -> Result<(), OwnerError> {
        Ok(())
    }
    fn link_entry(&self, link: &ShardLink, logged: i64) -> Result<Vec<u8>, OwnerError> {
        let entry = json!({"metadata": {"logged_time": logged}, "unmapped": {"shard": link}});
        Ok(entry.to_string().into_bytes())
    }
}

/// The beginning of 2026.
const BEGIN: i64 = 1_767_225_600_000;

/// A log of two shards: 299 and 41 entries, links included, one entry a day in the second.
fn log(dir: &Path) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut config = SeriesConfig::new("ward.example/ledger/1/platform", "2026-1", BEGIN);
        config.create = true;
        let series = Series::open(dir, config, Arc::new(Seeds)).await.unwrap();
        let append = async |time: i64, from: u64, count: u64| {
            let entry = |n| json!({"message": format!("the entry {n}"), "metadata": {"logged_time": time}});
            let entries: Vec<Vec<u8>> =
                (from..from + count).map(|n| entry(n).to_string().into_bytes()).collect();
            series.append(time, |_| Ok::<_, AppendError>(entries)).await.unwrap();
        };
        append(BEGIN, 1, 297).await;
        series.roll("2026-2", BEGIN + 1).await.unwrap();
        for n in 1..=40 {
            append(BEGIN + n * 86_400_000, n as u64, 1).await;
        }
        series.close().await.unwrap();
    });
    signer("2026-1").verifier_key().to_string()
}

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
    assert!(ran.out.contains("VERIFIED: 20 entries"), "{ran:?}");

    let other = Signer::from_seed("ward.example/log", [8; 32]).unwrap().verifier_key().to_string();
    assert_eq!(server.ward(&["ledger", "verify", path, "--key", &other], &[]).code, 1);
    assert_eq!(server.ward(&["ledger", "verify", path], &[]).code, 2);
    assert_eq!(server.ward(&["ledger", "verify", "nowhere"], &[]).code, 3);

    // One byte of one entry, wherever it is kept.
    let mut changed = 0;
    for file in walk(Path::new(path)) {
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
    assert!(ran.out.contains("DOES NOT VERIFY"), "{ran:?}");
    let ran = server.ward(&["ledger", "verify", path, "--key", &key, "--json"], &[]);
    assert_eq!(serde_json::from_str::<Value>(&ran.out).unwrap()["verified"], false);
    assert!(server.asked().is_empty());
}

fn walk(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn the_server_s_word_says_how_to_do_without_it_and_a_bad_one_fails() {
    let server = StandIn::signed_in(|_, before| {
        let finding = (before > 0).then_some("tile/0/000: entry 3");
        let logs = json!([{ "log": "platform", "verified": before == 0, "entries": 5, "shards": [] }]);
        Answer::Json(
            200,
            json!({ "verified": before == 0, "entries": 5, "checkpoint": "note", "key": "ward+1+x", "finding": finding, "logs": logs }),
        )
    });
    let ran = server.ward(&["ledger", "verify"], &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains(&format!("ward ledger verify {} --key 'ward+1+x'", server.url)), "{ran:?}");
    let ran = server.ward(&["ledger", "verify"], &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("entry 3"), "{ran:?}");
}

/// Serves the log in a folder as Ward does, and as any web server does below `/copy`.
fn serving(dir: PathBuf) -> StandIn {
    StandIn::signed_in(move |asked, _| {
        let path = asked.line.strip_prefix("GET ").unwrap();
        if path.starts_with("/v1/resolve") {
            return Answer::Json(200, json!({ "organization": format!("org_{:032x}", 1) }));
        }
        if path.split('?').next() == Some("/v1/ledger/logs") {
            let shard = |name: &str| json!({ "shard": name, "key": signer(name).verifier_key().to_string(), "opened": "2026-01-01T00:00:00.000000Z", "archived": false, "size": 41 });
            let log =
                json!({ "log": "platform", "writable": true, "shards": [shard("2026-1"), shard("2026-2")] });
            return Answer::Json(200, json!({ "items": [log] }));
        }
        if let Some(index) = path.strip_prefix("/v1/ledger/logs/platform/2026-1/proof/") {
            let folder = ward_ledger::source::Folder::new(dir.join("2026-1"));
            let key = signer("2026-1").verifier_key().clone();
            let proof = ward_ledger::proof::prove(&folder, &key, index.parse().unwrap()).unwrap();
            return Answer::Bytes(200, "text/plain", proof.to_text().into_bytes());
        }
        let file = path.strip_prefix("/v1/ledger/logs/platform/").or(path.strip_prefix("/copy/"));
        match file.map(|file| std::fs::read(dir.join(file))) {
            Some(Ok(bytes)) if !path.contains("/wal/") && !path.ends_with("/head") => {
                Answer::Bytes(200, "application/octet-stream", bytes)
            }
            _ => problem(404, "not_found", "there is no such file"),
        }
    })
}

#[test]
fn what_a_server_gives_is_verified_exported_and_proven_here() {
    let dir = tempfile::tempdir().unwrap();
    let log_dir = dir.path().join("platform");
    let key = log(&log_dir);
    let server = serving(log_dir.clone());

    // Ward's address, one log of it, and a copy on a web server.
    let of_log = format!("{}/v1/ledger/logs/platform", server.url);
    let copy = format!("{}/copy/", server.url);
    for url in [server.url.as_str(), &of_log, &copy] {
        let ran = server.ward(&["ledger", "verify", url, "--key", &key], &[]);
        assert_eq!(ran.code, 0, "{url}: {ran:?}");
        assert!(ran.out.contains("VERIFIED: 340 entries in 2 shards"), "{url}: {ran:?}");
    }
    assert_eq!(server.ward(&["ledger", "verify", &of_log], &[]).code, 4);
    let nothing = format!("{}/nothing", server.url);
    assert_eq!(server.ward(&["ledger", "verify", &nothing, "--key", &key], &[]).code, 3);
    assert_eq!(server.ward(&["ledger", "verify", "https://127.0.0.1:1", "--key", &key], &[]).code, 3);

    // A bundle of everything, and one of three days.
    let all = server.ward(&["ledger", "export", "all", "--platform"], &[]);
    assert_eq!(all.code, 0, "{all:?}");
    let path = server.dir.path().join("all");
    assert!(path.join("schema/ward-ocsf-1.8.0.schema.json").is_file() && path.join("verify.py").is_file());
    assert_eq!(server.ward(&["ledger", "verify", "all", "--key", &key], &[]).code, 0);
    let again = server.ward(&["ledger", "export", "all", "--platform"], &[]);
    assert_eq!(again.code, 1, "{again:?}");
    let span = ["--from", "2026-01-10T00:00:00Z", "--to", "2026-01-13T00:00:00Z"];
    let part = [&["ledger", "export", "part.tar", "--platform", "--json"], &span[..]].concat();
    let ran = server.ward(&part, &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(said["shards"][1], json!({ "shard": "2026-2", "first": 9, "end": 12 }), "{said}");
    assert_eq!(server.ward(&["ledger", "verify", "part.tar", "--key", &key], &[]).code, 0);
    let never = ["ledger", "export", "never", "--platform", "--from", "2030-01-01T00:00:00Z"];
    assert_eq!(server.ward(&never, &[]).code, 4);
    let python =
        std::process::Command::new("/usr/bin/python3").arg("verify.py").arg(&key).current_dir(&path).output();
    let python = python.unwrap();
    assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));

    // One entry.
    let prove = ["ledger", "prove", "17", "--shard", "2026-1", "--platform", "-o", "entry.proof"];
    assert_eq!(server.ward(&prove, &[]).code, 0);
    let ran = server.ward(&["ledger", "verify", "entry.proof", "--key", &key], &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("the entry 17"), "{ran:?}");
    let text = std::fs::read_to_string(server.dir.path().join("entry.proof")).unwrap();
    std::fs::write(server.dir.path().join("other.proof"), text.replace("index 17", "index 18")).unwrap();
    assert_eq!(server.ward(&["ledger", "verify", "other.proof", "--key", &key], &[]).code, 1);

    // A server that gives a changed tile is found out.
    let tile = log_dir.join("2026-1/tile/entries/000");
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[5_000] ^= 1;
    std::fs::write(&tile, bytes).unwrap();
    let ran = server.ward(&["ledger", "verify", &of_log, "--key", &key], &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("2026-1: tile/entries/000: entry"), "{ran:?}");
    let ran = server.ward(&["ledger", "export", "bad", "--platform"], &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
}

#[test]
fn the_token_goes_to_the_server_it_is_of_and_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let key = log(&dir.path().join("platform"));
    let own = serving(dir.path().join("platform"));
    let other = serving(dir.path().join("platform"));
    let ca = other.dir.path().join("ca.pem");
    let url = format!("{}/copy", other.url);
    let ran = own.ward(&["ledger", "verify", &url, "--key", &key, "--ca", ca.to_str().unwrap()], &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(other.asked().iter().all(|asked| !asked.headers.contains_key("authorization")));
    assert!(own.asked().is_empty());
}

#[test]
fn words_are_searched_and_alerts_are_shown() {
    let server = StandIn::signed_in(|asked, _| {
        if asked.line.contains("/v1/resolve") {
            return Answer::Json(200, json!({ "organization": format!("org_{:032x}", 1) }));
        }
        if asked.line.contains("/v1/alerts") {
            let alert = json!({ "id": format!("alr_{:032x}", 1), "topic": "disk:full", "severity": "warning", "title": "The disk is nearly full", "text": "Make room.", "raised_at": "2026-01-01T00:00:00.000000Z", "seen_at": "2026-01-01T00:00:00.000000Z" });
            return Answer::Json(200, json!({ "items": [alert] }));
        }
        Answer::Json(200, json!({ "items": [] }))
    });
    assert_eq!(server.ward(&["ledger", "search", "project:create", "denied", "--platform"], &[]).code, 0);
    let lines = server.lines();
    assert!(lines.iter().any(|line| line.contains("text=project%3Acreate%20denied")), "{lines:?}");
    let ran = server.ward(&["alerts", "--all"], &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("The disk is nearly full: Make room."), "{ran:?}");
    let last = server.lines().pop().unwrap();
    assert!(last.contains("organization=org_") && last.contains("all=true"), "{last}");
}

#[test]
fn a_person_is_erased_only_after_being_asked() {
    let user = format!("usr_{:032x}", 7);
    let server = StandIn::signed_in(|_, _| Answer::Json(200, json!({ "subject": "sub_1" })));
    let refused = server.ward(&["ledger", "forget-person", &user, "--reason", "request 17"], &[]);
    assert_ne!(refused.code, 0, "{refused:?}");
    assert!(server.asked().is_empty());
    let ran = server.ward(&["ledger", "forget-person", &user, "--reason", "request 17", "--yes"], &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(server.lines(), [format!("POST /v1/ledger/subjects/{user}/erase")]);
    assert_eq!(server.asked()[0].json(), json!({ "reason": "request 17" }));
}
