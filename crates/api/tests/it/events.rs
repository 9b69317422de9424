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
    let (_, mut stream) = open(&world, &world.owner.secret, "", None).await;
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
    let (status, mut stream) = open(&world, &stranger.secret, "", Some("0")).await;
    assert_eq!(status, StatusCode::OK);
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
