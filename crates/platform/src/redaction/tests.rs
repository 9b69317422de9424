use std::time::Duration;

use ward_model::{
    AppId, DataClass, ErrorCode, Role, Timestamp,
    apps::AppLogLine,
    redaction::{RedactionAction, RedactionField, RedactionMode, RedactionPolicy, RedactionRecognizer},
};
use ward_testkit::TestServer;

use super::*;
use crate::testing;

fn line(text: &str) -> AppLogLine {
    let time = Timestamp::from_micros(1);
    AppLogLine { time, process: "web".into(), container: "c".into(), stderr: false, text: text.into() }
}

async fn masker(server: &TestServer, app: AppId) -> Masker {
    Masker::new(&server.as_loop("logs"), app).await.unwrap()
}

#[tokio::test]
async fn a_line_is_masked_by_the_policy_of_its_app_and_a_change_holds_from_the_next_line() {
    let server = TestServer::new().await;
    let (owner, app) = testing::app(&server, "mercy").await;
    let mut mine = masker(&server, app.id).await;
    let (masked, aside) = mine.mask(line("saved ssn=123-45-6789 in 12 ms"));
    assert_eq!(masked.text, "saved ssn=[SSN] in 12 ms");
    assert!(aside.is_none());
    let policy = RedactionPolicy { action: RedactionAction::Pseudonym, ..RedactionPolicy::default() };
    set(&owner, app.id, policy.clone()).await.unwrap();
    assert_eq!(get(&owner, app.id).await.unwrap(), policy);
    mine.refresh(&server.as_loop("logs")).await.unwrap();
    let first = mine.mask(line("saved ssn=123-45-6789")).0.text;
    assert!(!first.contains("6789") && first != "saved ssn=[SSN]", "{first}");
    assert_eq!(mine.mask(line("saved ssn=123-45-6789")).0.text, first, "the same value, the same token");
    // Another environment has another key.
    let (other_owner, other) = testing::app(&server, "other").await;
    set(&other_owner, other.id, policy).await.unwrap();
    let mut elsewhere = masker(&server, other.id).await;
    assert_ne!(elsewhere.mask(line("saved ssn=123-45-6789")).0.text, first);
}

#[tokio::test]
async fn a_policy_below_the_floor_of_a_phi_environment_is_refused() {
    let server = TestServer::new().await;
    let (owner, environment) = testing::environment_of(&server, "mercy", DataClass::Phi).await;
    let app = testing::app_in(&owner, &environment, "clinic").await;
    let off = RedactionPolicy { off: vec!["ssn".into()], ..RedactionPolicy::default() };
    let pass = RedactionPolicy {
        fields: vec![RedactionField { name: "note".into(), treatment: "pass".into() }],
        ..RedactionPolicy::default()
    };
    for policy in [off, pass] {
        let refused = set(&owner, app.id, policy).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Floor, "{refused}");
    }
    assert_eq!(get(&owner, app.id).await.unwrap(), RedactionPolicy::default());
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_says_what_is_wrong_with_it() {
    let server = TestServer::new().await;
    let (owner, app) = testing::app(&server, "mercy").await;
    let recognizer = |pattern: &str, validator: Option<&str>| RedactionPolicy {
        recognizers: vec![RedactionRecognizer {
            name: "MEMBER".into(),
            pattern: pattern.into(),
            identifier: None,
            validator: validator.map(str::to_owned),
            context: Vec::new(),
        }],
        ..RedactionPolicy::default()
    };
    let wrong = [
        (RedactionPolicy { off: vec!["shoe-size".into()], ..RedactionPolicy::default() }, "shoe-size"),
        (recognizer("(", None), "MEMBER"),
        (recognizer("[0-9]+", Some("guess")), "guess"),
        (RedactionPolicy { allow: vec!["x".into()], ..RedactionPolicy::default() }, "allow"),
        (RedactionPolicy { allow: vec!["y".repeat(600)], ..RedactionPolicy::default() }, "at most"),
    ];
    for (policy, word) in wrong {
        let refused = set(&owner, app.id, policy).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Invalid);
        assert!(refused.message().contains(word), "{refused}");
    }
    let strict = RedactionPolicy { mode: RedactionMode::Strict, ..RedactionPolicy::default() };
    let developer = testing::colleague(&server, &app, Role::Developer).await;
    assert_eq!(set(&developer, app.id, strict).await.unwrap_err().code(), ErrorCode::Forbidden);
}

#[tokio::test]
async fn what_was_masked_is_counted_without_values_and_a_beginning_raises_one_alert() {
    let server = TestServer::new().await;
    let (owner, app) = testing::app(&server, "mercy").await;
    let ctx = server.as_loop("logs");
    let mut masker = masker(&server, app.id).await;
    let mut say = async |times: usize| {
        for _ in 0..times {
            masker.mask(line("saved ssn=123-45-6789"));
        }
        let found = masker.take_statistics();
        note(&ctx, app.id, masker.about(), "", &found).await.unwrap();
    };
    let open = async || server.core.alerts.list(Some(app.organization), true).await.unwrap();
    say(4).await;
    assert!(open().await.is_empty(), "a few are no beginning");
    say(3).await;
    say(30).await;
    let alerts = open().await;
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].title.contains("began to log SSN"), "{}", alerts[0].title);
    assert!(!format!("{alerts:?}").contains("6789"));
    let report = report(&owner, app.id).await.unwrap();
    assert_eq!((report.lines, report.changed, report.quarantined), (37, 37, 0));
    assert_eq!((report.items[0].identifier.as_str(), report.items[0].count), ("ssn", 37));
    // A day later the same app logs as much as the day before: nothing new. Two quiet days: it is over.
    assert_eq!(calm(&ctx).await.unwrap(), 0);
    server.clock.advance(Duration::from_secs(50 * 3600));
    assert_eq!(calm(&ctx).await.unwrap(), 1);
    assert!(open().await.is_empty());
}

#[tokio::test]
async fn a_line_that_cannot_be_handled_is_sealed_aside_and_not_shown_with_the_log() {
    let server = TestServer::new().await;
    let (owner, app) = testing::app(&server, "mercy").await;
    let policy = RedactionPolicy { quarantine_binary: true, ..RedactionPolicy::default() };
    set(&owner, app.id, policy).await.unwrap();
    let mut masker = masker(&server, app.id).await;
    let raw = "\0\u{1}\u{2}\u{3} ssn 123-45-6789 \0\0\0";
    let (shown, aside) = masker.mask(line(raw));
    assert!(!shown.text.contains("6789"), "{:?}", shown.text);
    let aside = aside.expect("the line itself");
    assert_eq!((aside.reason, aside.raw.as_slice()), ("binary", raw.as_bytes()));
    assert_eq!(masker.take_statistics().quarantined(), 1);
    let (_, none) = masker.mask(line("the next line"));
    assert!(none.is_none(), "each line has its own");
}

#[tokio::test]
async fn a_long_line_is_sealed_aside_whole_and_the_next_line_has_nothing_of_it() {
    let server = TestServer::new().await;
    let (_, app) = testing::app(&server, "mercy").await;
    let mut masker = masker(&server, app.id).await;
    let raw = "s\0s\0n\0 \0".repeat(100_000);
    let (shown, aside) = masker.mask(line(&raw));
    assert!(shown.text.contains("[QUARANTINED:"), "{:?}", &shown.text[..40]);
    assert!(aside.expect("the line itself").raw == raw.as_bytes());
    assert!(masker.mask(line("the next line")).1.is_none());
}

#[tokio::test]
async fn a_beginning_that_could_not_be_told_is_told_with_the_next_lines() {
    let server = TestServer::new().await;
    let (_, app) = testing::app(&server, "mercy").await;
    let ctx = server.as_loop("logs");
    let mut masker = masker(&server, app.id).await;
    let mut found = |times: usize| {
        (0..times).for_each(|_| drop(masker.mask(line("saved ssn=123-45-6789"))));
        masker.take_statistics()
    };
    // Counted, and then Ward ended before the alert.
    counts::add(&ctx, app.id, &found(9)).await.unwrap();
    let (now, about) = (found(1), masked(&mut ctx.read().await.unwrap(), app.id).await.unwrap());
    note(&ctx, app.id, &about, "", &now).await.unwrap();
    assert_eq!(server.core.alerts.list(Some(app.organization), true).await.unwrap().len(), 1);
}
