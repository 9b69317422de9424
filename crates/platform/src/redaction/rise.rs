//! Sudden rises: an app that begins to log what it did not log before is worth a look now.

use std::time::Duration;

use ward_model::{AppId, Timestamp, alerts::Severity};
use ward_redact::{Identifier, Statistics};
use ward_spine::{Ctx, Result, alerts::NewAlert};

use super::{Masked, counts::hour, sql};
use crate::sql::number;

/// What an hour is compared with.
const BEFORE: Duration = Duration::from_secs(24 * 3600);
/// Found so often in an hour by an app that had not logged it for a day: it began.
const BEGUN: u64 = 5;
/// Found so often in an hour at least for a rise.
const MANY: u64 = 50;
/// Times the hourly mean of the day before.
const TIMES: u64 = 10;
/// First part of the topics.
const TOPIC: &str = "redaction:";

/// A rise.
pub(super) struct Rise {
    identifier: Identifier,
    /// In this hour.
    now: u64,
    /// In the day before.
    before: u64,
}

/// Rises in what was just found, before it is counted.
pub(super) async fn look(ctx: &Ctx, app: AppId, found: &Statistics) -> Result<Vec<Rise>> {
    let mut risen = Vec::new();
    let now = ctx.now();
    for (identifier, count) in found.iter() {
        let (hourly, before): (i64, i64) = sqlx::query_as(sql::BEFORE)
            .bind(app.to_string())
            .bind(hour(now.minus(BEFORE)))
            .bind(hour(now))
            .bind(identifier.word())
            .fetch_one(ctx.read().await?.conn())
            .await?;
        let (hourly, before): (u64, u64) = (number(hourly)?, number(before)?);
        let rise = Rise { identifier, now: hourly + count, before };
        // Told once, at the step over the line; the alert is open from then on. If it is not, whoever stepped over
        // could not tell, or counted at the same moment as another.
        let stepped = !(Rise { now: hourly, ..rise }).is_one();
        if rise.is_one() && (stepped || !ctx.core().alerts.is_open(&topic(&app.to_string(), identifier))) {
            risen.push(rise);
        }
    }
    Ok(risen)
}

fn topic(app: &str, identifier: Identifier) -> String {
    format!("{TOPIC}{app}:{}", identifier.word())
}

impl Rise {
    fn is_one(&self) -> bool {
        let begun = self.before == 0 && self.now >= BEGUN;
        begun || (self.now >= MANY && self.now.saturating_mul(24) >= self.before.saturating_mul(TIMES))
    }

    /// Raises the alert: which app, what, since when, in which release. No value.
    pub(super) async fn tell(self, ctx: &Ctx, app: AppId, about: &Masked, release: &str) -> Result<()> {
        let row: Option<(i64,)> = sqlx::query_as(sql::RELEASE)
            .bind(release.to_owned())
            .fetch_optional(ctx.read().await?.conn())
            .await?;
        let release = row.map_or_else(String::new, |(number,)| format!(", release v{number}"));
        let what = self.identifier.label();
        let when: String = ctx.now().to_string().chars().skip(11).take(5).collect();
        let verb = if self.before == 0 { "began to log" } else { "logs far more of" };
        let title = format!("App {} {verb} {what} at {when} UTC{release}", about.name);
        let text = format!(
            "{} in this hour, {} in the day before. They were masked before they were stored; look at what changed, \
             and stop logging them: `ward logs --app {}`, `ward redaction report --app {}`.",
            self.now, self.before, about.name, about.name
        );
        let alert = NewAlert {
            topic: &topic(&app.to_string(), self.identifier),
            severity: Severity::Warning,
            organization: Some(about.organization),
            title: &title,
            text: &text,
        };
        ctx.core().alerts.raise_for(alert).await
    }
}

/// Closes alerts of identifiers that were not found for a day; returns how many.
pub(crate) async fn calm(ctx: &Ctx) -> Result<usize> {
    let mut closed = 0;
    let now = ctx.now();
    for alert in ctx.core().alerts.open_about(TOPIC).await? {
        let rest = alert.topic.strip_prefix(TOPIC).and_then(|rest| rest.split_once(':'));
        let old = alert.raised_at < Timestamp::from_micros(hour(now.minus(BEFORE)));
        let Some((app, identifier)) = rest.filter(|_| old) else { continue };
        let (hourly, before): (i64, i64) = sqlx::query_as(sql::BEFORE)
            .bind(app.to_owned())
            .bind(hour(now.minus(BEFORE)))
            .bind(hour(now))
            .bind(identifier.to_owned())
            .fetch_one(ctx.read().await?.conn())
            .await?;
        if hourly == 0 && before == 0 {
            ctx.core().alerts.clear(&alert.topic).await?;
            closed += 1;
        }
    }
    Ok(closed)
}
