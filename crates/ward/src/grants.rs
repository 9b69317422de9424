//! Grants: which user holds which role where.

use ward_model::{
    AppId, DatabaseId, EnvironmentId, GrantId, OrganizationId, ProjectId, ResourceKind, Role,
    users::{Grant, NewGrant},
};

use crate::{
    output::plain,
    problem::{Failure, Result},
    request::Request,
    run::Run,
    times::shown,
    users::user_id,
};

/// Verbs of grants.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Grant a role
    Create {
        /// E-mail address or id of the user
        user: String,
        /// Role: owner, admin, developer or auditor
        role: Role,
        /// Where: ORG, ORG/PROJECT or ORG/PROJECT/ENV; the organization of the context if absent
        #[arg(long, value_name = "PATH")]
        on: Option<String>,
    },
    /// List the grants of the organization
    List,
    /// Take a grant back
    Revoke {
        /// Grant id
        grant: GrantId,
    },
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    let organization = run.organization().await?;
    let path = format!("/v1/organizations/{organization}/grants");
    match command {
        Command::Create { user, role, on } => {
            let (scope_kind, scope_id) = match on {
                Some(on) => place(run, &on).await?,
                None => (ResourceKind::Organization, organization.to_string()),
            };
            let wish = NewGrant { user: user_id(run, &user).await?, role, scope_kind, scope_id };
            run.show(Request::post(path, &wish)?, |terminal, grant: Grant| {
                terminal.line(&format!(
                    "{user} is {} of {} {} ({}).",
                    grant.role,
                    grant.scope_kind.as_str(),
                    grant.scope_id,
                    grant.id
                ))
            })
            .await
        }
        Command::List => {
            let header = ["GRANT", "USER", "ROLE", "ON", "ID", "GRANTED"];
            run.list(&path, &header, "No grants.", |g: Grant| {
                vec![
                    plain(g.id),
                    plain(g.user),
                    plain(g.role),
                    plain(g.scope_kind.as_str()),
                    plain(g.scope_id),
                    plain(shown(g.created_at)),
                ]
            })
            .await
        }
        Command::Revoke { grant } => run.done(Request::delete(format!("{path}/{grant}")), "Revoked.").await,
    }
}

/// Kind and id of what a path of names stands for.
pub(crate) async fn place(run: &Run, path: &str) -> Result<(ResourceKind, String)> {
    if let Some(place) = place_of_id(path) {
        return Ok(place);
    }
    let parts: Vec<&str> = path.split('/').collect();
    let resolved = run.resolve(&parts).await?;
    let place = match parts.len() {
        1 => resolved.organization.map(|id| (ResourceKind::Organization, id)),
        2 => resolved.project.map(|id| (ResourceKind::Project, id)),
        3 => resolved.environment.map(|id| (ResourceKind::Environment, id)),
        4 => resolved
            .app
            .map(|id| (ResourceKind::App, id))
            .or(resolved.database.map(|id| (ResourceKind::Database, id))),
        _ => None,
    };
    place.ok_or_else(|| {
        Failure::not_found(format!("there is no {path:?} that you may see"))
            .next_step("write ORG, ORG/PROJECT or ORG/PROJECT/ENV")
    })
}

/// Kind and id, if the text is an id of something that a role can be held on.
fn place_of_id(text: &str) -> Option<(ResourceKind, String)> {
    let kind = if text.parse::<OrganizationId>().is_ok() {
        ResourceKind::Organization
    } else if text.parse::<ProjectId>().is_ok() {
        ResourceKind::Project
    } else if text.parse::<EnvironmentId>().is_ok() {
        ResourceKind::Environment
    } else if text.parse::<AppId>().is_ok() {
        ResourceKind::App
    } else if text.parse::<DatabaseId>().is_ok() {
        ResourceKind::Database
    } else {
        return None;
    };
    Some((kind, text.to_owned()))
}
