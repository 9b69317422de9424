//! Apps: create, list, show, their processes, their address, their end.

use std::process::{Command as Program, Stdio};

use ward_model::{
    AppId, Name,
    apps::{App, NewApp, Process},
};

use crate::{
    output::{Field, Tone, maybe, plain},
    problem::{Exit, Failure, Result},
    prompt,
    request::Request,
    run::Run,
    times::shown,
};

// No doc comment: clap would make it the help of each command that has this argument.
#[derive(clap::Args)]
pub(crate) struct AppArgument {
    /// App; --app or ward.toml if absent
    #[arg(value_name = "APP", id = "app_name")]
    app: Option<String>,
}

impl AppArgument {
    /// Its id.
    pub(crate) async fn id(&self, run: &Run) -> Result<AppId> {
        run.app(self.app.as_deref()).await
    }
}

/// Verbs of apps.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Create an app in the environment
    Create {
        /// Name, unique in the environment
        name: Name,
    },
    /// List the apps of the environment
    List,
    /// Show an app
    Show(AppArgument),
    /// Destroy an app
    Destroy(Destroy),
}

/// Destroy an app with its releases, configuration and secrets
#[derive(clap::Args)]
pub(crate) struct Destroy {
    /// App
    #[arg(value_name = "APP", id = "app_name")]
    app: String,
    /// Don't ask
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::Create { name } => {
            let environment = run.environment().await?;
            run.show(
                Request::post(format!("/v1/environments/{environment}/apps"), &NewApp { name })?,
                |terminal, app: App| terminal.line(&format!("Created the app {} ({}).", app.name, app.id)),
            )
            .await
        }
        Command::List => {
            let environment = run.environment().await?;
            let header = ["APP", "RELEASE", "URL", "CREATED", ""];
            run.list(
                &format!("/v1/environments/{environment}/apps"),
                &header,
                "No app here yet: `ward deploy` creates one.",
                |app: App| {
                    vec![
                        plain(&app.name),
                        maybe(app.release_number.map(|number| format!("v{number}"))),
                        maybe(app.url),
                        plain(shown(app.created_at)),
                        if app.destroying { Field::toned("being destroyed", Tone::Warn) } else { plain("") },
                    ]
                },
            )
            .await
        }
        Command::Show(args) => {
            let app = args.id(run).await?;
            run.show(Request::get(format!("/v1/apps/{app}")), |terminal, app: App| {
                terminal.fields(&[
                    ("app", plain(&app.name)),
                    ("id", plain(app.id)),
                    ("environment", plain(format!("{} ({})", app.environment, app.data_class))),
                    ("release", maybe(app.release_number.map(|number| format!("v{number}")))),
                    ("url", maybe(app.url)),
                    ("created", plain(shown(app.created_at))),
                ])
            })
            .await
        }
        Command::Destroy(args) => destroy(run, args).await,
    }
}

pub(crate) async fn processes(run: &Run, args: AppArgument) -> Result<()> {
    let app = args.id(run).await?;
    let header = ["PROCESS", "STATE", "HEALTH", "RELEASE", "STARTED", "RESTARTS", "CONTAINER"];
    run.list(
        &format!("/v1/apps/{app}/processes"),
        &header,
        "Nothing runs: `ward deploy` starts it.",
        |p: Process| {
            let state = if p.state == "running" { Tone::Good } else { Tone::Warn };
            let health = match p.healthy {
                Some(true) => Field::toned("healthy", Tone::Good),
                Some(false) => Field::toned("failing", Tone::Bad),
                None => plain("-"),
            };
            vec![
                plain(p.process),
                Field::toned(p.state, state),
                health,
                plain(format!("v{}", p.release_number)),
                maybe(p.started_at.map(shown)),
                plain(p.restarts),
                plain(p.container),
            ]
        },
    )
    .await
}

pub(crate) async fn destroy(run: &Run, args: Destroy) -> Result<()> {
    let id = run.app(Some(&args.app)).await?;
    let app: App = run.fetch(&format!("/v1/apps/{id}")).await?;
    prompt::confirm_name(
        &run.terminal,
        "the app with its releases, configuration and secrets",
        app.name.as_str(),
        args.yes,
    )?;
    run.show(Request::delete(format!("/v1/apps/{id}")), |terminal, app: App| {
        terminal.line(&format!("The app {} is being destroyed.", app.name))
    })
    .await
}

/// Prints the address of an app, and opens it where there is a desktop.
pub(crate) async fn open(run: &Run, args: AppArgument) -> Result<()> {
    let id = args.id(run).await?;
    let reply = run.call(&Request::get(format!("/v1/apps/{id}"))).await?;
    let app: App = reply.read()?;
    let Some(url) = app.url else {
        return Err(Failure::new(Exit::Failed, format!("{} has no address yet", app.name))
            .next_step("deploy it: `ward deploy`"));
    };
    if run.terminal.json {
        return run.terminal.body(&reply.body);
    }
    run.terminal.line(&url)?;
    let desktop =
        run.surroundings.child_env.iter().any(|(name, _)| matches!(*name, "DISPLAY" | "WAYLAND_DISPLAY"));
    // The text is the server's: nothing but a web address is handed to the desktop.
    let web = url.starts_with("https://") && url.bytes().all(|byte| byte.is_ascii_graphic());
    if desktop && web {
        let mut program = Program::new("xdg-open");
        program
            .arg(&url)
            .env_clear()
            .envs(run.surroundings.child_env.iter().map(|(name, value)| (name, value)));
        let started = program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        if started.is_err() {
            run.terminal.note("xdg-open is not there: open the address yourself.");
        }
    }
    Ok(())
}
