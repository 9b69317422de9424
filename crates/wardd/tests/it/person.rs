//! Signing in, with all that a first sign-in asks for.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::installation::Installation;

/// The code that an authenticator shows now (RFC 6238).
fn code(secret: &str) -> String {
    let totp = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_secret(totp_rs::Secret::try_from_base32(secret).unwrap())
        .with_account_name("x")
        .with_issuer(Some("Ward"))
        .build()
        .unwrap();
    totp.generate(UNIX_EPOCH.elapsed().unwrap().as_secs()).to_string()
}

/// Signs in for the first time: a new password where one is asked for, and a second factor. The session's token.
pub(crate) fn first_sign_in(ward: &Installation, email: &str, password: &str) -> String {
    let begin = |password: &str| {
        let begun =
            ward.api("", "POST", "/v1/sessions", &json!({ "email": email, "password": password })).good();
        (begun["token"].as_str().unwrap().to_owned(), begun["session"]["needs"].as_str().unwrap().to_owned())
    };
    let (mut token, mut needs) = begin(password);
    for _ in 0..4 {
        match needs.as_str() {
            "nothing" => return token,
            "new-password" => {
                let new = "four lanterns along the river";
                let change = json!({ "current": password, "new": new });
                ward.api(&token, "POST", "/v1/me/password", &change).good();
                (token, needs) = begin(new);
            }
            "enrolment" => {
                let status = ward.api(&token, "GET", "/v1/status", &Value::Null);
                assert_eq!(status.problem(), (403, "second-factor-required".into()), "nothing before it");
                let secret = ward.api(&token, "POST", "/v1/me/factor", &Value::Null).good();
                let code = code(secret["secret"].as_str().unwrap());
                ward.api(&token, "POST", "/v1/me/factor/confirm", &json!({ "code": code })).good();
                needs = session(ward, &token);
            }
            other => panic!("{email} can't go on: {other}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{email} is not signed in after all steps");
}

fn session(ward: &Installation, token: &str) -> String {
    let me = ward.api(token, "GET", "/v1/sessions/current", &Value::Null).good();
    me["session"]["needs"].as_str().unwrap().to_owned()
}
