//! Creates a region.

use serde_json::json;
use ward_model::{
    Action, RegionId, Target,
    organizations::{NewRegion, Region},
};
use ward_spine::{Ctx, Result};

use super::sql;
use crate::{sql::taken, text};

/// Creates a region.
///
/// # Errors
/// `invalid` if the location is empty or too long; `conflict` if the name is taken.
pub async fn create(ctx: &Ctx, new: NewRegion) -> Result<Region> {
    let permit = ctx.permit(Action::RegionCreate, &Target::platform()).await?;
    text::line("location", &new.location, 200)?;
    let (id, now) = (ctx.id::<RegionId>(), ctx.now());
    let mut tx = permit.begin().await?;
    sqlx::query(sql::INSERT)
        .bind(id.to_string())
        .bind(new.name.to_string())
        .bind(new.location.clone())
        .bind(i64::from(new.phi))
        .bind(now.micros())
        .execute(tx.conn())
        .await
        .map_err(|e| taken(e, || format!("a region {} exists already", new.name), "choose another name"))?;
    tx.commit(json!({ "region": id, "name": new.name, "phi": new.phi })).await?;
    Ok(Region { id, name: new.name, location: new.location, phi: new.phi, created_at: now })
}

#[cfg(test)]
mod tests {
    use ward_model::{ErrorCode, PageQuery};
    use ward_testkit::TestServer;

    use super::*;
    use crate::testing::name;

    #[tokio::test]
    async fn a_region_is_listed_once_and_needs_a_location() {
        let server = TestServer::new().await;
        let owner = server.owner().await;
        let new = |location: &str| NewRegion { name: name("home"), location: location.into(), phi: true };
        assert_eq!(create(&owner, new("")).await.unwrap_err().code(), ErrorCode::Invalid);
        assert_eq!(create(&owner, new("a\nb")).await.unwrap_err().code(), ErrorCode::Invalid);
        create(&owner, new("server room, first floor")).await.unwrap();
        assert_eq!(create(&owner, new("x")).await.unwrap_err().code(), ErrorCode::Conflict);
        let listed = super::super::list(&owner, &PageQuery::default()).await.unwrap();
        assert!(listed.items.len() == 1 && listed.items[0].phi);
    }
}
