//! Alerts: what needs a person's attention, on a page of its own and in the frame of all others.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use ward_model::{
    Action, OrganizationId, ResourceKind, Target, Timestamp,
    alerts::{Alert, Severity},
};

use crate::{
    caller::{Caller, Pending, Query},
    failure::Failure,
    shell::{Shell, page},
    words::Moment,
};

/// What the frame of every page says while alerts are open.
#[derive(Debug, Clone)]
pub(crate) struct Banner {
    /// How many are open.
    pub(crate) count: usize,
    /// Title of the worst of them, the newest of these.
    pub(crate) title: String,
    /// Severity of that one.
    pub(crate) severity: &'static str,
    /// `bad`, `wait` or `plain`.
    pub(crate) tone: &'static str,
}

impl Banner {
    /// None if nothing is open.
    pub(crate) fn of(alerts: Vec<Alert>) -> Option<Self> {
        let count = alerts.len();
        // The list is newest first; of equals the last is the greatest.
        let worst = alerts.into_iter().rev().max_by_key(|alert| alert.severity)?;
        let (severity, tone) = (worst.severity.as_str(), tone(worst.severity));
        Some(Self { count, title: worst.title, severity, tone })
    }
}

#[derive(Template)]
#[template(path = "alerts.html")]
struct AlertsPage {
    shell: Shell,
    rows: Vec<Row>,
    all: bool,
}

struct Row {
    title: String,
    text: String,
    topic: String,
    severity: &'static str,
    tone: &'static str,
    since: Moment,
    over: Option<Moment>,
}

fn tone(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "bad",
        Severity::Warning => "wait",
        Severity::Info => "plain",
    }
}

/// Alerts that concern somebody: all for who watches the platform, else those of the organizations that they hold a role
/// on the whole of. Asked only there, so that no denial is written for looking at a page.
pub(crate) async fn of(caller: &Pending, open_only: bool) -> Result<Vec<Alert>, Failure> {
    let (ctx, alerts) = (&caller.ctx, &caller.ctx.core().alerts);
    if caller.watches_platform() {
        ctx.permit(Action::PlatformAlertList, &Target::platform()).await?;
        return Ok(alerts.list(None, open_only).await?);
    }
    let held = caller.me.grants.iter().filter(|grant| grant.scope_kind == ResourceKind::Organization);
    let organizations: BTreeSet<&str> = held.map(|grant| grant.scope_id.as_str()).collect();
    let mut found = Vec::new();
    for id in organizations {
        let id = id.parse::<OrganizationId>()?;
        ctx.permit(Action::AlertList, &Target::organization(id)).await?;
        found.extend(alerts.list(Some(id), open_only).await?);
    }
    found.sort_by_key(|alert| std::cmp::Reverse(alert.raised_at));
    Ok(found)
}

/// Shows them.
pub(crate) async fn show(caller: Caller, query: Query) -> Result<Response, Failure> {
    let all = query.text("show") == "all";
    let now = caller.ctx.now();
    let rows = of(&caller, !all).await?.into_iter().map(|alert| row(alert, now)).collect();
    page(&AlertsPage { shell: caller.shell("alerts"), rows, all })
}

fn row(alert: Alert, now: Timestamp) -> Row {
    Row {
        tone: if alert.cleared_at.is_some() { "plain" } else { tone(alert.severity) },
        severity: alert.severity.as_str(),
        since: Moment::new(now, alert.raised_at),
        over: alert.cleared_at.map(|at| Moment::new(now, at)),
        title: alert.title,
        text: alert.text,
        topic: alert.topic,
    }
}
