//! Keys, sealed records and backups: real ones, then damaged.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use ward_compliance::Probe;
use ward_model::{Action, BackupId, DatabaseId, Target, posture::Verdict};

use crate::rig::Rig;

/// One sealed backup of one database, as the platform writes it.
async fn backup(rig: &Rig) -> (PathBuf, i64) {
    let ctx = rig.server.operator();
    let (database, id): (DatabaseId, BackupId) = (ctx.id(), ctx.id());
    let now = ctx.now().micros();
    let tx_permit = ctx.permit(Action::RegionCreate, &Target::platform()).await.unwrap();
    let mut tx = tx_permit.begin().await.unwrap();
    let kek = ctx.keyring().create_kek(&mut tx, "environment env_1").await.unwrap();
    let dek = ctx.keyring().create_dek(&mut tx, kek, &format!("backup {id}")).await.unwrap();
    tx.commit(serde_json::json!({})).await.unwrap();
    let place = format!("backup {id} of {database}");
    let mut sealer = ctx.keyring().sealer(ctx.read().await.unwrap().conn(), dek, &place).await.unwrap();
    let mut sealed = Vec::new();
    sealer.push(&vec![b'x'; 3 << 20], &mut sealed).unwrap();
    let summary = sealer.finish(&mut sealed).unwrap();
    let dir = ctx.settings().data_dir.join("backups").join(database.to_string());
    fs::create_dir_all(&dir).unwrap();
    let path = dir.join(format!("{id}.ward"));
    fs::write(&path, &sealed).unwrap();
    rig.sql(&format!(
        "insert into organizations (id, name, created_at) values ('org_1', 'mercy', {now});\n\
         insert into projects (id, organization_id, name, created_at) values ('prj_1', 'org_1', 'p', {now});\n\
         insert into regions (id, name, location, phi, created_at) values ('reg_1', 'here', 'h', 1, {now});\n\
         insert into environments (id, organization_id, project_id, name, data_class, region_id, kek_id, network_index, last_host, created_at) \
         values ('env_1', 'org_1', 'prj_1', 'e', 'phi', 'reg_1', '{kek}', 0, 1, {now});\n\
         insert into databases (id, organization_id, project_id, environment_id, name, engine, state, dek_id, address, uid_base, backup_every, admin_password, created_at) \
         values ('{database}', 'org_1', 'prj_1', 'env_1', 'main', 'postgres 15', 'ready', '{dek}', '10.0.0.2', 300000, 86400, {}, {now});\n\
         insert into backups (id, database_id, dek_id, state, reason, bytes, sha256, asked_at, started_at, ended_at) \
         values ('{id}', '{database}', '{dek}', 'complete', 'asked', {}, '{}', {now}, {now}, {now})",
        blob(rig),
        sealed.len(),
        summary.sealed_sha256_hex()
    ))
    .await;
    (path, now)
}

/// An empty byte string in the store's dialect.
fn blob(rig: &Rig) -> &'static str {
    match rig.server.core.db.backend() {
        ward_spine::db::Backend::Sqlite => "x''",
        ward_spine::db::Backend::Postgres => "''::bytea",
    }
}

#[tokio::test]
async fn a_backup_that_was_changed_replaced_lost_or_is_too_old_is_seen() {
    let rig = Rig::new().await;
    for id in ["enc.backups", "int.object-scrub", "bkp.schedule"] {
        rig.expect(id, Verdict::Empty).await;
    }
    let (path, _) = backup(&rig).await;
    let good = || async {
        for id in ["enc.backups", "int.object-scrub", "bkp.schedule"] {
            rig.expect(id, Verdict::Pass).await;
        }
    };
    good().await;
    let whole = fs::read(&path).unwrap();
    let mut bent = whole.clone();
    *bent.last_mut().unwrap() ^= 1;
    fs::write(&path, &bent).unwrap();
    rig.expect("int.object-scrub", Verdict::Fail).await;
    rig.expect("enc.backups", Verdict::Fail).await;
    fs::write(&path, b"PGDMP plain dump of everybody").unwrap();
    rig.expect("enc.backups", Verdict::Fail).await;
    rig.expect("bkp.schedule", Verdict::Fail).await;
    fs::remove_file(&path).unwrap();
    rig.expect("bkp.schedule", Verdict::Fail).await;
    fs::write(&path, &whole).unwrap();
    good().await;
    rig.server.clock.advance(std::time::Duration::from_secs(26 * 3600));
    let old = rig.expect("bkp.schedule", Verdict::Fail).await;
    assert!(old.summary.contains("hours old"), "{}", old.summary);
}

#[tokio::test]
async fn a_round_trip_needs_the_keys_and_a_sealed_vault_is_unknown() {
    let rig = Rig::new().await;
    rig.expect("enc.roundtrip", Verdict::Empty).await;
    let ctx = rig.server.operator();
    let mut tx = ctx.permit(Action::RegionCreate, &Target::platform()).await.unwrap().begin().await.unwrap();
    let dek = ctx.keyring().platform_dek(&mut tx).await.unwrap();
    tx.commit(serde_json::json!({})).await.unwrap();
    rig.expect("enc.roundtrip", Verdict::Pass).await;
    rig.sql(&format!("update keys set wrapped = 'broken' where id = '{dek}'")).await;
    assert_ne!(rig.look("enc.roundtrip").await.verdict, Verdict::Pass);
    rig.expect("enc.keys-managed", Verdict::Fail).await;
    rig.server.core.vault.seal();
    rig.expect("enc.roundtrip", Verdict::Unknown).await;
}

#[tokio::test]
async fn keys_that_are_old_shared_or_lie_open_are_seen() {
    let rig = Rig::new().await;
    backup(&rig).await;
    let elsewhere = tempfile::tempdir_in("/dev/shm").unwrap();
    let key = elsewhere.path().join("root.key");
    ward_vault::create_key_file(&key).unwrap();
    fs::set_permissions(rig.server.dir(), fs::Permissions::from_mode(0o700)).unwrap();
    let rig = Rig {
        probe: Probe { root_key: Some(key.clone()), private: vec![rig.server.dir().to_owned()], ..rig.probe },
        ..rig
    };
    rig.expect("enc.keys-managed", Verdict::Pass).await;
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    rig.expect("enc.keys-managed", Verdict::Fail).await;
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(rig.server.dir(), fs::Permissions::from_mode(0o755)).unwrap();
    rig.expect("enc.keys-managed", Verdict::Fail).await;
    fs::set_permissions(rig.server.dir(), fs::Permissions::from_mode(0o700)).unwrap();
    rig.expect("enc.keys-managed", Verdict::Pass).await;
    let inside =
        Rig { probe: Probe { root_key: Some(rig.server.dir().join("root.key")), ..rig.probe }, ..rig };
    let seen = inside.expect("enc.keys-managed", Verdict::Fail).await;
    assert!(seen.summary.contains("among the data"), "{}", seen.summary);
    let rig = Rig { probe: Probe { root_key: Some(key), ..inside.probe }, ..inside };
    rig.sql("update keys set parent_id = 'key_gone' where kind = 'dek'").await;
    rig.expect("enc.keys-managed", Verdict::Fail).await;
    rig.sql("update keys set parent_id = (select id from keys where kind = 'kek') where kind = 'dek'").await;
    rig.expect("enc.keys-managed", Verdict::Pass).await;
    rig.server.clock.advance(std::time::Duration::from_secs(366 * 86_400));
    rig.expect("enc.keys-managed", Verdict::Fail).await;
}
