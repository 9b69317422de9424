//! Restarts an app: new containers of the current release beside the old ones, without a lost request.

use serde_json::json;
use ward_model::{Action, AppId, apps::Deployment};
use ward_spine::{Ctx, Error, Result, WriteTx};

use super::{
    Stored,
    deployments::{Kind, NewDeployment, enqueue},
    must, open,
};

/// Queues a restart.
///
/// # Errors
/// `conflict` if nothing serves yet.
pub async fn restart(ctx: &Ctx, app: AppId) -> Result<Deployment> {
    let found = must(ctx, app).await?;
    let permit = ctx.permit(Action::AppRestart, &found.app).await?;
    open(&found.app)?;
    let mut tx = permit.begin().await?;
    let Some(deployment) = restart_for(ctx, &mut tx, &found, "restart").await? else {
        return Err(Error::conflict("nothing was deployed yet", "deploy first: `ward deploy`"));
    };
    tx.commit(json!({ "deployment": deployment.id })).await?;
    ctx.wake("apps");
    Ok(deployment)
}

/// Queues a restart inside another verb's transaction, because what the app gets from outside changed (a database
/// was attached); None if nothing serves yet. The caller wakes the loop `apps` after its commit.
///
/// # Errors
/// Those of the store.
pub async fn restart_for(
    ctx: &Ctx,
    tx: &mut WriteTx,
    app: &Stored,
    reason: &str,
) -> Result<Option<Deployment>> {
    if app.app.release.is_none() || app.app.destroying {
        return Ok(None);
    }
    enqueue(ctx, tx, app, NewDeployment::new(ctx, Kind::Restart, reason)).await.map(Some)
}

#[cfg(test)]
mod tests {
    use ward_model::ErrorCode;
    use ward_testkit::TestServer;

    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn what_serves_can_be_restarted_by_who_may() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        let (stranger, _) = testing::app(&server, "other").await;
        assert_eq!(restart(&owner, app.id).await.unwrap_err().code(), ErrorCode::Conflict);
        testing::release(&owner, &app, 1, true).await;
        assert_eq!(restart(&stranger, app.id).await.unwrap_err().code(), ErrorCode::NotFound);
        let auditor = testing::colleague(&server, &app, ward_model::Role::Auditor).await;
        assert_eq!(restart(&auditor, app.id).await.unwrap_err().code(), ErrorCode::Forbidden);
        restart(&owner, app.id).await.unwrap();
    }
}
