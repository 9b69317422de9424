//! What one check saw, newest first.

use ward_model::{Action, Page, PageQuery, Target, posture::Observation};
use ward_spine::{Ctx, Error, Result};

use super::{find, row};
use crate::sql;

/// Observations of a check.
///
/// # Errors
/// `not-found` if Ward runs no such check.
pub async fn observations(ctx: &Ctx, check: &str, page: &PageQuery) -> Result<Page<Observation>> {
    ctx.permit(Action::PlatformPostureRead, &Target::platform()).await?;
    if find(check).is_none() {
        return Err(Error::not_found("check", check.chars().take(60).collect::<String>()));
    }
    let before = page.cursor.clone().unwrap_or_else(|| "obs_~".into());
    let rows: Vec<row::Row> = sqlx::query_as(sql::OF_CHECK)
        .bind(check.to_owned())
        .bind(before)
        .bind(i64::from(page.limit()) + 1)
        .fetch_all(ctx.read().await?.conn())
        .await?;
    let rows = rows.into_iter().map(row::observation).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(rows, page.limit(), |o| o.id.to_string()))
}
