//! A database: its state, its backups, and a backup now. Its connection URL is not for pages.

use askama::Template;
use axum::{extract::Path, response::Response};
use ward_model::{
    AppId, DataClass, DatabaseId, PageQuery,
    databases::{Backup, BackupState, Database},
};
use ward_platform::databases::{self, backups};

use crate::{
    caller::Caller,
    failure::Failure,
    forms::Submitted,
    overview::tone,
    shell::{Shell, page, see_other},
    words::{self, Moment},
};

/// Backups that are shown.
const LAST: u32 = 20;

#[derive(Template)]
#[template(path = "database.html")]
struct DatabasePage {
    shell: Shell,
    database: Database,
    phi: bool,
    state: &'static str,
    tone: &'static str,
    problem: Option<String>,
    every: String,
    created: Moment,
    last_backup: Option<Moment>,
    apps: Vec<AppId>,
    backups: Vec<BackupRow>,
    more: bool,
}

struct BackupRow {
    id: String,
    state: &'static str,
    tone: &'static str,
    problem: Option<String>,
    size: String,
    sha256: Option<String>,
    began: Moment,
    took: Option<String>,
}

/// Shows it.
pub(crate) async fn show(caller: Caller, Path(database): Path<String>) -> Result<Response, Failure> {
    let (id, ctx, now) = (database.parse::<DatabaseId>()?, &caller.ctx, caller.ctx.now());
    let database = databases::get(ctx, id).await?;
    let listed = backups::list(ctx, id, &PageQuery { cursor: None, limit: Some(LAST) }).await?;
    let row = |b: Backup| BackupRow {
        id: b.id.to_string(),
        state: b.state.as_str(),
        tone: match b.state {
            BackupState::Complete => "good",
            BackupState::Running => "wait",
            BackupState::Failed => "bad",
        },
        problem: b.problem.as_deref().map(words::sentence),
        size: words::bytes(b.bytes),
        sha256: b.sha256,
        began: Moment::new(now, b.started_at),
        took: b.ended_at.map(|end| words::span(end.since(b.started_at).as_secs())),
    };
    page(&DatabasePage {
        shell: caller.shell("overview"),
        phi: database.data_class == DataClass::Phi,
        state: database.state.as_str(),
        tone: tone(database.state),
        problem: database.problem.as_deref().map(words::sentence),
        every: words::span(database.backup_every),
        created: Moment::new(now, database.created_at),
        last_backup: database.last_backup_at.map(|at| Moment::new(now, at)),
        apps: database.apps.clone(),
        more: listed.next.is_some(),
        backups: listed.items.into_iter().map(row).collect(),
        database,
    })
}

/// Begins a backup.
pub(crate) async fn back_up(
    Path(database): Path<String>,
    Submitted { by: caller, .. }: Submitted<Caller>,
) -> Result<Response, Failure> {
    let id = database.parse::<DatabaseId>()?;
    backups::create(&caller.ctx, id).await?;
    Ok(see_other(&format!("/databases/{id}#backups")))
}
