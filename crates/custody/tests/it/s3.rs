//! Closed shards in a bucket with Object Lock, over TLS, with signatures that are checked.
//!
//! The server is moto (PyPI, Apache-2.0), which `scripts/install-dependencies.sh --test` installs.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Mutex,
};

use serde_json::{Value, json};
use ward_custody::{
    archive::{self, Place, PlaceConfig, S3Config},
    holds, retention,
};
use ward_ledger::{AppendError, series::Slot};
use ward_model::{
    Timestamp,
    retention::{NewHold, Pruning, ReleaseHold, SetRetention, ShardState},
};

use crate::archivist::{Archivist, DAY};

/// Where the script puts tools from PyPI.
const PYTHON: &str = "/opt/ward-test-tools/bin/python";

struct Bucket {
    child: Child,
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    hello: Value,
    pem: String,
    _dir: tempfile::TempDir,
}

impl Bucket {
    fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/s3.py");
        assert!(Path::new(PYTHON).exists(), "{PYTHON} is missing: scripts/install-dependencies.sh --test");
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let (certificate, key) = (dir.path().join("certificate.pem"), dir.path().join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let mut child = Command::new(PYTHON)
            .args([script, certificate, key])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let hello = serde_json::from_str(&line).expect("the server says where it is");
        Self { child, pipes: Mutex::new((stdin, stdout)), hello, pem: made.cert.pem(), _dir: dir }
    }

    /// Has the server's side do something, as another client with the same key.
    fn order(&self, order: Value) -> Value {
        let mut pipes = self.pipes.lock().unwrap();
        writeln!(pipes.0, "{order}").unwrap();
        let mut line = String::new();
        pipes.1.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn config(&self, bucket: &str) -> S3Config {
        S3Config {
            bucket: bucket.into(),
            region: "us-east-1".into(),
            endpoint: Some(format!("https://127.0.0.1:{}", self.hello["port"])),
            prefix: "ward/ledger".into(),
            key_id: self.hello["key_id"].as_str().unwrap().into(),
            secret: self.hello["secret"].as_str().unwrap().to_owned().into(),
            ca_pem: Some(self.pem.clone()),
        }
    }

    async fn world(&self, bucket: &str) -> Archivist {
        Archivist::at(&PlaceConfig::S3(Box::new(self.config(bucket)))).await
    }

    fn head(&self, name: &str) -> Value {
        self.order(json!({ "do": "head", "name": name }))["ok"].clone()
    }

    fn versions(&self) -> Vec<(String, String)> {
        let found = self.order(json!({ "do": "list" }))["ok"].as_array().unwrap().clone();
        let text = |v: &Value, key: &str| v[key].as_str().unwrap().to_owned();
        found.iter().map(|v| (text(v, "name"), text(v, "version"))).collect()
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn an_archived_shard_can_not_be_deleted_by_anybody_for_six_years() {
    let bucket = Bucket::start();
    let world = bucket.world("locked").await;
    let shard = world.archived_shard().await;
    let status = world.status(&shard).await;
    assert!(status.locked_until.unwrap() >= status.kept_until.unwrap());
    let versions = bucket.versions();
    assert_eq!(versions.len(), 2, "the object and its manifest, once: {versions:?}");
    for (name, version) in &versions {
        assert!(name.starts_with("ward/ledger/"), "{name}");
        let head = bucket.head(name);
        assert_eq!(head["mode"], "COMPLIANCE");
        let until: Timestamp = head["until"].as_str().unwrap().parse().unwrap();
        assert!(until >= status.kept_until.unwrap(), "{head}");
        let refused = bucket.order(json!({ "do": "delete", "name": name, "version": version }));
        assert_eq!(refused["error"], "AccessDenied", "{refused}");
    }
    // A marker hides the object from others. Ward asks for its version.
    for (name, _) in &versions {
        if name.ends_with(".ward") {
            assert_eq!(bucket.order(json!({ "do": "delete", "name": name }))["ok"], true);
        }
    }
    archive::verify(&world.owner(), None, &shard).await.unwrap();
    assert!(world.archive().await.contains("verified again"));
    archive::restore(&world.owner(), None, &shard).await.unwrap();
    assert!(world.archive().await.contains("brought back"));
}

#[tokio::test]
async fn a_longer_retention_and_a_hold_reach_the_objects() {
    let bucket = Bucket::start();
    let world = bucket.world("locked").await;
    let shard = world.archived_shard().await;
    let name = format!("ward/ledger/{}", world.status(&shard).await.object.unwrap());
    let before = world.status(&shard).await.locked_until.unwrap();
    retention::set(&world.owner(), None, SetRetention { months: Some(120), ..SetRetention::default() })
        .await
        .unwrap();
    let said = world.archive().await;
    assert!(said.contains("locked for longer"), "{said}");
    let status = world.status(&shard).await;
    assert!(
        status.locked_until.unwrap() >= status.kept_until.unwrap() && status.locked_until.unwrap() > before
    );
    assert!(bucket.head(&name)["until"].as_str().unwrap().starts_with("2036-"));
    let new = NewHold { name: "h".into(), reason: "m".into(), from: None, to: None };
    let hold = holds::create(&world.owner(), None, new).await.unwrap();
    assert!(world.archive().await.contains("legal hold put on"));
    assert_eq!(bucket.head(&name)["hold"], "ON");
    holds::release(&world.owner(), hold.id, ReleaseHold { reason: "over".into() }).await.unwrap();
    assert!(world.archive().await.contains("legal hold taken off"));
    assert_eq!(bucket.head(&name)["hold"], "OFF");
    assert_eq!(world.archive().await, "");
}

#[tokio::test]
async fn with_a_lock_that_lasts_a_shard_may_leave_after_its_months_here() {
    let bucket = Bucket::start();
    let world = bucket.world("locked").await;
    let shard = world.archived_shard().await;
    let wish =
        SetRetention { pruning: Some(Pruning::Local), local_months: Some(12), ..SetRetention::default() };
    retention::set(&world.owner(), None, wish).await.unwrap();
    world.server.clock.advance(DAY * 300);
    assert_eq!(world.prune().await, "");
    world.server.clock.advance(DAY * 70);
    assert!(world.prune().await.contains("removed from this machine"));
    assert_eq!(world.status(&shard).await.state, ShardState::Pruned);
    archive::restore(&world.owner(), None, &shard).await.unwrap();
    assert!(world.archive().await.contains("brought back"));
}

#[tokio::test]
async fn what_the_store_damaged_is_found_and_archived_anew_beside_it() {
    let bucket = Bucket::start();
    let world = bucket.world("locked").await;
    let shard = world.archived_shard().await;
    let name = format!("ward/ledger/{}", world.status(&shard).await.object.unwrap());
    bucket.order(json!({ "do": "damage", "name": name, "at": 1000 }));
    archive::verify(&world.owner(), None, &shard).await.unwrap();
    let said = world.archive().await;
    assert!(said.contains("SHA-256"), "{said}");
    world.archive().await;
    assert_eq!(world.status(&shard).await.state, ShardState::Archived);
    let kept = bucket.versions().into_iter().filter(|(n, _)| *n == name).count();
    assert_eq!(kept, 2, "nothing is overwritten");
}

#[tokio::test]
async fn a_large_shard_goes_in_parts_and_comes_back_whole() {
    let bucket = Bucket::start();
    let world = bucket.world("locked").await;
    for at in 0..5u8 {
        let large = move |_: Slot<'_>| Ok::<_, AppendError>(vec![vec![at; 60_000]; 50]);
        world.series().append(world.server.clock_millis(), large).await.unwrap();
    }
    let shard = world.archived_shard().await;
    let status = world.status(&shard).await;
    assert!(status.bytes.unwrap() > 12 << 20, "{status:?}");
    let head = bucket.head(&format!("ward/ledger/{}", status.object.unwrap()));
    assert_eq!(head["mode"], "COMPLIANCE");
}

#[tokio::test]
async fn a_bucket_without_lock_or_versions_or_another_key_takes_nothing() {
    let bucket = Bucket::start();
    for (name, why) in [("plain", "no versions"), ("versioned", "no Object Lock"), ("absent", "failed")] {
        let world = bucket.world(name).await;
        let shard = world.close_shard().await;
        let said = world.archive().await;
        assert!(said.contains(why) || (name == "absent" && said.contains("no object")), "{name}: {said}");
        assert_eq!(world.status(&shard).await.state, ShardState::Closed);
    }
    let config = S3Config { secret: String::from("another").into(), ..bucket.config("locked") };
    let world = Archivist::at(&PlaceConfig::S3(Box::new(config))).await;
    let said = world.archive().await;
    assert!(said.contains("SignatureDoesNotMatch"), "{said}");
    assert!(bucket.versions().is_empty());
    let config = S3Config { ca_pem: None, ..bucket.config("locked") };
    let place = Place::new(&PlaceConfig::S3(Box::new(config))).unwrap();
    let world = Archivist { place, ..Archivist::new().await };
    let said = world.archive().await;
    assert!(said.contains("TLS"), "{said}");
}
