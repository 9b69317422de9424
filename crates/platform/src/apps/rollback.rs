//! Goes back to an earlier release: its image, manifest and configuration, with today's secrets.
//!
//! Secrets are not taken back: a value that was rotated because it leaked must stay rotated.

use serde_json::json;
use ward_model::{
    Action, AppId, ReleaseId,
    apps::{Deployment, Rollback},
};
use ward_spine::{Ctx, Error, Result};

use super::{
    deployments::{Kind, NewDeployment, enqueue},
    must, open, sql,
};

/// Queues a deployment of an earlier release, as a new release.
///
/// # Errors
/// `not-found` for an unknown release; `conflict` if it never served, serves now, or there is none before.
pub async fn rollback(ctx: &Ctx, app: AppId, wish: Rollback) -> Result<Deployment> {
    let found = must(ctx, app).await?;
    let permit = ctx.permit(Action::AppRollback, &found.app).await?;
    open(&found.app)?;
    let Some(current) = found.app.release_number else {
        return Err(Error::conflict("nothing was deployed yet", "deploy first: `ward deploy`"));
    };
    let mut read = ctx.read().await?;
    let (release, number): (ReleaseId, i64) = match wish.release {
        Some(n) if n == current => {
            return Err(Error::conflict(
                format!("release {n} serves now"),
                "name an earlier one: `ward releases`",
            ));
        }
        Some(n) => {
            let query = sqlx::query_as(sql::RELEASE_BY_NUMBER).bind(app.to_string()).bind(i64::from(n));
            let row: Option<(String, Option<i64>)> = query.fetch_optional(read.conn()).await?;
            let (id, served) = row.ok_or_else(|| Error::not_found("release", n))?;
            if served.is_none() {
                let message = format!("release {n} never served: its deployment failed");
                return Err(Error::conflict(message, "name one that did: `ward releases`"));
            }
            (id.parse()?, i64::from(n))
        }
        None => {
            let query = sqlx::query_as(sql::RELEASE_BEFORE).bind(app.to_string()).bind(i64::from(current));
            let row: Option<(String, i64)> = query.fetch_optional(read.conn()).await?;
            let none =
                || Error::conflict("there is no release before this one", "deploy another: `ward deploy`");
            let (id, number) = row.ok_or_else(none)?;
            (id.parse()?, number)
        }
    };
    drop(read);
    let mut new = NewDeployment::new(ctx, Kind::Rollback, format!("rollback to {number}"));
    new.base_release = Some(release);
    let mut tx = permit.begin().await?;
    let deployment = enqueue(ctx, &mut tx, &found, new).await?;
    tx.commit(json!({ "deployment": deployment.id, "to": number })).await?;
    ctx.wake("apps");
    Ok(deployment)
}

#[cfg(test)]
mod tests {
    use ward_model::ErrorCode;
    use ward_testkit::TestServer;

    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn only_a_release_that_served_and_is_not_current_can_come_back() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        let (stranger, _) = testing::app(&server, "other").await;
        let back = |n| Rollback { release: n };
        assert_eq!(rollback(&owner, app.id, back(None)).await.unwrap_err().code(), ErrorCode::Conflict);
        testing::release(&owner, &app, 1, true).await;
        testing::release(&owner, &app, 2, false).await;
        testing::release(&owner, &app, 3, true).await;
        for (wish, code) in [(3, ErrorCode::Conflict), (2, ErrorCode::Conflict), (9, ErrorCode::NotFound)] {
            assert_eq!(rollback(&owner, app.id, back(Some(wish))).await.unwrap_err().code(), code, "{wish}");
        }
        assert_eq!(rollback(&stranger, app.id, back(None)).await.unwrap_err().code(), ErrorCode::NotFound);
        rollback(&owner, app.id, back(None)).await.unwrap();
        rollback(&owner, app.id, back(Some(1))).await.unwrap();
    }
}
