//! Signing in, and what is kept of it.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::stand_in::{Answer, StandIn, id, problem};

fn session(needs: &str) -> Value {
    json!({
        "id": id("ses", 1), "user": id("usr", 1), "needs": needs, "created_at": "2026-11-22T08:00:00Z",
        "last_used_at": "2026-11-22T08:00:00Z", "expires_at": "2026-11-22T20:00:00Z", "second_factor_at": null,
        "address": "127.0.0.1", "client": "ward",
    })
}

fn me(needs: &str) -> Value {
    json!({
        "user": { "id": id("usr", 1), "email": "ana@clinic.example", "display_name": "Ana", "second_factor": true,
                  "disabled_at": null, "created_at": "2026-11-22T08:00:00Z", "last_seen_at": null },
        "grants": [], "session": session(needs),
    })
}

#[test]
fn signing_in_without_a_terminal_keeps_server_authority_and_token() {
    let server = StandIn::start(|asked, _| match asked.line.as_str() {
        "POST /v1/sessions" => {
            Answer::Json(201, json!({ "token": "s3cret", "session": session("second-factor") }))
        }
        "POST /v1/sessions/current/second-factor" => Answer::Json(200, session("nothing")),
        _ => Answer::Json(200, me("nothing")),
    });
    let ca = server.dir.path().join("ca.pem");
    let env = [("WARD_EMAIL", "ana@clinic.example"), ("WARD_TOTP_CODE", "123456")];
    let ran = server.ward_reading(
        &["login", "--server", &server.url, "--ca", "ca.pem", "--password-stdin"],
        "correct horse\n",
        &env,
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("ana@clinic.example") && !format!("{ran:?}").contains("s3cret"), "{ran:?}");

    let asked = server.asked();
    assert_eq!(asked[0].json(), json!({ "email": "ana@clinic.example", "password": "correct horse" }));
    assert!(!asked[0].headers.contains_key("authorization"));
    assert_eq!(asked[1].json(), json!({ "code": "123456" }));
    assert_eq!(asked[1].headers["authorization"], "Bearer s3cret");

    let token = server.dir.path().join("profile/token");
    assert_eq!(token.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let config = std::fs::read_to_string(token.with_file_name("config.toml")).unwrap();
    assert!(config.contains(&server.url) && config.contains(ca.to_str().unwrap()), "{config}");

    // Later commands need nothing more, and --json is the API's JSON to the byte.
    let ran = server.ward(&["whoami", "--json"], &[]);
    assert_eq!((ran.code, ran.out), (0, format!("{}\n", me("nothing"))));
    assert_eq!(server.ward(&["logout"], &[]).code, 0);
    assert!(!token.exists());
}

#[test]
fn a_first_sign_in_sets_up_the_second_factor_on_the_terminal() {
    let server = StandIn::start(|asked, before| match asked.line.as_str() {
        "POST /v1/sessions" => {
            Answer::Json(201, json!({ "token": "s3cret", "session": session("enrolment") }))
        }
        "POST /v1/me/factor" => Answer::Json(
            201,
            json!({ "secret": "JBSWY3DPEHPK3PXP", "url": "otpauth://totp/Ward:ana?secret=JBSWY3DPEHPK3PXP" }),
        ),
        "POST /v1/me/factor/confirm" if before == 0 => problem(400, "invalid", "That code is wrong."),
        "POST /v1/me/factor/confirm" => Answer::Json(200, json!({ "codes": ["aaaa-bbbb", "cccc-dddd"] })),
        "POST /v1/me/password" => Answer::Bytes(204, "text/plain", Vec::new()),
        "GET /v1/sessions/current" if before == 0 => Answer::Json(200, me("new-password")),
        _ => Answer::Json(200, me("nothing")),
    });
    let (code, shown) = server.ward_on_terminal(
        &["login", "--server", &server.url, "--ca", "ca.pem"],
        &[
            ("E-mail address:", "ana@clinic.example"),
            ("Password:", "from the owner"),
            ("Code that the app shows:", "000000"),
            ("That code is wrong.", "123456"),
            ("when you have kept them", ""),
            ("New password", "a much better one"),
            ("Again:", "a much better one"),
        ],
    );
    assert_eq!(code, 0, "{shown}");
    assert!(
        shown.contains("████ ▄▄▄▄▄ █") && shown.contains("JBSWY3DPEHPK3PXP") && shown.contains("aaaa-bbbb"),
        "{shown}"
    );
    assert!(!shown.contains("from the owner") && !shown.contains("better one"), "{shown}");
    let change = server.asked().into_iter().find(|asked| asked.line == "POST /v1/me/password").unwrap();
    assert_eq!(change.json(), json!({ "current": "from the owner", "new": "a much better one" }));
}

#[test]
fn a_failed_second_factor_leaves_no_token_and_ends_the_session() {
    let server = StandIn::start(|asked, _| match asked.line.as_str() {
        "POST /v1/sessions" => {
            Answer::Json(201, json!({ "token": "s3cret", "session": session("second-factor") }))
        }
        "DELETE /v1/sessions/current" => Answer::Bytes(204, "text/plain", Vec::new()),
        _ => problem(401, "unauthenticated", "The code is wrong."),
    });
    let env = [("WARD_EMAIL", "a@b.example"), ("WARD_PASSWORD", "x"), ("WARD_TOTP_CODE", "1")];
    let ran = server.ward(&["login", "--server", &server.url, "--ca", "ca.pem"], &env);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert_eq!(server.lines().last().unwrap(), "DELETE /v1/sessions/current");
    assert!(!server.dir.path().join("profile/token").exists());
}

#[test]
fn a_server_whose_certificate_does_not_verify_gets_nothing() {
    let server = StandIn::start(|_, _| Answer::Json(200, json!({})));
    let other = StandIn::start(|_, _| Answer::Json(200, json!({})));
    let ca = other.dir.path().join("ca.pem");
    let env = [("WARD_EMAIL", "a@b.example"), ("WARD_PASSWORD", "x")];
    for arguments in [
        vec!["login", "--server", &server.url],
        vec!["login", "--server", &server.url, "--ca", ca.to_str().unwrap()],
    ] {
        let ran = server.ward(&arguments, &env);
        assert_eq!(ran.code, 6, "{ran:?}");
        assert!(ran.err.contains("--ca FILE"), "{ran:?}");
    }
    assert!(server.asked().is_empty());
}

#[test]
fn a_token_is_not_sent_when_others_can_read_it_nor_to_another_server() {
    let server = StandIn::signed_in(|_, _| Answer::Json(200, json!({ "items": [] })));
    let other = StandIn::start(|_, _| Answer::Json(200, json!({ "items": [] })));
    let ca = other.dir.path().join("ca.pem");
    server.ward(&["region", "list", "--server", &other.url, "--ca", ca.to_str().unwrap()], &[]);
    assert!(!other.asked()[0].headers.contains_key("authorization"));

    server.write("profile/token", &format!("server = {:?}\ntoken = \"s3cret\"\n", server.url), 0o644);
    let ran = server.ward(&["region", "list"], &[]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("others can read") && !ran.err.contains("s3cret"), "{ran:?}");
    assert!(server.asked().is_empty());
}
