use std::time::Duration;

use ward_identity::{factors, sessions, users};
use ward_model::{
    Action, ErrorCode, Target,
    ledger::{LedgerQuery, Outcome},
    users::{PasswordChange, SecondFactor, SessionNeeds},
};
use ward_testkit::TestServer;

use crate::person::{PASSWORD, Person, sign_in};

#[tokio::test]
async fn a_password_alone_lets_nobody_do_anything() {
    let server = TestServer::new().await;
    Person::first_owner(&server).await;
    let begun = sign_in(&server, PASSWORD).await.unwrap();
    assert_eq!(begun.session.needs, SessionNeeds::SecondFactor);
    let ctx = sessions::authenticate(&server.anonymous(), &begun.token).await.unwrap();
    let denied = ctx.permit(Action::RegionCreate, &Target::platform()).await.err().unwrap();
    assert_eq!(denied.code(), ErrorCode::SecondFactorRequired);
    // A stolen password does not replace the second factor either.
    assert_eq!(factors::enroll(&ctx).await.err().map(|e| e.code()), Some(ErrorCode::StepUpRequired));
}

#[tokio::test]
async fn a_code_works_once() {
    let server = TestServer::new().await;
    let (person, ..) = Person::first_owner(&server).await;
    server.clock.advance(Duration::from_secs(60));
    let code = person.code(&server);
    let verify = async |code: &str| {
        let begun = sign_in(&server, PASSWORD).await.unwrap();
        let ctx = sessions::authenticate(&server.anonymous(), &begun.token).await.unwrap();
        sessions::verify(&ctx, SecondFactor { code: code.into() }).await
    };
    assert_eq!(verify(&code).await.unwrap().needs, SessionNeeds::Nothing);
    assert_eq!(verify(&code).await.err().map(|e| e.code()), Some(ErrorCode::Unauthenticated));
}

#[tokio::test]
async fn a_recovery_code_works_once_instead() {
    let server = TestServer::new().await;
    let (_, _, codes) = Person::first_owner(&server).await;
    assert_eq!(codes.len(), 10);
    let verify = async |code: &str| {
        let begun = sign_in(&server, PASSWORD).await.unwrap();
        let ctx = sessions::authenticate(&server.anonymous(), &begun.token).await.unwrap();
        sessions::verify(&ctx, SecondFactor { code: code.into() }).await
    };
    assert!(verify(&codes[0].to_uppercase()).await.is_ok());
    assert!(verify(&codes[0]).await.is_err());
    assert!(verify(&codes[1].replace('-', " ")).await.is_ok());
}

#[tokio::test]
async fn guessing_passwords_gets_slower_and_is_recorded() {
    let server = TestServer::new().await;
    Person::first_owner(&server).await;
    for _ in 0..5 {
        assert_eq!(
            sign_in(&server, "wrong-wrong-wrong").await.err().map(|e| e.code()),
            Some(ErrorCode::Unauthenticated)
        );
    }
    // Even the right password has to wait now.
    let throttled = sign_in(&server, PASSWORD).await.err().unwrap();
    assert_eq!((throttled.code(), throttled.retry_after()), (ErrorCode::Throttled, Some(1)));
    server.clock.advance(Duration::from_secs(2));
    assert!(sign_in(&server, PASSWORD).await.is_ok());
    server.core.audit.settle().await.unwrap();
    let query = LedgerQuery {
        action: Some("session:create".into()),
        outcome: Some("failed".into()),
        ..LedgerQuery::default()
    };
    let failures = server.core.audit.search(None, &query).await.unwrap().items;
    // What was refused because of the wait was not looked at, and takes no room in the ledger.
    assert_eq!(failures.len(), 5);
    assert!(
        failures.iter().all(|f| f.event.outcome == Some(Outcome::Failed) && !f.event.detail["why"].is_null())
    );
}

#[tokio::test]
async fn guesses_side_by_side_are_no_more_than_guesses_in_a_row() {
    let server = std::sync::Arc::new(TestServer::new().await);
    Person::first_owner(&server).await;
    let begun = sign_in(&server, PASSWORD).await.unwrap();
    let ctx = sessions::authenticate(&server.anonymous(), &begun.token).await.unwrap();
    let guesses = (0..40).map(|n| {
        let ctx = ctx.clone();
        tokio::spawn(async move {
            sessions::verify(&ctx, SecondFactor { code: format!("{n:06}") }).await.err().map(|e| e.code())
        })
    });
    let guesses: Vec<_> = guesses.collect();
    let mut looked_at = 0;
    for guess in guesses {
        match guess.await.unwrap() {
            Some(ErrorCode::Throttled) => {}
            _ => looked_at += 1,
        }
    }
    assert_eq!(looked_at, 5);
}

#[tokio::test]
async fn an_unknown_address_reads_like_a_wrong_password() {
    let server = TestServer::new().await;
    let unknown = sign_in(&server, PASSWORD).await.err().unwrap();
    Person::first_owner(&server).await;
    let wrong = sign_in(&server, "wrong-wrong-wrong").await.err().unwrap();
    assert_eq!((unknown.code(), unknown.message()), (wrong.code(), wrong.message()));
}

#[tokio::test]
async fn guessing_codes_gets_slower() {
    let server = TestServer::new().await;
    Person::first_owner(&server).await;
    let begun = sign_in(&server, PASSWORD).await.unwrap();
    let ctx = sessions::authenticate(&server.anonymous(), &begun.token).await.unwrap();
    let mut codes = Vec::new();
    for _ in 0..6 {
        codes.push(
            sessions::verify(&ctx, SecondFactor { code: "000000".into() }).await.err().map(|e| e.code()),
        );
    }
    assert_eq!(codes.last(), Some(&Some(ErrorCode::Throttled)));
}

#[tokio::test]
async fn a_session_ends_after_fifteen_idle_minutes_and_after_twelve_hours() {
    let server = TestServer::new().await;
    let (person, ..) = Person::first_owner(&server).await;
    server.clock.advance(Duration::from_secs(60));
    let begun = sign_in(&server, PASSWORD).await.unwrap();
    let ctx = sessions::authenticate(&server.anonymous(), &begun.token).await.unwrap();
    sessions::verify(&ctx, SecondFactor { code: person.code(&server) }).await.unwrap();
    // Kept in use, it lives on …
    for _ in 0..(12 * 60 / 14) {
        server.clock.advance(Duration::from_secs(14 * 60));
        assert!(sessions::authenticate(&server.anonymous(), &begun.token).await.is_ok());
    }
    // … but not beyond twelve hours.
    server.clock.advance(Duration::from_secs(10 * 60));
    assert!(sessions::authenticate(&server.anonymous(), &begun.token).await.is_err());
    let idle = sign_in(&server, PASSWORD).await.unwrap();
    server.clock.advance(Duration::from_secs(15 * 60));
    assert!(sessions::authenticate(&server.anonymous(), &idle.token).await.is_err());
}

#[tokio::test]
async fn an_ended_or_forged_session_is_nobody() {
    let server = TestServer::new().await;
    let (_, ctx, _) = Person::first_owner(&server).await;
    let begun = sign_in(&server, PASSWORD).await.unwrap();
    sessions::end(&ctx, begun.session.id).await.unwrap();
    for secret in
        [begun.token.as_str(), "", "ward_ses_", "ward_ses_AAAA", &begun.token[..begun.token.len() - 1]]
    {
        let error = sessions::authenticate(&server.anonymous(), secret).await.err().unwrap();
        assert_eq!(error.code(), ErrorCode::Unauthenticated, "{secret}");
    }
}

#[tokio::test]
async fn changing_the_password_ends_all_other_sessions() {
    let server = TestServer::new().await;
    let (_, ctx, _) = Person::first_owner(&server).await;
    let other = sign_in(&server, PASSWORD).await.unwrap();
    let change = |new: &str| PasswordChange { current: PASSWORD.into(), new: new.into() };
    assert_eq!(
        factors::change_password(&ctx, change("short")).await.err().map(|e| e.code()),
        Some(ErrorCode::Invalid)
    );
    assert_eq!(
        factors::change_password(&ctx, change(PASSWORD)).await.err().map(|e| e.code()),
        Some(ErrorCode::Invalid)
    );
    factors::change_password(&ctx, change("amber-canyon-walrus")).await.unwrap();
    assert!(sessions::authenticate(&server.anonymous(), &other.token).await.is_err());
    assert!(sign_in(&server, PASSWORD).await.is_err());
    assert!(sign_in(&server, "amber-canyon-walrus").await.is_ok());
}

#[tokio::test]
async fn a_first_password_must_be_changed_before_the_second_factor() {
    let server = TestServer::new().await;
    let (_, owner, _) = Person::first_owner(&server).await;
    let organization = server.operator().id();
    let new = ward_model::users::NewUser {
        email: "dev@example.org".into(),
        display_name: "Dev".into(),
        role: ward_model::Role::Developer,
    };
    let created = users::create(&owner, organization, new).await.unwrap();
    let sign_in = ward_model::users::SignIn {
        email: "dev@example.org".into(),
        password: created.first_password.clone(),
    };
    let begun = sessions::begin(&server.anonymous(), sign_in).await.unwrap();
    assert_eq!(begun.session.needs, SessionNeeds::NewPassword);
    let ctx = sessions::authenticate(&server.anonymous(), &begun.token).await.unwrap();
    assert_eq!(factors::enroll(&ctx).await.err().map(|e| e.code()), Some(ErrorCode::Conflict));
    factors::change_password(
        &ctx,
        PasswordChange { current: created.first_password, new: "cobalt-meadow-lantern".into() },
    )
    .await
    .unwrap();
    Person::enroll(&server, &ctx).await;
    let ctx = sessions::authenticate(&server.anonymous(), &begun.token).await.unwrap();
    assert!(ctx.permit(Action::OrganizationRead, &Target::organization(organization)).await.is_ok());
}

#[tokio::test]
async fn the_store_holds_no_secret_in_clear() {
    let server = TestServer::new().await;
    let (person, ..) = Person::first_owner(&server).await;
    let begun = sign_in(&server, PASSWORD).await.unwrap();
    server.core.audit.settle().await.unwrap();
    let base32 = totp_rs::Secret::from(person.secret.clone()).to_base32();
    let dir = server.dir().to_owned();
    let server = server.restart().await;
    for (file, bytes) in ward_testkit::all_files(&dir) {
        for secret in [PASSWORD.as_bytes(), begun.token.as_bytes(), base32.as_bytes(), &person.secret] {
            assert!(!bytes.windows(secret.len()).any(|w| w == secret), "{} holds a secret", file.display());
        }
    }
    drop(server);
}
