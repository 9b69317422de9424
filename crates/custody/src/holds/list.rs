//! Lists legal holds.

use ward_model::{
    Page, PageQuery,
    retention::{Hold, LogQuery},
};
use ward_spine::{Ctx, Result};

use super::{Row, hold, sql};
use crate::{logs, retention::permit_read};

/// Holds on a log, released ones too, oldest first.
///
/// # Errors
/// `not-found` if there is no such organization.
pub async fn list(ctx: &Ctx, query: &LogQuery) -> Result<Page<Hold>> {
    let log = logs::find(&mut ctx.read().await?, query.organization).await?;
    permit_read(ctx, log).await?;
    let limit = PageQuery { cursor: None, limit: query.limit }.limit();
    let rows: Vec<Row> = sqlx::query_as(sql::LIST)
        .bind(log.to_string())
        .bind(query.cursor.clone().unwrap_or_default())
        .bind(i64::from(limit) + 1)
        .fetch_all(ctx.read().await?.conn())
        .await?;
    let holds = rows.into_iter().map(hold).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(holds, limit, |h| h.id.to_string()))
}
