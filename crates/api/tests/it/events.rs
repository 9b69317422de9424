//! The event stream.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::{Request, StatusCode, header},
};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use ward_spine::events::NewEvent;

use crate::world::World;

async fn open(world: &World, secret: &str, query: &str, last: Option<&str>) -> (StatusCode, BodyDataStream) {
    let mut request =
        Request::get(format!("/v1/events{query}")).header(header::AUTHORIZATION, format!("Bearer {secret}"));
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response = world.api.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    (response.status(), response.into_body().into_data_stream())
}

/// The next event: its id and data.
async fn next(stream: &mut BodyDataStream) -> Option<(String, Value)> {
    loop {
        let piece = tokio::time::timeout(Duration::from_secs(5), stream.next()).await.expect("nothing came");
        let text = String::from_utf8(piece?.unwrap().to_vec()).unwrap();
        let field = |name: &str| text.lines().find_map(|l| l.strip_prefix(name)).map(|v| v.trim().to_owned());
        if let (Some(id), Some(data)) = (field("id:"), field("data:")) {
            return Some((id, serde_json::from_str(&data).unwrap()));
        }
    }
}

async fn publish(world: &World, subject: &str, text: &str) {
    let event = NewEvent {
        kind: "test".into(),
        organization: Some(world.organization),
        subject: subject.into(),
        text: text.into(),
        data: json!({}),
    };
    world.api.server.core.events.publish(world.owner.ctx.now(), &[event]).await.unwrap();
}

#[tokio::test]
async fn events_come_as_they_happen_and_a_stream_goes_on_where_it_broke_off() {
    let world = World::new().await;
    let query = format!("?organization={}&subject=dep_1", world.organization);
    publish(&world, "dep_1", "before").await;
    let (status, mut stream) = open(&world, &world.owner.secret, &query, None).await;
    assert_eq!(status, StatusCode::OK);
    publish(&world, "dep_2", "of another").await;
    publish(&world, "dep_1", "one").await;
    let (id, event) = next(&mut stream).await.unwrap();
    assert_eq!((event["text"].as_str(), event["sequence"].to_string()), (Some("one"), id.clone()));
    drop(stream);
    publish(&world, "dep_1", "two").await;
    publish(&world, "dep_1", "three").await;
    let (_, mut stream) = open(&world, &world.owner.secret, &query, Some(&id)).await;
    assert_eq!(next(&mut stream).await.unwrap().1["text"], "two");
    assert_eq!(next(&mut stream).await.unwrap().1["text"], "three");
    let (_, mut all) = open(&world, &world.owner.secret, &query, Some("0")).await;
    assert_eq!(next(&mut all).await.unwrap().1["text"], "before");
    for bad in ["x", "-1", ""] {
        assert_eq!(
            open(&world, &world.owner.secret, &query, Some(bad)).await.0,
            StatusCode::BAD_REQUEST,
            "{bad:?}"
        );
    }
}

#[tokio::test]
async fn a_stream_ends_when_its_session_ends_or_its_role_is_taken() {
    let world = World::new().await;
    let query = format!("?organization={}", world.organization);
    let (_, mut stream) = open(&world, &world.colleague.secret, &query, None).await;
    publish(&world, "x", "seen").await;
    assert!(next(&mut stream).await.is_some());
    let user = world.colleague.user.to_string();
    world.api.write("update grants set revoked_at = 1 where user_id = $1", |q| q.bind(user)).await;
    assert!(next(&mut stream).await.is_none(), "without its role it ends");

    let (_, mut stream) = open(&world, &world.owner.secret, &query, None).await;
    let session = world.owner.session.to_string();
    world.api.write("update sessions set ended_at = 1 where id = $1", |q| q.bind(session)).await;
    assert!(next(&mut stream).await.is_none(), "without its session it ends");
}

#[tokio::test]
async fn a_stream_does_not_keep_its_session_alive() {
    let world = World::new().await;
    let query = format!("?organization={}", world.organization);
    let (status, mut stream) = open(&world, &world.owner.secret, &query, None).await;
    assert_eq!(status, StatusCode::OK);
    for _ in 0..3 {
        world.api.server.clock.advance(Duration::from_secs(6 * 60));
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    assert!(next(&mut stream).await.is_none(), "idle for 18 minutes: it ends");
    assert_eq!(world.api.get(&world.owner.secret, "/v1/status").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn nobody_watches_another_organization() {
    let world = World::new().await;
    let stranger = world
        .api
        .user(ward_model::Role::Owner, &ward_model::Target::organization(world.owner.ctx.id()), true)
        .await;
    let query = format!("?organization={}", world.organization);
    assert_eq!(open(&world, &stranger.secret, &query, None).await.0, StatusCode::NOT_FOUND);
    // The platform's own stream holds no event of an organization.
    let (status, mut stream) = open(&world, &world.platform.secret, "", Some("0")).await;
    assert_eq!(status, StatusCode::OK);
    // And it is for who may read the platform's posture: it tells the verdicts of checks.
    assert_eq!(open(&world, &stranger.secret, "", None).await.0, StatusCode::FORBIDDEN);
    publish(&world, "x", "of mercy").await;
    let event = NewEvent {
        kind: "test".into(),
        organization: None,
        subject: "ward".into(),
        text: "of the platform".into(),
        data: json!({}),
    };
    world.api.server.core.events.publish(world.owner.ctx.now(), &[event]).await.unwrap();
    loop {
        let (_, event) = next(&mut stream).await.unwrap();
        assert!(event["organization"].is_null());
        if event["text"] == "of the platform" {
            break;
        }
    }
}

/// A loop that tells in whose environment it did something.
struct Talkative;

#[async_trait::async_trait]
impl ward_spine::reconcile::Reconciler for Talkative {
    fn name(&self) -> &'static str {
        "talkative"
    }
    fn every(&self) -> Duration {
        Duration::from_secs(600)
    }
    async fn pass(&self, _: &ward_spine::Ctx) -> ward_spine::Result<String> {
        Ok("oncology-pilot: destroyed".into())
    }
}

#[tokio::test]
async fn what_a_loop_did_is_told_to_who_watches_the_platform_and_to_nobody_else() {
    let world = World::new().await;
    let stop = tokio_util::sync::CancellationToken::new();
    let core = world.api.server.core.clone();
    let driving = tokio::spawn(ward_spine::reconcile::drive(
        core.clone(),
        std::sync::Arc::new(Talkative),
        stop.clone(),
    ));
    while core.loops.status().iter().all(|s| s.last_summary.is_empty()) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let told = async |secret: &str| {
        let reply = world.api.get(secret, "/v1/status").await;
        assert_eq!(reply.status, StatusCode::OK);
        reply.text().contains("oncology-pilot")
    };
    let stranger = world
        .api
        .user(ward_model::Role::Owner, &ward_model::Target::organization(world.owner.ctx.id()), true)
        .await;
    assert!(told(&world.platform.secret).await);
    assert!(!told(&world.owner.secret).await);
    assert!(!told(&stranger.secret).await);
    stop.cancel();
    driving.await.unwrap();
}
