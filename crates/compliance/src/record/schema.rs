//! `aud.event-schema`: samples entries, and looks for attempts that never got an outcome.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use ward_model::{
    Action,
    ledger::{EntryKind, Event},
    ocsf::{self, Recording},
};

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, minutes},
    sql,
};

/// Newest entries that are read.
const SAMPLE: u64 = 1000;
/// Time after which an attempt must have an outcome: longer than any verb runs.
const OPEN: Duration = minutes(30);

/// Who, what, when, where, outcome and object: on every one of the newest entries.
pub(crate) struct EventSchema;

#[async_trait]
impl Check for EventSchema {
    fn id(&self) -> &'static str {
        "aud.event-schema"
    }
    fn every(&self) -> Duration {
        minutes(10)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("entries of the ledger");
        let now = probe.core.clock.now();
        let mut seen = Vec::new();
        for name in probe.core.audit.logs() {
            let Some(series) = probe.core.audit.series(&name) else { continue };
            let log = series.current();
            let size = log.size();
            let from = size.saturating_sub(SAMPLE);
            let entries = tokio::task::spawn_blocking(move || log.entries(from..size)).await??;
            for (index, bytes) in entries {
                tally.saw();
                let place = format!("{name} {index}");
                match ocsf::decode(&bytes) {
                    Ok(Recording { event, .. }) => {
                        for missing in missing(&event) {
                            tally.fault(&place, format!("an entry does not say {missing}"));
                        }
                        if event.time > now.plus(minutes(1)) {
                            tally.fault(&place, "an entry's time lies in the future");
                        }
                    }
                    Err(_) => tally.fault(place, "an entry is not an event of Ward"),
                }
            }
            seen.push(json!({ "log": name, "from": from, "to": size }));
        }
        let (open,): (i64,) = sqlx::query_as(sql::OPEN_ATTEMPTS)
            .bind(now.minus(OPEN).micros())
            .fetch_one(probe.read().await?.conn())
            .await?;
        if open > 0 {
            tally.fault(
                "attempts",
                format!("{open} attempts have no outcome after {} minutes", OPEN.as_secs() / 60),
            );
        }
        tally.note(json!({ "logs": seen, "open_attempts": open }));
        Ok(tally.finish("say who, what, when, where, outcome and object"))
    }
}

fn missing(event: &Event) -> Vec<&'static str> {
    let mut out = Vec::new();
    let known = |kind: &str| ["user", "loop", "operator", "anonymous"].contains(&kind);
    if !known(&event.actor.kind)
        || (event.actor.id.is_empty() && matches!(event.actor.kind.as_str(), "user" | "loop"))
    {
        out.push("who");
    }
    // What Ward does by itself has no line in the table of actions.
    if event.action.parse::<Action>().is_err() && (event.kind != EntryKind::Notice || event.action.is_empty())
    {
        out.push("what");
    }
    if event.time.micros() <= 0 {
        out.push("when");
    }
    if event.source.is_empty() && matches!(event.actor.kind.as_str(), "user" | "anonymous") {
        out.push("where");
    }
    if event.kind == EntryKind::Outcome && event.outcome.is_none() {
        out.push("the outcome");
    }
    if event.object.id.is_empty() || event.object.kind.is_empty() {
        out.push("the object");
    }
    out
}
