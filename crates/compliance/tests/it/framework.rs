//! The loop, the record and the posture.

use std::{sync::Arc, time::Duration};

use ward_compliance::{checks, loops, posture};
use ward_model::{
    ErrorCode, PageQuery, Role, Target,
    ledger::{LedgerQuery, Outcome},
    posture::{Standing, Verdict},
};

use crate::rig::Rig;

#[tokio::test]
async fn each_check_is_observed_and_signed_into_the_ledger_with_its_evidence() {
    let rig = Rig::new().await;
    let owner = rig.server.owner().await;
    let server = rig.server;
    let all = loops(&Arc::new(rig.probe));
    let ctx = server.as_loop("checks");
    let summary = all[0].pass(&ctx).await.unwrap();
    assert!(summary.contains("checks ran"), "{summary}");
    let list = checks::list(&owner).await.unwrap().items;
    assert!(list.len() >= 20);
    assert!(list.iter().all(|c| c.latest.is_some() && !c.requirements.is_empty()));
    server.core.audit.settle().await.unwrap();
    let query = LedgerQuery {
        action: Some("observation:record".into()),
        kind: Some("outcome".into()),
        limit: Some(200),
        ..LedgerQuery::default()
    };
    let entries = server.core.audit.search(None, &query).await.unwrap().items;
    assert_eq!(entries.len(), list.len());
    for entry in &entries {
        assert_eq!(entry.event.outcome, Some(Outcome::Success));
        assert_eq!(entry.event.actor.id, "checks");
        assert!(entry.event.detail["evidence_sha256"].as_str().is_some_and(|h| h.len() == 64), "{entry:?}");
        assert!(entry.event.detail["evidence"].is_object(), "{entry:?}");
    }
    // What did not pass is not hammered, what passed waits for its period, and then it runs again.
    assert_eq!(all[0].pass(&ctx).await.unwrap(), "");
    server.clock.advance(Duration::from_secs(31 * 60));
    assert!(!all[0].pass(&ctx).await.unwrap().is_empty());
    let pages = checks::observations(&owner, "idn.token-expiry", &PageQuery { cursor: None, limit: Some(1) })
        .await
        .unwrap();
    assert!(pages.items.len() == 1 && pages.next.is_some());
    let next =
        checks::observations(&owner, "idn.token-expiry", &PageQuery { cursor: pages.next, limit: Some(1) })
            .await
            .unwrap();
    assert!(next.items[0].observed_at < pages.items[0].observed_at && next.next.is_none());
}

#[tokio::test]
async fn what_cannot_be_observed_is_unknown_and_never_a_pass() {
    let rig = Rig::new().await;
    for id in
        ["enc.volumes", "net.segmentation", "cfg.baseline", "enc.secrets", "tls.external", "acc.default-deny"]
    {
        let seen = rig.expect(id, Verdict::Unknown).await;
        assert!(!seen.summary.is_empty());
    }
}

#[tokio::test]
async fn a_person_can_have_checks_run_now_and_only_known_ones() {
    let rig = Rig::new().await;
    let owner = rig.server.owner().await;
    let auditor = rig.server.user_with(Role::Auditor, &Target::platform()).await;
    let server = rig.server;
    let all = loops(&Arc::new(rig.probe));
    let stop = tokio_util::sync::CancellationToken::new();
    let driven =
        tokio::spawn(ward_spine::reconcile::drive(server.core.clone(), all[0].clone(), stop.clone()));
    let only = vec!["idn.token-expiry".to_owned()];
    let patience = Duration::from_secs(20);
    let late = tokio::time::timeout(patience, checks::run(&owner, Some(only.clone()))).await;
    assert!(late.is_ok(), "{:?}", server.core.loops.status());
    let first = checks::run(&owner, Some(only.clone())).await.unwrap().items.remove(0).latest.unwrap();
    let second = checks::run(&owner, Some(only.clone())).await.unwrap().items.remove(0).latest.unwrap();
    assert!(second.observed_at > first.observed_at, "it ran again though it was not due");
    let error = checks::run(&owner, Some(vec!["no.such".into()])).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Invalid);
    assert_eq!(checks::run(&auditor, Some(only)).await.unwrap_err().code(), ErrorCode::Forbidden);
    assert_eq!(
        checks::observations(&owner, "no.such", &PageQuery::default()).await.unwrap_err().code(),
        ErrorCode::NotFound
    );
    stop.cancel();
    driven.await.unwrap();
}

#[tokio::test]
async fn the_posture_counts_every_requirement_and_goes_stale() {
    let rig = Rig::new().await;
    let owner = rig.server.owner().await;
    let server = rig.server;
    let before = posture::read(&owner, None).await.unwrap();
    assert_eq!((before.proven_live, before.recorded, before.not_proven), (0, 0, 135));
    let all = loops(&Arc::new(rig.probe));
    let ctx = server.as_loop("checks");
    all[0].pass(&ctx).await.unwrap();
    // The second time there are observations that can be seen to be signed.
    server.clock.advance(Duration::from_secs(61 * 60));
    all[0].pass(&ctx).await.unwrap();
    let now = posture::read(&owner, None).await.unwrap();
    assert_eq!(now.proven_live + now.recorded + now.not_proven, 135);
    let find = |p: &ward_model::posture::Posture, id: &str| {
        p.requirements.iter().find(|r| r.id == id).unwrap().clone()
    };
    let proven = find(&now, "164.316(b)(1)(ii)");
    assert_eq!(proven.standing, Standing::ProvenLive, "{}", proven.why);
    let partly = find(&now, "164.312(d)");
    assert_eq!(partly.standing, Standing::NotProven);
    assert!(partly.why.contains("checks pass") && partly.why.contains("idn.default-creds"), "{}", partly.why);
    for requirement in &now.requirements {
        let why = requirement.why.to_lowercase();
        assert!(!why.contains("certif") && !why.contains("complian") && !why.is_empty(), "{why}");
    }
    server.clock.advance(Duration::from_secs(4 * 3600));
    let late = posture::read(&owner, None).await.unwrap();
    assert_eq!(late.proven_live, 0);
    assert!(find(&late, "164.316(b)(1)(ii)").why.contains("stale: gov.evidence-signed"));
}

#[tokio::test]
async fn an_organization_without_an_agreement_has_none_whatever_others_have() {
    let rig = Rig::new().await;
    let ctx = rig.server.operator();
    let (one, other): (ward_model::OrganizationId, ward_model::OrganizationId) = (ctx.id(), ctx.id());
    let now = ctx.now().micros();
    rig.sql(&format!(
        "insert into organizations (id, name, created_at) values ('{one}', 'one', 1);\n\
         insert into organizations (id, name, created_at) values ('{other}', 'other', 1);\n\
         insert into agreements (id, organization_id, counterparty, document, effective_at, created_at) values ('agr_1', '{one}', 'c', 'd', {now}, {now})"
    ))
    .await;
    rig.expect("baa.expiry", Verdict::Pass).await;
    let admin = rig.server.user_with(Role::Admin, &Target::organization(one)).await;
    let stranger = rig.server.user_with(Role::Admin, &Target::organization(other)).await;
    let all = loops(&Arc::new(rig.probe));
    all[0].pass(&rig.server.as_loop("checks")).await.unwrap();
    let verdict = |p: ward_model::posture::Posture| {
        let requirement = p.requirements.into_iter().find(|r| r.id == "164.308(b)(1)").unwrap();
        requirement.checks.into_iter().find(|c| c.id == "baa.expiry").unwrap().verdict
    };
    assert_eq!(verdict(posture::read(&admin, Some(one)).await.unwrap()), Some(Verdict::Pass));
    assert_eq!(verdict(posture::read(&stranger, Some(other)).await.unwrap()), Some(Verdict::Empty));
    assert_eq!(posture::read(&stranger, Some(one)).await.unwrap_err().code(), ErrorCode::NotFound);
}
