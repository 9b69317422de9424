//! Signing in and out, and who one is.

use http::Method;
use ward_model::{
    SessionId,
    users::{BegunSession, Me, PasswordChange, SecondFactor, Session, SessionNeeds, SignIn},
};

use crate::{
    client::Client,
    enrolment,
    output::{maybe, plain},
    problem::{Exit, Failure, Result},
    profile::{Credential, Settings},
    prompt,
    request::Request,
    run::Run,
    scope::found,
    secrets::from_stdin,
    times::shown,
};

/// Sign in, and keep the token in a file that only you can read
///
/// Asks for the address, the password and a code of the second factor; sets the second factor up at the first
/// time, and changes a first password. --server and --ca are kept for later commands.
/// Without a terminal: WARD_EMAIL, WARD_PASSWORD or --password-stdin, WARD_TOTP_CODE, WARD_NEW_PASSWORD.
#[derive(clap::Args)]
pub(crate) struct Login {
    /// E-mail address
    #[arg(long, env = "WARD_EMAIL", hide_env_values = true)]
    email: Option<String>,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// Code of the second factor, or a recovery code
    #[arg(long, env = "WARD_TOTP_CODE", hide_env_values = true)]
    code: Option<String>,
}

/// Give a fresh code of the second factor; sensitive commands ask for it, and it holds for five minutes
#[derive(clap::Args)]
pub(crate) struct StepUp {
    /// Code of the second factor
    #[arg(long, env = "WARD_TOTP_CODE", hide_env_values = true)]
    code: Option<String>,
}

/// Set the organization, project and environment that commands mean
#[derive(clap::Args)]
pub(crate) struct Use {
    /// ORG, ORG/PROJECT or ORG/PROJECT/ENV
    path: String,
}

/// Verbs of sessions.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List your sessions
    List,
    /// End one of your sessions
    End {
        /// Session id
        session: SessionId,
    },
}

pub(crate) async fn login(run: &Run, args: Login) -> Result<()> {
    let server = run.server()?;
    // Later commands run in other folders.
    let ca = run.ca()?.map(|path| std::path::absolute(&path).unwrap_or(path));
    let email = match &args.email {
        Some(email) => email.clone(),
        None => prompt::text(&run.terminal, "E-mail address:", "--email or WARD_EMAIL")?,
    };
    let password = match (&run.surroundings.password, args.password_stdin) {
        (_, true) => from_stdin()?,
        (Some(password), false) => password.clone(),
        (None, false) => prompt::hidden(&run.terminal, "Password:", "--password-stdin or WARD_PASSWORD")?,
    };
    let nobody = Client::new(&server, ca.as_deref(), None)?;
    let begun: BegunSession = nobody
        .call(&Request::post("/v1/sessions", &SignIn { email, password: password.clone() })?)
        .await?
        .read()?;
    let client = nobody.with_token(Some(begun.token.clone()));
    if let Err(failure) = complete(run, &client, begun.session.needs, &args, &password).await {
        // Half a session is of no use to anybody.
        let _ = client.call(&Request::delete("/v1/sessions/current")).await;
        return Err(failure);
    }
    // Another server has other organizations.
    let mut settings = if run.settings.server.as_ref() == Some(&server) {
        run.settings.clone()
    } else {
        Settings::default()
    };
    settings.server = Some(server.clone());
    settings.ca = ca;
    run.profile.save(&settings)?;
    run.profile.save_token(&Credential { server: server.clone(), token: begun.token })?;
    let reply = client.call(&Request::get("/v1/sessions/current")).await?;
    run.print(&reply, |terminal, me: Me| {
        terminal.line(&format!("Signed in to {server} as {}.", me.user.email))
    })
}

/// Gives the session what it still needs.
async fn complete(
    run: &Run,
    client: &Client,
    first: SessionNeeds,
    args: &Login,
    password: &str,
) -> Result<()> {
    let mut needs = first;
    let mut code = args.code.clone();
    // Each need comes once; more turns than needs mean that something does not go on.
    for _ in 0..4 {
        match needs {
            SessionNeeds::Nothing => return Ok(()),
            SessionNeeds::SecondFactor => give_code(run, client, code.take()).await?,
            SessionNeeds::Enrolment => enrolment::enrol(client, &run.terminal).await?,
            SessionNeeds::NewPassword => replace_first_password(run, client, password).await?,
        }
        let me: Me = client.call(&Request::get("/v1/sessions/current")).await?.read()?;
        needs = me.session.map_or(SessionNeeds::Nothing, |session| session.needs);
    }
    if needs == SessionNeeds::Nothing {
        return Ok(());
    }
    Err(Failure::new(Exit::Denied, "the server asks for the same step again and again")
        .next_step("try `ward login` again"))
}

/// Changes a first password; one that the server refuses may be chosen again.
async fn replace_first_password(run: &Run, client: &Client, current: &str) -> Result<()> {
    let given = run.surroundings.new_password.as_ref();
    if given.is_none() {
        run.terminal.note("Your first password was given by somebody else, and must be changed.");
    }
    for turn in 1.. {
        let new = match given {
            Some(new) => new.clone(),
            None => prompt::new_password(&run.terminal, "WARD_NEW_PASSWORD")?,
        };
        let change = PasswordChange { current: current.to_owned(), new };
        match client.call(&Request::post("/v1/me/password", &change)?).await {
            Ok(_) => return Ok(()),
            Err(failure) if given.is_none() && turn < 5 && failure.mistyped() => {
                run.terminal.complain("", failure.title())
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

/// Gives a code; a mistyped one may be typed again.
async fn give_code(run: &Run, client: &Client, given: Option<String>) -> Result<()> {
    let asks = given.is_none();
    let mut code = given;
    for turn in 1.. {
        let text = match code.take() {
            Some(code) => code,
            None => prompt::text(&run.terminal, "Code of your second factor:", "--code or WARD_TOTP_CODE")?,
        };
        let request = Request::post("/v1/sessions/current/second-factor", &SecondFactor { code: text })?;
        match client.call(&request).await {
            Ok(_) => return Ok(()),
            Err(failure) if asks && turn < 3 && failure.mistyped() => {
                run.terminal.complain("", failure.title())
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

pub(crate) async fn logout(run: &Run) -> Result<()> {
    let client = run.client()?;
    let ended = if client.has_token() {
        client.call(&Request::delete("/v1/sessions/current")).await.map(drop)
    } else {
        Ok(())
    };
    // The token is forgotten here even if the server can't be told.
    run.profile.forget_token()?;
    match ended {
        Err(failure) if !failure.is(ward_model::ErrorCode::Unauthenticated) => {
            run.terminal.note("The token is removed here, but the session could not be ended on the server:");
            Err(failure)
        }
        _ => {
            run.terminal.note("Signed out.");
            Ok(())
        }
    }
}

pub(crate) async fn whoami(run: &Run) -> Result<()> {
    let server = run.client()?.server().to_owned();
    run.show(Request::get("/v1/sessions/current"), |terminal, me: Me| {
        let context = [&run.settings.organization, &run.settings.project, &run.settings.environment];
        let context: Vec<_> = context.into_iter().flatten().map(String::as_str).collect();
        terminal.fields(&[
            ("user", plain(format!("{} ({})", me.user.email, me.user.id))),
            ("server", plain(&server)),
            (
                "context",
                plain(if context.is_empty() {
                    "none: `ward use ORG/PROJECT/ENV`".to_owned()
                } else {
                    context.join("/")
                }),
            ),
            ("session ends", maybe(me.session.as_ref().map(|session| shown(session.expires_at)))),
        ])?;
        let rows = me
            .grants
            .into_iter()
            .map(|g| vec![plain(g.role), plain(g.scope_kind.as_str()), plain(g.scope_id)]);
        terminal.table(
            &["ROLE", "ON", "ID"],
            rows.collect(),
            "You hold no role yet: an owner or admin grants one.",
        )
    })
    .await
}

pub(crate) async fn step_up(run: &Run, args: StepUp) -> Result<()> {
    let code = match args.code {
        Some(code) => code,
        None => prompt::text(&run.terminal, "Code of your second factor:", "--code or WARD_TOTP_CODE")?,
    };
    let reply = run.second_factor(&code).await?;
    run.print(&reply, |terminal, _: Session| {
        terminal.note("Good for five minutes.");
        Ok(())
    })
}

pub(crate) async fn use_context(run: &Run, args: Use) -> Result<()> {
    let parts: Vec<&str> = args.path.split('/').collect();
    if parts.len() > 3 || parts.iter().any(|part| part.is_empty()) {
        return Err(Failure::usage(format!("{:?} is no context", args.path))
            .next_step("write ORG, ORG/PROJECT or ORG/PROJECT/ENV"));
    }
    let resolved = run.resolve(&parts).await?;
    let last = [&resolved.organization, &resolved.project, &resolved.environment]
        .into_iter()
        .nth(parts.len() - 1)
        .cloned()
        .flatten();
    match parts.len() {
        1 => drop(found::<ward_model::OrganizationId>(last, "organization", &args.path)?),
        2 => drop(found::<ward_model::ProjectId>(last, "project", &args.path)?),
        _ => drop(found::<ward_model::EnvironmentId>(last, "environment", &args.path)?),
    }
    let mut settings = run.settings.clone();
    let mut parts = parts.into_iter().map(str::to_owned);
    (settings.organization, settings.project, settings.environment) =
        (parts.next(), parts.next(), parts.next());
    run.profile.save(&settings)?;
    run.terminal.note(&format!("Commands mean {} from now on.", args.path));
    Ok(())
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::List => {
            let header = ["SESSION", "BEGAN", "LAST USED", "ADDRESS", "CLIENT"];
            run.list("/v1/sessions", &header, "No sessions.", |s: Session| {
                vec![
                    plain(s.id),
                    plain(shown(s.created_at)),
                    plain(shown(s.last_used_at)),
                    plain(s.address),
                    plain(s.client),
                ]
            })
            .await
        }
        Command::End { session } => {
            run.done(Request::new(Method::DELETE, format!("/v1/sessions/{session}")), "Ended.").await
        }
    }
}
