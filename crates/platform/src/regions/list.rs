//! Lists regions.

use ward_model::{Action, Page, PageQuery, Target, organizations::Region};
use ward_spine::{Ctx, Result};

use super::{Row, region, sql};
use crate::sql::{cursor, fetch};

/// All regions: whoever is signed in may choose among them.
///
/// # Errors
/// Those of the gate.
pub async fn list(ctx: &Ctx, page: &PageQuery) -> Result<Page<Region>> {
    ctx.permit(Action::RegionList, &Target::platform()).await?;
    let mut read = ctx.read().await?;
    let rows: Vec<Row> =
        sqlx::query_as(sql::LIST).bind(cursor(page)).bind(fetch(page)).fetch_all(read.conn()).await?;
    let rows = rows.into_iter().map(region).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(rows, page.limit(), |r| r.id.to_string()))
}
