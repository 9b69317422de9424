//! Shows the processes of an app, as the loop saw them last.

use ward_model::{Action, AppId, Page, Timestamp, apps::Process};
use ward_spine::{Ctx, Result};

use super::{must, sql};
use crate::sql::number;

type Row = (String, String, i64, String, Option<i64>, Option<i64>, i64);

/// Processes of an app: the serving ones, and in a deployment those that come and go.
///
/// # Errors
/// `not-found` if there is no such app.
pub async fn list(ctx: &Ctx, app: AppId) -> Result<Page<Process>> {
    let found = must(ctx, app).await?;
    ctx.permit(Action::AppRead, &found.app).await?;
    let mut read = ctx.read().await?;
    let rows: Vec<Row> = sqlx::query_as(sql::PROCESSES).bind(app.to_string()).fetch_all(read.conn()).await?;
    let rows = rows.into_iter().map(|(process, container, release, state, healthy, started_at, restarts)| {
        Ok(Process {
            process,
            container,
            release_number: number(release)?,
            state,
            healthy: healthy.map(|h| h != 0),
            started_at: started_at.map(Timestamp::from_micros),
            restarts: number(restarts)?,
        })
    });
    Ok(Page { items: rows.collect::<Result<Vec<_>>>()?, next: None })
}

#[cfg(test)]
mod tests {
    use ward_model::ErrorCode;
    use ward_testkit::TestServer;

    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn a_new_app_has_none_and_strangers_see_nothing() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        let (stranger, _) = testing::app(&server, "other").await;
        assert!(list(&owner, app.id).await.unwrap().items.is_empty());
        assert_eq!(list(&stranger, app.id).await.unwrap_err().code(), ErrorCode::NotFound);
    }
}
