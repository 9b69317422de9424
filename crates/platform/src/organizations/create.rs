//! Creates an organization; whoever does becomes its owner.

use serde_json::json;
use ward_model::{
    Action, GrantId, OrganizationId, Target,
    organizations::{NewOrganization, Organization},
};
use ward_spine::{Ctx, Result};

use super::sql;
use crate::sql::taken;

/// Creates an organization.
///
/// # Errors
/// `conflict` if the name is taken.
pub async fn create(ctx: &Ctx, new: NewOrganization) -> Result<Organization> {
    let permit = ctx.permit(Action::OrganizationCreate, &Target::platform()).await?;
    let (id, now) = (ctx.id::<OrganizationId>(), ctx.now());
    let mut tx = permit.begin().await?;
    sqlx::query(sql::INSERT)
        .bind(id.to_string())
        .bind(new.name.to_string())
        .bind(now.micros())
        .execute(tx.conn())
        .await
        .map_err(|e| {
            taken(e, || format!("an organization {} exists already", new.name), "choose another name")
        })?;
    // The operator at the machine is no user; `wardd init` grants the first owner itself.
    if let Some(user) = ctx.who().user() {
        sqlx::query(sql::OWN)
            .bind(ctx.id::<GrantId>().to_string())
            .bind(user.to_string())
            .bind(id.to_string())
            .bind(now.micros())
            .execute(tx.conn())
            .await?;
    }
    tx.commit(json!({ "organization": id, "name": new.name })).await?;
    Ok(Organization { id, name: new.name, created_at: now })
}

#[cfg(test)]
mod tests {
    use ward_model::{ErrorCode, PageQuery, Role};
    use ward_testkit::TestServer;

    use super::*;
    use crate::testing::name;

    #[tokio::test]
    async fn who_creates_an_organization_owns_it_and_a_taken_name_is_a_conflict() {
        let server = TestServer::new().await;
        let owner = server.owner().await;
        let made = create(&owner, NewOrganization { name: name("mercy") }).await.unwrap();
        assert_eq!(super::super::get(&owner, made.id).await.unwrap().name, made.name);
        let again = create(&owner, NewOrganization { name: name("mercy") }).await.unwrap_err();
        assert_eq!(again.code(), ErrorCode::Conflict);
        let listed = super::super::list(&owner, &PageQuery::default()).await.unwrap();
        assert_eq!(listed.items.len(), 1, "nothing is left of the second");
    }

    #[tokio::test]
    async fn another_organization_looks_like_none() {
        let server = TestServer::new().await;
        let made = create(&server.owner().await, NewOrganization { name: name("mercy") }).await.unwrap();
        let other = create(&server.operator(), NewOrganization { name: name("other") }).await.unwrap();
        let stranger = server.user_with(Role::Owner, &Target::organization(other.id)).await;
        let seen = super::super::get(&stranger, made.id).await.unwrap_err();
        let absent = super::super::get(&stranger, stranger.id()).await.unwrap_err();
        assert_eq!((seen.code(), absent.code()), (ErrorCode::NotFound, ErrorCode::NotFound));
        let listed = super::super::list(&stranger, &PageQuery::default()).await.unwrap();
        assert_eq!(listed.items.iter().map(|o| o.id).collect::<Vec<_>>(), [other.id]);
        let refused = create(&stranger, NewOrganization { name: name("third") }).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Forbidden);
    }
}
