//! The writing side of the log store: one ring of segments for each app.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::json;
use tokio::sync::Mutex as Turn;
use ward_model::{Action, AppId, KeyId, ResourceKind, Target, apps::AppLogLine, redaction::QuarantinedLine};
use ward_spine::{Ctx, Error, Result};

use super::{
    Batch, Taken, bell, directory, key_context, place,
    segment::{self, Position, Writer},
    sql,
};
use crate::sql::damaged;

/// Size at which a segment is closed.
const SEGMENT: u64 = 4 << 20;
/// Most bytes kept of an app's log.
const RING: u64 = 64 << 20;
/// Most containers whose place is remembered.
const CONTAINERS: usize = 64;

/// The rings that this process writes.
#[derive(Default)]
pub(super) struct Store {
    apps: Mutex<HashMap<AppId, Arc<Turn<Option<Ring>>>>>,
}

/// The ring of one app.
struct Ring {
    writer: Writer,
    dek: KeyId,
    taken: BTreeMap<String, Taken>,
}

fn on_disk(error: io::Error) -> Error {
    Error::unavailable("the log store can't be used", error)
}

impl Store {
    fn ring(&self, app: AppId) -> Arc<Turn<Option<Ring>>> {
        self.apps.lock().unwrap_or_else(PoisonError::into_inner).entry(app).or_default().clone()
    }

    /// Forgets an app whose log is deleted.
    pub(super) fn forget(&self, app: AppId) {
        self.apps.lock().unwrap_or_else(PoisonError::into_inner).remove(&app);
    }

    /// How far a container's log was taken.
    pub(super) async fn taken(&self, ctx: &Ctx, app: AppId, container: &str) -> Result<Option<Taken>> {
        let ring = self.ring(app);
        let mut ring = ring.lock().await;
        let ring = opened(ctx, app, &mut ring).await?;
        Ok(ring.taken.get(container).copied())
    }

    /// Stores lines of one container and remembers how far it was taken. Lines are whole: all or none.
    pub(super) async fn append(
        &self,
        ctx: &Ctx,
        app: AppId,
        (lines, quarantined): (Vec<AppLogLine>, Vec<QuarantinedLine>),
        to: (String, Taken),
    ) -> Result<()> {
        let slot = self.ring(app);
        let mut slot = slot.lock().await;
        let ring = opened(ctx, app, &mut slot).await?;
        ring.taken.insert(to.0, to.1);
        while ring.taken.len() > CONTAINERS {
            let oldest = ring.taken.iter().min_by_key(|(_, taken)| taken.time).map(|(name, _)| name.clone());
            ring.taken.remove(&oldest.unwrap_or_default());
        }
        let batch = Batch { taken: ring.taken.clone(), lines, quarantined };
        let plain = zeroize::Zeroizing::new(
            serde_json::to_vec(&batch).map_err(|e| Error::internal("storing a log", e))?,
        );
        let place = place(app, ring.writer.segment, ring.writer.record);
        let sealed = ctx.keyring().encrypt(ctx.read().await?.conn(), ring.dek, &place, &plain).await;
        let written = match sealed {
            Ok(sealed) => ring.writer.append(&sealed).await.map_err(on_disk),
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            // Opened anew the next time, with what is really stored.
            *slot = None;
            return Err(error);
        }
        if ring.writer.bytes >= SEGMENT || ring.writer.is_broken() {
            let next = ring.writer.segment + 1;
            ring.writer.sync().await.map_err(on_disk)?;
            ring.writer = Writer::create(&directory(ctx, app), next).await.map_err(on_disk)?;
            trim(ctx, app).await?;
        }
        drop(slot);
        ctx.bell(&bell(app)).notify_waiters();
        Ok(())
    }
}

/// The ring, opened if it is not: what was taken is in the last record; a new segment is begun.
async fn opened<'a>(ctx: &Ctx, app: AppId, slot: &'a mut Option<Ring>) -> Result<&'a mut Ring> {
    if slot.is_none() {
        let dek = key(ctx, app).await?;
        let directory = directory(ctx, app);
        let segments = segment::list(&directory).await.map_err(on_disk)?;
        let taken = last_taken(ctx, app, dek, &segments).await?;
        let next = segments.last().map_or(1, |(number, _)| number + 1);
        let writer = Writer::create(&directory, next).await.map_err(on_disk)?;
        trim(ctx, app).await?;
        *slot = Some(Ring { writer, dek, taken });
    }
    slot.as_mut().ok_or_else(|| Error::internal("opening a log", "it was closed meanwhile"))
}

/// How far each container was taken, from the last record that can be read.
async fn last_taken(
    ctx: &Ctx,
    app: AppId,
    dek: KeyId,
    segments: &[(u64, u64)],
) -> Result<BTreeMap<String, Taken>> {
    for (number, _) in segments.iter().rev() {
        let mut at = Position { segment: *number, ..Position::default() };
        // A damaged segment costs lines twice, not the log.
        let Ok(records) = segment::read(&directory(ctx, app), &mut at).await else { continue };
        let Some((record, sealed)) = records.last() else { continue };
        if let Ok(batch) = open(ctx, app, dek, (*number, *record), sealed).await {
            return Ok(batch.taken);
        }
    }
    Ok(BTreeMap::new())
}

/// Opens a record.
pub(super) async fn open(
    ctx: &Ctx,
    app: AppId,
    dek: KeyId,
    (segment, record): (u64, u64),
    sealed: &[u8],
) -> Result<Batch> {
    let place = place(app, segment, record);
    let plain = ctx.keyring().decrypt(ctx.read().await?.conn(), dek, &place, sealed).await?;
    serde_json::from_slice(&plain).map_err(|e| damaged("a record of a log", e))
}

/// Deletes the oldest segments of a full ring.
async fn trim(ctx: &Ctx, app: AppId) -> Result<()> {
    let directory = directory(ctx, app);
    let segments = segment::list(&directory).await.map_err(on_disk)?;
    let mut total: u64 = segments.iter().map(|(_, bytes)| bytes).sum();
    for (number, bytes) in segments.iter().take(segments.len().saturating_sub(1)) {
        if total <= RING {
            break;
        }
        tokio::fs::remove_file(segment::path(&directory, *number)).await.map_err(on_disk)?;
        total = total.saturating_sub(*bytes);
    }
    Ok(())
}

/// The key of an app's log, made at the first line.
async fn key(ctx: &Ctx, app: AppId) -> Result<KeyId> {
    let found = ctx.keyring().find(&mut ctx.read().await?, &key_context(app)).await?;
    if let Some(key) = found {
        return Ok(key);
    }
    let (target, destroyed) = target(ctx, app).await?.ok_or_else(|| Error::not_found("app", app))?;
    if destroyed {
        return Err(Error::not_found("app", app));
    }
    let mut tx = ctx.permit(Action::DeploymentAdvance, &target).await?.begin().await?;
    let environment = target.environment.ok_or_else(|| damaged("an app", "it has no environment"))?;
    let kek = ctx.keyring().find_on(tx.conn(), &format!("environment {environment}")).await?;
    let kek = kek.ok_or_else(|| Error::internal("storing a log", "its environment has no key"))?;
    let key = ctx.keyring().create_dek(&mut tx, kek, &key_context(app)).await?;
    tx.commit(json!({ "log_key": key })).await?;
    Ok(key)
}

/// The app as the gate sees it, and whether it was destroyed; None if there never was one.
pub(crate) async fn target(ctx: &Ctx, app: AppId) -> Result<Option<(Target, bool)>> {
    type Row = (String, String, String, String, Option<i64>);
    let query = sqlx::query_as(sql::APP).bind(app.to_string());
    let row: Option<Row> = query.fetch_optional(ctx.read().await?.conn()).await?;
    let Some((organization, project, environment, class, destroyed)) = row else { return Ok(None) };
    let class = class.parse().map_err(|e| damaged("a data class", e))?;
    let environment =
        Target::environment(organization.parse()?, project.parse()?, environment.parse()?, class);
    Ok(Some((environment.inside(ResourceKind::App, app), destroyed.is_some())))
}
