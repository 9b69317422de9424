//! Webhooks: signed, in order, and counted once by a receiver that has its bad days.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use ward_custody::drains::{self, Entry, format::webhook};
use ward_model::drains::{Destination, DrainState};

use super::rig::{Rig, once, wish};
use crate::receiver::{Act, Arrived, Certificates, Receiver};

/// Checks the signature as the documentation tells receivers to, and returns the entries.
fn verified(arrived: &Arrived, key: &[u8]) -> Vec<Entry> {
    let header = arrived.header("ward-signature").unwrap();
    let part = |name: &str| header.split(',').find_map(|p| p.strip_prefix(name)).unwrap().to_owned();
    let mut signed = format!("{}.", part("t=")).into_bytes();
    signed.extend_from_slice(&arrived.body);
    let mac = ward_vault::hash::hmac_sha256(key, &signed);
    let mac: String = mac.iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(part("v1="), mac);
    assert_eq!(part("kid="), webhook::key_id(key));
    let body: Value = serde_json::from_slice(&arrived.body).unwrap();
    let entries: Vec<Entry> = body["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| Entry {
            log: e["log"].as_str().unwrap().into(),
            shard: e["shard"].as_str().unwrap().into(),
            index: e["index"].as_u64().unwrap(),
            // Canonical bytes are what serde_json writes: sorted keys, no white space.
            bytes: e["entry"].to_string().into_bytes(),
        })
        .collect();
    if !entries.is_empty() {
        assert_eq!(arrived.header("ward-range"), Some(webhook::range(&entries).as_str()));
    }
    entries
}

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

#[tokio::test]
async fn a_receiver_with_bad_days_gets_every_entry_and_counts_each_once() {
    let certificates = Certificates::new();
    let count = AtomicUsize::new(0);
    let mut receiver = Receiver::start(Some(&certificates), move |arrived| {
        if arrived.body.windows(11).any(|w| w == b"\"test\":true") {
            return Act::Answer(200, String::new());
        }
        match count.fetch_add(1, Ordering::SeqCst) {
            0 => Act::Answer(500, "out of order".into()),
            // It took the batch, but the answer never arrived whole.
            1 => Act::Half,
            2 => Act::Close,
            3 => Act::Answer(413, String::new()),
            _ => Act::Answer(204, String::new()),
        }
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let mut rig = Rig::open(dir.path()).await;
    rig.enter(None, 30).await;
    let mut new = wish("soar", Destination::Webhook { url: receiver.url("https", "/in") });
    new.ca_pem = Some(certificates.ca.clone());
    new.headers.insert("Authorization".into(), "Bearer s3cret-of-the-test".into());
    let made = rig.create(new).await;
    let key = from_hex(made.signing_key.as_deref().unwrap());
    let id = made.drain.id;
    rig.start();
    let failing = rig.until(id, |d| d.state == DrainState::Failing).await;
    assert!(failing.progress.last_error.as_deref().unwrap().contains("500"), "{failing:?}");
    // Letting it go on is a try at once, not after the pause.
    let operator = rig.operator();
    let mut tries = 0;
    while rig.until(id, |d| d.state == DrainState::Failing || d.progress.behind == 0).await.state
        == DrainState::Failing
    {
        tries += 1;
        assert!(tries < 40, "it never recovers");
        let _ = drains::resume(&operator, id).await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    rig.enter(None, 10).await;
    let drain = rig.drained(id).await;
    assert_eq!((drain.state, drain.progress.last_error), (DrainState::Active, None));
    let tested = drains::test(&operator, id).await.unwrap();
    assert!(tested.delivered, "{tested:?}");
    rig.drained(id).await;
    let (mut taken, mut refused) = (Vec::new(), 0);
    while let Ok((arrived, act)) = receiver.arrived.try_recv() {
        assert_eq!(arrived.header("authorization"), Some("Bearer s3cret-of-the-test"));
        let entries = verified(&arrived, &key);
        match act {
            Act::Answer(204 | 200, _) | Act::Half => taken.extend(entries),
            _ => refused += 1,
        }
    }
    assert!(refused >= 3);
    let expected = rig.entries("platform");
    assert!(taken.len() > expected.len(), "nothing came twice, so this proves nothing");
    assert_eq!(once(taken), expected);
    rig.close().await;
}

#[tokio::test]
async fn secrets_are_nowhere_in_clear_and_gone_with_the_drain() {
    let dir = tempfile::tempdir().unwrap();
    let rig = Rig::open(dir.path()).await;
    let mut new = wish("soar", Destination::Webhook { url: "https://127.0.0.1:1/in".into() });
    new.headers.insert("authorization".into(), "Bearer s3cret-of-the-test".into());
    let made = rig.create(new).await;
    let key = made.signing_key.clone().unwrap();
    let shown = serde_json::to_string(&drains::get(&rig.operator(), made.drain.id).await.unwrap()).unwrap();
    assert!(shown.contains("authorization") && !shown.contains("s3cret") && !shown.contains(&key), "{shown}");
    let everything = |dir: &std::path::Path| {
        let mut bytes: Vec<u8> = Vec::new();
        for entry in rig.entries("platform") {
            bytes.extend(entry.bytes);
        }
        for file in ["ward.db", "ward.db-wal"] {
            bytes.extend(std::fs::read(dir.join(file)).unwrap_or_default());
        }
        bytes
    };
    rig.core.audit.settle().await.unwrap();
    let bytes = everything(dir.path());
    for secret in ["s3cret-of-the-test", key.as_str()] {
        assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "{secret} is in clear");
    }
    assert!(bytes.windows(6).any(|w| w == b"drn_01"), "the search looks in the right place");
    drains::remove(&rig.operator(), made.drain.id).await.unwrap();
    let mut read = rig.core.db.read().await.unwrap();
    let row: (i64,) = sqlx::query_as("select count(*) from drains where sealed is not null")
        .fetch_one(read.conn())
        .await
        .unwrap();
    let keys: (i64,) =
        sqlx::query_as("select count(*) from keys where context like 'drain %' and wrapped <> ''")
            .fetch_one(read.conn())
            .await
            .unwrap();
    assert_eq!((row.0, keys.0), (0, 0));
    drop(read);
    assert!(drains::get(&rig.operator(), made.drain.id).await.is_err());
    rig.close().await;
}
