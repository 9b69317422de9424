//! Configuration: names and values that are no secrets. Sealed in the store all the same.

use std::collections::BTreeMap;

use serde_json::json;
use ward_model::{
    Action, AppId,
    apps::{Config, ConfigChange},
};
use ward_spine::{Ctx, Error, Result};

use super::{
    Stored,
    deployments::{Kind, NewDeployment, enqueue},
    manifest, must, open, sql, variables,
};
use crate::sql::damaged;

const MOST_VALUES: usize = 200;

fn aad(app: AppId, version: i64) -> String {
    format!("config {app} v{version}")
}

/// The newest version and its values; version 0 is empty.
pub(crate) async fn newest(
    ctx: &Ctx,
    conn: &mut sqlx::AnyConnection,
    app: &Stored,
) -> Result<(i64, BTreeMap<String, String>)> {
    let query = sqlx::query_as(sql::CONFIG).bind(app.app.id.to_string());
    let row: Option<(i64, Vec<u8>)> = query.fetch_optional(&mut *conn).await?;
    let Some((version, sealed)) = row else { return Ok((0, BTreeMap::new())) };
    Ok((version, unseal(ctx, conn, app, version, &sealed).await?))
}

/// The values of a version.
pub(crate) async fn at(
    ctx: &Ctx,
    conn: &mut sqlx::AnyConnection,
    app: &Stored,
    version: i64,
) -> Result<BTreeMap<String, String>> {
    if version == 0 {
        return Ok(BTreeMap::new());
    }
    let query = sqlx::query_as(sql::CONFIG_AT).bind(app.app.id.to_string()).bind(version);
    let (sealed,): (Vec<u8>,) = query.fetch_one(&mut *conn).await?;
    unseal(ctx, conn, app, version, &sealed).await
}

async fn unseal(
    ctx: &Ctx,
    conn: &mut sqlx::AnyConnection,
    app: &Stored,
    version: i64,
    sealed: &[u8],
) -> Result<BTreeMap<String, String>> {
    let plain = ctx.keyring().decrypt(conn, app.dek, &aad(app.app.id, version), sealed).await?;
    serde_json::from_slice(&plain).map_err(|e| damaged("a configuration", e))
}

/// The configuration.
///
/// # Errors
/// `not-found` if there is no such app.
pub async fn get(ctx: &Ctx, app: AppId) -> Result<Config> {
    let found = must(ctx, app).await?;
    ctx.permit(Action::ConfigRead, &found.app).await?;
    let (_, values) = newest(ctx, ctx.read().await?.conn(), &found).await?;
    Ok(Config { values })
}

/// Sets and removes values. If a release serves, a new one with the new values is deployed.
///
/// # Errors
/// `invalid` for a bad name or value; `floor` for what looks like a secret in a `phi` environment.
pub async fn change(ctx: &Ctx, app: AppId, change: ConfigChange) -> Result<Config> {
    let found = must(ctx, app).await?;
    let permit = ctx.permit(Action::ConfigWrite, &found.app).await?;
    open(&found.app)?;
    // Each name goes into the record, also one that is removed: an entry of the ledger has its size.
    if change.values.len() > MOST_VALUES {
        let message =
            format!("{} values at once are too many; {MOST_VALUES} are allowed", change.values.len());
        return Err(Error::invalid(message, "change fewer at once"));
    }
    for (name, value) in &change.values {
        variables::check(name, value.as_deref().unwrap_or_default())?;
        if value.is_some() {
            manifest::refuse_secret(found.app.data_class, name)?;
        }
    }
    let mut tx = permit.begin().await?;
    let (version, before) = newest(ctx, tx.conn(), &found).await?;
    let mut values = before.clone();
    for (name, value) in &change.values {
        match value {
            Some(value) => drop(values.insert(name.clone(), value.clone())),
            None => drop(values.remove(name)),
        }
    }
    if values.len() > MOST_VALUES {
        let message = format!("there would be {} values; {MOST_VALUES} are allowed", values.len());
        return Err(Error::invalid(message, "put them into a file of the source"));
    }
    if values == before {
        tx.commit(json!({ "changed": [] })).await?;
        return Ok(Config { values });
    }
    let plain = serde_json::to_vec(&values).map_err(|e| Error::internal("storing a configuration", e))?;
    let sealed = ctx.keyring().encrypt(tx.conn(), found.dek, &aad(app, version + 1), &plain).await?;
    sqlx::query(sql::INSERT_CONFIG)
        .bind(app.to_string())
        .bind(version + 1)
        .bind(sealed)
        .bind(ctx.now().micros())
        .bind(ctx.who().user().map(|u| u.to_string()))
        .execute(tx.conn())
        .await?;
    if found.app.release.is_some() {
        enqueue(ctx, &mut tx, &found, NewDeployment::new(ctx, Kind::Config, "config")).await?;
    }
    // Names only: a value may be one that should have been a secret.
    tx.commit(json!({ "changed": change.values.keys().collect::<Vec<_>>(), "version": version + 1 })).await?;
    ctx.wake("apps");
    Ok(Config { values })
}

#[cfg(test)]
mod tests {
    use ward_model::{DataClass, ErrorCode, PageQuery};
    use ward_testkit::TestServer;

    use super::*;
    use crate::{apps, testing};

    fn set(pairs: &[(&str, Option<&str>)]) -> ConfigChange {
        ConfigChange { values: pairs.iter().map(|(k, v)| ((*k).to_owned(), v.map(str::to_owned))).collect() }
    }

    #[tokio::test]
    async fn values_are_set_and_removed_and_lie_sealed() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        change(&owner, app.id, set(&[("A", Some("marker-value")), ("B", Some("2"))])).await.unwrap();
        let after = change(&owner, app.id, set(&[("A", Some("1")), ("B", None)])).await.unwrap();
        assert_eq!(after.values, BTreeMap::from([("A".to_owned(), "1".to_owned())]));
        assert_eq!(get(&owner, app.id).await.unwrap().values, after.values);
        let mut read = owner.read().await.unwrap();
        let rows: Vec<(Vec<u8>,)> =
            sqlx::query_as("select sealed from configs").fetch_all(read.conn()).await.unwrap();
        assert!(rows.iter().all(|(s,)| !String::from_utf8_lossy(s).contains("marker-value")));
    }

    #[tokio::test]
    async fn a_change_deploys_if_something_serves_and_the_same_again_does_not() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        change(&owner, app.id, set(&[("A", Some("1"))])).await.unwrap();
        let deployments =
            async || apps::list_deployments(&owner, app.id, &PageQuery::default()).await.unwrap().items;
        assert!(deployments().await.is_empty());
        testing::release(&owner, &app, 1, true).await;
        change(&owner, app.id, set(&[("A", Some("1"))])).await.unwrap();
        assert!(deployments().await.is_empty());
        change(&owner, app.id, set(&[("A", Some("2"))])).await.unwrap();
        assert_eq!(deployments().await.len(), 1);
    }

    #[tokio::test]
    async fn more_names_at_once_than_the_record_takes_are_refused_and_the_record_goes_on() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        let mut many: Vec<(String, Option<String>)> =
            (0..1000).map(|n| (format!("{}_{n}", "X".repeat(120)), None)).collect();
        many.push(("A".into(), Some("1".into())));
        let refused = change(&owner, app.id, ConfigChange { values: many.into_iter().collect() }).await;
        assert_eq!(refused.unwrap_err().code(), ErrorCode::Invalid);
        change(&owner, app.id, set(&[("A", Some("1"))])).await.unwrap();
        let settled = tokio::time::timeout(std::time::Duration::from_secs(10), server.core.audit.settle());
        settled.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn bad_names_secrets_in_phi_and_strangers_are_refused() {
        let server = TestServer::new().await;
        let (owner, env) = testing::environment_of(&server, "mercy", DataClass::Phi).await;
        let app = testing::app_in(&owner, &env, "clinic").await;
        let (stranger, _) = testing::app(&server, "other").await;
        for (name, code) in
            [("PORT", ErrorCode::Invalid), ("A B", ErrorCode::Invalid), ("API_KEY", ErrorCode::Floor)]
        {
            let refused =
                change(&owner, app.id, set(&[(name, Some("x")), ("OK", Some("1"))])).await.unwrap_err();
            assert_eq!(refused.code(), code, "{name}");
        }
        assert!(get(&owner, app.id).await.unwrap().values.is_empty());
        assert_eq!(get(&stranger, app.id).await.unwrap_err().code(), ErrorCode::NotFound);
        let foreign = change(&stranger, app.id, set(&[("A", None)])).await.unwrap_err();
        assert_eq!(foreign.code(), ErrorCode::NotFound);
    }
}
