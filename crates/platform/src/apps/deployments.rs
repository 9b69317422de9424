//! Deployments: queueing, listing, showing why one failed.

use serde_json::json;
use ward_model::{
    Action, AppId, DeploymentId, Page, PageQuery, ReleaseId, Timestamp,
    apps::{Deployment, DeploymentFailure, DeploymentState},
};
use ward_spine::{Ctx, Error, Result, WriteTx, events::NewEvent, policy::Decision};

use super::{Stored, manifest::Manifest, must, sql};
use crate::sql::{cursor, damaged, fetch, number};

/// Why there is a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// New source: an image is built.
    Source,
    /// New configuration or secrets for the current image.
    Config,
    /// Image and configuration of an earlier release.
    Rollback,
    /// New containers of the current release.
    Restart,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Config => "config",
            Self::Rollback => "rollback",
            Self::Restart => "restart",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        let all = [Self::Source, Self::Config, Self::Rollback, Self::Restart];
        all.into_iter().find(|k| k.as_str() == text).ok_or_else(|| damaged("a deployment", text))
    }

    /// Whether a new one of this kind makes a waiting one of `other` pointless. A waiting source is given up only
    /// for something that decides about the image too.
    fn supersedes(self, other: Self) -> bool {
        matches!(self, Self::Source | Self::Rollback) || matches!(other, Self::Config | Self::Restart)
    }
}

pub(crate) type Row = (
    String,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
    String,
    Option<String>,
    i64,
    Option<i64>,
    Option<Vec<u8>>,
);

/// A deployment with what only the loop needs to know.
#[derive(Debug, Clone)]
pub(crate) struct StoredDeployment {
    pub(crate) deployment: Deployment,
    pub(crate) kind: Kind,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) base_release: Option<ReleaseId>,
    pub(crate) reason: String,
    failure_sealed: Option<Vec<u8>>,
}

pub(crate) fn stored(row: Row) -> Result<StoredDeployment> {
    let (id, app, kind, state, manifest, base, release, release_number, reason, by, created, ended, failure) =
        row;
    let manifest =
        manifest.map(|m| serde_json::from_str(&m)).transpose().map_err(|e| damaged("a manifest", e))?;
    Ok(StoredDeployment {
        deployment: Deployment {
            id: id.parse()?,
            app: app.parse()?,
            release: release.map(|r| r.parse()).transpose()?,
            release_number: release_number.map(number).transpose()?,
            state: state.parse().map_err(|e: String| damaged("a deployment", e))?,
            created_by: by.map(|u| u.parse()).transpose()?,
            created_at: Timestamp::from_micros(created),
            ended_at: ended.map(Timestamp::from_micros),
            failure: None,
        },
        kind: Kind::parse(&kind)?,
        manifest,
        base_release: base.map(|r| r.parse()).transpose()?,
        reason,
        failure_sealed: failure,
    })
}

/// A wish for a deployment.
pub(crate) struct NewDeployment {
    pub(crate) id: DeploymentId,
    pub(crate) kind: Kind,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) base_release: Option<ReleaseId>,
    pub(crate) reason: String,
}

impl NewDeployment {
    pub(crate) fn new(ctx: &Ctx, kind: Kind, reason: impl Into<String>) -> Self {
        Self { id: ctx.id(), kind, manifest: None, base_release: None, reason: reason.into() }
    }
}

/// The event that tells of a deployment's state.
pub(crate) fn told(
    app: &ward_model::apps::App,
    id: DeploymentId,
    state: DeploymentState,
    text: String,
) -> NewEvent {
    NewEvent {
        kind: "deployment.state".into(),
        organization: Some(app.organization),
        subject: id.to_string(),
        text,
        data: json!({ "app": app.id, "state": state }),
    }
}

/// Puts a deployment into the app's queue.
pub(crate) async fn enqueue(
    ctx: &Ctx,
    tx: &mut WriteTx,
    stored: &Stored,
    new: NewDeployment,
) -> Result<Deployment> {
    let now = ctx.now();
    let app = stored.app.id.to_string();
    let waiting: Vec<(String, String)> =
        sqlx::query_as(sql::PENDING).bind(app.clone()).fetch_all(tx.conn()).await?;
    for (id, kind) in waiting {
        if new.kind.supersedes(Kind::parse(&kind)?) {
            sqlx::query(sql::SUPERSEDE).bind(now.micros()).bind(id.clone()).execute(tx.conn()).await?;
            let text = "superseded by a newer deployment".to_owned();
            tx.tell(told(&stored.app, id.parse()?, DeploymentState::Superseded, text));
        }
    }
    let manifest = new.manifest.as_ref().map(serde_json::to_string).transpose();
    sqlx::query(sql::INSERT_DEPLOYMENT)
        .bind(new.id.to_string())
        .bind(app)
        .bind(new.kind.as_str().to_owned())
        .bind(manifest.map_err(|e| Error::internal("storing a manifest", e))?)
        .bind(new.base_release.map(|r| r.to_string()))
        .bind(new.reason.clone())
        .bind(ctx.who().user().map(|u| u.to_string()))
        .bind(now.micros())
        .execute(tx.conn())
        .await?;
    tx.tell(told(
        &stored.app,
        new.id,
        DeploymentState::Pending,
        format!("{} of {}", new.reason, stored.app.name),
    ));
    Ok(Deployment {
        id: new.id,
        app: stored.app.id,
        release: None,
        release_number: None,
        state: DeploymentState::Pending,
        created_by: ctx.who().user(),
        created_at: now,
        ended_at: None,
        failure: None,
    })
}

/// What a failure is bound to when it is sealed: its log lines may hold anything that the app wrote.
pub(crate) fn failure_aad(id: DeploymentId) -> String {
    format!("deployment {id} failure")
}

/// Deployments of an app, newest first, without the log lines of failures.
///
/// # Errors
/// `not-found` if there is no such app.
pub async fn list(ctx: &Ctx, app: AppId, page: &PageQuery) -> Result<Page<Deployment>> {
    let found = must(ctx, app).await?;
    ctx.permit(Action::AppRead, &found.app).await?;
    let mut read = ctx.read().await?;
    let query = sqlx::query_as(sql::DEPLOYMENTS).bind(app.to_string()).bind(cursor(page)).bind(fetch(page));
    let rows: Vec<Row> = query.fetch_all(read.conn()).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let stored = stored(row)?;
        let failure = open_failure(ctx, read.conn(), &found, &stored).await?.map(without_output);
        all.push(Deployment { failure, ..stored.deployment });
    }
    Ok(Page::from_rows(all, page.limit(), |d| d.id.to_string()))
}

/// One deployment. What the app wrote before it failed is shown to those who may read its logs, and that is
/// recorded as reading them.
///
/// # Errors
/// `not-found` if there is none of this app.
pub async fn get(ctx: &Ctx, app: AppId, id: DeploymentId) -> Result<Deployment> {
    let found = must(ctx, app).await?;
    ctx.permit(Action::AppRead, &found.app).await?;
    let (stored, failure) = {
        let mut read = ctx.read().await?;
        let query = sqlx::query_as(sql::DEPLOYMENT).bind(id.to_string()).bind(app.to_string());
        let row: Option<Row> = query.fetch_optional(read.conn()).await?;
        let stored = stored(row.ok_or_else(|| Error::not_found("deployment", id))?)?;
        let failure = open_failure(ctx, read.conn(), &found, &stored).await?;
        (stored, failure)
    };
    let failure = match failure {
        Some(failure) if has_output(&failure) => {
            use ward_model::Resource as _;
            let core = ctx.core();
            let target = found.app.target();
            match core.policy.decide(&core.db, ctx.now(), ctx.who(), Action::LogRead, &target).await? {
                Decision::Allow(_) => {
                    ctx.permit_with(Action::LogRead, &found.app, json!({ "deployment": id })).await?;
                    Some(failure)
                }
                Decision::Deny { .. } => Some(without_output(failure)),
            }
        }
        other => other,
    };
    Ok(Deployment { failure, ..stored.deployment })
}

fn has_output(failure: &DeploymentFailure) -> bool {
    !failure.log_tail.is_empty() || failure.health.is_some()
}

fn without_output(failure: DeploymentFailure) -> DeploymentFailure {
    DeploymentFailure { log_tail: Vec::new(), health: None, ..failure }
}

async fn open_failure(
    ctx: &Ctx,
    conn: &mut sqlx::AnyConnection,
    app: &Stored,
    stored: &StoredDeployment,
) -> Result<Option<DeploymentFailure>> {
    let Some(sealed) = &stored.failure_sealed else { return Ok(None) };
    let plain = ctx.keyring().decrypt(conn, app.dek, &failure_aad(stored.deployment.id), sealed).await?;
    Ok(Some(serde_json::from_slice(&plain).map_err(|e| damaged("a failure", e))?))
}
