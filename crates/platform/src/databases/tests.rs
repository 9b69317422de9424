//! Tests of the verbs on a real store, ledger and vault. What needs a server is in `tests/it`.

use std::time::Duration;

use serde_json::json;
use ward_model::{
    Action, AppId, DataClass, ErrorCode, PageQuery, Role, Target,
    databases::{Attach, Database, DatabaseState, NewDatabase, Restore},
};
use ward_spine::Ctx;
use ward_testkit::TestServer;

use super::*;
use crate::{agreements, certificates, environments, testing};

fn new(called: &str) -> NewDatabase {
    NewDatabase { name: testing::name(called), backup_every: None }
}

/// Does to the store what the loop does when a server is up.
async fn made(server: &TestServer, database: &Database) {
    let ctx = server.as_loop("databases");
    let mut tx = ctx.permit(Action::DatabaseAdvance, database).await.unwrap().begin().await.unwrap();
    let step = sqlx::query(sql::SET_STATE).bind("ready").bind(None::<String>).bind(database.id.to_string());
    step.bind("creating").execute(tx.conn()).await.unwrap();
    for app in &database.apps {
        let query = sqlx::query(sql::ATTACHMENT_READY).bind(database.id.to_string()).bind(app.to_string());
        query.execute(tx.conn()).await.unwrap();
    }
    tx.commit(json!({})).await.unwrap();
}

async fn variables(ctx: &Ctx, app: AppId) -> ward_spine::Result<Vec<(String, String)>> {
    let (env, ..) = env_for_app(ctx, &mut ctx.read().await?, app).await?;
    Ok(env.into_iter().map(|(name, value)| (name, String::from_utf8_lossy(&value.0).into_owned())).collect())
}

#[tokio::test]
async fn a_phi_database_is_backed_up_at_least_daily() {
    let server = TestServer::new().await;
    let (owner, env) = testing::environment_of(&server, "mercy", DataClass::Phi).await;
    let rare = NewDatabase { backup_every: Some(86_401), ..new("main") };
    let refused = create(&owner, env.id, rare.clone()).await.unwrap_err();
    assert_eq!((refused.code(), refused.safeguard()), (ErrorCode::Floor, Some(BACKUP_SAFEGUARD)));
    let made = create(&owner, env.id, new("main")).await.unwrap();
    assert_eq!(made.backup_every, 86_400);
    let (owner, env) = testing::environment_of(&server, "other", DataClass::Synthetic).await;
    create(&owner, env.id, rare).await.unwrap();
    for every in [0, 299, u64::MAX] {
        let wrong = NewDatabase { backup_every: Some(every), ..new("wrong") };
        assert_eq!(create(&owner, env.id, wrong).await.unwrap_err().code(), ErrorCode::Invalid);
    }
}

#[tokio::test]
async fn nothing_may_hold_phi_when_the_agreement_has_ended() {
    let server = TestServer::new().await;
    let (owner, env) = testing::environment_of(&server, "mercy", DataClass::Phi).await;
    let all = agreements::list(&owner, env.organization, &PageQuery::default()).await.unwrap().items;
    agreements::end(&owner, env.organization, all[0].id).await.unwrap();
    assert_eq!(create(&owner, env.id, new("main")).await.unwrap_err().code(), ErrorCode::Floor);
}

#[tokio::test]
async fn who_may_do_what_and_who_may_know_of_it() {
    let server = TestServer::new().await;
    let (owner, app) = testing::app(&server, "mercy").await;
    let (stranger, _) = testing::app(&server, "other").await;
    let env = app.environment;
    let main = create(&owner, env, new("main")).await.unwrap();
    assert_eq!(create(&owner, env, new("main")).await.unwrap_err().code(), ErrorCode::Conflict);
    assert_eq!(create(&stranger, env, new("x")).await.unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(get(&stranger, main.id).await.unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(destroy(&stranger, main.id, Backups::Keep).await.unwrap_err().code(), ErrorCode::NotFound);
    let auditor = testing::colleague(&server, &app, Role::Auditor).await;
    assert_eq!(get(&auditor, main.id).await.unwrap().name, main.name);
    let developer = testing::colleague(&server, &app, Role::Developer).await;
    for ctx in [&auditor, &developer] {
        assert_eq!(url(ctx, main.id).await.unwrap_err().code(), ErrorCode::Forbidden);
        assert_eq!(connect(ctx, main.id).await.unwrap_err().code(), ErrorCode::Forbidden);
        assert_eq!(destroy(ctx, main.id, Backups::Keep).await.unwrap_err().code(), ErrorCode::Forbidden);
    }
    let attached = attach(&auditor, main.id, Attach { app: app.id }).await;
    assert_eq!(attached.unwrap_err().code(), ErrorCode::Forbidden);
    assert_eq!(backups::create(&auditor, main.id).await.unwrap_err().code(), ErrorCode::Forbidden);
    let page = list(&developer, env, &PageQuery::default()).await.unwrap();
    assert_eq!(page.items.iter().map(|d| d.id).collect::<Vec<_>>(), [main.id]);
}

#[tokio::test]
async fn the_url_is_given_only_of_a_ready_database_under_a_fresh_second_factor() {
    let server = TestServer::new().await;
    let (owner, env) = testing::environment(&server, "mercy").await;
    certificates::ensure(&server.operator()).await.unwrap();
    let main = create(&owner, env.id, new("main")).await.unwrap();
    assert_eq!(url(&owner, main.id).await.unwrap_err().code(), ErrorCode::Conflict);
    made(&server, &main).await;
    let before = server.core.audit.size();
    let found = url(&owner, main.id).await.unwrap();
    assert!(server.core.audit.size() > before, "handing it out is recorded");
    assert!(found.url.starts_with("postgresql://ward_admin:"), "another role");
    assert!(found.url.ends_with("@main.db.ward.internal:5432/app?sslmode=verify-full"));
    assert!(found.ca_pem.contains("BEGIN CERTIFICATE"));
    assert_eq!(connect(&owner, main.id).await.unwrap().port(), 5432);
    // The password is nowhere in the store.
    let password = found.url.split_once('@').unwrap().0.rsplit_once(':').unwrap().1;
    assert_eq!(password.len(), 32);
    for file in ["ward.db", "ward.db-wal"] {
        let bytes = std::fs::read(server.dir().join(file)).unwrap_or_default();
        assert!(!bytes.windows(32).any(|w| w == password.as_bytes()), "{file}");
    }
    server.clock.advance(Duration::from_secs(301));
    assert_eq!(url(&owner, main.id).await.unwrap_err().code(), ErrorCode::StepUpRequired);
    assert_eq!(connect(&owner, main.id).await.unwrap_err().code(), ErrorCode::StepUpRequired);
}

#[tokio::test]
async fn the_database_attached_last_is_the_apps_own() {
    let server = TestServer::new().await;
    let (owner, app) = testing::app(&server, "mercy").await;
    let (_, elsewhere) = testing::app(&server, "other").await;
    certificates::ensure(&server.operator()).await.unwrap();
    assert!(variables(&owner, app.id).await.unwrap().is_empty());
    let first = create(&owner, app.environment, new("first")).await.unwrap();
    let missing = attach(&owner, first.id, Attach { app: elsewhere.id }).await.unwrap_err();
    assert_eq!(missing.code(), ErrorCode::NotFound);
    let first = attach(&owner, first.id, Attach { app: app.id }).await.unwrap();
    assert_eq!(first.apps, [app.id]);
    assert_eq!(variables(&owner, app.id).await.unwrap_err().code(), ErrorCode::Unavailable);
    made(&server, &first).await;
    let only = variables(&owner, app.id).await.unwrap();
    assert!(only.len() == 1 && only[0].0 == "DATABASE_URL" && only[0].1.contains("@first.db."));
    let second = create(&owner, app.environment, new("second-one")).await.unwrap();
    let second = attach(&owner, second.id, Attach { app: app.id }).await.unwrap();
    made(&server, &second).await;
    let both = variables(&owner, app.id).await.unwrap();
    let named = |name: &str| both.iter().find(|(n, _)| n == name).map(|(_, url)| url.clone()).unwrap();
    assert!(named("DATABASE_URL").contains("@second-one.db."));
    assert_eq!(named("DATABASE_URL"), named("DATABASE_URL_SECOND_ONE"));
    assert!(named("DATABASE_URL_FIRST").contains("app_clinic"));
    // Attached again, it keeps its password and is the app's own once more.
    let before = named("DATABASE_URL_FIRST");
    attach(&owner, first.id, Attach { app: app.id }).await.unwrap();
    assert_eq!(variables(&owner, app.id).await.unwrap()[0], ("DATABASE_URL".into(), before));
}

#[tokio::test]
async fn backups_need_a_ready_database_and_restores_a_complete_backup() {
    let server = TestServer::new().await;
    let (owner, env) = testing::environment(&server, "mercy").await;
    let main = create(&owner, env.id, new("main")).await.unwrap();
    assert_eq!(backups::create(&owner, main.id).await.unwrap_err().code(), ErrorCode::Conflict);
    made(&server, &main).await;
    let wish = |backup| Restore { backup, name: testing::name("copy") };
    assert_eq!(backups::restore(&owner, main.id, wish(None)).await.unwrap_err().code(), ErrorCode::Conflict);
    let backup = backups::create(&owner, main.id).await.unwrap();
    assert_eq!(backups::get(&owner, main.id, backup.id).await.unwrap().id, backup.id);
    let running = backups::restore(&owner, main.id, wish(Some(backup.id))).await.unwrap_err();
    assert_eq!(running.code(), ErrorCode::Conflict);
    let other = create(&owner, env.id, new("other")).await.unwrap();
    let of_another = backups::restore(&owner, other.id, wish(Some(backup.id))).await.unwrap_err();
    assert_eq!(of_another.code(), ErrorCode::NotFound);
    assert_eq!(backups::get(&owner, other.id, backup.id).await.unwrap_err().code(), ErrorCode::NotFound);
    assert_eq!(backups::list(&owner, main.id, &PageQuery::default()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_database_is_destroyed_once_and_with_its_environment() {
    let server = TestServer::new().await;
    let (owner, env) = testing::environment(&server, "mercy").await;
    let main = create(&owner, env.id, new("main")).await.unwrap();
    create(&owner, env.id, new("other")).await.unwrap();
    let gone = destroy(&owner, main.id, Backups::default()).await.unwrap();
    assert_eq!(gone.state, DatabaseState::Destroying);
    assert_eq!(destroy(&owner, main.id, Backups::Keep).await.unwrap_err().code(), ErrorCode::Conflict);
    let mut read = owner.read().await.unwrap();
    assert_eq!(count(&mut read, env.id).await.unwrap(), 2);
    assert_eq!(count_wanted(&mut read, env.id).await.unwrap(), 1);
    drop(read);
    environments::destroy(&owner, env.id).await.unwrap();
    assert_eq!(create(&owner, env.id, new("late")).await.unwrap_err().code(), ErrorCode::Conflict);
    let ctx = server.as_loop("environments");
    let target = Target::environment(env.organization, env.project, env.id, env.data_class);
    let mut tx = ctx.permit(Action::EnvironmentAdvance, &target).await.unwrap().begin().await.unwrap();
    destroy_all(&mut tx, env.id).await.unwrap();
    tx.commit(json!({})).await.unwrap();
    assert_eq!(count_wanted(&mut owner.read().await.unwrap(), env.id).await.unwrap(), 0);
}
