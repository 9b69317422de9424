//! A person with an authenticator.

use totp_rs::{Algorithm, Builder, Secret};
use ward_identity::{factors, sessions, users};
use ward_model::users::{SecondFactor, SessionNeeds, SignIn};
use ward_spine::{Clock as _, Ctx, Result};
use ward_testkit::TestServer;

pub(crate) const EMAIL: &str = "owner@example.org";
pub(crate) const PASSWORD: &str = "violet-harbor-tundra";

/// Somebody with a password and an authenticator.
pub(crate) struct Person {
    pub(crate) secret: Vec<u8>,
}

impl Person {
    /// The first owner, signed in completely.
    pub(crate) async fn first_owner(server: &TestServer) -> (Self, Ctx, Vec<String>) {
        let new = users::FirstOwner {
            email: EMAIL.into(),
            display_name: "Owner".into(),
            password: PASSWORD.into(),
        };
        users::create_first_owner(&server.operator(), new).await.unwrap();
        let begun = sign_in(server, PASSWORD).await.unwrap();
        assert_eq!(begun.session.needs, SessionNeeds::Enrolment);
        let ctx = sessions::authenticate(&server.anonymous(), &begun.token).await.unwrap();
        let (person, codes) = Self::enroll(server, &ctx).await;
        let ctx = sessions::authenticate(&server.anonymous(), &begun.token).await.unwrap();
        (person, ctx, codes)
    }

    pub(crate) async fn enroll(server: &TestServer, ctx: &Ctx) -> (Self, Vec<String>) {
        let enrolment = factors::enroll(ctx).await.unwrap();
        let person = Self { secret: Secret::try_from_base32(&enrolment.secret).unwrap().to_vec() };
        let codes = factors::confirm(ctx, SecondFactor { code: person.code(server) }).await.unwrap();
        (person, codes.codes)
    }

    /// What the authenticator shows now.
    pub(crate) fn code(&self, server: &TestServer) -> String {
        let seconds = u64::try_from(server.clock.now().micros() / 1_000_000).unwrap();
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_secret(self.secret.clone())
            .with_step_duration(30)
            .with_account_name("x")
            .build()
            .unwrap();
        totp.generate(seconds).to_string()
    }
}

pub(crate) async fn sign_in(server: &TestServer, password: &str) -> Result<ward_model::users::BegunSession> {
    sessions::begin(
        &server.anonymous(),
        SignIn { email: format!(" {} ", EMAIL.to_uppercase()), password: password.into() },
    )
    .await
}
