use ward_model::{DataClass, Id, SessionId, TokenId, UserId, action::Also};

use super::*;

fn user(n: u128) -> UserId {
    UserId::from_uuid(uuid::Uuid::from_u128(n))
}

fn environment() -> Target {
    let id = uuid::Uuid::from_u128(5);
    Target::environment(Id::from_uuid(id), Id::from_uuid(id), Id::from_uuid(id), DataClass::Phi)
}

fn target(kind: ResourceKind, who: UserId) -> Target {
    let env = environment();
    match kind {
        ResourceKind::Platform => Target::platform(),
        ResourceKind::Organization => Target::organization(env.organization.unwrap()),
        ResourceKind::Project => Target::project(env.organization.unwrap(), env.project.unwrap()),
        ResourceKind::Environment => env,
        ResourceKind::App => env.inside(kind, "app_x"),
        ResourceKind::Database => env.inside(kind, "db_x"),
        ResourceKind::User => Target::user(who),
    }
}

fn session(id: UserId, second_factor_at: Option<i64>) -> Principal {
    let credential = Credential::Session {
        id: SessionId::from_uuid(uuid::Uuid::nil()),
        second_factor_at: second_factor_at.map(Timestamp::from_micros),
    };
    Principal::User { id, credential }
}

fn on_organization(role: Role) -> Vec<HeldRole> {
    let organization = environment().organization;
    vec![HeldRole {
        policy: "grt_1".into(),
        role,
        kind: ResourceKind::Organization,
        id: organization.unwrap().to_string(),
        organization,
    }]
}

const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000);

#[test]
fn the_decision_is_the_table_for_every_role_and_action() {
    let policy = Policy::new().unwrap();
    let fresh = session(user(1), Some(NOW.micros()));
    for role in Role::ALL {
        for action in Action::ALL {
            let target = target(action.resource(), user(1));
            let decision = policy.decide_with(&on_organization(role), NOW, &fresh, *action, &target).unwrap();
            let by_role = target.organization.is_some() && action.roles().contains(&role);
            let by_self = matches!(action.also(), Also::Self_ | Also::SelfBeforeSecondFactor);
            let expected = by_role || by_self || action.also() == Also::SignedIn;
            assert_eq!(matches!(decision, Decision::Allow(_)), expected, "{role} {action}: {decision:?}");
            if by_role {
                assert!(
                    matches!(&decision, Decision::Allow(p) if p.contains(&"grt_1".to_owned())),
                    "the record names the grant: {decision:?}"
                );
            }
        }
    }
}

#[test]
fn a_role_elsewhere_gives_nothing_and_shows_nothing() {
    let policy = Policy::new().unwrap();
    let fresh = session(user(1), Some(NOW.micros()));
    let other: OrganizationId = Id::from_uuid(uuid::Uuid::from_u128(99));
    let held = [HeldRole {
        policy: "grt_2".into(),
        role: Role::Owner,
        kind: ResourceKind::Organization,
        id: other.to_string(),
        organization: Some(other),
    }];
    for action in
        Action::ALL.iter().filter(|a| !matches!(a.resource(), ResourceKind::Platform | ResourceKind::User))
    {
        let decision =
            policy.decide_with(&held, NOW, &fresh, *action, &target(action.resource(), user(1))).unwrap();
        assert!(matches!(decision, Decision::Deny { why: Denial::Unseen, .. }), "{action}: {decision:?}");
    }
}

#[test]
fn a_password_alone_opens_nothing_but_the_second_factor() {
    let policy = Policy::new().unwrap();
    for action in Action::ALL {
        let decision = policy
            .decide_with(
                &on_organization(Role::Owner),
                NOW,
                &session(user(1), None),
                *action,
                &target(action.resource(), user(1)),
            )
            .unwrap();
        assert_eq!(
            matches!(decision, Decision::Allow(_)),
            action.also() == Also::SelfBeforeSecondFactor,
            "{action}: {decision:?}"
        );
    }
}

#[test]
fn a_stale_or_future_second_factor_asks_for_a_step_up() {
    let policy = Policy::new().unwrap();
    for at in [NOW.minus(STEP_UP).micros() - 1, NOW.micros() + 1] {
        for action in Action::ALL.iter().filter(|a| a.step_up() && a.resource() == ResourceKind::Organization)
        {
            let target = target(action.resource(), user(1));
            let owner = policy
                .decide_with(
                    &on_organization(Role::Owner),
                    NOW,
                    &session(user(1), Some(at)),
                    *action,
                    &target,
                )
                .unwrap();
            assert!(matches!(owner, Decision::Deny { why: Denial::StepUp, .. }), "{action}: {owner:?}");
            // Who may not anyway is not sent for a code.
            let auditor = policy
                .decide_with(
                    &on_organization(Role::Auditor),
                    NOW,
                    &session(user(1), Some(at)),
                    *action,
                    &target,
                )
                .unwrap();
            assert!(
                matches!(auditor, Decision::Deny { why: Denial::Forbidden, .. }),
                "{action}: {auditor:?}"
            );
        }
    }
}

#[test]
fn a_token_is_the_intersection_of_its_owner_and_itself() {
    let policy = Policy::new().unwrap();
    let token = |role| Principal::User {
        id: user(1),
        credential: Credential::Token {
            id: TokenId::from_uuid(uuid::Uuid::nil()),
            role,
            scope: Box::new(environment()),
        },
    };
    let app = target(ResourceKind::App, user(1));
    let decide = |held: Role, token_role, action, target: &Target| {
        policy.decide_with(&on_organization(held), NOW, &token(token_role), action, target).unwrap()
    };
    assert!(matches!(decide(Role::Owner, Role::Developer, Action::AppDeploy, &app), Decision::Allow(_)));
    assert!(matches!(decide(Role::Owner, Role::Auditor, Action::AppDeploy, &app), Decision::Deny { .. }));
    assert!(matches!(decide(Role::Auditor, Role::Owner, Action::AppDeploy, &app), Decision::Deny { .. }));
    // Outside its scope, and whatever needs a fresh second factor.
    let organization = target(ResourceKind::Organization, user(1));
    assert!(matches!(
        decide(Role::Owner, Role::Owner, Action::ProjectCreate, &organization),
        Decision::Deny { .. }
    ));
    assert!(matches!(
        decide(Role::Owner, Role::Owner, Action::AppDestroy, &app),
        Decision::Deny { why: Denial::Forbidden, .. }
    ));
    assert!(matches!(
        decide(Role::Owner, Role::Owner, Action::TokenCreate, &Target::user(user(1))),
        Decision::Deny { .. }
    ));
}

#[test]
fn nobody_acts_on_another_user() {
    let policy = Policy::new().unwrap();
    for action in
        Action::ALL.iter().filter(|a| a.resource() == ResourceKind::User && a.also() != Also::Anyone)
    {
        let decision = policy
            .decide_with(
                &on_organization(Role::Owner),
                NOW,
                &session(user(1), Some(NOW.micros())),
                *action,
                &Target::user(user(2)),
            )
            .unwrap();
        assert!(matches!(decision, Decision::Deny { .. }), "{action}");
    }
}

#[test]
fn a_loop_does_only_what_loops_do() {
    let policy = Policy::new().unwrap();
    for action in Action::ALL {
        let decision = policy
            .decide_with(
                &[],
                NOW,
                &Principal::Loop { name: "apps" },
                *action,
                &target(action.resource(), user(1)),
            )
            .unwrap();
        assert_eq!(matches!(decision, Decision::Allow(_)), action.also() == Also::Loop, "{action}");
    }
}
