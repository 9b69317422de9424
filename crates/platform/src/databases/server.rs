//! The server's container: what it is made of, and how it is brought up.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;
use ward_model::{Action, databases::DatabaseState};
use ward_spine::{
    Ctx, Error, Result,
    engine::{
        ContainerSpec, ContainerState, Engine, NetworkSpec, ObservedContainer, SecretBytes, VolumeMount,
        VolumeSpec, label,
    },
};

use super::{certificate, container, engine_problem as failed, psql, roles, row::Stored, sql, told};

/// Memory of a server, bytes. The image sets `shared_buffers` to a quarter of it.
const MEMORY: u64 = 512 << 20;
/// CPU limit, thousandths of a core.
const CPU_MILLIS: u32 = 1000;
/// Processes: 100 connections, their parallel workers, the server's own.
const PIDS: u32 = 256;
/// Time for a clean stop; a crash stop only makes the next start longer.
const GRACE: Duration = Duration::from_secs(30);
/// Where the data directory lies in the container.
const DATA: &str = "/var/lib/postgresql/data";
/// Longest wait for the server to accept connections in one pass; recovery after a crash may take several.
const PATIENCE: Duration = Duration::from_secs(20);

/// The volume's key is derived for this place.
fn volume_place(stored: &Stored) -> String {
    format!("volume {}", container(stored.database.id))
}

/// What the container is to be. The certificate is the one it boots with: a newer one is reloaded.
async fn spec(ctx: &Ctx, stored: &Stored) -> Result<ContainerSpec> {
    let database = &stored.database;
    let boot = stored
        .boot
        .as_ref()
        .ok_or_else(|| Error::internal("starting a database", "it has no certificate"))?;
    let key = certificate::key(ctx, stored, boot).await?;
    let password = roles::password(ctx, stored, roles::ADMIN, &stored.admin_password).await?;
    // For restores, which sign in like people do: a dump must not run as the superuser.
    let mut passwords = zeroize::Zeroizing::new(format!("*:*:*:{}:", roles::ADMIN).into_bytes());
    passwords.extend_from_slice(&password);
    passwords.push(b'\n');
    Ok(ContainerSpec {
        name: container(database.id),
        labels: BTreeMap::from([
            (label::ORGANIZATION.to_owned(), database.organization.to_string()),
            (label::ENVIRONMENT.to_owned(), database.environment.to_string()),
            (label::DATABASE.to_owned(), database.id.to_string()),
        ]),
        image: super::IMAGE.into(),
        command: None,
        env: Vec::new(),
        files: vec![
            ("server.crt".into(), SecretBytes::new(boot.pem.as_bytes())),
            ("server.key".into(), SecretBytes(key)),
            ("pgpass".into(), SecretBytes(passwords)),
        ],
        user: Some(psql::UID),
        network: stored.network,
        address: stored.address,
        hosts: Vec::new(),
        egress: false,
        uid_base: stored.uid_base,
        memory: MEMORY,
        cpu_millis: CPU_MILLIS,
        pids: PIDS,
        mounts: vec![VolumeMount { volume: container(database.id), target: DATA.into(), read_only: false }],
        tmpfs: vec![("/var/run/postgresql".into(), 1 << 20), ("/dev/shm".into(), 64 << 20)],
        grace: GRACE,
    })
}

/// Brings the server up: volume unlocked, container running as specified, accepting connections.
pub(super) async fn start(ctx: &Ctx, engine: &dyn Engine, stored: &Stored) -> Result<ObservedContainer> {
    let database = &stored.database;
    let name = container(database.id);
    let key = ctx.keyring().volume_key(ctx.read().await?.conn(), stored.dek, &volume_place(stored)).await?;
    let volume = VolumeSpec { id: name.clone(), uid_base: stored.uid_base, owner: psql::UID };
    let path = engine.unlock_volume(&volume, &key).await.map_err(failed)?;
    drop(key);
    // Once it was made, its data must be there: the server would make an empty database in its place, and the
    // next backup would be one of nothing.
    let made = matches!(database.state, DatabaseState::Ready);
    if made && !tokio::fs::try_exists(path.join("PG_VERSION")).await.unwrap_or(false) {
        return Err(Error::conflict(
            "the data of this database is gone: its volume is missing or empty",
            "put the volume back, or restore a backup into a new database (`ward db restore`)",
        ));
    }
    let labels = BTreeMap::from([
        (label::ORGANIZATION.to_owned(), database.organization.to_string()),
        (label::ENVIRONMENT.to_owned(), database.environment.to_string()),
    ]);
    engine.apply_network(&NetworkSpec { index: stored.network, labels }).await.map_err(failed)?;
    let observed = engine.apply(&spec(ctx, stored).await?).await.map_err(failed)?;
    let ready = async {
        let mut ended = 0;
        while !psql::accepts(engine, &name).await {
            tokio::time::sleep(Duration::from_millis(250)).await;
            ended = if runs(engine, &name).await? { 0 } else { ended + 1 };
            if ended > 1 {
                return Err(Error::internal(
                    "starting a database",
                    "its server ended at the start; see its log",
                ));
            }
        }
        Ok(())
    };
    let late = |_| Error::internal("starting a database", "its server does not accept connections yet");
    tokio::time::timeout(PATIENCE, ready).await.map_err(late)??;
    Ok(observed)
}

async fn runs(engine: &dyn Engine, name: &str) -> Result<bool> {
    let all = engine.observe().await.map_err(failed)?;
    Ok(all.iter().any(|c| c.name == name && matches!(c.state, ContainerState::Running { .. })))
}

/// Writes a new state, with the event for people. Nothing if the state is no longer `from`.
pub(super) async fn set_state(
    ctx: &Ctx,
    stored: &Stored,
    (from, to): (DatabaseState, DatabaseState),
    problem: Option<&str>,
) -> Result<()> {
    let database = &stored.database;
    let mut tx = ctx.permit(Action::DatabaseAdvance, database).await?.begin().await?;
    let done = sqlx::query(sql::SET_STATE)
        .bind(to.as_str())
        .bind(problem.map(str::to_owned))
        .bind(database.id.to_string())
        .bind(from.as_str())
        .execute(tx.conn())
        .await?;
    if done.rows_affected() > 0 {
        let mut text = format!("database {} is {}", database.name, to.as_str());
        if let Some(problem) = problem {
            text = format!("{text}: {problem}");
        }
        tx.tell(told(database.organization, database.id, to, text));
    }
    tx.commit(json!({ "state": to })).await
}
