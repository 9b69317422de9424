//! `ward deploy` from a folder to the last word about it.

use serde_json::{Value, json};

use crate::stand_in::{Answer, Asked, StandIn, id};

fn app() -> Value {
    json!({
        "id": id("app", 7), "organization": id("org", 1), "project": id("prj", 2), "environment": id("env", 3), "data_class": "phi", "name": "clinic",
        "url": "https://clinic.ward.localhost", "release": null, "release_number": null, "created_at": "2026-11-22T08:00:00Z", "destroying": false,
    })
}

fn deployment(state: &str, failure: Value) -> Value {
    json!({
        "id": id("dep", 5), "app": id("app", 7), "release": null, "release_number": 3, "state": state, "created_by": null,
        "created_at": "2026-11-22T08:00:00Z", "ended_at": null, "failure": failure,
    })
}

fn events() -> Vec<u8> {
    let event = |sequence: u32, kind: &str, text: &str| {
        let data = json!({ "sequence": sequence, "time": "2026-11-22T08:00:00Z", "kind": kind, "organization": id("org", 1), "subject": id("dep", 5), "text": text });
        format!("id: {sequence}\ndata: {data}\n\n")
    };
    [
        event(1, "deployment.state", "building the image"),
        event(2, "deployment.log", "STEP 1/4: FROM base"),
        event(2, "deployment.log", "STEP 1/4: FROM base"),
    ]
    .concat()
    .into_bytes()
}

/// A server with an empty environment, whose deployment ends as told at the second look.
fn server(end: Value) -> StandIn {
    let server = StandIn::signed_in(move |asked: &Asked, before| {
        let (path, dep) =
            (asked.line.as_str(), format!("/v1/apps/{}/deployments/{}", id("app", 7), id("dep", 5)));
        match path {
            p if p.starts_with("GET /v1/resolve") => Answer::Json(
                200,
                json!({ "organization": id("org", 1), "project": id("prj", 2), "environment": id("env", 3), "app": null, "database": null }),
            ),
            p if p.starts_with("GET /v1/environments/") => Answer::Json(200, json!({ "items": [] })),
            p if p.starts_with("POST /v1/environments/") => Answer::Json(201, app()),
            p if p.starts_with("POST /v1/apps/") => Answer::Json(202, deployment("pending", Value::Null)),
            p if p.starts_with("GET /v1/events") => {
                Answer::Bytes(200, "text/event-stream", if before == 0 { events() } else { Vec::new() })
            }
            p if p.ends_with(&dep) && before == 0 => Answer::Json(200, deployment("building", Value::Null)),
            p if p.ends_with(&dep) => Answer::Json(200, end.clone()),
            _ => Answer::Json(200, app()),
        }
    });
    server.write("src/ward.toml", "app = \"clinic\"\n", 0o644);
    server.write("src/Dockerfile", "FROM base\n", 0o644);
    server.write("src/.dockerignore", "*.env\n", 0o644);
    server.write("src/local.env", "SECRET=1\n", 0o644);
    server
}

#[test]
fn a_folder_is_packed_uploaded_followed_and_its_address_printed() {
    let server = server(deployment("succeeded", Value::Null));
    let ran = server.ward(&["deploy", "src", "--yes"], &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.out, "Release v3 of clinic serves.\nhttps://clinic.ward.localhost\n");
    assert!(ran.err.contains("==> building the image"), "{ran:?}");
    assert_eq!(ran.err.matches("STEP 1/4").count(), 1, "{ran:?}");

    let asked = server.asked();
    let upload = asked.iter().find(|a| a.line.ends_with("/deployments")).unwrap();
    assert_eq!(upload.headers["content-type"], "application/gzip");
    assert_eq!(upload.headers["content-length"], upload.body.len().to_string());
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(upload.body.as_slice()));
    let names: Vec<_> =
        archive.entries().unwrap().map(|e| e.unwrap().path().unwrap().display().to_string()).collect();
    assert_eq!(names, [".dockerignore", "Dockerfile", "ward.toml"]);
    let stream = asked.iter().find(|a| a.line.starts_with("GET /v1/events")).unwrap();
    assert!(stream.line.contains(&id("dep", 5)) && stream.headers["last-event-id"] == "0");
    let created = asked.iter().find(|a| a.line.starts_with("POST /v1/environments/")).unwrap();
    assert_eq!(created.json(), json!({ "name": "clinic" }));
}

#[test]
fn a_failed_deployment_says_step_exit_code_log_health_and_next_step() {
    let failure = json!({
        "step": "starting", "process": "web", "message": "web never became healthy", "exit_code": 3,
        "log_tail": ["booting", "no such table: patients"], "health": "500 Internal Server Error", "next_step": "run the migrations in release_command",
    });
    let server = server(deployment("failed", failure));
    let ran = server.ward(&["deploy", "src", "--yes"], &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    for said in [
        "while starting: web never became healthy",
        "process: web",
        "exit code: 3",
        "no such table: patients",
        "500 Internal",
        "next: run the migrations",
    ] {
        assert!(ran.err.contains(said), "{said} is missing in {}", ran.err);
    }
    let ran = server.ward(&["deploy", "src", "--yes", "--json"], &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(serde_json::from_str::<Value>(&ran.out).unwrap()["state"], "failed");
}

#[test]
fn an_app_is_not_created_without_a_yes() {
    let server = server(deployment("succeeded", Value::Null));
    let ran = server.ward(&["deploy", "src"], &[]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("--yes"), "{ran:?}");
    assert!(!server.lines().iter().any(|line| line.starts_with("POST")));
}

#[test]
fn detached_names_the_deployment_and_returns() {
    let server = server(deployment("succeeded", Value::Null));
    let ran = server.ward(&["deploy", "src", "--yes", "--detach"], &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains(&id("dep", 5)), "{ran:?}");
    assert!(!server.lines().iter().any(|line| line.contains("/v1/events")));
}
