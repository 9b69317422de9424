//! Users, sessions, tokens, environments: wrong rows are seen.

use std::time::Duration;

use serde_json::json;
use ward_model::{Action, Target, posture::Verdict};

use crate::rig::Rig;

const DAY: i64 = 86_400_000_000;

#[tokio::test]
async fn a_session_that_lives_on_a_password_alone_is_seen() {
    let rig = Rig::new().await;
    let owner = rig.server.owner().await;
    let (user, now) = (owner.who().user().unwrap(), owner.now().micros());
    rig.expect("idn.mfa-enforced", Verdict::Pass).await;
    let session = |created: i64, used: i64, expires: i64| {
        format!(
            "delete from sessions;\ninsert into sessions (id, user_id, secret_hash, created_at, last_used_at, expires_at, address, client) values ('ses_1', '{user}', '{}', {created}, {used}, {expires}, '', '')",
            "ab".repeat(32)
        )
    };
    rig.sql(&session(now - 60_000_000, now - 1, now + DAY / 4)).await;
    let seen = rig.expect("idn.mfa-enforced", Verdict::Pass).await;
    assert_eq!(
        seen.evidence["facts"][0]["sessions_waiting_for_a_code"], 1,
        "one that is being completed is no fault"
    );
    rig.sql(&session(now - 1_200_000_000, now - 1, now + DAY / 4)).await;
    rig.expect("idn.mfa-enforced", Verdict::Fail).await;
    rig.sql(&format!("update sessions set second_factor_at = {now}")).await;
    rig.expect("idn.mfa-enforced", Verdict::Pass).await;
    rig.expect("ses.idle-timeout", Verdict::Pass).await;
    rig.sql(&session(now, now, now + DAY)).await;
    rig.expect("ses.idle-timeout", Verdict::Fail).await;
}

#[tokio::test]
async fn a_dangerous_action_without_a_fresh_second_factor_is_seen_in_the_ledger() {
    let rig = Rig::new().await;
    let owner = rig.server.owner().await;
    rig.expect("idn.mfa-stepup", Verdict::Pass).await;
    // The fixture's session claims a second factor that was never given.
    let target = Target::organization(owner.id());
    let attempt = async || {
        let tx = owner.permit(Action::GrantCreate, &target).await.unwrap().begin().await.unwrap();
        tx.commit(json!({})).await.unwrap();
        rig.server.core.audit.settle().await.unwrap();
    };
    attempt().await;
    rig.expect("idn.mfa-stepup", Verdict::Fail).await;
    // With one given, the next is right; the wrong one stays wrong until it is 30 days old.
    rig.server.clock.advance(Duration::from_secs(31 * 86_400));
    let fresh = rig.server.as_user(owner.who().user().unwrap());
    let own = Target::user(fresh.who().user().unwrap());
    fresh
        .permit(Action::SessionVerify, &own)
        .await
        .unwrap()
        .begin()
        .await
        .unwrap()
        .commit(json!({}))
        .await
        .unwrap();
    fresh
        .permit(Action::GrantCreate, &target)
        .await
        .unwrap()
        .begin()
        .await
        .unwrap()
        .commit(json!({}))
        .await
        .unwrap();
    rig.server.core.audit.settle().await.unwrap();
    rig.expect("idn.mfa-stepup", Verdict::Pass).await;
}

#[tokio::test]
async fn shared_accounts_orphans_and_lost_ids_are_seen() {
    let rig = Rig::new().await;
    let owner = rig.server.owner().await;
    let user = owner.who().user().unwrap();
    rig.expect("idn.unique-accounts", Verdict::Pass).await;
    for (wrong, right) in [
        (
            format!("update users set email = 'Shared@example.org' where id = '{user}'"),
            format!("update users set email = 'dana@example.org' where id = '{user}'"),
        ),
        ("update grants set user_id = 'usr_gone'".into(), format!("update grants set user_id = '{user}'")),
    ] {
        rig.sql(&wrong).await;
        rig.expect("idn.unique-accounts", Verdict::Fail).await;
        rig.sql(&right).await;
        rig.expect("idn.unique-accounts", Verdict::Pass).await;
    }
    rig.expect("idn.no-id-reuse", Verdict::Empty).await;
    let target = Target::organization(owner.id());
    let created = async |id: &str| {
        let tx = owner.permit(Action::UserCreate, &target).await.unwrap().begin().await.unwrap();
        tx.commit(json!({ "user": id })).await.unwrap();
        rig.server.core.audit.settle().await.unwrap();
    };
    created(&user.to_string()).await;
    rig.expect("idn.no-id-reuse", Verdict::Pass).await;
    created(&user.to_string()).await;
    rig.expect("idn.no-id-reuse", Verdict::Fail).await;
}

#[tokio::test]
async fn tokens_that_live_too_long_are_unused_or_outlive_their_owner_are_seen() {
    let rig = Rig::new().await;
    let owner = rig.server.owner().await;
    let (user, now) = (owner.who().user().unwrap(), owner.now().micros());
    rig.expect("idn.token-expiry", Verdict::Empty).await;
    let token = |created: i64, expires: i64, used: Option<i64>| {
        let used = used.map_or("null".into(), |u| u.to_string());
        format!(
            "delete from tokens;\ninsert into tokens (id, user_id, name, role, scope, secret_hash, created_at, expires_at, last_used_at) values ('tok_1', '{user}', 'ci', 'developer', '{{}}', '{}', {created}, {expires}, {used})",
            "cd".repeat(32)
        )
    };
    rig.sql(&token(now, now + 30 * DAY, None)).await;
    rig.expect("idn.token-expiry", Verdict::Pass).await;
    rig.expect("acc.termination", Verdict::Empty).await;
    rig.sql(&token(now, now + 400 * DAY, None)).await;
    rig.expect("idn.token-expiry", Verdict::Fail).await;
    rig.sql(&token(now - 95 * DAY, now - 6 * DAY, None)).await;
    rig.expect("idn.token-expiry", Verdict::Empty).await;
    rig.sql(&token(now, now + 30 * DAY, None)).await;
    rig.sql(&format!("update users set disabled_at = {now}")).await;
    rig.expect("idn.token-expiry", Verdict::Fail).await;
    rig.expect("acc.termination", Verdict::Fail).await;
    rig.sql(&format!("update tokens set revoked_at = {now}")).await;
    rig.expect("acc.termination", Verdict::Pass).await;
    rig.expect("idn.password-policy", Verdict::Pass).await;
    rig.sql("update users set disabled_at = null, password_hash = '$2y$10$weak'").await;
    rig.expect("idn.password-policy", Verdict::Fail).await;
    let good = ward_identity::passwords::hash("four random words here").await.unwrap();
    rig.sql(&format!("update users set password_hash = '{good}'")).await;
    rig.expect("idn.password-policy", Verdict::Pass).await;
    rig.sql("update tokens set secret_hash = 'ward_pat_in_clear'").await;
    rig.expect("idn.password-policy", Verdict::Fail).await;
}

#[tokio::test]
async fn an_environment_for_phi_without_an_agreement_is_seen() {
    let rig = Rig::new().await;
    let now = rig.server.operator().now().micros();
    rig.expect("baa.before-ephi", Verdict::Empty).await;
    rig.expect("baa.expiry", Verdict::Empty).await;
    rig.sql(&format!(
        "insert into organizations (id, name, created_at) values ('org_1', 'mercy', {now});\n\
         insert into projects (id, organization_id, name, created_at) values ('prj_1', 'org_1', 'p', {now});\n\
         insert into regions (id, name, location, phi, created_at) values ('reg_1', 'here', 'h', 1, {now});\n\
         insert into environments (id, organization_id, project_id, name, data_class, region_id, kek_id, network_index, last_host, created_at) \
         values ('env_1', 'org_1', 'prj_1', 'e', 'phi', 'reg_1', 'key_1', 0, 1, {now})"
    ))
    .await;
    rig.expect("baa.before-ephi", Verdict::Fail).await;
    let agreement = |from: i64, to: i64| {
        format!(
            "delete from agreements;\ninsert into agreements (id, organization_id, counterparty, document, effective_at, expires_at, created_at) values ('agr_1', 'org_1', 'c', 'd', {from}, {to}, {now})"
        )
    };
    rig.sql(&agreement(now - DAY, now + 90 * DAY)).await;
    rig.expect("baa.before-ephi", Verdict::Pass).await;
    rig.expect("baa.expiry", Verdict::Pass).await;
    rig.sql(&agreement(now + 1, now + 90 * DAY)).await;
    let late = rig.expect("baa.before-ephi", Verdict::Fail).await;
    assert!(late.summary.contains("created before"), "{}", late.summary);
    rig.sql(&agreement(now - 2 * DAY, now - DAY)).await;
    rig.expect("baa.before-ephi", Verdict::Fail).await;
    rig.expect("baa.expiry", Verdict::Fail).await;
}
