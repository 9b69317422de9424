//! How the program talks: exit codes, JSON, hostile text, step-up, names, suggestions.

use serde_json::json;

use crate::stand_in::{Answer, StandIn, id, problem};

#[test]
fn each_kind_of_failure_has_its_exit_code_and_says_what_to_do() {
    let server = StandIn::signed_in(|asked, _| match asked.line.as_str() {
        "GET /v1/a" => problem(404, "not-found", "There is no such thing."),
        "GET /v1/b" => problem(409, "conflict", "It exists already."),
        "GET /v1/c" => problem(401, "unauthenticated", "No valid session."),
        "GET /v1/d" => problem(422, "floor", "PHI needs this."),
        "GET /v1/e" => Answer::Bytes(502, "text/html", b"<html>".to_vec()),
        "GET /v1/f" => Answer::Bytes(302, "text/html", Vec::new()),
        _ => problem(400, "invalid", "What is that?"),
    });
    for (path, code, said) in [
        ("/v1/a", 4, "do this next"),
        ("/v1/b", 5, "req_0000"),
        ("/v1/c", 3, "ward login"),
        ("/v1/d", 1, "PHI needs this"),
        ("/v1/e", 1, "try again"),
        ("/v1/f", 1, "redirects are not followed"),
        ("/v1/g", 2, "What is that?"),
        ("no-slash", 2, "begin it with /"),
    ] {
        let ran = server.ward(&["api", "GET", path], &[]);
        assert_eq!(ran.code, code, "{path}: {ran:?}");
        assert!(ran.err.contains(said) && ran.out.is_empty(), "{path}: {ran:?}");
    }
    let ran = server.ward(&["api", "GET", "/v1/a", "--json"], &[]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&ran.err).unwrap()["code"], "not-found");
    let ran = server.ward(&["whoami", "--server", "https://127.0.0.1:1"], &[]);
    assert_eq!(ran.code, 6, "{ran:?}");
}

#[test]
fn an_unknown_command_gets_a_suggestion() {
    let server = StandIn::signed_in(|_, _| problem(404, "not-found", "x"));
    let ran = server.ward(&["delpoy"], &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("deploy"), "{ran:?}");
}

#[test]
fn a_unix_socket_is_a_server_too() {
    let server = StandIn::start(|_, _| Answer::Json(200, json!({ "version": "0.1.0", "sealed": false })));
    let url = format!("unix://{}", server.dir.path().join("api.sock").display());
    let ran = server.ward(&["server", "health", "--server", &url], &[]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "Ward 0.1.0 is unsealed.\n"), "{}", ran.err);
}

#[test]
fn config_set_in_either_spelling_is_the_same_request() {
    let server = StandIn::signed_in(|_, _| Answer::Json(200, json!({ "values": { "A": "1" } })));
    let app = id("app", 7);
    for arguments in [["config:set", "A=1=2"].as_slice(), &["config", "set", "A=1=2"]] {
        let ran = server.ward(&[&["--app", &app], arguments].concat(), &[]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let asked = server.asked();
    assert_eq!(asked[0].line, format!("PATCH /v1/apps/{app}/config"));
    assert_eq!(asked[0].json(), json!({ "values": { "A": "1=2" } }));
    assert_eq!(asked[1].json(), asked[0].json());
}

#[test]
fn a_secret_comes_from_standard_input_and_is_not_shown() {
    let server = StandIn::signed_in(|_, _| {
        Answer::Json(
            200,
            json!({ "name": "KEY", "version": 2, "set_at": "2026-11-22T08:00:00Z", "set_by": null }),
        )
    });
    let app = id("app", 7);
    let ran = server.ward_reading(&["secrets", "set", "KEY=-", "--app", &app], "top=secret\n", &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!format!("{ran:?}").contains("top=secret"));
    assert_eq!(server.asked()[0].json(), json!({ "value": "top=secret" }));
    let ran = server.ward(&["secrets", "set", "KEY", "--app", &app], &[]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("KEY=-"), "{ran:?}");
}

#[test]
fn names_are_resolved_and_ids_are_taken_as_they_are() {
    let (env, app) = (id("env", 3), id("app", 7));
    let listed = json!({
        "id": app, "organization": id("org", 1), "project": id("prj", 2), "environment": env, "data_class": "phi", "name": "web",
        "url": null, "release": null, "release_number": null, "created_at": "2026-11-22T08:00:00Z", "destroying": false,
    });
    let (resolved, path) = (env.clone(), format!("GET /v1/environments/{env}/apps?limit=200"));
    let server = StandIn::signed_in(move |asked, _| match asked.line.as_str() {
        "GET /v1/resolve?path=acme%2Fclinic%2Fprod" => Answer::Json(
            200,
            json!({ "organization": id("org", 1), "project": id("prj", 2), "environment": resolved, "app": null, "database": null }),
        ),
        line if line == path => Answer::Json(200, json!({ "items": [listed] })),
        _ => Answer::Json(200, json!({ "items": [] })),
    });
    assert_eq!(server.ward(&["ps", "web"], &[]).code, 0);
    assert_eq!(server.lines().last().unwrap(), &format!("GET /v1/apps/{app}/processes?limit=200"));
    assert_eq!(server.ward(&["ps", "other"], &[]).code, 4);

    let before = server.asked().len();
    assert_eq!(server.ward(&["ps", &app], &[]).code, 0);
    assert_eq!(server.asked().len(), before + 1);
    let ran = server.ward(&["ps", &id("db", 7)], &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("app_"), "{ran:?}");
}

#[test]
fn a_list_is_read_to_its_last_page() {
    let region = |name: &str, number| json!({ "id": id("reg", number), "name": name, "location": "x", "phi": true, "created_at": "2026-11-22T08:00:00Z" });
    let server = StandIn::signed_in(move |asked, _| {
        if asked.line.contains("cursor=two") {
            Answer::Json(200, json!({ "items": [region("south", 2)] }))
        } else {
            Answer::Json(200, json!({ "items": [region("north", 1)], "next": "two" }))
        }
    });
    let ran = server.ward(&["region", "list"], &[]);
    assert!(ran.out.contains("north") && ran.out.contains("south") && !ran.out.contains('\u{1b}'), "{ran:?}");
    let ran = server.ward(&["regions", "list", "--json"], &[]);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&ran.out).unwrap()["items"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn a_step_up_is_asked_for_and_the_request_is_sent_again() {
    let told = |asked: &crate::stand_in::Asked, before: usize| match asked.line.as_str() {
        "POST /v1/sessions/current/second-factor" => Answer::Json(200, json!({})),
        _ if before == 0 => problem(403, "step-up-required", "This needs a fresh code."),
        _ => Answer::Json(200, json!({ "url": "postgresql://u:p@h/d", "ca_pem": "" })),
    };
    let database = id("db", 9);
    let server = StandIn::signed_in(told);
    let (code, shown) =
        server.ward_on_terminal(&["db", "url", &database], &[("Code of your second factor", "123456")]);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("postgresql://u:p@h/d"), "{shown}");
    let url = format!("GET /v1/databases/{database}/url");
    assert_eq!(server.lines(), [url.as_str(), "POST /v1/sessions/current/second-factor", url.as_str()]);
    assert_eq!(server.asked()[1].json(), json!({ "code": "123456" }));

    let server = StandIn::signed_in(told);
    let ran = server.ward(&["db", "url", &database], &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("ward step-up"), "{ran:?}");
}

#[test]
fn hostile_log_lines_reach_a_pipe_as_they_are_and_a_terminal_clean() {
    let line = json!({ "time": "2026-11-22T08:00:00Z", "process": "web", "container": "c", "stderr": false, "text": "ok \u{1b}]0;owned\u{7}\u{1b}[2Jend" });
    let body = format!("{line}\n{line}\n").into_bytes();
    let server = StandIn::signed_in(move |_, _| Answer::Bytes(200, "application/x-ndjson", body.clone()));
    let app = id("app", 7);
    let ran = server.ward(&["logs", &app, "--tail", "2", "--process", "web"], &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(server.lines()[0], format!("GET /v1/apps/{app}/logs?tail=2&process=web"));
    assert!(ran.out.contains("\u{1b}]0;owned"), "{ran:?}");
    let (code, shown) = server.ward_on_terminal(&["logs", &app], &[]);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("ok end") && !shown.contains("owned") && !shown.contains('\u{1b}'), "{shown:?}");
}

#[test]
fn destroying_asks_for_the_name_and_does_nothing_otherwise() {
    let app = json!({
        "id": id("app", 7), "organization": id("org", 1), "project": id("prj", 2), "environment": id("env", 3), "data_class": "phi", "name": "web",
        "url": null, "release": null, "release_number": null, "created_at": "2026-11-22T08:00:00Z", "destroying": true,
    });
    let server = StandIn::signed_in(move |_, _| Answer::Json(200, app.clone()));
    let name = id("app", 7);
    assert_eq!(server.ward(&["destroy", &name], &[]).code, 2);
    let (code, shown) = server.ward_on_terminal(&["destroy", &name], &[("Type its name", "wep")]);
    assert_eq!(code, 1, "{shown}");
    assert!(!server.lines().iter().any(|line| line.starts_with("DELETE")));
    let (code, shown) = server.ward_on_terminal(&["destroy", &name], &[("Type its name", "web")]);
    assert_eq!(code, 0, "{shown}");
    assert_eq!(server.lines().last().unwrap(), &format!("DELETE /v1/apps/{name}"));
    assert_eq!(server.ward(&["destroy", &name, "--yes"], &[]).code, 0);
}

#[test]
fn a_followed_log_goes_on_where_it_broke_off() {
    let line = |second: u32| json!({ "time": format!("2026-11-22T08:00:0{second}Z"), "process": "web", "container": "c", "stderr": true, "text": format!("line {second}") });
    let server = StandIn::signed_in(move |asked, _| {
        if asked.line.contains("since=2026-11-22T08%3A00%3A02.000001Z") {
            return problem(404, "not-found", "The app is gone.");
        }
        let second = if asked.line.contains("since=") { 2 } else { 1 };
        Answer::Bytes(200, "application/x-ndjson", format!("{}\n", line(second)).into_bytes())
    });
    let app = id("app", 7);
    let ran = server.ward(&["logs", &app, "-f", "-n", "5"], &[]);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert_eq!(ran.out, "2026-11-22 08:00:01Z web     ! line 1\n2026-11-22 08:00:02Z web     ! line 2\n");
    let again = format!("GET /v1/apps/{app}/logs?since=2026-11-22T08%3A00%3A01.000001Z&follow=true");
    assert_eq!(server.lines()[1], again);
}

#[test]
fn posture_lists_what_something_speaks_for_and_counts_the_rest() {
    let requirement = |id: &str, standing: &str, verdicts: &[&str]| {
        let checks: Vec<_> = verdicts.iter().map(|v| json!({ "id": "trn.tls", "implemented": true, "verdict": v, "observed_at": null, "summary": null })).collect();
        json!({ "id": id, "citation": id, "title": "t", "rule": "security", "designation": null, "responsibility": "platform", "standing": standing, "why": "because", "checks": checks })
    };
    let posture = json!({
        "at": "2026-11-22T08:00:00Z", "proven_live": 1, "recorded": 1, "not_proven": 2,
        "requirements": [requirement("164.1", "proven-live", &["pass"]), requirement("164.2", "recorded", &[]), requirement("164.3", "not-proven", &["pass", "fail"]), requirement("164.4", "not-proven", &[])],
    });
    let server = StandIn::signed_in(move |_, _| Answer::Json(200, posture.clone()));
    let listed = |arguments: &[&str]| {
        let ran = server.ward(&[&["posture", "--platform"], arguments].concat(), &[]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.out.contains("1 proven live, 1 recorded, 2 not proven, of 4"), "{ran:?}");
        ["164.1", "164.2", "164.3", "164.4"].into_iter().filter(|id| ran.out.contains(id)).collect::<Vec<_>>()
    };
    assert_eq!(listed(&[]), ["164.1", "164.2", "164.3"]);
    assert_eq!(listed(&["--all"]), ["164.1", "164.2", "164.3", "164.4"]);
    assert_eq!(listed(&["--failing"]), ["164.3"]);
    assert_eq!(server.lines()[0], "GET /v1/posture");
}

#[test]
fn a_token_is_limited_to_a_place_and_a_time_and_its_secret_alone_is_the_result() {
    let server = StandIn::signed_in(|asked, _| {
        let wish = asked.json();
        let token = json!({
            "id": id("tok", 4), "name": wish["name"], "role": wish["role"], "scope_kind": wish["scope_kind"], "scope_id": wish["scope_id"],
            "expires_at": wish["expires_at"], "created_at": "2026-11-22T08:00:00Z", "last_used_at": null, "revoked_at": null,
        });
        Answer::Json(201, json!({ "token": token, "secret": "wt_secret" }))
    });
    let ran = server.ward(
        &[
            "token",
            "create",
            "ci",
            "--role",
            "developer",
            "--on",
            &id("env", 3),
            "--expires",
            "2026-12-24T00:00:00Z",
        ],
        &[],
    );
    assert_eq!((ran.code, ran.out.as_str()), (0, "wt_secret\n"), "{ran:?}");
    let wish = json!({ "name": "ci", "role": "developer", "scope_kind": "environment", "scope_id": id("env", 3), "expires_at": "2026-12-24T00:00:00.000000Z" });
    assert_eq!(server.asked()[0].json(), wish);
}
