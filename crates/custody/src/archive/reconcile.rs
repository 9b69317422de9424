//! The loop `archive`: takes closed shards into the archive, and looks after those that are there.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::json;
use ward_ledger::{Series, Shard};
use ward_model::{Timestamp, retention::LogName};
use ward_spine::{
    Ctx, Result,
    alerts::{NewAlert, Severity},
    reconcile::Reconciler,
};

use super::{
    AGAIN, Kept, LOOP, Place, archive_action, carry, extend, find, marker, place::PlaceError, read_back,
    restoring, sql,
};
use crate::logs;

/// Topic of the alert about the archive itself.
const PLACE: &str = "archive:place";

/// The loop `archive`.
pub struct ArchiveLoop {
    place: Option<Place>,
    /// When what did not verify was last looked at again.
    tried: Mutex<HashMap<String, Timestamp>>,
}

/// Pause before what did not verify is read back again.
const PAUSE: Duration = Duration::from_secs(3600);

impl ArchiveLoop {
    /// A loop over the configured archive; without one it does nothing.
    pub fn new(place: Option<Place>) -> Self {
        Self { place, tried: Mutex::default() }
    }

    /// Whether it is time to look again at what did not verify.
    fn retry(&self, name: &str, now: Timestamp) -> bool {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        let due = tried.get(name).is_none_or(|at| now.since(*at) >= PAUSE);
        if due {
            tried.insert(name.to_owned(), now);
        }
        due
    }
}

impl ArchiveLoop {
    /// One closed shard, one step on.
    async fn one(
        &self,
        ctx: &Ctx,
        place: &Place,
        log: LogName,
        series: &Series,
        shard: &Shard,
    ) -> Result<Vec<String>, PlaceError> {
        let name = format!("{log}/{}", shard.name);
        let mut said = Vec::new();
        let kept = match find(ctx.read().await?.conn(), log, &shard.name).await? {
            Some(kept) => kept,
            // Brought from elsewhere: the marker says that it was archived, and not here.
            None if shard.archived => return Ok(said),
            None if !carry::ready(series, shard) => return Ok(said),
            None => carry::begin(ctx, place, log, series, shard).await?,
        };
        let elsewhere = kept.place != place.shown();
        if elsewhere && shard.archived {
            let why = format!("it is archived at {}, and {} is configured now", kept.place, place.shown());
            return Err(PlaceError::Ward(why));
        }
        let kept =
            if elsewhere { again(ctx, place, &kept, "another archive is configured").await? } else { kept };
        if kept.archived.is_none() && !carry::ready(series, shard) {
            return Ok(said);
        }
        if kept.archived.is_none() {
            carry::carry(ctx, place, kept, series, shard).await?;
            said.push(format!("{name}: archived and verified"));
            return Ok(said);
        }
        if restoring::stale(ctx, &kept) {
            restoring::end(ctx, &kept, None).await?;
        } else if kept.restore_asked.is_some() && kept.restored.is_none() {
            match restoring::bring(ctx, place, &kept, &shard.key).await {
                Ok(()) => said.push(format!("{name}: brought back")),
                Err(error) => {
                    restoring::end(ctx, &kept, Some(&error.to_string())).await?;
                    return Err(error);
                }
            }
        }
        said.extend(extend::lock(ctx, place, &kept).await?);
        said.extend(extend::hold(ctx, place, &kept).await?);
        let due = kept.verified.is_none_or(|at| ctx.now().since(at) >= AGAIN);
        let again_due = kept.problem.is_some() && self.retry(&name, ctx.now());
        if due || again_due || kept.verify_asked.is_some() {
            match read_back(ctx, place, &kept, &shard.key).await.map(drop) {
                Ok(()) => {
                    verified(ctx, place, &kept).await?;
                    said.push(format!("{name}: verified again"));
                }
                Err(error) if error.lost() && !shard.archived => {
                    tracing::error!(%log, shard = shard.name, %error, "the archive lost a shard that is still here");
                    again(ctx, place, &kept, &error.to_string()).await?;
                    return Err(error);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(said)
    }
}

#[async_trait]
impl Reconciler for ArchiveLoop {
    fn name(&self) -> &'static str {
        LOOP
    }

    fn every(&self) -> Duration {
        Duration::from_secs(60)
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        if ctx.core().vault.is_sealed() {
            return Ok(String::new());
        }
        let Some(place) = &self.place else {
            seen(ctx, None, None).await?;
            return Ok(String::new());
        };
        let _alone = place.alone().await;
        marker::sweep(ctx);
        let checked = place.check().await;
        seen(ctx, Some(place), checked.as_ref().err()).await?;
        let alerts = &ctx.core().alerts;
        if let Err(error) = checked {
            let text = format!("{error}. Closed shards stay on this machine alone until it is put right.");
            alerts.raise(PLACE, Severity::Warning, "The archive of the record can't be used", &text).await?;
            return Ok(error.to_string());
        }
        alerts.clear(PLACE).await?;
        let mut done = Vec::new();
        for (log, series) in logs::all(ctx.core())? {
            for shard in series.shards().iter().filter(|shard| shard.closed.is_some()) {
                // One that fails holds up no other; its problem is kept with it, and the next pass tries again.
                match self.one(ctx, place, log, &series, shard).await {
                    Ok(said) => {
                        let kept = find(ctx.read().await?.conn(), log, &shard.name).await?;
                        if kept.is_none_or(|kept| kept.problem.is_none()) {
                            alerts.clear(&topic(log, shard)).await?;
                        }
                        done.extend(said);
                    }
                    Err(error) => {
                        tracing::warn!(%log, shard = shard.name, %error, "archiving");
                        problem(ctx, log, &shard.name, &error).await?;
                        alarm(ctx, log, shard, &error).await?;
                        done.push(format!("{log}/{}: {error}", shard.name));
                    }
                }
            }
        }
        Ok(done.join("; "))
    }
}

fn topic(log: LogName, shard: &Shard) -> String {
    format!("archive:{log}/{}", shard.name)
}

/// Tells people. Worst is an archive that lost what is nowhere else any more.
async fn alarm(ctx: &Ctx, log: LogName, shard: &Shard, error: &PlaceError) -> Result<()> {
    let severity = if error.lost() { Severity::Critical } else { Severity::Warning };
    let text = format!("{}: {error}. It is tried again by itself.", shard.origin());
    let title = "A closed shard of the record is not safe in the archive";
    let alert = NewAlert {
        topic: &topic(log, shard),
        severity,
        organization: log.organization(),
        title,
        text: &text,
    };
    ctx.core().alerts.raise_for(alert).await
}

/// Records that the object was read back and verified, and until when it is locked.
pub(crate) async fn verified(ctx: &Ctx, place: &Place, kept: &Kept) -> Result<Kept, PlaceError> {
    let locked = place.locked_until(&kept.object, kept.version.as_deref()).await?;
    let detail = json!({ "log": kept.log, "shard": kept.shard, "verified": true });
    let mut tx = ctx.permit_with(archive_action(kept.log), &kept.log.target(), detail).await?.begin().await?;
    let now = ctx.now();
    sqlx::query(sql::VERIFIED)
        .bind(now.micros())
        .bind(locked.map(|t| t.micros()))
        .bind(kept.log.to_string())
        .bind(kept.shard.clone())
        .execute(tx.conn())
        .await
        .map_err(ward_spine::Error::from)?;
    tx.commit(json!({ "shard": kept.shard, "locked_until": locked })).await?;
    Ok(Kept { verified: Some(now), locked_until: locked, ..kept.clone() })
}

/// Sends a shard that is still here the way again, from the beginning.
async fn again(ctx: &Ctx, place: &Place, kept: &Kept, why: &str) -> Result<Kept> {
    let detail = json!({ "log": kept.log, "shard": kept.shard, "again": why, "place": place.shown() });
    let mut tx = ctx.permit_with(archive_action(kept.log), &kept.log.target(), detail).await?.begin().await?;
    sqlx::query(sql::AGAIN)
        .bind(place.shown())
        .bind(kept.log.to_string())
        .bind(kept.shard.clone())
        .execute(tx.conn())
        .await?;
    tx.commit(json!({ "shard": kept.shard })).await?;
    let kept = find(ctx.read().await?.conn(), kept.log, &kept.shard).await?;
    kept.ok_or_else(|| ward_spine::Error::internal("archiving", "the row is not there"))
}

/// Keeps what went wrong with the shard, for people to see.
async fn problem(ctx: &Ctx, log: LogName, shard: &str, error: &PlaceError) -> Result<()> {
    let mut tx = ctx.core().db.bookkeeping().await?;
    sqlx::query(sql::PROBLEM)
        .bind(error.to_string())
        .bind(log.to_string())
        .bind(shard.to_owned())
        .execute(tx.conn())
        .await?;
    tx.commit().await
}

/// Keeps what the configured archive is, and what is wrong with it.
async fn seen(ctx: &Ctx, place: Option<&Place>, error: Option<&PlaceError>) -> Result<()> {
    let now = (place.map(Place::shown), error.map(ToString::to_string));
    let before = super::place_seen(&mut ctx.read().await?).await?;
    if before == now.0.clone().map(|shown| (shown, now.1.clone())) {
        return Ok(());
    }
    let (shown, problem) = now;
    let mut tx = ctx.core().db.bookkeeping().await?;
    sqlx::query(sql::PLACES_FORGET).bind(shown.clone().unwrap_or_default()).execute(tx.conn()).await?;
    if let Some(shown) = shown {
        sqlx::query(sql::PLACE_SEEN)
            .bind(shown)
            .bind(problem)
            .bind(ctx.now().micros())
            .execute(tx.conn())
            .await?;
    }
    tx.commit().await
}
