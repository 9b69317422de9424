//! Managed databases: create, show, attach, open, back up, restore, destroy.

use std::time::Duration;

use http::Method;
use ward_model::{
    AppId, Name,
    apps::App,
    databases::{Attach, Backup, BackupState, Database, DatabaseState, DatabaseUrl, NewDatabase, Restore},
};

use crate::{
    output::{Field, Tone, maybe, plain},
    problem::{Exit, Failure, Result},
    prompt,
    request::{Reply, Request},
    run::Run,
    scope::as_id,
    times::{self, shown},
    tunnel,
};

/// Longest wait for a database or a backup; then it goes on unwatched.
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 60);

/// Verbs of databases.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Create a PostgreSQL database in the environment
    Create {
        /// Name, unique in the environment
        name: Name,
        /// Time between backups: 6h, 1d; a day if absent
        #[arg(long, value_name = "SPAN")]
        backup_every: Option<String>,
        /// Don't wait until it is ready
        #[arg(long)]
        detach: bool,
    },
    /// List the databases of the environment
    List,
    /// Show a database
    Show {
        /// Database
        database: String,
    },
    /// Print the connection URL with its password; this is recorded
    Url {
        /// Database
        database: String,
    },
    /// Connect a database to an app, which gets its URL as DATABASE_URL
    Attach {
        /// Database
        database: String,
        /// App; --app or ward.toml if absent
        #[arg(value_name = "APP", id = "app_name")]
        app: Option<String>,
    },
    /// Open psql on a database; arguments after -- go to psql
    Psql {
        /// Database
        database: String,
        /// Arguments of psql
        #[arg(last = true)]
        arguments: Vec<std::ffi::OsString>,
    },
    /// Make a backup now
    Backup {
        /// Database
        database: String,
        /// Don't wait until it is complete
        #[arg(long)]
        detach: bool,
    },
    /// List the backups of a database
    Backups {
        /// Database
        database: String,
    },
    /// Restore a backup into a new database of the same environment
    Restore {
        /// Database that the backup is of
        database: String,
        /// Name of the new database
        #[arg(long = "as", value_name = "NAME")]
        name: Name,
        /// Backup id; the newest complete one if absent
        #[arg(long, value_name = "ID")]
        backup: Option<String>,
        /// Don't wait until it is ready
        #[arg(long)]
        detach: bool,
    },
    /// Destroy a database: its key is destroyed, and with it all data
    Destroy {
        /// Database
        database: String,
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::Create { name, backup_every, detach } => {
            let backup_every =
                backup_every.as_deref().map(times::span).transpose()?.map(|span| span.as_secs());
            let environment = run.environment().await?;
            let wish = NewDatabase { name, backup_every };
            let reply =
                run.call(&Request::post(format!("/v1/environments/{environment}/databases"), &wish)?).await?;
            made(run, reply, detach).await
        }
        Command::List => list(run).await,
        Command::Show { database } => {
            let id = run.database(&database).await?;
            run.show(Request::get(format!("/v1/databases/{id}")), |terminal, d: Database| {
                terminal.fields(&[
                    ("database", plain(&d.name)),
                    ("id", plain(d.id)),
                    ("environment", plain(format!("{} ({})", d.environment, d.data_class))),
                    ("engine", plain(d.engine)),
                    ("state", plain(d.state.as_str())),
                    ("problem", maybe(d.problem)),
                    ("apps", plain(d.apps.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))),
                    ("backup every", plain(format!("{} h", d.backup_every / 3600))),
                    ("last backup", maybe(d.last_backup_at.map(shown))),
                    ("created", plain(shown(d.created_at))),
                ])
            })
            .await
        }
        Command::Url { database } => {
            let id = run.database(&database).await?;
            run.show(Request::get(format!("/v1/databases/{id}/url")), |terminal, url: DatabaseUrl| {
                terminal.line(&url.url)
            })
            .await
        }
        Command::Attach { database, app } => attach(run, &database, app.as_deref()).await,
        Command::Psql { database, arguments } => {
            tunnel::psql(run, run.database(&database).await?, arguments).await
        }
        Command::Backup { database, detach } => {
            let id = run.database(&database).await?;
            let reply = run.call(&Request::new(Method::POST, format!("/v1/databases/{id}/backups"))).await?;
            backed_up(run, reply, detach).await
        }
        Command::Backups { database } => backups(run, &database).await,
        Command::Restore { database, name, backup, detach } => {
            let id = run.database(&database).await?;
            let backup = backup.as_deref().map(str::parse).transpose();
            let backup = backup.map_err(|error: ward_model::InvalidId| Failure::usage(error.to_string()))?;
            let reply = run
                .call(&Request::post(format!("/v1/databases/{id}/restore"), &Restore { backup, name })?)
                .await?;
            made(run, reply, detach).await
        }
        Command::Destroy { database, yes } => {
            let id = run.database(&database).await?;
            let database: Database = run.fetch(&format!("/v1/databases/{id}")).await?;
            prompt::confirm_name(&run.terminal, "the database with its data", database.name.as_str(), yes)?;
            run.show(Request::delete(format!("/v1/databases/{id}")), |terminal, d: Database| {
                terminal.line(&format!("The database {} is being destroyed.", d.name))
            })
            .await
        }
    }
}

async fn list(run: &Run) -> Result<()> {
    let environment = run.environment().await?;
    let header = ["DATABASE", "STATE", "ENGINE", "APPS", "LAST BACKUP", "CREATED"];
    let none = "No database here yet: `ward db create NAME` makes one.";
    run.list(&format!("/v1/environments/{environment}/databases"), &header, none, |d: Database| {
        vec![
            plain(&d.name),
            Field::toned(d.state.as_str(), tone(d.state)),
            plain(d.engine),
            plain(d.apps.len()),
            maybe(d.last_backup_at.map(shown)),
            plain(shown(d.created_at)),
        ]
    })
    .await
}

fn tone(state: DatabaseState) -> Tone {
    match state {
        DatabaseState::Ready => Tone::Good,
        DatabaseState::Failed => Tone::Bad,
        DatabaseState::Creating | DatabaseState::Restoring | DatabaseState::Destroying => Tone::Warn,
    }
}

async fn attach(run: &Run, database: &str, app: Option<&str>) -> Result<()> {
    let id = run.database(database).await?;
    let name = run.app_name(app)?;
    let app: AppId = match as_id(&name)? {
        Some(app) => app,
        None => {
            // The app is one of the database's own environment.
            let database: Database = run.fetch(&format!("/v1/databases/{id}")).await?;
            let apps: Vec<App> = run.all(&format!("/v1/environments/{}/apps", database.environment)).await?;
            let found = apps.into_iter().find(|app| app.name.as_str() == name).map(|app| app.id);
            found.ok_or_else(|| {
                Failure::not_found(format!("there is no app {name:?} in the environment of this database"))
            })?
        }
    };
    run.show(
        Request::post(format!("/v1/databases/{id}/attach"), &Attach { app })?,
        |terminal, d: Database| {
            terminal
                .line(&format!("{} gets the URL of {} as DATABASE_URL with its next release.", name, d.name))
        },
    )
    .await
}

async fn backups(run: &Run, database: &str) -> Result<()> {
    let id = run.database(database).await?;
    let header = ["BACKUP", "STATE", "STARTED", "ENDED", "BYTES", "PROBLEM"];
    run.list(
        &format!("/v1/databases/{id}/backups"),
        &header,
        "No backup yet: `ward db backup NAME` makes one.",
        |b: Backup| {
            let tone = match b.state {
                BackupState::Complete => Tone::Good,
                BackupState::Failed => Tone::Bad,
                BackupState::Running => Tone::Warn,
            };
            vec![
                plain(b.id),
                Field::toned(b.state.as_str(), tone),
                plain(shown(b.started_at)),
                maybe(b.ended_at.map(shown)),
                plain(b.bytes),
                maybe(b.problem),
            ]
        },
    )
    .await
}

/// Waits until a new database is ready.
async fn made(run: &Run, reply: Reply, detach: bool) -> Result<()> {
    let database: Database = reply.read()?;
    if detach {
        return run.print(&reply, |terminal, d: Database| {
            terminal.line(&format!("The database {} is being made ({}).", d.name, d.id))
        });
    }
    let ended = |d: &Database| !matches!(d.state, DatabaseState::Creating | DatabaseState::Restoring);
    let said = format!("Making the database {}", database.name);
    let reply = run.wait(&format!("/v1/databases/{}", database.id), &said, LONGEST_WAIT, ended).await?;
    let database: Database = reply.read()?;
    if database.state != DatabaseState::Ready {
        let why = database.problem.unwrap_or_else(|| format!("it is {}", database.state.as_str()));
        return Err(Failure::new(
            Exit::Failed,
            format!("the database {} could not be made: {why}", database.name),
        )
        .next_step(format!("remove it (`ward db destroy {}`), then try again", database.name)));
    }
    run.print(&reply, |terminal, d: Database| {
        terminal.line(&format!("The database {} is ready ({}).", d.name, d.id))?;
        terminal.note(&format!("Connect it to an app: ward db attach {} APP", d.name));
        Ok(())
    })
}

/// Waits until a backup is complete.
async fn backed_up(run: &Run, reply: Reply, detach: bool) -> Result<()> {
    let backup: Backup = reply.read()?;
    if detach {
        return run.print(&reply, |terminal, b: Backup| {
            terminal.line(&format!("The backup {} is being made.", b.id))
        });
    }
    let path = format!("/v1/databases/{}/backups/{}", backup.database, backup.id);
    let reply = run
        .wait(&path, "Making the backup", LONGEST_WAIT, |b: &Backup| b.state != BackupState::Running)
        .await?;
    let backup: Backup = reply.read()?;
    if backup.state == BackupState::Failed {
        let why = backup.problem.unwrap_or_else(|| "no reason was given".to_owned());
        return Err(Failure::new(Exit::Failed, format!("the backup failed: {why}"))
            .next_step("look at the database: `ward db show NAME`"));
    }
    run.print(&reply, |terminal, b: Backup| {
        terminal.line(&format!("The backup {} is complete: {} bytes, sealed.", b.id, b.bytes))
    })
}
