//! Credentials that are no credentials.

use std::time::Duration;

use crate::world::{Api, World};
use axum::http::{Method, StatusCode, header};
use serde_json::Value;

async fn refused(api: &Api, secret: &str) {
    let reply = api.call(secret, Method::GET, "/v1/status", Value::Null).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (StatusCode::UNAUTHORIZED, "unauthenticated"),
        "{secret:?}"
    );
    assert!(reply.headers.contains_key(header::WWW_AUTHENTICATE));
    // Of this request; the ledger may write of its own accord meanwhile.
    api.server.core.audit.settle().await.unwrap();
    assert!(api.entries(reply.request_id()).is_empty(), "{secret:?}");
}

#[tokio::test]
async fn forged_and_tampered_secrets_open_nothing() {
    let world = World::new().await;
    let api = &world.api;
    let (_, token) = world.token().await;
    for secret in [&world.owner.secret, &token] {
        assert_eq!(api.get(secret, "/v1/status").await.status, StatusCode::OK);
        for at in [0, secret.len() / 2, secret.len() - 1] {
            let mut bytes = secret.clone().into_bytes();
            bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
            refused(api, &String::from_utf8(bytes).unwrap()).await;
        }
        refused(api, &secret[..secret.len() - 1]).await;
        refused(api, &format!("{secret}a")).await;
        refused(api, &secret.to_uppercase()).await;
    }
    // Well formed, with a right checksum, but nobody's.
    refused(api, &ward_vault::random::token("ward_ses_")).await;
    refused(api, &ward_vault::random::token("ward_pat_")).await;
    // Its id or hash is no secret.
    refused(api, &world.owner.session.to_string()).await;
    refused(api, &ward_vault::hash::sha256_hex(world.owner.secret.as_bytes())).await;
    refused(api, "' or 1=1 --").await;
    // Nor is a secret taken from elsewhere than the header.
    let reply = api
        .call("", Method::GET, &format!("/v1/status?access_token={}", world.owner.secret), Value::Null)
        .await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    let cookie = format!("session={}", world.owner.secret);
    let reply = api.call_with("", Method::GET, "/v1/status", Value::Null, &[("cookie", &cookie)]).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn ended_idle_old_and_revoked_credentials_open_nothing() {
    let world = World::new().await;
    let api = &world.api;
    let (token_id, token) = world.token().await;
    let (_, idle) = api.session(world.owner.user, true).await;
    let (_, ended) = api.session(world.owner.user, true).await;
    assert_eq!(
        api.call(&ended, Method::DELETE, "/v1/sessions/current", Value::Null).await.status,
        StatusCode::NO_CONTENT
    );
    refused(api, &ended).await;
    api.server.clock.advance(Duration::from_secs(14 * 60));
    assert_eq!(api.get(&idle, "/v1/status").await.status, StatusCode::OK);
    api.server.clock.advance(Duration::from_secs(15 * 60));
    refused(api, &idle).await;
    assert_eq!(api.get(&token, "/v1/status").await.status, StatusCode::OK);
    let (_, fresh) = api.session(world.owner.user, true).await;
    let gone = api.call(&fresh, Method::DELETE, &format!("/v1/me/tokens/{token_id}"), Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    refused(api, &token).await;
}

#[tokio::test]
async fn a_token_ends_at_its_end() {
    let world = World::new().await;
    let (_, token) = world.token().await;
    assert_eq!(world.api.get(&token, "/v1/status").await.status, StatusCode::OK);
    world.api.server.clock.advance(Duration::from_secs(86_400));
    refused(&world.api, &token).await;
}
