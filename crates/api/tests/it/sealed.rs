//! Sealing, and the door while sealed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use ward_api::{SealedState, Unsealer, sealed_router};
use ward_model::{ErrorCode, Role, Target};
use ward_spine::{Error, Result, SystemClock};
use zeroize::Zeroizing;

use crate::world::{Api, Reply};

#[tokio::test]
async fn sealing_is_recorded_rings_the_bell_and_stops_everything() {
    let api = Api::new().await;
    let who = api.user(Role::Owner, &Target::platform(), true).await;
    let reply = api.post(&who.secret, "/v1/seal", Value::Null).await;
    assert_eq!((reply.status, reply.json()["sealed"].clone()), (StatusCode::OK, json!(true)));
    tokio::time::timeout(Duration::from_secs(1), api.sealed.notified()).await.expect("the bell rings");
    let refused = api.get(&who.secret, "/v1/status").await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "sealed"));
    api.server.core.audit.settle().await.unwrap();
    let entries = api.entries(reply.request_id());
    let said: Vec<&str> = entries.iter().map(|e| e.kind.as_str()).collect();
    assert_eq!(said, ["attempt", "outcome"]);
    assert!(entries.iter().all(|e| e.action == "platform:seal"));
}

struct Door(AtomicBool);

#[async_trait]
impl Unsealer for Door {
    async fn unseal(&self, passphrase: Zeroizing<String>) -> Result<()> {
        if passphrase.as_str() == "correct horse" {
            self.0.store(true, Ordering::SeqCst);
            return Ok(());
        }
        Err(Error::new(ErrorCode::Unauthenticated, "the passphrase is wrong", "try again"))
    }
}

async fn ask(router: &Router, method: Method, path: &str, body: Value) -> Reply {
    let request =
        Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
    let response = router.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Reply { status: parts.status, headers: parts.headers, body }
}

#[tokio::test]
async fn while_sealed_there_is_health_and_unseal_and_nothing_else() {
    let door = Arc::new(Door(AtomicBool::new(false)));
    let router = sealed_router(SealedState::new("1".into(), Arc::new(SystemClock), door.clone()));
    let health = ask(&router, Method::GET, "/v1/health", Value::Null).await;
    assert_eq!(health.json(), json!({ "version": "1", "sealed": true }));
    for path in ["/v1/status", "/v1/sessions", "/v1/apps/x", "/v1/openapi.json"] {
        let reply = ask(&router, Method::POST, path, json!({})).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, "sealed"),
            "{path}"
        );
        assert!(reply.json()["next_step"].as_str().unwrap().contains("ward server unseal"));
    }
    assert_eq!(ask(&router, Method::GET, "/other", Value::Null).await.status, StatusCode::NOT_FOUND);
    let malformed = ask(&router, Method::POST, "/v1/unseal", json!({ "pass": 1 })).await;
    assert_eq!((malformed.status, malformed.code().as_str()), (StatusCode::BAD_REQUEST, "invalid"));
    let good = ask(&router, Method::POST, "/v1/unseal", json!({ "passphrase": "correct horse" })).await;
    assert_eq!((good.status, good.json()["sealed"].clone()), (StatusCode::OK, json!(false)));
    assert!(door.0.load(Ordering::SeqCst));
}

#[tokio::test]
async fn guessing_the_passphrase_is_slow_even_side_by_side() {
    let door = Arc::new(Door(AtomicBool::new(false)));
    let router = sealed_router(SealedState::new("1".into(), Arc::new(SystemClock), door.clone()));
    let guesses = (0..8).map(|n| {
        let router = router.clone();
        tokio::spawn(async move {
            ask(&router, Method::POST, "/v1/unseal", json!({ "passphrase": format!("guess {n}") }))
                .await
                .status
        })
    });
    let mut wrong = 0;
    for guess in guesses.collect::<Vec<_>>() {
        match guess.await.unwrap() {
            StatusCode::UNAUTHORIZED => wrong += 1,
            status => assert_eq!(status, StatusCode::TOO_MANY_REQUESTS),
        }
    }
    assert_eq!(wrong, 3);
    let right = ask(&router, Method::POST, "/v1/unseal", json!({ "passphrase": "correct horse" })).await;
    assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS, "the right one waits too");
    assert!(right.headers.contains_key(header::RETRY_AFTER));
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let right = ask(&router, Method::POST, "/v1/unseal", json!({ "passphrase": "correct horse" })).await;
    assert_eq!(right.status, StatusCode::OK);
}
