//! Runs one check and records what it saw.

use std::time::Instant;

use serde_json::json;
use ward_model::{
    Action, ObservationId, Principal, Target,
    posture::{Observation, Verdict},
};
use ward_spine::{Ctx, Result, events::NewEvent};

use super::{Check, Finding};
use crate::{Probe, probe::LOOP, sql};

/// Evidence of up to this many bytes stands in the ledger itself; of larger one only the hash.
const INLINE: usize = 8 * 1024;

/// Looks once, within the check's limit. Whatever goes wrong is `unknown`.
pub async fn observe(probe: &Probe, check: &dyn Check) -> Observation {
    let (observed_at, began) = (probe.core.clock.now(), Instant::now());
    let mut finding = match tokio::time::timeout(check.limit(), check.observe(probe)).await {
        Ok(Ok(finding)) => finding,
        Ok(Err(unseen)) => Finding::unknown(unseen.to_string(), json!({})),
        Err(_) => {
            Finding::unknown(format!("took longer than {} seconds", check.limit().as_secs()), json!({}))
        }
    };
    if let (Verdict::Pass, Some(gap)) = (finding.verdict, check.gap()) {
        finding.summary = format!("{} (seen in part; not observed: {gap})", finding.summary);
    }
    Observation {
        id: probe.ctx().id::<ObservationId>(),
        check: check.id().to_owned(),
        verdict: finding.verdict,
        summary: finding.summary,
        evidence: finding.evidence,
        observed_at,
        took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}

/// Records an observation through the gate: it is in the ledger, or it is not at all. People who watch are told when
/// the verdict is another than `before`.
///
/// # Errors
/// Those of gate and store.
pub async fn save(ctx: &Ctx, observation: &Observation, before: Option<Verdict>) -> Result<()> {
    let ctx = ctx.as_principal(Principal::Loop { name: LOOP });
    let permit = ctx.permit(Action::ObservationRecord, &Target::platform()).await?;
    let evidence = observation.evidence.to_string();
    let sha256 = ward_vault::hash::sha256_hex(evidence.as_bytes());
    let mut tx = permit.begin().await?;
    sqlx::query(sql::INSERT)
        .bind(observation.id.to_string())
        .bind(observation.check.clone())
        .bind(observation.verdict.as_str())
        .bind(observation.summary.clone())
        .bind(evidence.clone())
        .bind(sha256.clone())
        .bind(observation.observed_at.micros())
        .bind(i64::try_from(observation.took_ms).unwrap_or(i64::MAX))
        .execute(tx.conn())
        .await?;
    sqlx::query(sql::ANSWER)
        .bind(observation.check.clone())
        .bind(observation.observed_at.micros())
        .execute(tx.conn())
        .await?;
    if before != Some(observation.verdict) {
        tx.tell(NewEvent {
            kind: "check.verdict".into(),
            organization: None,
            subject: observation.check.clone(),
            text: format!("{}: {}", observation.check, observation.verdict.as_str()),
            data: json!({ "verdict": observation.verdict, "before": before }),
        });
    }
    let mut detail = json!({
        "observation": observation.id,
        "check": observation.check,
        "verdict": observation.verdict,
        "summary": observation.summary,
        "evidence_sha256": sha256,
    });
    if let (true, Some(fields)) = (evidence.len() <= INLINE, detail.as_object_mut()) {
        fields.insert("evidence".into(), observation.evidence.clone());
    }
    tx.commit(detail).await
}
