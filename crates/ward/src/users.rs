//! Users of an organization.

use http::Method;
use ward_model::{
    Role, UserId,
    users::{CreatedUser, NewUser, User},
};

use crate::{
    output::{Field, Tone, maybe, plain},
    problem::{Failure, Result},
    prompt,
    request::Request,
    run::Run,
    scope::as_id,
    times::shown,
};

/// Verbs of users.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Create a user in the organization; prints a first password, once
    Create {
        /// E-mail address
        email: String,
        /// Name for people; the address if absent
        #[arg(long)]
        name: Option<String>,
        /// First role on the organization: owner, admin, developer or auditor
        #[arg(long)]
        role: Role,
    },
    /// List the users of the organization
    List,
    /// Disable a user: all their sessions and tokens end
    Disable {
        /// E-mail address or id
        user: String,
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    let organization = run.organization().await?;
    let path = format!("/v1/organizations/{organization}/users");
    match command {
        Command::Create { email, name, role } => {
            let wish = NewUser { display_name: name.unwrap_or_else(|| email.clone()), email, role };
            run.show(Request::post(path, &wish)?, |terminal, created: CreatedUser| {
                terminal.line(&format!("Created {} ({}).", created.user.email, created.user.id))?;
                terminal.line(&format!("First password, shown only now: {}", created.first_password))?;
                terminal.note("They sign in with `ward login`, set up a second factor and choose a password of their own.");
                Ok(())
            })
            .await
        }
        Command::List => {
            let header = ["USER", "NAME", "SECOND FACTOR", "LAST SEEN", "ID", ""];
            run.list(&path, &header, "No users.", |u: User| {
                vec![
                    plain(u.email),
                    plain(u.display_name),
                    if u.second_factor {
                        Field::toned("yes", Tone::Good)
                    } else {
                        Field::toned("not yet", Tone::Warn)
                    },
                    maybe(u.last_seen_at.map(shown)),
                    plain(u.id),
                    if u.disabled_at.is_some() { Field::toned("disabled", Tone::Warn) } else { plain("") },
                ]
            })
            .await
        }
        Command::Disable { user, yes } => {
            let id = user_id(run, &user).await?;
            prompt::confirm(
                &run.terminal,
                &format!("Disable {user}, and end all their sessions and tokens?"),
                yes,
            )?;
            run.show(Request::new(Method::POST, format!("{path}/{id}/disable")), |terminal, user: User| {
                terminal.line(&format!("{} is disabled.", user.email))
            })
            .await
        }
    }
}

/// Id of a user of the organization, by address or id.
pub(crate) async fn user_id(run: &Run, user: &str) -> Result<UserId> {
    // An address may have an underscore; an id has no @.
    if !user.contains('@')
        && let Some(id) = as_id(user)?
    {
        return Ok(id);
    }
    let organization = run.organization().await?;
    let users: Vec<User> = run.all(&format!("/v1/organizations/{organization}/users")).await?;
    let wanted = user.to_lowercase();
    users.into_iter().find(|u| u.email == wanted).map(|u| u.id).ok_or_else(|| {
        Failure::not_found(format!("there is no user {user:?} in this organization"))
            .next_step("list them with `ward user list`")
    })
}
