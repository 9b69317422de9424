//! From the kind and id that a body names to the resource, for tokens and grants.

use ward_model::{Action, Resource as _, ResourceKind, Target};
use ward_platform::{apps, databases, environments, organizations, projects};
use ward_spine::{Ctx, Result};

/// The resource; the platform if there is none, which no other wish fits.
pub(crate) async fn find(ctx: &Ctx, kind: ResourceKind, id: &str) -> Result<Target> {
    let mut read = ctx.read().await?;
    let found = match kind {
        ResourceKind::Platform | ResourceKind::User => None,
        ResourceKind::Organization => match id.parse() {
            Ok(id) => organizations::find(&mut read, id).await?.map(|o| o.target()),
            Err(_) => None,
        },
        ResourceKind::Project => match id.parse() {
            Ok(id) => projects::find(&mut read, id).await?.map(|p| p.target()),
            Err(_) => None,
        },
        ResourceKind::Environment => match id.parse() {
            Ok(id) => environments::find(&mut read, id).await?.map(|e| e.environment.target()),
            Err(_) => None,
        },
        ResourceKind::App => match id.parse() {
            Ok(id) => apps::find(ctx, &mut read, id).await?.map(|a| a.app.target()),
            Err(_) => None,
        },
        ResourceKind::Database => match id.parse() {
            Ok(id) => databases::find(&mut read, id).await?.map(|d| d.target()),
            Err(_) => None,
        },
    };
    Ok(found.unwrap_or_else(Target::platform))
}

/// The resource, if the principal may see it; otherwise as if there were none.
pub(crate) async fn visible(ctx: &Ctx, kind: ResourceKind, id: &str) -> Result<Target> {
    let target = find(ctx, kind, id).await?;
    let action = match target.kind {
        ResourceKind::Organization => Action::OrganizationRead,
        ResourceKind::Project => Action::ProjectRead,
        ResourceKind::Environment => Action::EnvironmentRead,
        ResourceKind::App => Action::AppRead,
        ResourceKind::Database => Action::DatabaseRead,
        ResourceKind::Platform | ResourceKind::User => return Ok(target),
    };
    Ok(if ctx.permit(action, &target).await.is_ok() { target } else { Target::platform() })
}
