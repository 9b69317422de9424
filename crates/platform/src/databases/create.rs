//! Creates a database.

use serde_json::json;
use ward_model::{
    Action, BackupId, DataClass, DatabaseId, EnvironmentId,
    databases::{Database, DatabaseState, NewDatabase},
    environments::Environment,
};
use ward_spine::{Ctx, Error, Result, WriteTx};
use ward_vault::random;

use super::{BACKUP_SAFEGUARD, LONGEST_BACKUP_INTERVAL, LOOP, password_place, roles, sql, told};
use crate::{agreements, environments, network, sql::taken};

/// Shortest and longest time between backups, in seconds.
const INTERVALS: std::ops::RangeInclusive<u64> = 300..=30 * 86_400;

/// Creates a database in an environment; the loop makes its server.
///
/// # Errors
/// `floor` for a `phi` environment without an agreement, or with backups more than a day apart; `conflict` if
/// the name is taken.
pub async fn create(ctx: &Ctx, environment: EnvironmentId, new: NewDatabase) -> Result<Database> {
    let found = environments::must(ctx, environment).await?.environment;
    let permit = ctx.permit(Action::DatabaseCreate, &found).await?;
    environments::open(&found)?;
    let database = wish(ctx, &found, &new)?;
    agreements::require(ctx, found.organization, found.data_class).await?;
    let mut tx = permit.begin().await?;
    insert(ctx, &mut tx, &database, None).await?;
    let outcome =
        json!({ "database": database.id, "name": database.name, "backup_every": database.backup_every });
    tx.commit(outcome).await?;
    ctx.wake(LOOP);
    Ok(database)
}

/// The database that is wished for, its interval checked.
fn wish(ctx: &Ctx, environment: &Environment, new: &NewDatabase) -> Result<Database> {
    let longest = LONGEST_BACKUP_INTERVAL.as_secs();
    let every = new.backup_every.unwrap_or(longest);
    if !INTERVALS.contains(&every) {
        let message = format!("backups every {every} seconds are not possible");
        return Err(Error::invalid(message, "choose 300 seconds to 30 days; a day is the default"));
    }
    if environment.data_class == DataClass::Phi && every > longest {
        return Err(Error::floor(
            BACKUP_SAFEGUARD,
            format!("a phi environment backs its databases up at least every {longest} seconds"),
            "choose a shorter interval, or leave it out",
        ));
    }
    Ok(Database {
        id: ctx.id::<DatabaseId>(),
        organization: environment.organization,
        project: environment.project,
        environment: environment.id,
        data_class: environment.data_class,
        name: new.name.clone(),
        engine: "postgres 15".into(),
        state: DatabaseState::Creating,
        problem: None,
        apps: Vec::new(),
        backup_every: every,
        last_backup_at: None,
        created_at: ctx.now(),
    })
}

/// Writes the intent: key, password, address, host ids, row. Also for a restore.
pub(super) async fn insert(
    ctx: &Ctx,
    tx: &mut WriteTx,
    database: &Database,
    from: Option<BackupId>,
) -> Result<()> {
    let (id, keyring) = (database.id, ctx.keyring());
    let kek = keyring.find_on(tx.conn(), &format!("environment {}", database.environment)).await?;
    let kek = kek.ok_or_else(|| Error::internal("creating a database", "its environment has no key"))?;
    let dek = keyring.create_dek(tx, kek, &format!("database {id}")).await?;
    let password = random::password(roles::PASSWORD_LENGTH);
    let place = password_place(id, roles::ADMIN);
    let sealed = keyring.encrypt(tx.conn(), dek, &place, password.as_bytes()).await?;
    let address = network::allocate_address(ctx, tx, database.environment, &id.to_string()).await?;
    let uid_base = network::allocate_uid_range(tx, &id.to_string()).await?;
    sqlx::query(sql::INSERT)
        .bind(id.to_string())
        .bind(database.organization.to_string())
        .bind(database.project.to_string())
        .bind(database.environment.to_string())
        .bind(database.name.to_string())
        .bind(database.engine.clone())
        .bind(database.state.as_str())
        .bind(dek.to_string())
        .bind(address.to_string())
        .bind(i64::from(uid_base))
        .bind(i64::try_from(database.backup_every).unwrap_or(i64::MAX))
        .bind(sealed)
        .bind(from.map(|b| b.to_string()))
        .bind(database.created_at.micros())
        .execute(tx.conn())
        .await
        .map_err(|e| {
            taken(e, || format!("a database {} exists already", database.name), "choose another name")
        })?;
    let text = match from {
        None => format!("database {} is being created", database.name),
        Some(_) => format!("database {} is being restored from a backup", database.name),
    };
    tx.tell(told(database.organization, id, database.state, text));
    Ok(())
}
