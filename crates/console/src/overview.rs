//! What there is: organizations, their environments, and the apps and databases in them.
//!
//! A verb that lists is asked only where a role is held on the thing that lists: somebody with a role on one
//! environment sees that environment, and no denial is written for looking at the overview.

use askama::Template;
use axum::response::Response;
use ward_model::{
    DataClass, Name, OrganizationId, PageQuery, ResourceKind,
    apps::{App, Process},
    databases::{Database, DatabaseState},
    environments::Environment,
    organizations::{Organization, Project},
};
use ward_platform::{apps, databases, environments, organizations, projects};

use crate::{
    caller::Caller,
    failure::Failure,
    shell::{Shell, page},
    words::Moment,
};

/// Most items of one kind in one place; more are told, not shown.
const MOST: u32 = 100;

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    shell: Shell,
    organizations: Vec<OrganizationPart>,
    watches_platform: bool,
}

struct OrganizationPart {
    id: String,
    name: Name,
    environments: Vec<EnvironmentPart>,
    empty_projects: Vec<Name>,
    more: bool,
}

struct EnvironmentPart {
    /// None if no role is held on it.
    project: Option<Name>,
    name: Name,
    phi: bool,
    destroying: bool,
    apps: Vec<AppRow>,
    databases: Vec<DatabaseRow>,
    more: bool,
}

struct AppRow {
    id: String,
    name: Name,
    url: Option<String>,
    release: Option<u32>,
    destroying: bool,
    processes: Vec<ProcessCount>,
}

/// Processes of one name.
pub(crate) struct ProcessCount {
    /// Name.
    pub(crate) process: String,
    /// How many there are.
    pub(crate) count: usize,
    /// Their state in a word.
    pub(crate) state: String,
    /// `good`, `bad` or `wait`.
    pub(crate) tone: &'static str,
}

struct DatabaseRow {
    id: String,
    name: Name,
    engine: String,
    state: &'static str,
    tone: &'static str,
    problem: Option<String>,
    last_backup: Option<Moment>,
}

/// Shows it.
pub(crate) async fn show(caller: Caller) -> Result<Response, Failure> {
    let all = PageQuery { cursor: None, limit: Some(MOST) };
    let mut parts = Vec::new();
    for organization in organizations::list(&caller.ctx, &all).await?.items {
        parts.push(part(&caller, organization, &all).await?);
    }
    page(&OverviewPage {
        shell: caller.shell("overview"),
        organizations: parts,
        watches_platform: caller.watches_platform(),
    })
}

async fn part(
    caller: &Caller,
    organization: Organization,
    all: &PageQuery,
) -> Result<OrganizationPart, Failure> {
    let (found, mut more) = found(caller, organization.id, all).await?;
    let (mut parts, mut empty_projects) = (Vec::new(), Vec::new());
    for (project, environments) in found {
        if let Some(project) = project.as_ref().filter(|_| environments.is_empty()) {
            empty_projects.push(project.name.clone());
        }
        for environment in environments {
            let project = project.as_ref().map(|p| p.name.clone());
            parts.push(environment_part(caller, project, environment, all).await?);
        }
    }
    more |= parts.len() > MOST as usize;
    Ok(OrganizationPart {
        id: organization.id.to_string(),
        name: organization.name,
        environments: parts,
        empty_projects,
        more,
    })
}

type Found = Vec<(Option<Project>, Vec<Environment>)>;

/// Projects with their environments, as far as roles are held on them; and whether there are more.
async fn found(
    caller: &Caller,
    organization: OrganizationId,
    all: &PageQuery,
) -> Result<(Found, bool), Failure> {
    let ctx = &caller.ctx;
    let mut found = Found::new();
    if caller.holds_all_of(organization) {
        let listed = projects::list(ctx, organization, all).await?;
        let mut more = listed.next.is_some();
        for project in listed.items {
            let listed = environments::list(ctx, project.id, all).await?;
            more |= listed.next.is_some();
            found.push((Some(project), listed.items));
        }
        return Ok((found, more));
    }
    let mut single = Vec::new();
    for grant in caller.me.grants.iter().filter(|g| g.organization == Some(organization)) {
        match grant.scope_kind {
            ResourceKind::Project => {
                let project = projects::get(ctx, grant.scope_id.parse()?).await?;
                if found.iter().any(|(known, _)| known.as_ref().is_some_and(|k| k.id == project.id)) {
                    continue;
                }
                let environments = environments::list(ctx, project.id, all).await?.items;
                found.push((Some(project), environments));
            }
            ResourceKind::Environment => single.push(environments::get(ctx, grant.scope_id.parse()?).await?),
            _ => {}
        }
    }
    for environment in single {
        // A role on the project above shows it already.
        let held = found.iter().flat_map(|(_, e)| e).any(|e| e.id == environment.id);
        if !held {
            found.push((None, vec![environment]));
        }
    }
    Ok((found, false))
}

async fn environment_part(
    caller: &Caller,
    project: Option<Name>,
    environment: Environment,
    all: &PageQuery,
) -> Result<EnvironmentPart, Failure> {
    let ctx = &caller.ctx;
    let listed = apps::list(ctx, environment.id, all).await?;
    let stored = databases::list(ctx, environment.id, all).await?;
    let more = listed.next.is_some() || stored.next.is_some();
    let mut rows = Vec::new();
    for app in listed.items {
        let processes = count(apps::list_processes(ctx, app.id).await?.items);
        rows.push(app_row(app, processes));
    }
    let now = ctx.now();
    Ok(EnvironmentPart {
        project,
        name: environment.name,
        phi: environment.data_class == DataClass::Phi,
        destroying: environment.destroying,
        apps: rows,
        databases: stored.items.into_iter().map(|d| database_row(d, now)).collect(),
        more,
    })
}

fn app_row(app: App, processes: Vec<ProcessCount>) -> AppRow {
    AppRow {
        id: app.id.to_string(),
        name: app.name,
        url: app.url,
        release: app.release_number,
        destroying: app.destroying,
        processes,
    }
}

fn database_row(database: Database, now: ward_model::Timestamp) -> DatabaseRow {
    DatabaseRow {
        id: database.id.to_string(),
        name: database.name,
        engine: database.engine,
        state: database.state.as_str(),
        tone: tone(database.state),
        problem: database.problem,
        last_backup: database.last_backup_at.map(|at| Moment::new(now, at)),
    }
}

/// The tone of a database's state.
pub(crate) fn tone(state: DatabaseState) -> &'static str {
    match state {
        DatabaseState::Ready => "good",
        DatabaseState::Failed => "bad",
        _ => "wait",
    }
}

/// How a process fares, in a word, and the tone of it.
pub(crate) fn health(process: &Process) -> (String, &'static str) {
    match (process.state.as_str(), process.healthy) {
        ("running", Some(true)) => ("healthy".to_owned(), "good"),
        ("running", Some(false)) => ("unhealthy".to_owned(), "bad"),
        ("running", None) => ("running".to_owned(), "good"),
        ("failed" | "exited", _) => (process.state.clone(), "bad"),
        (other, _) => (other.to_owned(), "wait"),
    }
}

/// Processes by name and state.
pub(crate) fn count(processes: Vec<Process>) -> Vec<ProcessCount> {
    let mut counts: Vec<ProcessCount> = Vec::new();
    for process in processes {
        let (state, tone) = health(&process);
        match counts.iter_mut().find(|c| c.process == process.process && c.state == state) {
            Some(known) => known.count += 1,
            None => counts.push(ProcessCount { process: process.process, count: 1, state, tone }),
        }
    }
    counts
}
