//! Names to ids.

use axum::http::StatusCode;
use ward_model::{Resource as _, Role, Target};

use crate::world::World;

#[tokio::test]
async fn names_become_ids_for_who_may_read_them_and_for_nobody_else() {
    let world = World::new().await;
    let get =
        async |secret: &str, path: &str| world.api.get(secret, &format!("/v1/resolve?path={path}")).await;
    let whole = get(&world.owner.secret, "mercy/records/prod/clinic").await.json();
    assert_eq!(whole["organization"], world.organization.to_string());
    assert_eq!(whole["project"], world.project.to_string());
    assert_eq!(whole["environment"], world.environment.to_string());
    assert_eq!(whole["app"], world.app.to_string());
    assert!(whole["database"].is_null());
    let database = get(&world.owner.secret, "mercy/records/prod/main").await.json();
    assert_eq!(database["database"], world.database.to_string());

    // A role on the environment is enough for what lies in it.
    let environment =
        ward_platform::environments::find(&mut world.owner.ctx.read().await.unwrap(), world.environment)
            .await
            .unwrap()
            .unwrap();
    let inside = world.api.user(Role::Developer, &environment.environment.target(), true).await;
    assert_eq!(get(&inside.secret, "mercy/records/prod/clinic").await.status, StatusCode::OK);

    let stranger = world.api.user(Role::Owner, &Target::organization(world.owner.ctx.id()), true).await;
    for path in ["mercy", "mercy/records", "mercy/records/prod", "mercy/records/prod/clinic"] {
        let hidden = get(&stranger.secret, path).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{path}");
        // It must not tell the id of what it hides.
        assert!(!hidden.json()["title"].as_str().unwrap().contains("_0"), "{}", hidden.text());
    }
    let absent =
        get(&stranger.secret, "nobody").await.json()["title"].as_str().unwrap().replace("nobody", "mercy");
    assert_eq!(get(&stranger.secret, "mercy").await.json()["title"], absent);
    // Nor which of the names above exist: not by its text either.
    for (there, not) in [
        ("mercy/guess", "nobody/guess"),
        ("mercy/records/guess", "mercy/nothing/guess"),
        ("mercy/records/prod/guess", "mercy/records/nothing/guess"),
        ("mercy/records/prod/clinic", "nobody/records/prod/clinic"),
    ] {
        let (there, not) =
            (get(&stranger.secret, there).await.json(), get(&stranger.secret, not).await.json());
        assert_eq!((&there["title"], &there["next_step"]), (&not["title"], &not["next_step"]));
    }
    for bad in ["", "a//b", "a/b/c/d/e", "Mercy", "../etc", "mercy/"] {
        assert_eq!(get(&world.owner.secret, bad).await.status, StatusCode::BAD_REQUEST, "{bad:?}");
    }
}
