//! The ledger through the door.

use axum::http::StatusCode;
use serde_json::Value;
use ward_ledger::{Checkpoint, VerifierKey, tile::decode_bundle};

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
        assert_eq!(item["event"]["object"]["organization"], world.organization.to_string());
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

#[tokio::test]
async fn what_a_verifier_needs_is_served_and_verifies() {
    let world = World::new().await;
    let (api, secret) = (&world.api, &world.platform.secret);
    let verdict = api.post(secret, "/v1/ledger/verify", Value::Null).await;
    assert_eq!(verdict.status, StatusCode::OK, "{}", verdict.text());
    let verdict = verdict.json();
    assert_eq!((&verdict["verified"], &verdict["finding"]), (&Value::Bool(true), &Value::Null));
    let key: VerifierKey = verdict["key"].as_str().unwrap().parse().unwrap();
    // The log publishes every five seconds.
    let checkpoint = loop {
        let note = api.get(secret, "/v1/ledger/checkpoint").await;
        if note.status == StatusCode::OK {
            let checkpoint = Checkpoint::open(&note.body, &key).unwrap();
            if checkpoint.size > 0 {
                break checkpoint;
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    let width = checkpoint.size % 256;
    let tile = api.get(secret, &format!("/v1/ledger/tile/entries/000.p/{width}")).await;
    assert_eq!(tile.status, StatusCode::OK, "{}", tile.text());
    assert_eq!(decode_bundle(&tile.body).unwrap().len() as u64, width);
    let hashes = api.get(secret, &format!("/v1/ledger/tile/0/000.p/{width}")).await;
    assert_eq!(hashes.body.len() as u64, width * 32);
    assert_eq!(api.get(secret, "/v1/ledger/tile/0/999").await.status, StatusCode::NOT_FOUND);
    for path in [
        "..%2f..%2froot.key",
        "entries/..%2f..%2fhead",
        "0/0",
        "0/000.p/0",
        "0/000.p/256",
        "0/000/",
        "64/000",
        "entries",
        "0/x000/000",
        "%2fetc%2fpasswd",
        "0/000.p/1%00",
    ] {
        assert_eq!(
            api.get(secret, &format!("/v1/ledger/tile/{path}")).await.status,
            StatusCode::BAD_REQUEST,
            "{path}"
        );
    }
}

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
}
