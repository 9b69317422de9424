//! Lists organizations, and shows one.

use ward_model::{
    Action, OrganizationId, Page, PageQuery, Principal, Target, organizations::Organization,
    principal::Credential,
};
use ward_spine::{Ctx, Error, Result};

use super::{Row, find, organization, sql};
use crate::sql::{cursor, fetch};

/// Organizations that the user holds a role in; all of them for the operator.
///
/// # Errors
/// Those of the gate.
pub async fn list(ctx: &Ctx, page: &PageQuery) -> Result<Page<Organization>> {
    ctx.permit(Action::OrganizationList, &Target::platform()).await?;
    let mut read = ctx.read().await?;
    let rows: Vec<Row> = match ctx.who().user() {
        Some(user) => {
            let query =
                sqlx::query_as(sql::OF_USER).bind(cursor(page)).bind(user.to_string()).bind(fetch(page));
            query.fetch_all(read.conn()).await?
        }
        None => {
            sqlx::query_as(sql::ALL_OF_THEM)
                .bind(cursor(page))
                .bind(fetch(page))
                .fetch_all(read.conn())
                .await?
        }
    };
    let rows = rows.into_iter().map(organization).collect::<Result<Vec<_>>>()?;
    let mut page = Page::from_rows(rows, page.limit(), |o| o.id.to_string());
    // A token of one organization does not tell in which others its owner is.
    if let Principal::User { credential: Credential::Token { scope, .. }, .. } = ctx.who()
        && let Some(only) = scope.organization
    {
        page.items.retain(|o| o.id == only);
    }
    Ok(page)
}

/// One organization.
///
/// # Errors
/// `not-found` if there is none that the principal may know of.
pub async fn get(ctx: &Ctx, id: OrganizationId) -> Result<Organization> {
    let found = find(&mut ctx.read().await?, id).await?;
    let organization = found.ok_or_else(|| Error::not_found("organization", id))?;
    ctx.permit(Action::OrganizationRead, &organization).await?;
    Ok(organization)
}

#[cfg(test)]
mod tests {
    use ward_model::{Role, TokenId, organizations::NewOrganization};
    use ward_testkit::TestServer;

    use super::*;
    use crate::testing::name;

    #[tokio::test]
    async fn a_token_of_one_organization_tells_of_no_other() {
        let server = TestServer::new().await;
        let owner = server.owner().await;
        let made = super::super::create(&owner, NewOrganization { name: name("mercy") }).await.unwrap();
        super::super::create(&owner, NewOrganization { name: name("other") }).await.unwrap();
        assert_eq!(list(&owner, &PageQuery::default()).await.unwrap().items.len(), 2);
        let token = owner.as_principal(Principal::User {
            id: owner.who().user().unwrap(),
            credential: Credential::Token {
                id: owner.id::<TokenId>(),
                role: Role::Developer,
                scope: Box::new(Target::organization(made.id)),
            },
        });
        let seen = list(&token, &PageQuery::default()).await.unwrap().items;
        assert_eq!(seen.iter().map(|o| o.id).collect::<Vec<_>>(), [made.id]);
    }
}
