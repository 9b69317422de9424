//! An installation whose root key is a passphrase.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    door::{Answer, Ask, ask_socket},
    installation::{Installation, OWNER},
    programs::{run, said, until},
};

const PASSWORD: &str = "seven kettles under a green moon";
const PASSPHRASE: &str = "six horses staple the battery";

/// Sealed after the first start and after the next; open in between.
pub(crate) fn after_each_start(mut ward: Installation) {
    let (code, text) = ward.init(&format!("{PASSWORD}\n"));
    assert!(code == 1 && text.contains("standard input ended"), "{text}");
    let (code, text) = ward.init(&format!("{PASSWORD}\n{PASSPHRASE}\n"));
    assert!(code == 0 && text.contains("Ward is set up"), "{text}");
    ward.start_wardd();
    sealed(&ward);
    let answer = post(&ward, "/v1/unseal", &json!({ "passphrase": "not the right passphrase" }));
    assert_eq!(answer.problem(), (401, "unauthenticated".into()));
    let (code, text) = unseal(&ward, "nor is this one, as it seems\n");
    assert_eq!(code, 3, "{text}");
    sealed(&ward);
    let (code, text) = unseal(&ward, &format!("{PASSPHRASE}\n"));
    assert_eq!(code, 0, "{text}");
    open(&ward);
    ward.kill_wardd();
    ward.start_wardd();
    sealed(&ward);
    let answer = post(&ward, "/v1/unseal", &json!({ "passphrase": PASSPHRASE }));
    assert_eq!((answer.status, answer.json()["sealed"].clone()), (200, json!(false)));
    open(&ward);
    ward.take_away();
}

fn ask(ward: &Installation, method: &str, path: &str, body: &Value) -> std::io::Result<Answer> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    ask_socket(&ward.run.join("api.sock"), &Ask { method, body: body.as_bytes(), ..Ask::get(path) })
}

fn post(ward: &Installation, path: &str, body: &Value) -> Answer {
    ask(ward, "POST", path, body).unwrap()
}

/// Health says so, everything else is refused.
fn sealed(ward: &Installation) {
    let health = || ask(ward, "GET", "/v1/health", &Value::Null).ok();
    until("the sealed door answers", Duration::from_secs(20), || health().is_some_and(|a| a.status == 200));
    assert_eq!(health().unwrap().json()["sealed"], true);
    for path in ["/v1/status", "/v1/organizations", "/v1/openapi.json", "/v1/ledger/logs"] {
        let answer = ask(ward, "GET", path, &Value::Null).unwrap();
        assert_eq!(answer.problem(), (503, "sealed".into()), "{path}");
        assert!(answer.body.contains("ward server unseal"), "{answer:?}");
    }
    let answer = post(ward, "/v1/sessions", &json!({ "email": OWNER, "password": PASSWORD }));
    assert_eq!(answer.problem(), (503, "sealed".into()));
}

/// The owner can sign in.
fn open(ward: &Installation) {
    let signed_in = || ask(ward, "POST", "/v1/sessions", &json!({ "email": OWNER, "password": PASSWORD }));
    until("the platform is open", Duration::from_secs(20), || signed_in().is_ok_and(|a| a.status == 201));
}

fn unseal(ward: &Installation, input: &str) -> (i32, String) {
    let mut command = ward.ward_command("");
    // There is no authority yet that a certificate could be checked with: this goes through the socket of the machine.
    command.env_remove("WARD_CA").env("WARD_SERVER", format!("unix://{}/api.sock", ward.run.display()));
    command.args(["server", "unseal", "--passphrase-stdin"]);
    said(&run(command, input))
}
