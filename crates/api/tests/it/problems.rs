//! Errors: their form, and what they tell.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::{Value, json};
use ward_model::{Role, Target};

use crate::world::{Api, World};

#[tokio::test]
async fn every_error_is_a_problem_with_a_next_step_and_the_request_id() {
    let api = Api::new().await;
    let who = api.user(Role::Owner, &Target::platform(), true).await;
    let reply = api.get("", "/v1/status").await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert_eq!(reply.code(), "unauthenticated");
    assert_eq!(reply.headers[header::WWW_AUTHENTICATE], "Bearer realm=\"ward\"");
    let problem = reply.json();
    assert_eq!(problem["type"], "urn:ward:error:unauthenticated");
    assert_eq!(problem["status"], 401);
    assert_eq!(problem["request_id"], reply.request_id());
    assert!(problem["next_step"].as_str().unwrap().contains("ward login"));

    let reply = api.get(&who.secret, "/v1/nothing").await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::NOT_FOUND, "not-found"));
    let reply = api.get(&who.secret, "/elsewhere").await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::NOT_FOUND, "not-found"));
    let reply = api.call(&who.secret, Method::DELETE, "/v1/regions", Value::Null).await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::METHOD_NOT_ALLOWED, "invalid"));
    assert!(reply.headers[header::ALLOW].to_str().unwrap().contains("POST"));
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_told_with_its_place() {
    let api = Api::new().await;
    let who = api.user(Role::Owner, &Target::platform(), true).await;
    let send = async |text: &str, kind: &str| {
        let request =
            Request::post("/v1/regions").header(header::AUTHORIZATION, format!("Bearer {}", who.secret));
        api.send(request.header(header::CONTENT_TYPE, kind).body(Body::from(text.to_owned())).unwrap()).await
    };
    for (text, wanted) in [
        ("{", "EOF"),
        ("", "EOF"),
        (r#"{"name":"Here","location":"x","phi":true}"#, "`name`: the character 'H'"),
        (
            r#"{"name":"here","location":7,"phi":true}"#,
            "`location`: invalid type: integer `7`, expected a string",
        ),
        (r#"{"name":"here","location":"x"}"#, "missing field `phi`"),
        (
            r#"{"name":"here","location":"x","phi":true,"fi":1}"#,
            "unknown field `fi`, expected one of `name`, `location`, `phi`",
        ),
        (r#"{"name":"here","location":"x","phi":true} {}"#, "trailing characters"),
        (r#"{"name":"here; rm -rf /","location":"x","phi":true}"#, "character ';'"),
    ] {
        let reply = send(text, "application/json").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{text}");
        assert_eq!(reply.code(), "invalid");
        let title = reply.json()["title"].as_str().unwrap().to_owned();
        assert!(title.contains(wanted), "{text}: {title}");
    }
    let good = r#"{"name":"here","location":"x","phi":true}"#;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let reply = send(good, kind).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid"));
    }
    let reply = send(&format!("{{\"name\":\"{}\"}}", "x".repeat(1 << 20)), "application/json").await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too-large"));
    assert_eq!(send(good, "application/json; charset=utf-8").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_path_or_query_that_does_not_fit_is_told() {
    let world = World::new().await;
    let (api, secret) = (&world.api, &world.owner.secret);
    let reply = api.get(secret, &format!("/v1/apps/{}", world.database)).await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "invalid"));
    assert!(
        reply.text().contains("is not the id of a app: expected app_ and 32 hex digits"),
        "{}",
        reply.text()
    );
    for path in ["/v1/apps/..%2f..%2fetc", "/v1/apps/%00", "/v1/apps/app_';drop table apps"] {
        let request = Request::get(path.replace(' ', "%20").replace('\'', "%27"))
            .header(header::AUTHORIZATION, format!("Bearer {secret}"));
        assert_eq!(
            api.send(request.body(Body::empty()).unwrap()).await.status,
            StatusCode::BAD_REQUEST,
            "{path}"
        );
    }
    let reply = api.get(secret, "/v1/organizations?limit=many").await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, "invalid"));
    let reply = api
        .get(secret, &format!("/v1/ledger/entries?organization={}&from=yesterday", world.organization))
        .await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn another_organizations_ids_read_as_not_found_and_like_ids_that_do_not_exist() {
    let world = World::new().await;
    let elsewhere = ward_model::organizations::NewOrganization { name: "elsewhere".parse().unwrap() };
    let elsewhere =
        ward_platform::organizations::create(&world.api.server.operator(), elsewhere).await.unwrap();
    let stranger = world.api.user(Role::Owner, &Target::organization(elsewhere.id), true).await;
    let no_app: ward_model::AppId = stranger.ctx.id();
    for (real, absent) in [
        (format!("/v1/apps/{}", world.app), format!("/v1/apps/{no_app}")),
        (format!("/v1/apps/{}/secrets", world.app), format!("/v1/apps/{no_app}/secrets")),
        (format!("/v1/apps/{}/logs", world.app), format!("/v1/apps/{no_app}/logs")),
    ] {
        let (seen, unseen) =
            (world.api.get(&stranger.secret, &real).await, world.api.get(&stranger.secret, &absent).await);
        assert_eq!((seen.status, unseen.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND), "{real}");
        let plain = |reply: &crate::world::Reply, id: String| {
            let problem = reply.json();
            format!("{} {}", problem["title"], problem["next_step"]).replace(&id, "ID")
        };
        assert_eq!(plain(&seen, world.app.to_string()), plain(&unseen, no_app.to_string()), "{real}");
    }
    let reply = world
        .api
        .get(&stranger.secret, &format!("/v1/apps/{}/deployments/{}", world.app, world.deployment))
        .await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_answer_has_its_security_headers_and_no_cross_origin_ones() {
    let api = Api::new().await;
    for path in ["/v1/health", "/v1/openapi.json", "/v1/status", "/nothing"] {
        let reply =
            api.call_with("", Method::GET, path, Value::Null, &[("origin", "https://evil.example")]).await;
        assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(reply.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(
            reply.headers[header::CONTENT_SECURITY_POLICY],
            "default-src 'none'; frame-ancestors 'none'"
        );
        assert!(!reply.headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
        assert!(reply.request_id().starts_with("req_"));
    }
    let health = api.get("", "/v1/health").await.json();
    assert_eq!(health, json!({ "version": "0.0.0-test", "sealed": false }));
}

#[tokio::test]
async fn a_handler_that_panics_is_one_failed_request_that_tells_nothing() {
    let careless = axum::Router::new()
        .route("/v1/panics", axum::routing::get(async || -> &'static str { panic!("secret detail") }));
    let api = Api::with(careless).await;
    let reply = api.get("", "/v1/panics").await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "internal"));
    assert!(!reply.text().contains("secret detail"));
    assert_eq!(api.get("", "/v1/health").await.status, StatusCode::OK);
}

#[tokio::test]
async fn throttling_says_how_long_to_wait() {
    let api = Api::new().await;
    let body = json!({ "email": "a@example.org", "password": "wrong wrong wrong" });
    let mut last = api.post("", "/v1/sessions", body.clone()).await;
    for _ in 0..6 {
        last = api.post("", "/v1/sessions", body.clone()).await;
    }
    assert_eq!((last.status, last.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "throttled"));
    let seconds: u64 = last.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!(seconds >= 1 && last.json()["retry_after"] == seconds);
}

#[tokio::test]
async fn beside_a_console_with_a_fallback_an_unknown_path_of_the_api_is_still_a_problem() {
    let mut api = Api::new().await;
    api.router = api.router.clone().merge(axum::Router::new().fallback(async || "a page"));
    let reply = api.get("", "/v1/nothing/at/all").await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::NOT_FOUND, "not-found"));
    assert_eq!(api.get("", "/elsewhere").await.text(), "a page");
}
