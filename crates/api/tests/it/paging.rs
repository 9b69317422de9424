//! Lists in pages.

use axum::http::StatusCode;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let world = World::new().await;
    let path = format!("/v1/organizations/{}/projects", world.organization);
    for n in 0..4 {
        let made = world.api.post(&world.owner.secret, &path, json!({ "name": format!("p{n}") })).await;
        assert_eq!(made.status, StatusCode::CREATED);
    }
    let mut names = Vec::new();
    let mut next = String::new();
    for _ in 0..9 {
        let page = world.api.get(&world.owner.secret, &format!("{path}?limit=2{next}")).await.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        names.extend(items.iter().map(|i| i["name"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next"].as_str() else { break };
        next = format!("&cursor={cursor}");
    }
    names.sort();
    assert_eq!(names, ["p0", "p1", "p2", "p3", "records"]);
    for limit in ["0", "1000000"] {
        let page = world.api.get(&world.owner.secret, &format!("{path}?limit={limit}")).await;
        assert_eq!(page.status, StatusCode::OK, "the limit is brought into its bounds");
    }
}
