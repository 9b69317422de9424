//! `Idempotency-Key`.

use std::{sync::Arc, time::Duration};

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{Reply, World};

async fn create(world: &World, secret: &str, name: &str, key: &str) -> Reply {
    let path = format!("/v1/environments/{}/apps", world.environment);
    world
        .api
        .call_with(secret, Method::POST, &path, json!({ "name": name }), &[("idempotency-key", key)])
        .await
}

#[tokio::test]
async fn a_repeat_is_answered_and_not_carried_out_again() {
    let world = World::new().await;
    let secret = &world.owner.secret;
    let first = create(&world, secret, "one", "k1").await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text());
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let again = create(&world, secret, "one", "k1").await;
    assert_eq!((again.status, again.json()), (StatusCode::CREATED, first.json()));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_ne!(again.request_id(), first.request_id());
    assert_eq!(world.apps().await, 2);

    let other_body = create(&world, secret, "two", "k1").await;
    assert_eq!((other_body.status, other_body.code().as_str()), (StatusCode::CONFLICT, "conflict"));
    let other_person = create(&world, &world.colleague.secret, "three", "k1").await;
    assert_eq!(other_person.status, StatusCode::CREATED, "a key belongs to who used it");
    let path = format!("/v1/organizations/{}/projects", world.organization);
    let other_route = world
        .api
        .call_with(secret, Method::POST, &path, json!({ "name": "one" }), &[("idempotency-key", "k1")])
        .await;
    assert_eq!(other_route.status, StatusCode::CREATED, "and to its path");
    assert_eq!(world.apps().await, 3);
}

#[tokio::test]
async fn an_error_is_not_kept_and_a_day_later_nothing_is() {
    let world = World::new().await;
    let secret = &world.owner.secret;
    assert_eq!(create(&world, secret, "clinic", "k").await.status, StatusCode::CONFLICT);
    let second = create(&world, secret, "fine", "k").await;
    assert_eq!(second.status, StatusCode::CREATED, "after an error the key is free: {}", second.text());
    world.api.server.clock.advance(Duration::from_secs(25 * 3600));
    let (_, secret) = world.api.session(world.owner.user, true).await;
    assert_eq!(create(&world, &secret, "later", "k").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn two_at_once_are_carried_out_once() {
    let world = Arc::new(World::new().await);
    let both = [world.clone(), world.clone()]
        .map(|w| tokio::spawn(async move { create(&w, &w.owner.secret, "twin", "k").await.status }));
    let mut statuses = Vec::new();
    for one in both {
        statuses.push(one.await.unwrap());
    }
    assert!(statuses.contains(&StatusCode::CREATED), "{statuses:?}");
    assert!(
        statuses.iter().all(|s| matches!(*s, StatusCode::CREATED | StatusCode::CONFLICT)),
        "{statuses:?}"
    );
    assert_eq!(world.apps().await, 2);
}

#[tokio::test]
async fn who_may_no_longer_come_in_gets_no_kept_answer() {
    let world = World::new().await;
    create(&world, &world.owner.secret, "one", "k").await;
    assert_eq!(create(&world, "", "one", "k").await.status, StatusCode::UNAUTHORIZED);
    world.api.call(&world.owner.secret, Method::DELETE, "/v1/sessions/current", Value::Null).await;
    assert_eq!(create(&world, &world.owner.secret, "one", "k").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn routes_with_secrets_refuse_the_header_and_nothing_of_them_is_kept() {
    let world = World::new().await;
    let secret = &world.owner.secret;
    let users = format!("/v1/organizations/{}/users", world.organization);
    let value = format!("/v1/apps/{}/secrets/API_KEY", world.app);
    for (method, path, body) in [
        (
            Method::POST,
            users.as_str(),
            json!({ "email": "new@example.org", "display_name": "N", "role": "auditor" }),
        ),
        (Method::POST, "/v1/me/recovery-codes", Value::Null),
        (Method::POST, "/v1/me/factor", Value::Null),
        (Method::PUT, value.as_str(), json!({ "value": "x" })),
    ] {
        let reply = world.api.call_with(secret, method, path, body, &[("idempotency-key", "k")]).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "invalid"), "{path}");
    }
    let mut read = world.api.server.core.db.read().await.unwrap();
    let (kept,): (i64,) =
        sqlx::query_as("select count(*) from idempotency").fetch_one(read.conn()).await.unwrap();
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn a_key_that_is_no_key_is_refused() {
    let world = World::new().await;
    for key in [String::new(), "a b".into(), "x".repeat(201)] {
        let reply = create(&world, &world.owner.secret, "one", &key).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "invalid"), "{key:?}");
    }
    assert_eq!(world.apps().await, 1);
}
