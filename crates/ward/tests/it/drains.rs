//! `ward drains`: what is asked of the API, and what a person sees.

use serde_json::{Value, json};

use crate::stand_in::{Answer, StandIn, problem};

const ORG: &str = "org_0198c0de000070008000000000000001";
const DRAIN: &str = "drn_0198c0de000070008000000000000002";

fn drain(state: &str) -> Value {
    json!({
        "id": DRAIN, "name": "soar", "organization": ORG, "log": null,
        "destination": { "kind": "webhook", "url": "https://soar.example.org/in" },
        "own_authority": true, "client_certificate": false, "headers": ["authorization"], "insecure_plain": false,
        "key_id": "0123456789abcdef", "created_at": "2026-11-22T00:00:00Z", "state": state,
        "progress": {
            "behind": 7, "oldest_unsent_at": "2026-11-22T01:00:00Z", "sent": 3, "lost": 0, "last_success_at": null,
            "failing_since": "2026-11-22T01:00:00Z", "last_error": "soar answered with 500", "next_attempt_at": null
        }
    })
}

#[test]
fn a_webhook_is_made_with_headers_from_a_file_and_its_key_is_printed_alone() {
    let server = StandIn::signed_in(|_, _| {
        Answer::Json(201, json!({ "drain": drain("active"), "signing_key": "5ec2e7" }))
    });
    let file = |name: &str, text: &str| {
        let path = server.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (headers, ca) =
        (file("headers", "Authorization: Bearer a:b\n\nX-Team: blue\n"), file("siem-ca.pem", "PEM"));
    let url = "https://soar.example.org/in";
    let arguments =
        ["drains", "add", "webhook", "soar", url, "--headers", &headers, "--receiver-ca", &ca, "--org", ORG];
    let ran = server.ward(&arguments, &[]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "5ec2e7\n"), "{ran:?}");
    assert!(ran.err.contains("shown only now"), "{ran:?}");
    let asked = server.asked();
    assert!(asked[0].line.starts_with("POST /v1/drains"), "{asked:?}");
    assert_eq!(
        asked[0].json(),
        json!({
            "name": "soar", "organization": ORG, "destination": { "kind": "webhook", "url": url }, "ca_pem": "PEM",
            "headers": { "Authorization": "Bearer a:b", "X-Team": "blue" }, "insecure_plain": false, "from_now": false
        })
    );
    // The platform's: said expressly, or because files are its own.
    for arguments in [
        &["drains", "add", "file", "local", "--log", "platform", "--from-now"][..],
        &["drains", "add", "syslog", "siem", "tcp://10.0.0.1:514", "--platform", "--insecure-plain"][..],
    ] {
        assert_eq!(server.ward(arguments, &[]).code, 0);
    }
    let asked = server.asked();
    assert_eq!(asked.last().unwrap().json()["insecure_plain"], true);
    assert!(asked.iter().rev().take(2).all(|a| a.json().get("organization").is_none()), "{asked:?}");
}

#[test]
fn drains_are_listed_with_how_far_they_are_and_found_by_name() {
    let server = StandIn::signed_in(|asked, _| match asked.line.split(' ').take(2).collect::<Vec<_>>()[..] {
        ["GET", path] if path.starts_with("/v1/drains?") => {
            Answer::Json(200, json!({ "items": [drain("stuck")] }))
        }
        ["POST", path] if path.ends_with("/test") => Answer::Json(
            200,
            json!({ "delivered": false, "took_ms": 3, "detail": "no answer", "next_step": "start it" }),
        ),
        ["POST", path] if path.ends_with("/pause") => Answer::Json(200, drain("paused")),
        ["DELETE", _] => Answer::Json(204, Value::Null),
        _ => problem(404, "not-found", "no such drain"),
    });
    let ran = server.ward(&["drains", "list", "--org", ORG], &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in ["soar", "webhook", "stuck", "7", "soar answered with 500"] {
        assert!(ran.out.contains(part), "{part}: {ran:?}");
    }
    let ran = server.ward(&["drains", "test", "soar", "--org", ORG], &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("no answer") && ran.err.contains("start it"), "{ran:?}");
    assert_eq!(server.ward(&["drains", "pause", DRAIN], &[]).code, 0, "an id needs no organization");
    assert_eq!(server.ward(&["drains", "show", "other", "--org", ORG], &[]).code, 4);
    assert_eq!(server.ward(&["drains", "remove", "soar", "--org", ORG, "--yes"], &[]).code, 0);
    let asked: Vec<String> = server.asked().into_iter().map(|a| a.line).collect();
    assert!(asked.iter().any(|line| line.starts_with(&format!("DELETE /v1/drains/{DRAIN}"))), "{asked:?}");
    assert!(asked.iter().any(|line| line.contains(&format!("organization={ORG}"))), "{asked:?}");
}
