//! Creates an app: its key, its uid range and the host name of its endpoint.

use serde_json::json;
use ward_model::{
    Action, AppId, EnvironmentId, Id as _,
    apps::{App, NewApp},
    environments::Environment,
};
use ward_spine::{Ctx, Result, WriteTx};

use super::sql;
use crate::{agreements, environments, network, sql::taken};

/// Longest label of a host name (RFC 1035 2.3.4).
const LONGEST_LABEL: usize = 63;
/// First labels that are Ward's own.
const RESERVED: [&str; 3] = ["console", "api", "ward"];

/// Creates an app in an environment.
///
/// # Errors
/// `conflict` if the name is taken or the environment is being destroyed; `floor` in a `phi` environment whose
/// agreement has ended.
pub async fn create(ctx: &Ctx, environment: EnvironmentId, new: NewApp) -> Result<App> {
    let found = environments::must(ctx, environment).await?;
    let permit = ctx.permit(Action::AppCreate, &found.environment).await?;
    environments::open(&found.environment)?;
    agreements::require(ctx, found.environment.organization, found.environment.data_class).await?;
    let (id, now) = (ctx.id::<AppId>(), ctx.now());
    let mut tx = permit.begin().await?;
    let dek = ctx.keyring().create_dek(&mut tx, found.kek, &format!("app {id}")).await?;
    let uid_base = network::allocate_uid_range(&mut tx, &id.to_string()).await?;
    let host = free_host(ctx, &mut tx, &new, id, &found.environment).await?;
    sqlx::query(sql::INSERT)
        .bind(id.to_string())
        .bind(found.environment.organization.to_string())
        .bind(found.environment.project.to_string())
        .bind(environment.to_string())
        .bind(new.name.to_string())
        .bind(host.clone())
        .bind(dek.to_string())
        .bind(i64::from(uid_base))
        .bind(now.micros())
        .execute(tx.conn())
        .await
        .map_err(|e| taken(e, || format!("an app {} exists already", new.name), "choose another name"))?;
    tx.commit(json!({ "app": id, "name": new.name, "host": host })).await?;
    Ok(App {
        id,
        organization: found.environment.organization,
        project: found.environment.project,
        environment,
        data_class: found.environment.data_class,
        name: new.name,
        url: None,
        release: None,
        release_number: None,
        created_at: now,
        destroying: false,
    })
}

/// The shortest host name that is free: app, app and environment, app and the id's end.
async fn free_host(
    ctx: &Ctx,
    tx: &mut WriteTx,
    new: &NewApp,
    id: AppId,
    environment: &Environment,
) -> Result<String> {
    let hex = id.uuid().simple().to_string();
    let end = hex.get(hex.len().saturating_sub(6)..).unwrap_or(&hex);
    let labels = [new.name.to_string(), format!("{}-{}", new.name, environment.name)];
    for label in labels {
        let host = format!("{label}.{}", ctx.settings().domain);
        let (taken,): (i64,) =
            sqlx::query_as(sql::HOST_TAKEN).bind(host.clone()).fetch_one(tx.conn()).await?;
        if taken == 0 && label.len() <= LONGEST_LABEL && !RESERVED.contains(&label.as_str()) {
            return Ok(host);
        }
    }
    Ok(format!("{}-{end}.{}", new.name, ctx.settings().domain))
}

#[cfg(test)]
mod tests {
    use ward_model::{DataClass, ErrorCode, PageQuery};
    use ward_testkit::TestServer;

    use super::*;
    use crate::{
        apps,
        testing::{self, name},
    };

    fn new(n: &str) -> NewApp {
        NewApp { name: name(n) }
    }

    #[tokio::test]
    async fn hosts_are_short_while_free_and_unique_always() {
        let server = TestServer::new().await;
        let (owner, env) = testing::environment(&server, "mercy").await;
        let (other, second) = testing::environment(&server, "other").await;
        let (third_owner, third) = testing::environment(&server, "third").await;
        let host = async |ctx: &Ctx, app: App| apps::must(ctx, app.id).await.unwrap().host;
        let first = host(&owner, create(&owner, env.id, new("clinic")).await.unwrap()).await;
        let second = host(&other, create(&other, second.id, new("clinic")).await.unwrap()).await;
        let third = host(&third_owner, create(&third_owner, third.id, new("clinic")).await.unwrap()).await;
        assert_eq!(
            (first.as_str(), second.as_str()),
            ("clinic.ward.localhost", "clinic-prod.ward.localhost")
        );
        assert!(
            third.starts_with("clinic-") && third.len() == "clinic-123456.ward.localhost".len(),
            "{third}"
        );
        let console = host(&owner, create(&owner, env.id, new("console")).await.unwrap()).await;
        assert_ne!(console, "console.ward.localhost");
    }

    #[tokio::test]
    async fn a_taken_name_leaves_nothing_and_strangers_see_nothing() {
        let server = TestServer::new().await;
        let (owner, env) = testing::environment(&server, "mercy").await;
        let (stranger, _) = testing::environment(&server, "other").await;
        let made = create(&owner, env.id, new("clinic")).await.unwrap();
        assert_eq!(create(&owner, env.id, new("clinic")).await.unwrap_err().code(), ErrorCode::Conflict);
        assert_eq!(create(&stranger, env.id, new("x")).await.unwrap_err().code(), ErrorCode::NotFound);
        assert_eq!(apps::get(&stranger, made.id).await.unwrap_err().code(), ErrorCode::NotFound);
        assert_eq!(apps::list(&owner, env.id, &PageQuery::default()).await.unwrap().items.len(), 1);
        let foreign = apps::list(&stranger, env.id, &PageQuery::default()).await.unwrap_err();
        assert_eq!(foreign.code(), ErrorCode::NotFound);
        let next = create(&owner, env.id, new("next")).await.unwrap();
        assert_eq!(
            apps::must(&owner, next.id).await.unwrap().uid_base,
            365_536,
            "the range of the refused one is free"
        );
    }

    #[tokio::test]
    async fn nothing_is_added_to_phi_when_the_agreement_has_ended() {
        let server = TestServer::new().await;
        let (owner, env) = testing::environment_of(&server, "mercy", DataClass::Phi).await;
        create(&owner, env.id, new("before")).await.unwrap();
        let agreements = agreements::list(&owner, env.organization, &PageQuery::default()).await.unwrap();
        agreements::end(&owner, env.organization, agreements.items[0].id).await.unwrap();
        let refused = create(&owner, env.id, new("after")).await.unwrap_err();
        assert_eq!((refused.code(), refused.safeguard()), (ErrorCode::Floor, Some(agreements::SAFEGUARD)));
    }
}
