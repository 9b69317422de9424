//! The ledger through the door.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use ward_ledger::{
    Checkpoint, VerifierKey,
    proof::Proof,
    tile::{Kind, Tile, decode_bundle},
    verify::Trust,
};
use ward_model::ErrorCode;

use crate::world::World;

#[tokio::test]
async fn entries_are_those_of_the_organization_and_filters_hold() {
    let world = World::new().await;
    world.api.server.core.audit.settle().await.unwrap();
    let get = async |query: &str| {
        world
            .api
            .get(
                &world.owner.secret,
                &format!("/v1/ledger/entries?organization={}{query}", world.organization),
            )
            .await
    };
    let all = get("&limit=200").await;
    assert_eq!(all.status, StatusCode::OK);
    let all = all.json();
    for item in all["items"].as_array().unwrap() {
        assert_eq!(item["log"], world.organization.to_string());
    }
    let some = get("&action=app&kind=attempt").await.json();
    let actions: Vec<&str> =
        some["items"].as_array().unwrap().iter().map(|i| i["event"]["action"].as_str().unwrap()).collect();
    assert_eq!(
        actions,
        ["app:deploy", "secret:write", "app:create"]
            .into_iter()
            .filter(|a| a.starts_with("app:"))
            .collect::<Vec<_>>()
    );
    let first = get("&limit=1").await.json();
    let next = get(&format!("&limit=1&cursor={}", first["next"].as_str().unwrap())).await.json();
    assert!(next["items"][0]["index"].as_u64() < first["items"][0]["index"].as_u64());
    assert_eq!(get("&cursor=x").await.status, StatusCode::BAD_REQUEST);
}

/// The newest published checkpoint, once it covers an entry.
async fn published(world: &World, secret: &str, base: &str, key: &VerifierKey) -> Checkpoint {
    loop {
        let note = world.api.get(secret, &format!("{base}/checkpoint")).await;
        if note.status == StatusCode::OK {
            let checkpoint = Checkpoint::open(&note.body, key).unwrap();
            if checkpoint.size > 0 {
                return checkpoint;
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn what_a_verifier_needs_is_served_and_verifies() {
    let world = World::new().await;
    let (api, secret) = (&world.api, &world.platform.secret);
    let verdict = api.post(secret, "/v1/ledger/verify", Value::Null).await;
    assert_eq!(verdict.status, StatusCode::OK, "{}", verdict.text());
    let verdict = verdict.json();
    assert_eq!((&verdict["verified"], &verdict["finding"]), (&Value::Bool(true), &Value::Null));
    assert_eq!(verdict["logs"].as_array().unwrap().len(), 2, "{verdict}");

    let logs = api.get(secret, "/v1/ledger/logs").await.json();
    let names: Vec<&str> =
        logs["items"].as_array().unwrap().iter().map(|l| l["log"].as_str().unwrap()).collect();
    assert_eq!(names, [world.organization.to_string().as_str(), "platform"]);
    assert_eq!(logs["items"][0]["organization"], "mercy");
    for (log, secret) in [(&logs["items"][0], &world.owner.secret), (&logs["items"][1], secret)] {
        let shard = &log["shards"][0];
        let base =
            format!("/v1/ledger/logs/{}/{}", log["log"].as_str().unwrap(), shard["shard"].as_str().unwrap());
        let key: VerifierKey = shard["key"].as_str().unwrap().parse().unwrap();
        let keys = api.get(secret, &format!("/v1/ledger/logs/{}/keys", log["log"].as_str().unwrap())).await;
        assert!(keys.text().contains(&key.to_string()), "{}", keys.text());
        let checkpoint = published(&world, secret, &base, &key).await;
        let tile = |kind| Tile::partial(kind, checkpoint.size).unwrap().path();
        let bundle = api.get(secret, &format!("{base}/{}", tile(Kind::Entries))).await;
        assert_eq!(bundle.status, StatusCode::OK, "{}", bundle.text());
        let entries = decode_bundle(&bundle.body).unwrap();
        assert_eq!(entries.len() as u64, checkpoint.size % 256);
        let hashes = api.get(secret, &format!("{base}/{}", tile(Kind::Hashes(0)))).await;
        assert_eq!(hashes.body.len() as u64, checkpoint.size % 256 * 32);

        let proof = api.get(secret, &format!("{base}/proof/0")).await;
        assert_eq!(proof.status, StatusCode::OK, "{}", proof.text());
        let trust = Trust { keys: vec![key], ..Trust::default() };
        let proven = Proof::parse(&proof.body).unwrap().verify(None, &trust).unwrap();
        assert_eq!(proven.entry, entries[0]);
        assert_eq!(api.get(secret, &format!("{base}/proof/99999")).await.status, StatusCode::NOT_FOUND);
        for missing in
            ["tile/0/999", "tile/entries/999", "witnessed", &format!("payload/{}", "ab".repeat(32))]
        {
            let reply = api.get(secret, &format!("{base}/{missing}")).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{missing}");
        }
    }
}

#[tokio::test]
async fn nothing_of_a_request_becomes_a_path() {
    let world = World::new().await;
    let (api, secret) = (&world.api, &world.platform.secret);
    let shard = api.server.shard_dir().file_name().unwrap().to_str().unwrap().to_owned();
    let get = async |path: &str| api.get(secret, &format!("/v1/ledger/logs/{path}")).await;
    for path in [
        "..%2f..%2froot.key/x",
        "0/0",
        "0/000.p/0",
        "0/000.p/256",
        "0/000/",
        "64/000",
        "entries/..%2f..%2fhead",
        "entries/000.p/01",
        "0/x000/000",
        "%2fetc%2fpasswd/000",
        "0/000.p/1%00",
    ] {
        let reply = get(&format!("platform/{shard}/tile/{path}")).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path}");
    }
    for sha256 in ["..%2fhead", "AB", &"AB".repeat(32), &"ab".repeat(33)] {
        let reply = get(&format!("platform/{shard}/payload/{sha256}")).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{sha256}");
    }
    let nobody = format!("org_{}", "0".repeat(32));
    for path in [
        "platform/lock",
        "platform/..%2fkeys",
        "..%2fcontrol/keys",
        "platform/2026-1%2fkey.json",
        &format!("platform/{shard}.archived"),
        "platform/..%2fplatform/checkpoint",
        "platform/1999-1/checkpoint",
        &format!("{nobody}/keys"),
        &format!("{nobody}/{shard}/tile/entries/000"),
    ] {
        assert_eq!(get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!api.server.ledger_dir().join(nobody).exists(), "nobody makes a log by naming one");
}

/// Changes one letter of the newest segment of the organization's log.
#[tokio::test]
async fn a_changed_ledger_does_not_verify() {
    let world = World::new().await;
    let (api, secret) = (&world.api, &world.platform.secret);
    let segment = std::fs::read_dir(
        api.server
            .ledger_dir()
            .join(world.organization.to_string())
            .join(api.server.shard_dir().file_name().unwrap())
            .join("wal"),
    )
    .unwrap()
    .next()
    .unwrap()
    .unwrap()
    .path();
    let bytes = std::fs::read(&segment).unwrap();
    let at = bytes.windows(10).position(|w| w == b"app:deploy").unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(&segment).unwrap();
    std::os::unix::fs::FileExt::write_at(&file, b"b", at as u64).unwrap();
    let verdict = api.post(secret, "/v1/ledger/verify", Value::Null).await.json();
    assert_eq!(verdict["verified"], false);
    assert!(verdict["finding"].as_str().unwrap().contains("wal"), "{verdict}");
    let of = |log: &str| {
        let logs = verdict["logs"].as_array().unwrap();
        logs.iter().find(|l| l["log"] == log).unwrap()["verified"].as_bool().unwrap()
    };
    assert!(!of(&world.organization.to_string()) && of("platform"), "{verdict}");
}

#[tokio::test]
async fn a_person_who_left_is_erased_and_their_entries_verify() {
    let world = World::new().await;
    let (api, secret) = (&world.api, &world.platform.secret);
    let user = world.colleague.user;
    let path = format!("/v1/ledger/subjects/{user}/erase");
    // Something that the colleague did.
    assert_eq!(api.get(&world.colleague.secret, "/v1/posture").await.status, StatusCode::FORBIDDEN);
    let reason = json!({ "reason": "request 17 under Article 17 GDPR" });
    assert_eq!(api.post(secret, &path, reason.clone()).await.code(), ErrorCode::Conflict.as_str());
    api.write("update users set disabled_at = 1 where id = $1", |q| q.bind(user.to_string())).await;
    assert_eq!(api.post(secret, &path, json!({ "reason": " " })).await.status, StatusCode::BAD_REQUEST);

    let of_person = async |secret: &str| {
        api.server.core.audit.settle().await.unwrap();
        let path = format!("/v1/ledger/entries?limit=200&actor={user}");
        api.get(secret, &path).await.json()["items"].as_array().unwrap().len()
    };
    assert!(of_person(secret).await > 0);
    let erased = api.post(secret, &path, reason.clone()).await;
    assert_eq!(erased.status, StatusCode::OK, "{}", erased.text());
    let subject = erased.json()["subject"].as_str().unwrap().to_owned();
    assert!(subject.starts_with("sub_"));
    assert_eq!(of_person(secret).await, 0);
    let all = api.get(secret, "/v1/ledger/entries?limit=200").await.text();
    assert!(!all.contains(&user.to_string()), "{all}");
    assert!(all.contains(&subject) && all.contains("request 17"), "{all}");
    assert_eq!(api.post(secret, &path, reason).await.status, StatusCode::NOT_FOUND);
    assert_eq!(api.post(secret, "/v1/ledger/verify", Value::Null).await.json()["verified"], true);
}

#[tokio::test]
async fn alerts_are_seen_by_whom_they_concern() {
    let world = World::new().await;
    let (api, alerts) = (&world.api, &world.api.server.core.alerts);
    let severity = ward_model::alerts::Severity::Warning;
    alerts.raise("disk:full", severity, "The disk is nearly full", "Make room.").await.unwrap();
    let own = ward_spine::alerts::NewAlert {
        topic: "drain:x",
        severity,
        organization: Some(world.organization),
        title: "A drain is behind",
        text: "Look at it.",
    };
    alerts.raise_for(own).await.unwrap();
    let topics = async |secret: &str, query: &str| {
        let reply = api.get(secret, &format!("/v1/alerts{query}")).await.json();
        let items = reply["items"].as_array().unwrap().clone();
        items.iter().map(|a| a["topic"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let of = format!("?organization={}", world.organization);
    assert_eq!(topics(&world.owner.secret, &of).await, ["drain:x"]);
    let mut all = topics(&world.platform.secret, "").await;
    all.sort();
    assert_eq!(all, ["disk:full", "drain:x"]);
    alerts.clear("drain:x").await.unwrap();
    assert!(topics(&world.owner.secret, &of).await.is_empty());
    assert_eq!(topics(&world.owner.secret, &format!("{of}&all=true")).await, ["drain:x"]);
    assert_eq!(api.get(&world.owner.secret, "/v1/alerts").await.status, StatusCode::FORBIDDEN);
}
