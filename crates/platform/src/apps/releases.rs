//! Lists releases.

use ward_model::{Action, AppId, Page, PageQuery, Timestamp, apps::Release};
use ward_spine::{Ctx, Result};

use super::{must, sql};
use crate::sql::{cursor, fetch, number};

type Row = (String, String, i64, String, Option<String>, i64, String);

/// Releases of an app, newest first.
///
/// # Errors
/// `not-found` if there is no such app.
pub async fn list(ctx: &Ctx, app: AppId, page: &PageQuery) -> Result<Page<Release>> {
    let found = must(ctx, app).await?;
    ctx.permit(Action::AppRead, &found.app).await?;
    let mut read = ctx.read().await?;
    let query = sqlx::query_as(sql::RELEASES).bind(app.to_string()).bind(cursor(page)).bind(fetch(page));
    let rows: Vec<Row> = query.fetch_all(read.conn()).await?;
    let rows = rows.into_iter().map(|(id, app, n, image, by, created_at, reason)| {
        let id = id.parse()?;
        Ok(Release {
            id,
            app: app.parse()?,
            number: number(n)?,
            image,
            created_by: by.map(|u| u.parse()).transpose()?,
            created_at: Timestamp::from_micros(created_at),
            reason,
            current: found.app.release == Some(id),
        })
    });
    Ok(Page::from_rows(rows.collect::<Result<Vec<_>>>()?, page.limit(), |r| r.id.to_string()))
}

#[cfg(test)]
mod tests {
    use ward_model::ErrorCode;
    use ward_testkit::TestServer;

    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn the_current_release_is_marked_and_strangers_see_none() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        let (stranger, _) = testing::app(&server, "other").await;
        testing::release(&owner, &app, 1, true).await;
        testing::release(&owner, &app, 2, true).await;
        let listed = list(&owner, app.id, &PageQuery::default()).await.unwrap().items;
        assert_eq!(listed.iter().map(|r| (r.number, r.current)).collect::<Vec<_>>(), [(2, true), (1, false)]);
        let foreign = list(&stranger, app.id, &PageQuery::default()).await.unwrap_err();
        assert_eq!(foreign.code(), ErrorCode::NotFound);
    }
}
