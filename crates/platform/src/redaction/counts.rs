//! How much was masked: by app, hour and identifier, without a value.

use std::time::Duration;

use ward_model::{
    Action, AppId, Timestamp,
    redaction::{RedactionCount, RedactionReport},
};
use ward_redact::Statistics;
use ward_spine::{Ctx, Result};

use super::{Masked, rise, sql};
use crate::{apps, sql::number};

/// What one row counts.
pub(super) const HOUR: Duration = Duration::from_secs(3600);
/// How long counts are kept.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);
/// How far a report reaches back.
const SHOWN: Duration = Duration::from_secs(24 * 3600);
/// Counted beside the identifiers.
const LINES: &str = "#lines";
const CHANGED: &str = "#changed";
const QUARANTINED: &str = "#quarantined";

/// Begin of the hour.
pub(super) fn hour(time: Timestamp) -> i64 {
    let hour = i64::try_from(HOUR.as_micros()).unwrap_or(i64::MAX);
    time.micros().div_euclid(hour) * hour
}

/// Counts what was found, and raises an alert if an app begins to log what it did not.
pub(crate) async fn note(
    ctx: &Ctx,
    app: AppId,
    about: &Masked,
    release: &str,
    found: &Statistics,
) -> Result<()> {
    let risen = rise::look(ctx, app, found).await?;
    add(ctx, app, found).await?;
    for rise in risen {
        rise.tell(ctx, app, about, release).await?;
    }
    Ok(())
}

/// Counts what was found.
pub(super) async fn add(ctx: &Ctx, app: AppId, found: &Statistics) -> Result<()> {
    let totals = [(LINES, found.lines()), (CHANGED, found.changed()), (QUARANTINED, found.quarantined())];
    let all = totals.into_iter().chain(found.iter().map(|(identifier, count)| (identifier.word(), count)));
    let all: Vec<_> = all.filter(|(_, count)| *count > 0).collect();
    if all.is_empty() {
        return Ok(());
    }
    let now = ctx.now();
    let mut tx = ctx.core().db.bookkeeping().await?;
    for (identifier, count) in all {
        sqlx::query(sql::COUNT)
            .bind(app.to_string())
            .bind(hour(now))
            .bind(identifier.to_owned())
            .bind(i64::try_from(count).unwrap_or(i64::MAX))
            .execute(tx.conn())
            .await?;
    }
    sqlx::query(sql::FORGET).bind(app.to_string()).bind(now.minus(KEPT).micros()).execute(tx.conn()).await?;
    tx.commit().await
}

/// What the masking of an app's log did in the last 24 hours.
///
/// # Errors
/// `not-found` if there is no such app.
pub async fn report(ctx: &Ctx, app: AppId) -> Result<RedactionReport> {
    let found = apps::must(ctx, app).await?;
    ctx.permit(Action::RedactionRead, &found.app).await?;
    let since = Timestamp::from_micros(hour(ctx.now().minus(SHOWN)));
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(sql::SUMS)
        .bind(app.to_string())
        .bind(since.micros())
        .fetch_all(ctx.read().await?.conn())
        .await?;
    let mut report = RedactionReport { since, lines: 0, changed: 0, quarantined: 0, items: Vec::new() };
    for (identifier, count, last) in rows {
        let count = number(count)?;
        match identifier.as_str() {
            LINES => report.lines = count,
            CHANGED => report.changed = count,
            QUARANTINED => report.quarantined = count,
            _ => {
                let last_hour = Timestamp::from_micros(last);
                report.items.push(RedactionCount { identifier, count, last_hour });
            }
        }
    }
    Ok(report)
}
