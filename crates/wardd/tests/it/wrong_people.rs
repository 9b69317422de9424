//! Section: another organization's people, and credentials that are none.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use ward_model::Timestamp;

use crate::{app, installation::Installation, person::first_sign_in, programs::until, set_up::World};

/// They see nothing, change nothing, and don't learn what there is.
pub(crate) fn get_nowhere(ward: &Installation, world: &World) {
    let stranger = stranger(ward, world);
    another_organization(ward, world, &stranger);
    forged(ward, world);
    ended_and_expired(ward, world, &stranger);
}

/// An owner of another organization.
fn stranger(ward: &Installation, world: &World) -> String {
    let other = ward.api(&world.owner, "POST", "/v1/organizations", &json!({ "name": "other" })).good();
    let path = format!("/v1/organizations/{}/users", other["id"].as_str().unwrap());
    let wanted = json!({ "email": "ana@other.example", "display_name": "Ana", "role": "owner" });
    let made = ward.api(&world.owner, "POST", &path, &wanted).good();
    first_sign_in(ward, "ana@other.example", made["first_password"].as_str().unwrap())
}

fn another_organization(ward: &Installation, world: &World, stranger: &str) {
    let World { app, database, organization, project, .. } = world;
    for (method, path, body) in [
        ("GET", format!("/v1/apps/{app}"), Value::Null),
        ("GET", format!("/v1/apps/{app}/logs"), Value::Null),
        ("GET", format!("/v1/apps/{app}/config"), Value::Null),
        ("POST", format!("/v1/apps/{app}/restart"), Value::Null),
        ("DELETE", format!("/v1/apps/{app}"), Value::Null),
        ("GET", format!("/v1/databases/{database}"), Value::Null),
        ("GET", format!("/v1/databases/{database}/url"), Value::Null),
        ("POST", format!("/v1/databases/{database}/backups"), Value::Null),
        ("GET", format!("/v1/projects/{project}"), Value::Null),
        ("GET", format!("/v1/organizations/{organization}"), Value::Null),
        ("POST", format!("/v1/organizations/{organization}/projects"), json!({ "name": "mine" })),
    ] {
        let answer = ward.api(stranger, method, &path, &body);
        assert_eq!(answer.problem(), (404, "not-found".into()), "{method} {path}: {answer:?}");
        assert!(!answer.body.contains("clinic") && !answer.body.contains("mercy"), "{answer:?}");
    }
    let source = app::source(&ward.home, "stranger", "");
    for arguments in [
        &["ps", app.as_str()][..],
        &["db", "url", database],
        &["deploy", source.to_str().unwrap(), "--app", app],
        &["project", "list", "--org", organization],
    ] {
        let (code, text) = ward.ward(stranger, arguments, "");
        assert_eq!(code, 4, "ward {}: {text}", arguments.join(" "));
    }
}

fn refused(ward: &Installation, secret: &str) {
    let answer = ward.api(secret, "GET", "/v1/status", &Value::Null);
    assert_eq!(answer.problem(), (401, "unauthenticated".into()), "{answer:?}");
    let (code, text) = ward.ward(secret, &["org", "list"], "");
    assert!(code == 3 && text.contains("ward login"), "{code}: {text}");
}

fn forged(ward: &Installation, world: &World) {
    let mut last = world.owner.clone().into_bytes();
    let end = last.len() - 1;
    last[end] = if last[end] == b'a' { b'b' } else { b'a' };
    for secret in [
        String::from_utf8(last).unwrap(),
        world.owner[..end].to_owned(),
        world.owner.to_uppercase(),
        "ward_pat_0000000000000000000000000000000000000000".to_owned(),
        "' or 1=1 --".to_owned(),
    ] {
        refused(ward, &secret);
    }
}

fn ended_and_expired(ward: &Installation, world: &World, stranger: &str) {
    let end = UNIX_EPOCH.elapsed().unwrap() + Duration::from_secs(3);
    let end = Timestamp::from_micros(i64::try_from(end.as_micros()).unwrap());
    let wanted = json!({
        "name": "short", "role": "auditor", "scope_kind": "organization", "scope_id": world.organization,
        "expires_at": end,
    });
    let token = ward.api(&world.owner, "POST", "/v1/me/tokens", &wanted).good();
    let secret = token["secret"].as_str().unwrap();
    let path = format!("/v1/organizations/{}", world.organization);
    let read = || ward.api(secret, "GET", &path, &Value::Null).status;
    assert_eq!(read(), 200, "before its end");
    until("the token ends", Duration::from_secs(10), || read() == 401);
    refused(ward, secret);
    ward.api(stranger, "DELETE", "/v1/sessions/current", &Value::Null).good();
    refused(ward, stranger);
}
