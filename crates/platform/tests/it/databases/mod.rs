//! Managed PostgreSQL from end to end, on a real engine with the real image.

mod world;

use std::{fs, path::Path, process::Command, time::Duration};

use ward_model::{
    DatabaseId, PageQuery,
    databases::{Attach, Backup, BackupState, DatabaseState, NewDatabase, Restore},
};
use ward_platform::databases::{self, backups};
use ward_spine::engine::{Engine, ExecSpec, LogOptions};

use self::world::{World, name};
use crate::engine::{self, Machine};

const MARKER: &str = "canary-078-05-1120";

const SUM: &str = "select count(*), md5(string_agg(id || ':' || note, ',' order by id)) from visit;";

#[tokio::test]
async fn a_database_lives_from_its_creation_to_its_destruction() {
    engine::with(async |machine: &Machine| {
        let world = World::new(machine).await;
        let new = NewDatabase { name: name("main"), backup_every: None };
        let created = databases::create(&world.owner, world.environment, new).await.unwrap();
        assert_eq!(created.state, DatabaseState::Creating);
        let id = created.id;
        assert!(databases::url(&world.fresh(), id).await.is_err(), "no URL before it is ready");
        world.state(id, DatabaseState::Ready).await;
        let url = databases::url(&world.fresh(), id).await.unwrap().url;

        only_tls_with_the_right_password_and_name(&world, &url).await;
        apps_have_roles_of_their_own(&world, id, &url).await;
        let sum = rows(&world, &url).await;
        a_killed_server_comes_back_with_its_data(&world, id, &url, &sum).await;
        a_renewed_certificate_is_served_without_a_restart(&world, id, &url).await;
        let backup = a_backup_is_restored_into_a_new_database(&world, id, &url, &sum).await;
        a_damaged_backup_is_refused(&world, id, &backup).await;
        a_backup_cut_off_by_a_crash_is_failed_and_leaves_no_file(&world, id).await;
        nothing_is_plain_on_the_disk(&world, id, &url, &sum).await;
        a_database_whose_data_is_gone_does_not_come_back_empty(&world, id).await;
        a_destroyed_database_leaves_nothing_but_its_tombstone(&world, id).await;
    })
    .await;
}

async fn only_tls_with_the_right_password_and_name(world: &World<'_>, url: &str) {
    let seen = "set role none; select ssl, version from pg_stat_ssl where pid = pg_backend_pid();";
    assert_eq!(world.query(url, seen).await, "t|TLSv1.3");
    assert_eq!(world.query(url, "select session_user, current_user;").await, "ward_admin|ward_owner");
    world.refused(url, "disable", "no encryption").await;
    let (account, place) = url.split_once('@').unwrap();
    let (user, _) = account.rsplit_once(':').unwrap();
    world.refused(&format!("{user}:wrong@{place}"), "verify-full", "password authentication failed").await;
    world.refused(&url.replace("ward_admin", "ward_owner"), "verify-full", "failed").await;
    world.refused(&url.replace("ward_admin", "postgres"), "verify-full", "reject").await;
    // No superuser, and no way to become one.
    for sql in ["alter system set ssl = off;", "create role x superuser;", "copy (select 1) to program 'id';"]
    {
        assert!(!world.psql(url, "verify-full", sql).await.status.success(), "{sql}");
    }
}

async fn apps_have_roles_of_their_own(world: &World<'_>, id: DatabaseId, admin: &str) {
    let (web, report) = (world.app("web").await, world.app("report").await);
    for app in [&web, &report] {
        let attached = databases::attach(&world.owner, id, Attach { app: app.id }).await.unwrap();
        assert!(attached.apps.contains(&app.id));
        let mut read = world.owner.read().await.unwrap();
        let early = databases::env_for_app(&world.owner, &mut read, app.id).await;
        assert!(early.is_err(), "the role is not made yet");
    }
    world.pass().await;
    let (one, two) = (world.url_of(&web).await, world.url_of(&report).await);
    assert!(one.starts_with("postgresql://app_web:"), "another role than the app's");
    assert!(
        one.ends_with(
            "@main.db.ward.internal:5432/app?sslmode=verify-full&sslrootcert=/run/ward/main-ca.pem"
        )
    );
    let password = |url: &str| url.split_once('@').unwrap().0.rsplit_once(':').unwrap().1.to_owned();
    assert!(password(&one) != password(&two) && password(&one) != password(admin));
    assert_eq!(world.query(&one, "select session_user;").await, "app_web");
    let crossed = one.replace("app_web", "app_report");
    world.refused(&crossed, "verify-full", "password authentication failed").await;
    // What one migration makes, the next can change, whoever runs it; and no role reads a verifier.
    world.query(&one, "create table shared (n int); insert into shared values (1);").await;
    assert_eq!(world.query(&two, "alter table shared add m int; select count(*) from shared;").await, "1");
    for sql in [
        "select rolpassword from pg_authid;",
        "alter role app_web password 'x';",
        "alter role ward_admin password 'x';",
    ] {
        assert!(!world.psql(&two, "verify-full", sql).await.status.success(), "{sql}");
    }
    world.query(&one, "drop table shared;").await;
    // The server knows verifiers only.
    let container = databases::container(id);
    let spec = ExecSpec {
        command: [
            "/usr/lib/postgresql/15/bin/psql",
            "-X",
            "-A",
            "-t",
            "-U",
            "postgres",
            "-h",
            "/var/run/postgresql",
            "-c",
        ]
        .into_iter()
        .chain(["select count(*) from pg_authid where rolcanlogin and rolpassword like 'SCRAM-SHA-256$%'"])
        .map(str::to_owned)
        .collect(),
        user: Some(999),
        env: vec![],
    };
    let seen = world.machine.engine.exec(&container, &spec, Duration::from_secs(10)).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&seen.stdout).trim(), "3");
    // Nothing that was said holds a password or a verifier.
    let lines = world.machine.engine.logs(&container, &LogOptions::default()).await.unwrap();
    let log: Vec<String> =
        futures::StreamExt::collect(futures::StreamExt::map(lines, |l| l.unwrap().text)).await;
    let log = log.join("\n");
    assert!(log.contains("connection authorized"), "{log}");
    for secret in [password(&one), password(&two), password(admin), "SCRAM-SHA-256$4096".into()] {
        assert!(!log.contains(&secret), "a secret is in the server's log");
    }
    let flows = databases::flows(&mut world.owner.read().await.unwrap()).await.unwrap();
    assert!(flows.is_empty(), "no container of an app runs");
}

async fn rows(world: &World<'_>, url: &str) -> String {
    let sql = format!(
        "create table visit (id bigint primary key, note text not null);\n\
         insert into visit select n, '{MARKER} ' || md5(n::text) from generate_series(1, 20000) n;\n\
         create index on visit (note);\ncreate view recent as select * from visit where id > 19000;\n"
    );
    world.query(url, &sql).await;
    let sum = world.query(url, SUM).await;
    assert!(sum.starts_with("20000|"), "{sum}");
    sum
}

async fn a_killed_server_comes_back_with_its_data(world: &World<'_>, id: DatabaseId, url: &str, sum: &str) {
    let container = databases::container(id);
    for _ in 0..2 {
        engine::kill_9(world.machine.pid(&container).await);
        engine::until("the killed server accepts connections again", Duration::from_secs(10), async || {
            world.pass().await;
            world.psql(url, "verify-full", "select 1;").await.status.success()
        })
        .await;
        assert_eq!(world.query(url, SUM).await, sum);
        assert_eq!(world.database(id).await.state, DatabaseState::Ready);
    }
    // As after a reboot: no container, no key in the kernel.
    world.machine.engine.stop(&container, Duration::from_secs(20)).await.unwrap();
    world.machine.engine.remove(&container).await.unwrap();
    world.machine.engine.lock_volume(&container).await.unwrap();
    world.pass().await;
    assert_eq!(world.query(url, SUM).await, sum);
    // A pass that finds all well does nothing: same process, no entry in the ledger.
    let (pid, entries) = (world.machine.pid(&container).await, world.server.core.audit.size());
    world.loops[0].pass(&world.server.as_loop("databases")).await.unwrap();
    assert_eq!(world.machine.pid(&container).await, pid);
    assert_eq!(world.server.core.audit.size(), entries);
}

async fn a_renewed_certificate_is_served_without_a_restart(world: &World<'_>, id: DatabaseId, url: &str) {
    let container = databases::container(id);
    let pid = world.machine.pid(&container).await;
    let served = async || {
        let address = databases::connect(&world.fresh(), id).await.unwrap();
        let client = Command::new("openssl")
            .args(["s_client", "-starttls", "postgres", "-connect", &address.to_string()])
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&client.stdout).into_owned();
        let begin =
            text.find("-----BEGIN CERTIFICATE-----").unwrap_or_else(|| panic!("no certificate: {text}"));
        let end = text.find("-----END CERTIFICATE-----").unwrap();
        text[begin..end].to_owned()
    };
    let before = served().await;
    world.tamper("update databases set chain_issued_at = 0 where id = $1", &[&id.to_string()]).await;
    // Issued in 1970, it is past two thirds of its life.
    world.pass().await;
    engine::until("the new certificate is served", Duration::from_secs(5), async || served().await != before)
        .await;
    assert_eq!(world.machine.pid(&container).await, pid);
    world.query(url, "select 1;").await;
    // Killed now, it comes back with the new one.
    let renewed = served().await;
    engine::kill_9(pid);
    engine::until("it is back", Duration::from_secs(10), async || {
        world.pass().await;
        world.psql(url, "verify-full", "select 1;").await.status.success()
    })
    .await;
    assert_eq!(served().await, renewed);
}

async fn a_backup_is_restored_into_a_new_database(
    world: &World<'_>,
    id: DatabaseId,
    url: &str,
    sum: &str,
) -> Backup {
    let backup = world.backup(id).await;
    let file = world.file(id, backup.id);
    let bytes = fs::read(&file).unwrap();
    assert_eq!(bytes.len() as u64, backup.bytes);
    assert_eq!(ward_vault::hash::sha256_hex(&bytes), backup.sha256.clone().unwrap());
    assert!(!contains(&bytes, b"PGDMP") && !contains(&bytes, MARKER.as_bytes()));
    assert!(world.database(id).await.last_backup_at.is_some());
    // What comes later is not in it.
    world.query(url, "delete from visit where id > 10000;").await;
    let wish = Restore { backup: Some(backup.id), name: name("copy") };
    let restored = backups::restore(&world.fresh(), id, wish).await.unwrap();
    assert_eq!(restored.state, DatabaseState::Restoring);
    assert!(databases::url(&world.fresh(), restored.id).await.is_err(), "no URL before it is whole");
    world.state(restored.id, DatabaseState::Ready).await;
    let copy = databases::url(&world.fresh(), restored.id).await.unwrap().url;
    assert_eq!(world.query(&copy, SUM).await, sum);
    assert_eq!(world.query(&copy, "select count(*) from recent;").await, "1000");
    assert_eq!(
        world.query(&copy, "select tableowner from pg_tables where tablename = 'visit';").await,
        "ward_owner"
    );
    assert!(world.query(url, SUM).await.starts_with("10000|"), "the source is as it was");
    // A server stands alone: the password of one opens no other.
    let (account, _) = url.split_once('@').unwrap();
    let (_, place) = copy.split_once('@').unwrap();
    world.refused(&format!("{account}@{place}"), "verify-full", "password authentication failed").await;
    world.query(url, &format!("insert into visit select n, '{MARKER} ' || md5(n::text) from generate_series(10001, 20000) n;")).await;
    databases::destroy(&world.fresh(), restored.id, databases::Backups::Destroy).await.unwrap();
    world.pass().await;
    backup
}

async fn a_damaged_backup_is_refused(world: &World<'_>, id: DatabaseId, backup: &Backup) {
    let file = world.file(id, backup.id);
    let good = fs::read(&file).unwrap();
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    fs::write(&file, &bad).unwrap();
    let attempt = async |text: &str, expected: &str| {
        let wish = Restore { backup: Some(backup.id), name: name(text) };
        let made = backups::restore(&world.fresh(), id, wish).await.unwrap();
        let failed = world.state(made.id, DatabaseState::Failed).await;
        let problem = failed.problem.unwrap();
        assert!(problem.contains("damaged") && problem.contains(expected), "{problem}");
        assert!(databases::url(&world.fresh(), made.id).await.is_err());
        assert!(databases::connect(&world.fresh(), made.id).await.is_err());
        world.pass().await;
        assert!(
            world.machine.observe(&databases::container(made.id)).await.is_none(),
            "no server is left for it"
        );
        databases::destroy(&world.fresh(), made.id, databases::Backups::Destroy).await.unwrap();
    };
    attempt("flipped", "SHA-256").await;
    // Who writes to the store too only gets as far as the seal.
    let set = "update backups set sha256 = $1 where id = $2";
    let hash = ward_vault::hash::sha256_hex(&bad);
    world.tamper(set, &[&hash, &backup.id.to_string()]).await;
    attempt("forged", "not authentic").await;
    let short = &good[..good.len() - 1000];
    fs::write(&file, short).unwrap();
    world.tamper(set, &[&ward_vault::hash::sha256_hex(short), &backup.id.to_string()]).await;
    attempt("short", "not authentic").await;
    // Another backup of the same database in its place.
    let other = world.backup(id).await;
    fs::copy(world.file(id, other.id), &file).unwrap();
    world.tamper(set, &[&other.sha256.unwrap(), &backup.id.to_string()]).await;
    attempt("swapped", "not authentic").await;
    fs::remove_file(&file).unwrap();
    attempt("missing", "missing").await;
    fs::write(&file, &good).unwrap();
    world.tamper(set, &[&ward_vault::hash::sha256_hex(&good), &backup.id.to_string()]).await;
}

async fn a_backup_cut_off_by_a_crash_is_failed_and_leaves_no_file(world: &World<'_>, id: DatabaseId) {
    let asked = backups::create(&world.owner, id).await.unwrap();
    let partial = world.file(id, asked.id).with_extension("ward.partial");
    fs::write(&partial, b"half").unwrap();
    world.tamper("update backups set started_at = 1 where id = $1", &[&asked.id.to_string()]).await;
    // Loops of a new process know nothing of it.
    let fresh = databases::loops(world.machine.engine());
    fresh[1].pass(&world.server.as_loop("backups")).await.unwrap();
    let found = backups::get(&world.owner, id, asked.id).await.unwrap();
    assert_eq!(found.state, BackupState::Failed);
    assert!(found.problem.unwrap().contains("Ward ended"));
    assert!(!partial.exists() && !world.file(id, asked.id).exists());
}

async fn nothing_is_plain_on_the_disk(world: &World<'_>, id: DatabaseId, url: &str, sum: &str) {
    let (engine, container) = (&world.machine.engine, databases::container(id));
    world.query(url, "select count(*) from visit;").await;
    engine.stop(&container, Duration::from_secs(20)).await.unwrap();
    engine.lock_volume(&container).await.unwrap();
    // The search must be able to find: another marker, not encrypted, on the same file system.
    let sabotage = world.machine.disk.join("volumes/sabotage");
    fs::write(&sabotage, "sabotage-078-05-1120").unwrap();
    assert!(Command::new("sync").status().unwrap().success());
    let image = world.machine.disk.join("volumes.img");
    assert!(found_in(&image, "sabotage-078-05-1120"), "the search finds nothing at all");
    assert!(!found_in(&image, MARKER), "rows are on the disk in clear");
    fs::remove_file(&sabotage).unwrap();
    world.pass().await;
    assert_eq!(world.query(url, SUM).await, sum);
}

async fn a_database_whose_data_is_gone_does_not_come_back_empty(world: &World<'_>, id: DatabaseId) {
    let (engine, container) = (&world.machine.engine, databases::container(id));
    engine.remove(&container).await.unwrap();
    engine.destroy_volume(&container).await.unwrap();
    for _ in 0..8 {
        world.pass().await;
    }
    let problem = world.database(id).await.problem.unwrap_or_default();
    assert!(problem.contains("the data of this database is gone"), "{problem}");
    assert!(world.machine.observe(&container).await.is_none(), "no server was started on nothing");
}

async fn a_destroyed_database_leaves_nothing_but_its_tombstone(world: &World<'_>, id: DatabaseId) {
    let container = databases::container(id);
    let page = PageQuery::default();
    let before = backups::list(&world.owner, id, &page).await.unwrap().items.len();
    assert!(before >= 3);
    databases::destroy(&world.fresh(), id, databases::Backups::Destroy).await.unwrap();
    world.pass().await;
    assert!(databases::get(&world.owner, id).await.is_err());
    assert!(world.machine.observe(&container).await.is_none());
    assert!(world.machine.engine().volumes().await.unwrap().iter().all(|v| v.id != container));
    assert!(!world.owner.settings().data_dir.join("backups").join(id.to_string()).exists());
    assert!(backups::list(&world.owner, id, &page).await.unwrap().items.is_empty());
    let mut read = world.owner.read().await.unwrap();
    let (keys,): (i64,) = sqlx::query_as(
        "select count(*) from keys where context like $1 and (wrapped <> '' or destroyed_at is null)",
    )
    .bind(format!("%{id}%"))
    .fetch_one(read.conn())
    .await
    .unwrap();
    assert_eq!(keys, 0, "its key is destroyed");
    let (left,): (i64,) =
        sqlx::query_as("select count(*) from addresses").fetch_one(read.conn()).await.unwrap();
    assert_eq!(left, 0);
    assert_eq!(databases::count(&mut read, world.environment).await.unwrap(), 0);
    drop(read);
    // The name is free again.
    let new = NewDatabase { name: name("main"), backup_every: None };
    databases::create(&world.owner, world.environment, new).await.unwrap();
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|w| w == wanted)
}

/// Whether a text is anywhere on the raw disk.
fn found_in(image: &Path, text: &str) -> bool {
    Command::new("grep").args(["-q", "-a", "-F", text]).arg(image).status().unwrap().success()
}
