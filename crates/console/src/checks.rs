//! A check: what it observes, when it passes, and what it saw lately, with the evidence.

use askama::Template;
use axum::{extract::Path, response::Response};
use ward_compliance::checks;
use ward_model::{PageQuery, posture::Observation};
use ward_spine::Error;

use crate::{
    caller::{Caller, Query},
    failure::Failure,
    landing,
    posture::spoken,
    shell::{Shell, page},
    words::{self, Moment},
};

/// Observations on a page.
const LAST: u32 = 20;

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    shell: Shell,
    id: String,
    observes: String,
    pass_condition: String,
    requirements: Vec<String>,
    every: String,
    observations: Vec<ObservationRow>,
    older: Option<String>,
}

struct ObservationRow {
    id: String,
    verdict: &'static str,
    tone: &'static str,
    summary: String,
    seen: Moment,
    took_ms: u64,
    evidence: String,
}

/// Shows it.
pub(crate) async fn show(
    caller: Caller,
    Path(check): Path<String>,
    query: Query,
) -> Result<Response, Failure> {
    let (ctx, now) = (&caller.ctx, caller.ctx.now());
    let found = checks::list(ctx).await?.items.into_iter().find(|c| c.id == check);
    let found = found.ok_or_else(|| Error::not_found("check", check.chars().take(60).collect::<String>()))?;
    let listed =
        checks::observations(ctx, &found.id, &PageQuery { cursor: query.given("cursor"), limit: Some(LAST) })
            .await?;
    let row = |o: Observation| {
        let (verdict, tone) = spoken(o.verdict);
        ObservationRow {
            id: o.id.to_string(),
            verdict,
            tone,
            summary: words::sentence(&o.summary),
            seen: Moment::new(now, o.observed_at),
            took_ms: o.took_ms,
            evidence: serde_json::to_string_pretty(&o.evidence).unwrap_or_default(),
        }
    };
    page(&CheckPage {
        shell: caller.shell("posture"),
        observes: words::sentence(&found.observes),
        pass_condition: words::sentence(&found.pass_condition),
        requirements: found.requirements,
        every: words::span(found.every),
        older: listed.next.map(|next| format!("/checks/{}?cursor={}", found.id, landing::encoded(&next))),
        observations: listed.items.into_iter().map(row).collect(),
        id: found.id,
    })
}
