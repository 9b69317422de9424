use std::time::Duration;

use ward_identity::{sessions, tokens, users};
use ward_model::{Action, ErrorCode, OrganizationId, Role, Target, users::NewToken};
use ward_spine::Ctx;
use ward_testkit::TestServer;

use crate::person::Person;

fn wish(ctx: &Ctx, scope: &Target, days: u64) -> NewToken {
    NewToken {
        name: "ci".into(),
        role: Role::Developer,
        scope_kind: scope.kind,
        scope_id: scope.id.clone(),
        expires_at: ctx.now().plus(Duration::from_secs(days * 86_400)),
    }
}

#[tokio::test]
async fn a_token_works_in_its_scope_until_it_ends() {
    let server = TestServer::new().await;
    let (_, ctx, _) = Person::first_owner(&server).await;
    let (mine, other): (OrganizationId, OrganizationId) = (ctx.id(), ctx.id());
    let scope = Target::organization(mine);
    let created = tokens::create(&ctx, wish(&ctx, &scope, 30), scope.clone()).await.unwrap();
    let token = sessions::authenticate(&server.anonymous(), &created.secret).await.unwrap();
    assert!(token.permit(Action::ProjectList, &scope).await.is_ok());
    assert!(token.permit(Action::ProjectList, &Target::organization(other)).await.is_err());
    // Its role is a ceiling, and it never steps up.
    assert_eq!(
        token.permit(Action::ProjectCreate, &scope).await.err().map(|e| e.code()),
        Some(ErrorCode::Forbidden)
    );
    server.clock.advance(Duration::from_secs(30 * 86_400));
    assert!(sessions::authenticate(&server.anonymous(), &created.secret).await.is_err());
}

#[tokio::test]
async fn every_token_ends_within_ninety_days() {
    let server = TestServer::new().await;
    let (_, ctx, _) = Person::first_owner(&server).await;
    let scope = Target::platform();
    for days in [0, 91, 100_000] {
        let refused = tokens::create(&ctx, wish(&ctx, &scope, days), scope.clone()).await.err().unwrap();
        assert_eq!(refused.code(), ErrorCode::Invalid, "{days}");
    }
}

#[tokio::test]
async fn a_revoked_token_is_nobody_at_once() {
    let server = TestServer::new().await;
    let (_, ctx, _) = Person::first_owner(&server).await;
    let scope = Target::platform();
    let created = tokens::create(&ctx, wish(&ctx, &scope, 1), scope).await.unwrap();
    tokens::revoke(&ctx, created.token.id).await.unwrap();
    assert!(sessions::authenticate(&server.anonymous(), &created.secret).await.is_err());
    assert_eq!(
        tokens::revoke(&ctx, created.token.id).await.err().map(|e| e.code()),
        Some(ErrorCode::NotFound)
    );
}

#[tokio::test]
async fn disabling_a_user_ends_sessions_and_tokens() {
    let server = TestServer::new().await;
    let (_, owner, _) = Person::first_owner(&server).await;
    let organization: OrganizationId = owner.id();
    let new = ward_model::users::NewUser {
        email: "dev@example.org".into(),
        display_name: "Dev".into(),
        role: Role::Developer,
    };
    let created = users::create(&owner, organization, new).await.unwrap();
    let sign_in =
        ward_model::users::SignIn { email: "dev@example.org".into(), password: created.first_password };
    let begun = sessions::begin(&server.anonymous(), sign_in).await.unwrap();
    users::disable(&owner, organization, created.user.id).await.unwrap();
    assert!(sessions::authenticate(&server.anonymous(), &begun.token).await.is_err());
}

/// A role that a stranger gives must not keep an account open.
#[tokio::test]
async fn a_role_elsewhere_does_not_keep_an_account_from_being_disabled() {
    let server = TestServer::new().await;
    let (_, owner, _) = Person::first_owner(&server).await;
    let (home, elsewhere): (OrganizationId, OrganizationId) = (owner.id(), owner.id());
    let new = ward_model::users::NewUser {
        email: "dev@example.org".into(),
        display_name: "Dev".into(),
        role: Role::Developer,
    };
    let created = users::create(&owner, home, new).await.unwrap();
    let scope = Target::organization(elsewhere);
    let stranger = server.user_with(Role::Owner, &scope).await;
    let wish = ward_model::users::NewGrant {
        user: created.user.id,
        role: Role::Owner,
        scope_kind: scope.kind,
        scope_id: scope.id.clone(),
    };
    ward_identity::grants::create(&stranger, elsewhere, wish, scope).await.unwrap();
    users::disable(&owner, home, created.user.id).await.unwrap();
    let sign_in =
        ward_model::users::SignIn { email: "dev@example.org".into(), password: created.first_password };
    assert!(sessions::begin(&server.anonymous(), sign_in).await.is_err());
    let left = ward_identity::grants::list(&owner, home, &Default::default()).await.unwrap().items;
    assert!(left.iter().all(|grant| grant.user != created.user.id));
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten_and_what_lives_is_not() {
    use ward_spine::reconcile::Reconciler as _;
    let server = TestServer::new().await;
    let (_, ctx, _) = Person::first_owner(&server).await;
    let scope = Target::platform();
    tokens::create(&ctx, wish(&ctx, &scope, 1), scope.clone()).await.unwrap();
    let kept = tokens::create(&ctx, wish(&ctx, &scope, 89), scope).await.unwrap();
    assert_eq!(sessions::Prune.pass(&ctx).await.unwrap(), "");
    server.clock.advance(Duration::from_secs(92 * 86_400));
    let told = sessions::Prune.pass(&ctx).await.unwrap();
    assert_eq!(told, "forgot 1 sessions and 1 tokens that ended long ago");
    assert_eq!(sessions::Prune.pass(&ctx).await.unwrap(), "");
    let mut read = ctx.read().await.unwrap();
    let (left,): (String,) = sqlx::query_as("select id from tokens").fetch_one(read.conn()).await.unwrap();
    assert_eq!(left, kept.token.id.to_string());
}
