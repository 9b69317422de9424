//! Reads the posture of the platform, or of one organization.

use std::collections::BTreeMap;

use ward_model::{
    Action, OrganizationId, Target, Timestamp,
    posture::{Observation, Posture, RequirementCheck, RequirementPosture, Standing, Verdict},
};
use ward_spine::{Ctx, ReadTx, Result};

use super::judge::{Known, judge};
use crate::{
    agreements,
    catalog::{Catalog, catalog},
    checks::{self, Check},
};

/// How many periods after which an observation is stale.
const STALE_AFTER: u32 = 3;

/// The posture of the platform, or of one organization.
///
/// Checks observe the installation that all organizations share; their summaries hold counts and reasons, no names.
/// What rests on an agreement is judged by the organization's own.
///
/// # Errors
/// Those of the gate.
pub async fn read(ctx: &Ctx, organization: Option<OrganizationId>) -> Result<Posture> {
    match organization {
        Some(id) => ctx.permit(Action::PostureRead, &Target::organization(id)).await?,
        None => ctx.permit(Action::PlatformPostureRead, &Target::platform()).await?,
    };
    let mut read = ctx.read().await?;
    let now = ctx.now();
    let mut observed = checks::latest(&mut read).await?;
    if let Some(organization) = organization {
        overrule(&mut observed, &mut read, organization, now).await?;
    }
    Ok(put_together(catalog()?, &checks::all(), &observed, now))
}

/// An organization without an active agreement has none, whatever others have.
async fn overrule(
    observed: &mut BTreeMap<String, Observation>,
    read: &mut ReadTx,
    organization: OrganizationId,
    now: Timestamp,
) -> Result<()> {
    if agreements::is_active(read, organization, now).await? {
        return Ok(());
    }
    for id in ["baa.before-ephi", "baa.expiry"] {
        if let Some(observation) = observed.get_mut(id).filter(|o| o.verdict == Verdict::Pass) {
            observation.verdict = Verdict::Empty;
            observation.summary = "this organization has no active agreement".into();
        }
    }
    Ok(())
}

fn put_together(
    catalog: &Catalog,
    running: &[std::sync::Arc<dyn Check>],
    observed: &BTreeMap<String, Observation>,
    now: Timestamp,
) -> Posture {
    let mut requirements = Vec::with_capacity(catalog.requirements.len());
    for requirement in &catalog.requirements {
        let (mut known, mut shown) = (Vec::new(), Vec::new());
        for facts in requirement.checks.iter().filter_map(|id| catalog.check(id)) {
            let check = running.iter().find(|c| c.id() == facts.id);
            let newest = check.and_then(|c| observed.get(c.id()));
            let too_old = |c: &std::sync::Arc<dyn Check>, o: &Observation| {
                o.observed_at > now || now.since(o.observed_at) > c.every() * STALE_AFTER
            };
            known.push(Known {
                id: facts.id.clone(),
                automation: facts.automation,
                record: !facts.automation.is_live() || check.is_some_and(|c| c.record()),
                implemented: check.is_some(),
                gap: check.and_then(|c| c.gap()),
                verdict: newest.map(|o| o.verdict),
                stale: check.zip(newest).is_some_and(|(c, o)| too_old(c, o)),
                summary: newest.map(|o| o.summary.clone()).unwrap_or_default(),
            });
            shown.push(RequirementCheck {
                id: facts.id.clone(),
                implemented: check.is_some(),
                verdict: newest.map(|o| o.verdict),
                observed_at: newest.map(|o| o.observed_at),
                summary: newest.map(|o| o.summary.clone()),
            });
        }
        let (standing, why) = judge(requirement, &known);
        requirements.push(RequirementPosture {
            id: requirement.id.clone(),
            citation: requirement.citation.clone(),
            title: requirement.title.clone(),
            rule: requirement.rule.clone(),
            designation: requirement.designation.clone(),
            responsibility: requirement.responsibility.clone(),
            standing,
            why,
            checks: shown,
        });
    }
    let count = |s: Standing| {
        u32::try_from(requirements.iter().filter(|r| r.standing == s).count()).unwrap_or(u32::MAX)
    };
    Posture {
        at: now,
        proven_live: count(Standing::ProvenLive),
        recorded: count(Standing::Recorded),
        not_proven: count(Standing::NotProven),
        requirements,
    }
}
