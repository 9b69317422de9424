//! Creating users: with a first password that must be changed, shown once.

use serde_json::json;
use ward_model::{
    Action, OrganizationId, Principal, ResourceKind, Role, Target,
    users::{CreatedUser, NewUser, User},
};
use ward_spine::{Ctx, Error, Result};

use super::{normal_display_name, normal_email, sql};
use crate::{grants, passwords};

/// Creates a user with a role on the organization.
pub async fn create(ctx: &Ctx, organization: OrganizationId, new: NewUser) -> Result<CreatedUser> {
    let permit = ctx.permit(Action::UserCreate, &Target::organization(organization)).await?;
    grants::may_give(ctx, organization, new.role).await?;
    let email = normal_email(&new.email)?;
    let display_name = normal_display_name(&new.display_name)?;
    let first_password = ward_vault::random::password(20);
    let hash = passwords::hash(&first_password).await?;
    let user = blank(ctx, email, display_name);
    let mut tx = permit.begin().await?;
    if sql::by_email(tx.conn(), &user.email).await?.is_some() {
        // An address is known on the whole platform: say no more than that.
        return Err(Error::conflict(
            "this e-mail address can't be used",
            "use another one; if the person has an account, grant them a role instead",
        ));
    }
    sql::insert(&mut tx, &user, Some(organization), &hash, true).await?;
    let grant =
        grants::sql::insert(&mut tx, ctx, user.id, new.role, &Target::organization(organization)).await?;
    tx.commit(json!({ "user": user.id, "grant": grant.id, "role": new.role })).await?;
    Ok(CreatedUser { user, first_password: first_password.to_string() })
}

/// First owner of an installation.
pub struct FirstOwner {
    /// E-mail address.
    pub email: String,
    /// Name for people.
    pub display_name: String,
    /// Password; checked like any.
    pub password: String,
}

/// Creates the first owner, on the platform. Only for the operator at the machine, only once.
pub async fn create_first_owner(ctx: &Ctx, new: FirstOwner) -> Result<User> {
    if *ctx.who() != Principal::Operator {
        return Err(Error::internal("creating the first owner", "only the operator may"));
    }
    let permit = ctx.permit(Action::OrganizationCreate, &Target::platform()).await?;
    let email = normal_email(&new.email)?;
    passwords::check(&new.password, &email)?;
    let hash = passwords::hash(&new.password).await?;
    let user = blank(ctx, email, normal_display_name(&new.display_name)?);
    let mut tx = permit.begin().await?;
    if sql::count(tx.conn()).await? > 0 {
        return Err(Error::conflict("this installation has an owner already", "sign in with `ward login`"));
    }
    sql::insert(&mut tx, &user, None, &hash, false).await?;
    let grant = grants::sql::insert(&mut tx, ctx, user.id, Role::Owner, &Target::platform()).await?;
    tx.commit(
        json!({ "user": user.id, "grant": grant.id, "role": Role::Owner, "scope": ResourceKind::Platform }),
    )
    .await?;
    Ok(user)
}

fn blank(ctx: &Ctx, email: String, display_name: String) -> User {
    User {
        id: ctx.id(),
        email,
        display_name,
        second_factor: false,
        disabled_at: None,
        created_at: ctx.now(),
        last_seen_at: None,
    }
}
