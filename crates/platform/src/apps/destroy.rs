//! Destroys an app: marks the intent; the loop removes containers, images, addresses and, last, its key.

use serde_json::json;
use ward_model::{Action, AppId, apps::App};
use ward_spine::{Ctx, Error, Result, events::NewEvent};

use super::{must, sql};

/// Marks the app as being destroyed. It gets no more requests from the next routes on.
///
/// # Errors
/// `not-found`; `conflict` if it is being destroyed already.
pub async fn destroy(ctx: &Ctx, id: AppId) -> Result<App> {
    let mut app = must(ctx, id).await?.app;
    let permit = ctx.permit(Action::AppDestroy, &app).await?;
    let mut tx = permit.begin().await?;
    let query = sqlx::query(sql::DESTROY).bind(ctx.now().micros()).bind(id.to_string());
    if query.execute(tx.conn()).await?.rows_affected() == 0 {
        let message = format!("the app {} is being destroyed already", app.name);
        return Err(Error::conflict(message, "follow it: `ward apps list`"));
    }
    tx.tell(NewEvent {
        kind: "app.state".into(),
        organization: Some(app.organization),
        subject: id.to_string(),
        text: format!("app {} is being destroyed", app.name),
        data: json!({ "state": "destroying" }),
    });
    tx.commit(json!({ "app": id })).await?;
    ctx.wake("routes");
    ctx.wake("apps");
    app.destroying = true;
    Ok(app)
}

#[cfg(test)]
mod tests {
    use ward_model::ErrorCode;
    use ward_testkit::TestServer;

    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn destroying_is_said_once_by_who_may() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        let (stranger, _) = testing::app(&server, "other").await;
        assert_eq!(destroy(&stranger, app.id).await.unwrap_err().code(), ErrorCode::NotFound);
        let developer = testing::colleague(&server, &app, ward_model::Role::Developer).await;
        assert_eq!(destroy(&developer, app.id).await.unwrap_err().code(), ErrorCode::Forbidden);
        assert!(destroy(&owner, app.id).await.unwrap().destroying);
        assert_eq!(destroy(&owner, app.id).await.unwrap_err().code(), ErrorCode::Conflict);
    }
}
