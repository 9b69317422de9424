//! From names to ids: `mercy/records/production/clinic`.

use axum::Json;
use serde::Deserialize;
use ward_model::{Action, ErrorCode, Name, Resource, system::Resolved};
use ward_platform::{apps, databases, environments, organizations, projects};
use ward_spine::{Ctx, Error, Result};

use crate::{answer::Answer, caller::Caller, extract::Query, problem::Failure};

/// What is to be resolved.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// `organization[/project[/environment[/app or database]]]`, by names.
    path: String,
}

/// Ids behind names. Needs the right to read what the last name means; the ids above it are in its body anyway.
#[utoipa::path(
    get,
    path = "/v1/resolve",
    tag = "resolve",
    params(Wanted),
    responses((status = 200, body = Resolved)),
    extensions(("x-ward-action" = json!("organization:read")))
)]
pub(crate) async fn read(Caller(ctx): Caller, Query(wanted): Query<Wanted>) -> Answer<Resolved> {
    let names = wanted.path.split('/').map(str::parse::<Name>).collect::<Result<Vec<_>, _>>();
    let names = names.map_err(|e| {
        Failure::invalid(e.to_string(), "give names joined by slashes: mercy/records/production")
    })?;
    let mut names = names.into_iter();
    let path = (names.next(), names.next(), names.next(), names.next());
    let (Some(organization), project, environment, last) = path else { return Err(too_long()) };
    if names.next().is_some() {
        return Err(too_long());
    }
    Ok(Json(resolve(&ctx, organization, project, environment, last).await?))
}

fn too_long() -> Failure {
    Failure::invalid("the path has no name, or more than four", "give organization/project/environment/app")
}

async fn resolve(
    ctx: &Ctx,
    organization: Name,
    project: Option<Name>,
    environment: Option<Name>,
    last: Option<Name>,
) -> Result<Resolved> {
    // Always about the last name: an error about an earlier one would tell which of them exist.
    let (kind, name) = match (&project, &environment, &last) {
        (_, _, Some(name)) => ("app or database", name.clone()),
        (_, Some(name), None) => ("environment", name.clone()),
        (Some(name), None, None) => ("project", name.clone()),
        (None, None, None) => ("organization", organization.clone()),
    };
    let absent = || unknown(kind, &name);
    let mut read = ctx.read().await?;
    let mut resolved = Resolved::default();
    let found = organizations::find_by_name(&mut read, &organization).await?;
    let found = found.ok_or_else(absent)?;
    resolved.organization = Some(found.id.to_string());
    let Some(project) = project else {
        drop(read);
        return allowed(ctx, Action::OrganizationRead, &found, &organization).await.map(|()| resolved);
    };
    let found = projects::find_by_name(&mut read, found.id, &project).await?;
    let found = found.ok_or_else(absent)?;
    resolved.project = Some(found.id.to_string());
    let Some(environment) = environment else {
        drop(read);
        return allowed(ctx, Action::ProjectRead, &found, &project).await.map(|()| resolved);
    };
    let found = environments::find_by_name(&mut read, found.id, &environment).await?;
    let found = found.ok_or_else(absent)?;
    resolved.environment = Some(found.id.to_string());
    let Some(last) = last else {
        drop(read);
        return allowed(ctx, Action::EnvironmentRead, &found, &environment).await.map(|()| resolved);
    };
    let database = databases::find_by_name(&mut read, found.id, &last).await?;
    drop(read);
    let app = apps::find_by_name(ctx, found.id, &last).await?;
    let mut refused = absent();
    if let Some(app) = app {
        match allowed(ctx, Action::AppRead, &app, &last).await {
            Ok(()) => resolved.app = Some(app.id.to_string()),
            Err(error) => refused = error,
        }
    }
    if let Some(database) = database {
        match allowed(ctx, Action::DatabaseRead, &database, &last).await {
            Ok(()) => resolved.database = Some(database.id.to_string()),
            Err(error) => refused = error,
        }
    }
    if resolved.app.is_some() || resolved.database.is_some() { Ok(resolved) } else { Err(refused) }
}

/// Asks the gate. What the principal may not know of reads like a name that nobody has given.
async fn allowed(ctx: &Ctx, action: Action, resource: &(dyn Resource + Sync), name: &Name) -> Result<()> {
    match ctx.permit(action, resource).await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == ErrorCode::NotFound => Err(unknown(kind_of(action), name)),
        Err(error) => Err(error),
    }
}

fn kind_of(action: Action) -> &'static str {
    match action {
        Action::OrganizationRead => "organization",
        Action::ProjectRead => "project",
        Action::EnvironmentRead => "environment",
        _ => "app or database",
    }
}

fn unknown(kind: &str, name: &Name) -> Error {
    Error::not_found(kind, name)
}
