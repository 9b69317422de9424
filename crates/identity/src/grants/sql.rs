//! Queries about grants. The gate reads the same table.

use ward_model::{GrantId, OrganizationId, ResourceKind, Role, Target, Timestamp, UserId, users::Grant};
use ward_spine::{Ctx, Error, ReadTx, Result, WriteTx};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    user_id: String,
    role: String,
    scope_kind: String,
    scope_id: String,
    organization_id: Option<String>,
    created_at: i64,
    created_by: Option<String>,
}

impl Row {
    fn grant(self) -> Result<Grant> {
        Ok(Grant {
            id: self.id.parse()?,
            user: self.user_id.parse()?,
            role: self.role.parse().map_err(|e| Error::internal("reading a grant", e))?,
            scope_kind: serde_json::from_value(self.scope_kind.into())
                .map_err(|e| Error::internal("reading a grant", e))?,
            scope_id: self.scope_id,
            organization: self.organization_id.map(|o| o.parse()).transpose()?,
            created_at: Timestamp::from_micros(self.created_at),
            created_by: self.created_by.map(|u| u.parse()).transpose()?,
        })
    }
}

const COLUMNS_OF_USER: &str = "select id, user_id, role, scope_kind, scope_id, organization_id, created_at, created_by from grants \
     where user_id = $1 and revoked_at is null order by id";

pub(crate) async fn of_user(read: &mut ReadTx, user: UserId) -> Result<Vec<Grant>> {
    let rows: Vec<Row> =
        sqlx::query_as(COLUMNS_OF_USER).bind(user.to_string()).fetch_all(read.conn()).await?;
    rows.into_iter().map(Row::grant).collect()
}

const IN_ORGANIZATION: &str = "select id, user_id, role, scope_kind, scope_id, organization_id, created_at, created_by from grants \
     where organization_id = $1 and revoked_at is null and id > $2 order by id limit $3";

pub(super) async fn in_organization(
    read: &mut ReadTx,
    organization: OrganizationId,
    after: &str,
    limit: u32,
) -> Result<Vec<Grant>> {
    let rows: Vec<Row> = sqlx::query_as(IN_ORGANIZATION)
        .bind(organization.to_string())
        .bind(after.to_owned())
        .bind(i64::from(limit))
        .fetch_all(read.conn())
        .await?;
    rows.into_iter().map(Row::grant).collect()
}

pub(crate) async fn insert(
    tx: &mut WriteTx,
    ctx: &Ctx,
    user: UserId,
    role: Role,
    scope: &Target,
) -> Result<Grant> {
    let grant = Grant {
        id: ctx.id::<GrantId>(),
        user,
        role,
        scope_kind: scope.kind,
        scope_id: scope.id.clone(),
        organization: scope.organization,
        created_at: ctx.now(),
        created_by: ctx.who().user(),
    };
    sqlx::query(
        "insert into grants (id, user_id, role, scope_kind, scope_id, organization_id, created_at, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(grant.id.to_string())
    .bind(user.to_string())
    .bind(role.as_str())
    .bind(scope.kind.as_str())
    .bind(scope.id.clone())
    .bind(scope.organization.map(|o| o.to_string()))
    .bind(grant.created_at.micros())
    .bind(grant.created_by.map(|u| u.to_string()))
    .execute(tx.conn())
    .await?;
    Ok(grant)
}

pub(super) async fn get(
    tx: &mut WriteTx,
    organization: OrganizationId,
    id: GrantId,
) -> Result<Option<Grant>> {
    let row: Option<Row> = sqlx::query_as(
        "select id, user_id, role, scope_kind, scope_id, organization_id, created_at, created_by from grants \
         where id = $1 and organization_id = $2 and revoked_at is null",
    )
    .bind(id.to_string())
    .bind(organization.to_string())
    .fetch_optional(tx.conn())
    .await?;
    row.map(Row::grant).transpose()
}

pub(super) async fn revoke(tx: &mut WriteTx, id: GrantId, now: Timestamp) -> Result<()> {
    sqlx::query("update grants set revoked_at = $1 where id = $2")
        .bind(now.micros())
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    Ok(())
}

const OWNERS: &str = "select count(distinct g.user_id) from grants g join users u on u.id = g.user_id \
     where g.organization_id = $1 and g.scope_kind = $2 and g.role = 'owner' and g.revoked_at is null and u.disabled_at is null and g.user_id <> $3";

/// Owners of the organization other than one user.
pub(super) async fn other_owners(tx: &mut WriteTx, organization: OrganizationId, but: UserId) -> Result<i64> {
    let (n,): (i64,) = sqlx::query_as(OWNERS)
        .bind(organization.to_string())
        .bind(ResourceKind::Organization.as_str())
        .bind(but.to_string())
        .fetch_one(tx.conn())
        .await?;
    Ok(n)
}

/// Revokes all that a user holds in an organization; refuses to take the last owner away, or an owner by a non-owner.
///
/// Roles that other organizations gave stay as they are, in their own records: they are worth nothing while the account
/// is disabled, and whoever gives a role must not be able to keep somebody else's account open by it (45 CFR
/// 164.308(a)(3)(ii)(C), termination). A role on the platform is another matter: an organization does not end it.
pub(crate) async fn revoke_all_checked(
    tx: &mut WriteTx,
    ctx: &Ctx,
    organization: OrganizationId,
    user: UserId,
) -> Result<()> {
    let rows: Vec<Row> = sqlx::query_as(COLUMNS_OF_USER).bind(user.to_string()).fetch_all(tx.conn()).await?;
    for grant in rows.into_iter().map(Row::grant) {
        let grant = grant?;
        match grant.organization {
            None => {
                return Err(Error::conflict(
                    "the user holds a role on the platform",
                    "an owner of the platform has to take it back first",
                ));
            }
            Some(other) if other != organization => {}
            Some(_) => {
                super::revoke::guard(tx, ctx, organization, &grant).await?;
                revoke(tx, grant.id, ctx.now()).await?;
            }
        }
    }
    Ok(())
}
