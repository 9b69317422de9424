//! Logs of an app.

use axum::http::{StatusCode, header};

use crate::world::World;

#[tokio::test]
async fn a_log_is_lines_of_json_and_reading_it_is_recorded() {
    let world = World::new().await;
    let reply = world.api.get(&world.owner.secret, &format!("/v1/apps/{}/logs?tail=5", world.app)).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    assert_eq!(reply.headers[header::CONTENT_TYPE], "application/x-ndjson");
    let entries = world.api.entries(reply.request_id());
    assert_eq!(
        entries.iter().map(|e| (e.kind.as_str(), e.action.as_str())).collect::<Vec<_>>(),
        [("read", "log:read")]
    );
    let bad = world.api.get(&world.owner.secret, &format!("/v1/apps/{}/logs?tial=5", world.app)).await;
    assert_eq!((bad.status, bad.code().as_str()), (StatusCode::BAD_REQUEST, "invalid"));
}

#[tokio::test]
async fn following_ends_with_the_session() {
    let world = World::new().await;
    let path = format!("/v1/apps/{}/logs?follow=true", world.app);
    let following = world.api.get(&world.owner.secret, &path);
    let ending = async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let session = world.owner.session.to_string();
        world.api.write("update sessions set ended_at = 1 where id = $1", |q| q.bind(session)).await;
    };
    let (reply, ()) =
        tokio::time::timeout(std::time::Duration::from_secs(5), async { tokio::join!(following, ending) })
            .await
            .expect("it ends");
    assert_eq!(reply.status, StatusCode::OK);
}
