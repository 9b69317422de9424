//! An app: what serves, what was deployed and why it failed, and the names of its configuration and secrets.

use askama::Template;
use axum::{extract::Path, response::Response};
use ward_model::{
    AppId, DataClass, PageQuery,
    apps::{App, Process, Release, Secret},
    redaction::{RedactionMode, RedactionReport},
};
use ward_platform::{apps, redaction};

use crate::{
    caller::Caller,
    deployments::DeploymentRow,
    failure::Failure,
    overview::health,
    shell::{Shell, page},
    words::Moment,
};

/// Releases and deployments that are shown.
const LAST: u32 = 10;

#[derive(Template)]
#[template(path = "app.html")]
struct AppPage {
    shell: Shell,
    app: App,
    phi: bool,
    created: Moment,
    processes: Vec<ProcessRow>,
    deployments: Vec<DeploymentRow>,
    releases: Vec<ReleaseRow>,
    config: Vec<String>,
    secrets: Vec<SecretRow>,
    masked: RedactionReport,
    strict: bool,
}

struct ProcessRow {
    process: Process,
    state: String,
    tone: &'static str,
    started: Option<Moment>,
}

struct ReleaseRow {
    number: u32,
    current: bool,
    reason: String,
    image: String,
    made: Moment,
}

struct SecretRow {
    name: String,
    version: u32,
    set: Moment,
}

/// Shows it.
pub(crate) async fn show(caller: Caller, Path(app): Path<String>) -> Result<Response, Failure> {
    let (id, ctx) = (app.parse::<AppId>()?, &caller.ctx);
    let (last, now) = (PageQuery { cursor: None, limit: Some(LAST) }, ctx.now());
    let app = apps::get(ctx, id).await?;
    let deployments = apps::list_deployments(ctx, id, &last).await?.items;
    let releases = apps::list_releases(ctx, id, &last).await?.items;
    let processes = apps::list_processes(ctx, id).await?.items;
    let config = apps::get_config(ctx, id).await?.values.into_keys().collect();
    let secrets = apps::list_secrets(ctx, id, &PageQuery { cursor: None, limit: Some(200) }).await?.items;
    let masked = redaction::report(ctx, id).await?;
    let strict = redaction::get(ctx, id).await?.mode == RedactionMode::Strict;
    let process = |process: Process| {
        let (state, tone) = health(&process);
        ProcessRow { state, tone, started: process.started_at.map(|at| Moment::new(now, at)), process }
    };
    let release = |r: Release| ReleaseRow {
        number: r.number,
        current: r.current,
        reason: r.reason,
        image: r.image,
        made: Moment::new(now, r.created_at),
    };
    let secret = |s: Secret| SecretRow { name: s.name, version: s.version, set: Moment::new(now, s.set_at) };
    page(&AppPage {
        shell: caller.shell("overview"),
        phi: app.data_class == DataClass::Phi,
        created: Moment::new(now, app.created_at),
        app,
        processes: processes.into_iter().map(process).collect(),
        deployments: deployments.into_iter().map(|d| DeploymentRow::new(d, now)).collect(),
        releases: releases.into_iter().map(release).collect(),
        config,
        secrets: secrets.into_iter().map(secret).collect(),
        masked,
        strict,
    })
}
