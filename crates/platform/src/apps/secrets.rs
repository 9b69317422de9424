//! Secrets: set, removed, listed by name. No verb shows a value (45 CFR 164.312(a)(2)(iv)).

use serde_json::json;
use ward_model::{
    Action, AppId, Page, PageQuery, Timestamp,
    apps::{Secret, SecretValue},
};
use ward_spine::{Ctx, Error, Result, WriteTx};
use zeroize::Zeroizing;

use super::{
    Stored,
    deployments::{Kind, NewDeployment, enqueue},
    must, open, sql, variables,
};
use crate::sql::{cursor, damaged, fetch, number};

/// The place that a sealed value is bound to: bytes moved to another row don't open.
fn aad(app: AppId, name: &str, version: i64) -> String {
    format!("secret {app} {name} v{version}")
}

/// The value of a version, for the container of a release.
pub(crate) async fn at(
    ctx: &Ctx,
    conn: &mut sqlx::AnyConnection,
    app: &Stored,
    name: &str,
    version: i64,
) -> Result<Zeroizing<Vec<u8>>> {
    let query =
        sqlx::query_as(sql::SECRET_AT).bind(app.app.id.to_string()).bind(name.to_owned()).bind(version);
    let (sealed,): (Vec<u8>,) = query.fetch_one(&mut *conn).await?;
    ctx.keyring().decrypt(conn, app.dek, &aad(app.app.id, name, version), &sealed).await
}

/// Names of the secrets, with version and who set them.
///
/// # Errors
/// `not-found` if there is no such app.
pub async fn list(ctx: &Ctx, app: AppId, page: &PageQuery) -> Result<Page<Secret>> {
    let found = must(ctx, app).await?;
    ctx.permit(Action::SecretList, &found.app).await?;
    let mut read = ctx.read().await?;
    let query = sqlx::query_as(sql::SECRETS).bind(app.to_string()).bind(cursor(page)).bind(fetch(page));
    let rows: Vec<(String, i64, i64, Option<String>)> = query.fetch_all(read.conn()).await?;
    let rows = rows.into_iter().map(|(name, version, set_at, set_by)| {
        let set_by = set_by.map(|u| u.parse()).transpose()?;
        Ok(Secret { name, version: number(version)?, set_at: Timestamp::from_micros(set_at), set_by })
    });
    Ok(Page::from_rows(rows.collect::<Result<Vec<_>>>()?, page.limit(), |s| s.name.clone()))
}

/// Sets a secret. If a release serves, a new one with the new value is deployed.
///
/// # Errors
/// `invalid` for a bad name or value.
pub async fn set(ctx: &Ctx, app: AppId, name: &str, value: SecretValue) -> Result<Secret> {
    let found = must(ctx, app).await?;
    let value = Zeroizing::new(value.value);
    let permit = ctx.permit(Action::SecretWrite, &found.app).await?;
    open(&found.app)?;
    variables::check_secret_name(name)?;
    variables::check_value(name, &value)?;
    let mut tx = permit.begin().await?;
    let query = sqlx::query_as(sql::LAST_SECRET).bind(app.to_string()).bind(name.to_owned());
    let (last,): (i64,) = query.fetch_one(tx.conn()).await?;
    let (version, now) = (last + 1, ctx.now());
    let sealed =
        ctx.keyring().encrypt(tx.conn(), found.dek, &aad(app, name, version), value.as_bytes()).await?;
    sqlx::query(sql::INSERT_SECRET)
        .bind(app.to_string())
        .bind(name.to_owned())
        .bind(version)
        .bind(sealed)
        .bind(now.micros())
        .bind(ctx.who().user().map(|u| u.to_string()))
        .execute(tx.conn())
        .await?;
    roll_out(ctx, &mut tx, &found).await?;
    tx.commit(json!({ "secret": name, "version": version })).await?;
    ctx.wake("apps");
    let version = u32::try_from(version).map_err(|e| damaged("a version", e))?;
    Ok(Secret { name: name.to_owned(), version, set_at: now, set_by: ctx.who().user() })
}

/// Removes a secret, all its versions. What runs keeps it until its next deployment, which is queued here.
///
/// # Errors
/// `not-found` if there is none of this name.
pub async fn remove(ctx: &Ctx, app: AppId, name: &str) -> Result<()> {
    let found = must(ctx, app).await?;
    let permit = ctx.permit(Action::SecretWrite, &found.app).await?;
    open(&found.app)?;
    variables::check_secret_name(name)?;
    let mut tx = permit.begin().await?;
    let query =
        sqlx::query(sql::REMOVE_SECRET).bind(ctx.now().micros()).bind(app.to_string()).bind(name.to_owned());
    if query.execute(tx.conn()).await?.rows_affected() == 0 {
        return Err(Error::not_found("secret", name));
    }
    roll_out(ctx, &mut tx, &found).await?;
    tx.commit(json!({ "secret": name, "removed": true })).await?;
    ctx.wake("apps");
    Ok(())
}

async fn roll_out(ctx: &Ctx, tx: &mut WriteTx, app: &Stored) -> Result<()> {
    if app.app.release.is_some() {
        enqueue(ctx, tx, app, NewDeployment::new(ctx, Kind::Config, "secrets")).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ward_model::ErrorCode;
    use ward_testkit::TestServer;

    use super::*;
    use crate::testing;

    fn value(text: &str) -> SecretValue {
        SecretValue { value: text.into() }
    }

    #[tokio::test]
    async fn a_value_goes_in_sealed_and_no_verb_gives_it_back() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        assert_eq!(set(&owner, app.id, "API_KEY", value("marker-one")).await.unwrap().version, 1);
        assert_eq!(set(&owner, app.id, "API_KEY", value("marker-two")).await.unwrap().version, 2);
        let listed = list(&owner, app.id, &PageQuery::default()).await.unwrap().items;
        assert!(listed.len() == 1 && listed[0].version == 2);
        let stored = must(&owner, app.id).await.unwrap();
        let mut read = owner.read().await.unwrap();
        let plain = at(&owner, read.conn(), &stored, "API_KEY", 1).await.unwrap();
        assert_eq!(plain.as_slice(), b"marker-one");
        drop(read);
        server.core.audit.settle().await.unwrap();
        let mut all = Vec::new();
        for entry in walk(server.dir()) {
            all.extend(std::fs::read(entry).unwrap());
        }
        assert!(!all.windows(7).any(|w| w == b"marker-"), "neither store nor ledger holds the value");
    }

    fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
        std::fs::read_dir(dir)
            .unwrap()
            .flat_map(|e| {
                let path = e.unwrap().path();
                if path.is_dir() { walk(&path) } else { vec![path] }
            })
            .collect()
    }

    #[tokio::test]
    async fn a_sealed_value_moved_to_another_name_does_not_open() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        set(&owner, app.id, "A", value("x")).await.unwrap();
        set(&owner, app.id, "B", value("y")).await.unwrap();
        let mut tx = server.core.db.bookkeeping().await.unwrap();
        let swap =
            "update secrets set sealed = (select sealed from secrets s where s.name = 'A') where name = 'B'";
        sqlx::query(swap).execute(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        let stored = must(&owner, app.id).await.unwrap();
        let mut read = owner.read().await.unwrap();
        assert!(at(&owner, read.conn(), &stored, "B", 1).await.is_err());
    }

    #[tokio::test]
    async fn a_removed_secret_is_gone_from_the_list_and_its_name_can_come_back() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        assert_eq!(remove(&owner, app.id, "A").await.unwrap_err().code(), ErrorCode::NotFound);
        set(&owner, app.id, "A", value("x")).await.unwrap();
        remove(&owner, app.id, "A").await.unwrap();
        assert!(list(&owner, app.id, &PageQuery::default()).await.unwrap().items.is_empty());
        assert_eq!(set(&owner, app.id, "A", value("y")).await.unwrap().version, 2);
        assert_eq!(list(&owner, app.id, &PageQuery::default()).await.unwrap().items.len(), 1);
    }

    #[tokio::test]
    async fn bad_names_and_strangers_are_refused() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        let (stranger, _) = testing::app(&server, "other").await;
        for name in ["PORT", "DATABASE_URL", "WARD_X", "a", "A-B", "", "A;B"] {
            assert_eq!(
                set(&owner, app.id, name, value("x")).await.unwrap_err().code(),
                ErrorCode::Invalid,
                "{name}"
            );
        }
        assert_eq!(set(&stranger, app.id, "A", value("x")).await.unwrap_err().code(), ErrorCode::NotFound);
        assert_eq!(remove(&stranger, app.id, "A").await.unwrap_err().code(), ErrorCode::NotFound);
        let auditor = testing::colleague(&server, &app, ward_model::Role::Auditor).await;
        assert!(list(&auditor, app.id, &PageQuery::default()).await.is_ok());
        assert_eq!(set(&auditor, app.id, "A", value("x")).await.unwrap_err().code(), ErrorCode::Forbidden);
    }
}
